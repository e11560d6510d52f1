//! ELF: the dynamic segment, as the loader reads it.

use std::collections::HashMap;

use object::elf;
use object::read::elf::{Dyn, FileHeader, GnuHashTable, HashTable, ProgramHeader, Sym};
use object::{Pod, ReadRef};

use super::{Export, ExportKind, Fault, bounded, text};

/// More versions than this a file cannot have: their numbers have 15 bits.
const MAX_VERSIONS: u64 = 1 << 15;

pub(super) fn exports<'data, Elf, R>(data: R) -> Result<Vec<Export>, Fault>
where
    Elf: FileHeader,
    R: ReadRef<'data>,
{
    let header = Elf::parse(data)?;
    let endian = header.endian()?;
    if !matches!(header.e_type(endian), elf::ET_DYN | elf::ET_EXEC) {
        return Err("it is an ELF file, but neither a library nor a program".into());
    }
    let segments = header.program_headers(endian, data)?;
    let file = Dynamic::<Elf, R> {
        endian,
        data,
        segments,
        entries: dynamic::<Elf, R>(endian, data, segments)?,
    };
    file.exports()
}

/// The entries of the dynamic segment; none in a program that is linked statically.
fn dynamic<'data, Elf, R>(
    endian: Elf::Endian,
    data: R,
    segments: &'data [Elf::ProgramHeader],
) -> Result<&'data [Elf::Dyn], Fault>
where
    Elf: FileHeader,
    R: ReadRef<'data>,
{
    for segment in segments {
        if let Some(entries) = segment.dynamic(endian, data)? {
            return Ok(entries);
        }
    }
    Ok(&[])
}

struct Dynamic<'data, Elf: FileHeader, R> {
    endian: Elf::Endian,
    data: R,
    segments: &'data [Elf::ProgramHeader],
    entries: &'data [Elf::Dyn],
}

/// What the dynamic segment leads to.
struct Tables<'data, Elf: FileHeader> {
    symbols: &'data [Elf::Sym],
    strings: &'data [u8],
    /// Per symbol, or empty.
    version_indices: &'data [elf::Versym<Elf::Endian>],
    /// The versions' names, as places in `strings`.
    versions: HashMap<u16, u32>,
}

