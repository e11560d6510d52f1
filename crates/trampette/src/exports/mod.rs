//! What a library file exports, of any platform on any host.
//!
//! The file is read as the loader reads it, and nothing is loaded: of an ELF file the dynamic segment
//! (section headers may be stripped), of a PE file the export directory, of a Mach-O file the exports
//! trie or, before there were tries, the symbol table.

mod elf;
mod header;
mod image;
mod trie;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use object::elf::{FileHeader32, FileHeader64};
use object::macho::{FatArch32, FatArch64};
use object::{Endianness, FileKind, ReadCache};

use crate::error::Error;
use crate::library::Library;

pub(crate) use header::nature_of;
#[cfg(windows)]
pub(crate) use header::needed_by;

/// One symbol that a library exports, as its file says it.
///
/// ```
/// use trampette::{ExportKind, Library};
///
/// # #[cfg(all(target_os = "linux", target_env = "gnu"))] {
/// // SAFETY: loading the C library's own mathematics runs nothing that could do harm.
/// let libm = unsafe { Library::open("libm.so.6")? };
/// let exports = libm.exports()?;
/// let signgam = exports.iter().find(|export| export.name == "signgam").unwrap();
/// assert_eq!(signgam.kind, ExportKind::Variable);
/// assert_eq!(signgam.size, Some(4));
/// # }
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Export {
    /// The name that [`Library::symbol`] takes; of a Mach-O file, the name without the underscore that
    /// C names begin with there. Empty for what Windows exports by ordinal alone.
    pub name: String,
    /// What it is.
    pub kind: ExportKind,
    /// Whether another library may have a definition that goes first.
    pub weak: bool,
    /// The version that an ELF library gives the symbol: `GLIBC_2.14`.
    pub version: Option<String>,
    /// Whether a look-up by the bare name finds it. False for the versions that are kept for programs
    /// linked long ago (`memcpy@GLIBC_2.2.5` beside the default `memcpy@@GLIBC_2.14`).
    pub default: bool,
    /// The size in bytes, where the file says it: ELF files do.
    pub size: Option<u64>,
    /// Where it stands, relative to where the library is loaded; of an ELF program that is not
    /// position-independent, the absolute address. For a thread-local variable of an ELF file the
    /// offset in the library's thread-local block, for an indirect function its resolver, for
    /// [`ExportKind::Other`] the plain value, for [`ExportKind::Forward`] zero.
    pub address: u64,
    /// The ordinal, in a Windows library.
    pub ordinal: Option<u32>,
    /// What an [`ExportKind::Forward`] stands for: `NTDLL!RtlAllocateHeap`, or `NTDLL!#17` by ordinal.
    pub forward: Option<String>,
}

/// What an export is. Only ELF files tell functions from variables: elsewhere, and for a symbol of an
/// ELF file without a type, what stands in executable code is a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExportKind {
    /// A function.
    Function,
    /// A variable.
    Variable,
    /// A function that is chosen at load time, by a resolver (GNU `ifunc`).
    Indirect,
    /// A variable that each thread has its own of.
    ThreadLocal,
    /// A symbol of another library, under this name.
    Forward,
    /// A plain number, such as the symbols that name an ELF library's versions.
    Other,
}

