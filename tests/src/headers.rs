//! Headers as they are, against compilers: every struct and union of a header, with every field, and every
//! enumerator.
//!
//! ```text
//! header ---> preprocessor ---> Declarations ---> CType, constants
//!        \                                                         > Verdict
//!         --> compiler -g  ---> object file  ---> Inventory
//! ```

use std::fmt;
use std::fs;
use std::process::{Command, Stdio};

use trampette::{CType, DataModel};
use trampette_cdecl::{Declarations, Header, LookupError, Options};
use trampette_fuzz::dwarf::{Described, compare, inventory};
use trampette_types::BitFieldRule;

/// A compiler that has its view of headers.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    /// The command.
    pub compiler: &'static str,
    /// The platform that it compiles for.
    pub model: DataModel,
}

const fn clang(mut model: DataModel) -> DataModel {
    model.bit_fields = BitFieldRule::Clang;
    model
}

impl Judge {
    /// GCC, for Linux on x86_64.
    pub const GCC: Self = Self {
        compiler: "gcc",
        model: DataModel::LINUX_X86_64,
    };

    /// Clang, which differs a little about bit-fields.
    pub const CLANG: Self = Self {
        compiler: "clang",
        model: clang(DataModel::LINUX_X86_64),
    };

    /// GCC for Windows.
    pub const MINGW: Self = Self {
        compiler: "x86_64-w64-mingw32-gcc",
        model: DataModel::WINDOWS_GNU,
    };

    /// Whether there is such a compiler.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let version = Command::new(self.compiler).arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    }
}

/// What came of a header.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The bytes that the preprocessor made of it.
    pub bytes: usize,
    /// The functions that it declares.
    pub functions: usize,
    /// The structs and unions that were compared.
    pub records: usize,
    /// Their members, at every level.
    pub members: usize,
    /// The enumerators that were compared.
    pub enumerators: usize,
    /// The constants that are macros.
    pub macros: usize,
    /// What is named and not supported, and why.
    pub left_out: Vec<String>,
    /// What is not as the compiler has it.
    pub disagreements: Vec<String>,
}

impl Verdict {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.functions += other.functions;
        self.records += other.records;
        self.members += other.members;
        self.enumerators += other.enumerators;
        self.macros += other.macros;
        self.left_out.extend(other.left_out);
        self.disagreements.extend(other.disagreements);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes, {} functions, {} structs and unions, {} members, {} enumerators, {} macros",
            self.bytes, self.functions, self.records, self.members, self.enumerators, self.macros
        )?;
        match self.left_out.len() {
            0 => {}
            count => write!(f, ", {count} left out")?,
        }
        match self.disagreements.len() {
            0 => Ok(()),
            count => write!(f, ", {count} DISAGREEMENTS"),
        }
    }
}

/// Compares what is read of a header with what a compiler says of it; `None` for a header that the compiler
/// itself refuses.
///
/// # Panics
///
/// When files cannot be written.
#[must_use]
pub fn judge(judge: &Judge, name: &str, arguments: &[&str]) -> Option<Verdict> {
    let header = arguments
        .iter()
        .fold(Header::new(name), |header, &argument| {
            header.argument(argument)
        });
    let header = header.compiler(judge.compiler);
    let text = header.preprocess().ok()?;
    let object = object(judge, name, arguments)?;
    let mut verdict = Verdict {
        bytes: text.len(),
        ..Verdict::default()
    };
    let mut declarations = Declarations::new(Options::new(judge.model));
    if let Err(error) = declarations.parse_file(name, &text) {
        verdict.disagreements.push(format!("{name}: {error}"));
        return Some(verdict);
    }
    verdict.functions = count_functions(&declarations);
    verdict.macros = declarations.constants().count();
    let inventory = match inventory(&object) {
        Ok(inventory) => inventory,
        Err(error) => {
            verdict.disagreements.push(format!("{name}: {error}"));
            return Some(verdict);
        }
    };
    for (name, error) in inventory.unread {
        verdict.disagreements.push(format!("{name}: {error}"));
    }
    for (name, described) in inventory.records {
        if is_compilers(&name) {
            continue;
        }
        record(&mut verdict, &declarations, judge, &name, &described);
    }
    for (name, value) in inventory.enumerators {
        enumerator(&mut verdict, &declarations, &name, value);
    }
    verdict.macros -= verdict.enumerators.min(verdict.macros);
    Some(verdict)
}