impl<'data, Elf: FileHeader, R: ReadRef<'data>> Dynamic<'data, Elf, R> {
    fn exports(&self) -> Result<Vec<Export>, Fault> {
        let Some(tables) = self.tables()? else {
            return Ok(Vec::new());
        };
        let symbols = tables.symbols.iter().enumerate();
        bounded(symbols.filter_map(|(index, symbol)| {
            let kind = self.kind(symbol)?;
            let version = tables
                .version_indices
                .get(index)
                .map(|version| version.0.get(self.endian));
            Some(self.export(&tables, symbol, kind, version))
        }))
    }

    fn export(
        &self,
        tables: &Tables<'data, Elf>,
        symbol: &Elf::Sym,
        kind: ExportKind,
        version: Option<elf::VersymIndex>,
    ) -> Result<Export, Fault> {
        let size: u64 = symbol.st_size(self.endian).into();
        let named = version.and_then(|version| tables.versions.get(&version.index().0));
        Ok(Export {
            name: text(string(tables.strings, symbol.st_name(self.endian))?),
            kind,
            weak: symbol.st_bind() == elf::STB_WEAK,
            version: named
                .map(|&name| Ok::<_, Fault>(text(string(tables.strings, name)?)))
                .transpose()?,
            default: version.is_none_or(|version| !version.is_hidden()),
            size: (size != 0).then_some(size),
            address: symbol.st_value(self.endian).into(),
            ordinal: None,
            forward: None,
        })
    }

    /// What a symbol is; `None` for those that the loader would not find.
    fn kind(&self, symbol: &Elf::Sym) -> Option<ExportKind> {
        let hidden = matches!(symbol.st_visibility(), elf::STV_HIDDEN | elf::STV_INTERNAL);
        if symbol.is_local() || symbol.is_undefined(self.endian) || hidden {
            return None;
        }
        let absolute = symbol.is_absolute(self.endian);
        let address: u64 = symbol.st_value(self.endian).into();
        match symbol.st_type() {
            elf::STT_TLS => Some(ExportKind::ThreadLocal),
            elf::STT_SECTION | elf::STT_FILE => None,
            _ if address == 0 && !absolute => None,
            elf::STT_GNU_IFUNC => Some(ExportKind::Indirect),
            elf::STT_FUNC => Some(ExportKind::Function),
            _ if absolute => Some(ExportKind::Other),
            elf::STT_OBJECT | elf::STT_COMMON => Some(ExportKind::Variable),
            _ if self.is_code(address) => Some(ExportKind::Function),
            _ => Some(ExportKind::Variable),
        }
    }

    fn is_code(&self, address: u64) -> bool {
        let code = |segment: &&Elf::ProgramHeader| segment.p_flags(self.endian).contains(elf::PF_X);
        self.segments.iter().filter(code).any(|segment| {
            let start: u64 = segment.p_vaddr(self.endian).into();
            segment.p_type(self.endian) == elf::PT_LOAD
                && address
                    .checked_sub(start)
                    .is_some_and(|at| at < segment.p_memsz(self.endian).into())
        })
    }

    fn tables(&self) -> Result<Option<Tables<'data, Elf>>, Fault> {
        let (Some(symbols), Some(strings)) =
            (self.value(elf::DT_SYMTAB), self.value(elf::DT_STRTAB))
        else {
            return Ok(None);
        };
        let count = self.symbol_count()?;
        let strings = self.slice(strings, self.value(elf::DT_STRSZ).unwrap_or(0))?;
        let version_indices = match self.value(elf::DT_VERSYM) {
            Some(address) => self.slice(address, count)?,
            None => &[],
        };
        let mut versions = HashMap::new();
        self.defined_versions(&mut versions)?;
        self.needed_versions(&mut versions)?;
        Ok(Some(Tables {
            symbols: self.slice(symbols, count)?,
            strings,
            version_indices,
            versions,
        }))
    }

    /// The dynamic segment does not say how many symbols there are: the hash tables, by which the
    /// loader finds them, do.
    fn symbol_count(&self) -> Result<u64, Fault> {
        if let Some(address) = self.value(elf::DT_GNU_HASH) {
            let table = GnuHashTable::<Elf>::parse(self.endian, self.rest(address)?)?;
            if let Some(count) = table.symbol_table_length(self.endian) {
                return Ok(count.into());
            }
        }
        match self.value(elf::DT_HASH) {
            Some(address) => Ok(HashTable::<Elf>::parse(self.endian, self.rest(address)?)?
                .symbol_table_length()
                .into()),
            None => Ok(0),
        }
    }

    /// The versions that the library itself defines.
    fn defined_versions(&self, versions: &mut HashMap<u16, u32>) -> Result<(), Fault> {
        let (Some(address), Some(count)) =
            (self.value(elf::DT_VERDEF), self.value(elf::DT_VERDEFNUM))
        else {
            return Ok(());
        };
        let (table, mut at) = (self.rest(address)?, 0);
        for _ in 0..count.min(MAX_VERSIONS) {
            let version: &elf::Verdef<Elf::Endian> = entry(table, at)?;
            let name: &elf::Verdaux<Elf::Endian> =
                entry(table, at + u64::from(version.vd_aux.get(self.endian)))?;
            // The base definition is the library's own name, and no version.
            if !version
                .vd_flags
                .get(self.endian)
                .contains(elf::VER_FLG_BASE)
            {
                versions.insert(
                    version.vd_ndx.get(self.endian).0,
                    name.vda_name.get(self.endian),
                );
            }
            match version.vd_next.get(self.endian) {
                0 => break,
                next => at += u64::from(next),
            }
        }
        Ok(())
    }

    /// The versions that it wants of others, which variables have that a program copied from them.
    fn needed_versions(&self, versions: &mut HashMap<u16, u32>) -> Result<(), Fault> {
        let (Some(address), Some(count)) =
            (self.value(elf::DT_VERNEED), self.value(elf::DT_VERNEEDNUM))
        else {
            return Ok(());
        };
        let (table, mut at, mut left) = (self.rest(address)?, 0, MAX_VERSIONS);
        for _ in 0..count.min(MAX_VERSIONS) {
            let library: &elf::Verneed<Elf::Endian> = entry(table, at)?;
            let mut inner = at + u64::from(library.vn_aux.get(self.endian));
            for _ in 0..library.vn_cnt.get(self.endian) {
                left = left.checked_sub(1).ok_or("too many versions are needed")?;
                let version: &elf::Vernaux<Elf::Endian> = entry(table, inner)?;
                versions.insert(
                    version.vna_other(self.endian).index().0,
                    version.vna_name.get(self.endian),
                );
                inner += u64::from(version.vna_next.get(self.endian));
            }
            match library.vn_next.get(self.endian) {
                0 => break,
                next => at += u64::from(next),
            }
        }
        Ok(())
    }

    fn value(&self, tag: elf::DynamicTag) -> Option<u64> {
        let mut entries = self
            .entries
            .iter()
            .take_while(|entry| entry.tag(self.endian) != elf::DT_NULL);
        entries
            .find(|entry| entry.tag(self.endian) == tag)
            .map(|entry| entry.val(self.endian))
    }

    /// Where the file has what is loaded at an address, and how many bytes follow.
    fn place(&self, address: u64) -> Result<(u64, u64), Fault> {
        for segment in self.segments {
            if segment.p_type(self.endian) != elf::PT_LOAD {
                continue;
            }
            let (offset, size) = segment.file_range(self.endian);
            let skipped = address.checked_sub(segment.p_vaddr(self.endian).into());
            if let Some(skipped) = skipped.filter(|&skipped| skipped < size) {
                let offset = offset
                    .checked_add(skipped)
                    .ok_or("a segment lies outside of the file")?;
                return Ok((offset, size - skipped));
            }
        }
        Err("an address of the dynamic segment is not loaded from the file".into())
    }

    fn slice<T: Pod>(&self, address: u64, count: u64) -> Result<&'data [T], Fault> {
        let count = usize::try_from(count).map_err(|_| "a table is too large")?;
        if count == 0 {
            return Ok(&[]);
        }
        let (offset, _) = self.place(address)?;
        self.data
            .read_slice_at(offset, count)
            .map_err(|()| "a table lies outside of the file".into())
    }

    /// All from an address to the end of its segment.
    fn rest(&self, address: u64) -> Result<&'data [u8], Fault> {
        let (offset, size) = self.place(address)?;
        self.data
            .read_bytes_at(offset, size)
            .map_err(|()| "a segment lies outside of the file".into())
    }
}

fn entry<T: Pod>(table: &[u8], at: u64) -> Result<&T, Fault> {
    table
        .read_at(at)
        .map_err(|()| "a version lies outside of its table".into())
}

fn string(strings: &[u8], at: u32) -> Result<&[u8], Fault> {
    let range = u64::from(at)..strings.len() as u64;
    strings
        .read_bytes_at_until(range, 0)
        .map_err(|()| "a name lies outside of the string table".into())
}