impl Library {
    /// What the library exports, sorted by name: functions, variables and the rest, and not what it
    /// imports. Of a name with several versions, each is listed.
    ///
    /// The library's file is read, as it stands now, and not the memory of the process. Libraries that
    /// the library depends on are not included, although [`symbol`](Self::symbol) looks there too. For
    /// the process, these are the exports of the program's own file: none, unless it was linked to have
    /// some (`-rdynamic`). The libraries that it has loaded are listed one by one: open them.
    ///
    /// ```
    /// use trampette::{ExportKind, Library};
    ///
    /// # #[cfg(all(target_os = "linux", target_env = "gnu"))] {
    /// // SAFETY: the C library is loaded already.
    /// let libc = unsafe { Library::open("libc.so.6")? };
    /// let exports = libc.exports()?;
    /// assert!(exports.iter().any(|export| export.name == "qsort" && export.kind == ExportKind::Function));
    /// assert!(exports.iter().any(|export| export.name == "environ" && export.weak));
    /// # }
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::LibraryNotFound`] when the file has gone, [`Error::UnreadableLibrary`] when it cannot be
    /// read or is none.
    ///
    /// # Platform
    ///
    /// System libraries of macOS have no files.
    pub fn exports(&self) -> Result<Vec<Export>, Error> {
        // The program's file may have been replaced since it started; this name stays with the old one.
        if cfg!(target_os = "linux") && self.name().is_none() {
            return exports_of_file("/proc/self/exe");
        }
        let path = self.path().ok_or_else(|| Error::UnreadableLibrary {
            library: self.name().unwrap_or("the process").into(),
            message: "the loader does not tell which file it is".into(),
        })?;
        exports_of_file(path)
    }
}

/// What a library file exports, sorted by name, as [`Library::exports`] gives it. The file is read and
/// never loaded, so it may be of any platform: ELF, PE or Mach-O. Of a Mach-O file for several machines,
/// this machine's part is read, or else the first.
///
/// ```
/// use trampette::exports_of_file;
///
/// let error = exports_of_file("/no/such/library.dll").unwrap_err();
/// assert_eq!(error.code(), "library-not-found");
/// let error = exports_of_file(std::env::temp_dir()).unwrap_err();
/// assert_eq!(error.code(), "unreadable-library");
/// ```
///
/// # Errors
///
/// As for [`Library::exports`].
pub fn exports_of_file(path: impl AsRef<Path>) -> Result<Vec<Export>, Error> {
    let path = path.as_ref();
    let library = path.to_string_lossy().into_owned();
    let failed = |error: std::io::Error| {
        let (library, message) = (library.clone(), error.to_string());
        match error.kind() {
            ErrorKind::NotFound => Error::LibraryNotFound { library, message },
            _ => Error::UnreadableLibrary { library, message },
        }
    };
    // Asked before opening, for opening a pipe would wait for its other end.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Error::UnreadableLibrary {
            library,
            message: "it is not a regular file".into(),
        });
    }
    let file = File::open(path).map_err(failed)?;
    let mut exports = read(&ReadCache::new(file))
        .map_err(|Fault(message)| Error::UnreadableLibrary { library, message })?;
    exports.sort_by(|a, b| {
        let key = |export: &Export| (export.ordinal, !export.default);
        a.name
            .cmp(&b.name)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.version.cmp(&b.version))
    });
    Ok(exports)
}

fn read(data: &ReadCache<File>) -> Result<Vec<Export>, Fault> {
    match FileKind::parse(data).map_err(|_| "it is not a library")? {
        FileKind::Elf32 => elf::exports::<FileHeader32<Endianness>, _>(data),
        FileKind::Elf64 => elf::exports::<FileHeader64<Endianness>, _>(data),
        FileKind::MachOFat32 => image::fat_exports::<FatArch32, _>(data),
        FileKind::MachOFat64 => image::fat_exports::<FatArch64, _>(data),
        FileKind::MachO32 | FileKind::MachO64 | FileKind::Pe32 | FileKind::Pe64 => {
            image::exports(data)
        }
        _ => Err("it is not a library".into()),
    }
}

/// Why a file cannot be read.
struct Fault(String);

impl From<object::Error> for Fault {
    fn from(error: object::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self(message.into())
    }
}

/// More than the names of any library take, in bytes.
const MAX_NAMES: usize = 1 << 30;

/// The exports, unless a damaged file, in which names may overlap, has far more of them than bytes.
fn bounded(exports: impl Iterator<Item = Result<Export, Fault>>) -> Result<Vec<Export>, Fault> {
    let mut left = MAX_NAMES;
    let mut counted = Vec::new();
    for export in exports {
        let export = export?;
        let names = [
            Some(&export.name),
            export.version.as_ref(),
            export.forward.as_ref(),
        ];
        let length: usize = names.into_iter().flatten().map(String::len).sum();
        left = left
            .checked_sub(length)
            .ok_or("its names take more than 1 GiB")?;
        counted.push(export);
    }
    Ok(counted)
}

/// Names are text, whatever bytes the file has.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