/// Whether a type is the compiler's own, and in no text.
fn is_compilers(name: &str) -> bool {
    matches!(
        name,
        "struct __va_list_tag" | "struct __va_list" | "struct __NSConstantString_tag"
    )
}

fn count_functions(declarations: &Declarations) -> usize {
    let is_function = |name: &&str| declarations.function(name).is_ok();
    let names = declarations
        .iter()
        .filter_map(|entry| entry.declaration().name());
    names.filter(is_function).count()
}

fn record(
    verdict: &mut Verdict,
    declarations: &Declarations,
    judge: &Judge,
    name: &str,
    described: &Described,
) {
    let ty = match declarations.ty(name) {
        Ok(ty) => ty,
        Err(error) if matches!(error.code(), "unsupported" | "bad-vector") => {
            verdict.left_out.push(format!("{name}: {error}"));
            return;
        }
        Err(error) => {
            verdict.disagreements.push(format!("{name}: {error}"));
            return;
        }
    };
    verdict.records += 1;
    // Of a typedef of a `transparent_union`, GCC tells the size and no members.
    if let (CType::Union(_), Described::Record { members, size, .. }) = (&ty, described)
        && members.is_empty()
        && ty
            .layout(&judge.model)
            .is_ok_and(|layout| layout.size() as u64 == *size)
    {
        return;
    }
    match compare(&ty, described, &judge.model) {
        Ok(comparison) => {
            verdict.members += comparison.members;
            let all = comparison.disagreements.iter();
            verdict
                .disagreements
                .extend(all.map(|what| format!("{name}: {what}")));
        }
        Err(error) => verdict.disagreements.push(format!("{name}: {error}")),
    }
    names(verdict, name, &ty, described);
}

/// The names of members are compared as well, at every level.
fn names(verdict: &mut Verdict, name: &str, ty: &CType, described: &Described) {
    let (CType::Struct(record) | CType::Union(record)) = ty else {
        return;
    };
    let Described::Record { members, .. } = described else {
        return;
    };
    for (field, part) in record.members().zip(members) {
        if field.name() != part.name.as_deref() {
            let found = format!("{name}: {:?} in C, {:?} here", part.name, field.name());
            verdict.disagreements.push(found);
        }
        names(verdict, name, field.ty(), &part.ty);
    }
}

fn enumerator(verdict: &mut Verdict, declarations: &Declarations, name: &str, value: i128) {
    match declarations.constant(name) {
        // Debugging information has 64 bits, with a sign or without.
        Ok(constant)
            if constant
                .value
                .integer()
                .is_some_and(|found| (found - value) % (1 << 64) == 0) =>
        {
            verdict.enumerators += 1;
        }
        Ok(constant) => {
            let found = format!("{name}: {value} in C, {:?} here", constant.value);
            verdict.disagreements.push(found);
        }
        Err(LookupError::Unsupported { why, .. }) => {
            verdict.left_out.push(format!("{name}: {why}"));
        }
        Err(error) => verdict.disagreements.push(error.to_string()),
    }
}

/// The object file of a C file that includes the header and nothing else.
fn object(judge: &Judge, name: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("there is room for a file");
    let (source, object) = (
        folder.path().join("header.c"),
        folder.path().join("header.o"),
    );
    fs::write(&source, format!("#include <{name}>\n")).expect("there is room for a file");
    let status = Command::new(judge.compiler)
        .args([
            "-x",
            "c",
            "-c",
            "-g",
            "-gdwarf-4",
            "-fno-eliminate-unused-debug-types",
            "-w",
        ])
        .arg("-D_GNU_SOURCE")
        .args(arguments)
        .arg("-o")
        .args([&object, &source])
        .stderr(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => fs::read(object).ok(),
        _ => None,
    }
}

/// The headers under a folder, as `#include <...>` has them, in order.
#[must_use]
pub fn headers_under(root: &str, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_string()];
    while let Some(folder) = folders.pop() {
        let path = std::path::Path::new(root).join(&folder);
        let Ok(entries) = fs::read_dir(path) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let inner = match folder.as_str() {
                "" => name,
                folder => format!("{folder}/{name}"),
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(inner),
                _ if inner.ends_with(".h") => found.push(inner),
                _ => {}
            }
        }
    }
    found.sort();
    found
}
