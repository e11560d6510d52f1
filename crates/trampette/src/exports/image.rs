//! PE and Mach-O: the export directory, the exports trie, the symbol table.

use std::ops::Range;

use object::read::macho::{FatArch, MachOFatFile};
use object::read::{ExportFlags, ExportTarget, NameOrOrdinal};
use object::{BinaryFormat, File, Object, ObjectKind, ObjectSection, ReadRef, SectionKind};

use super::{Export, ExportKind, Fault, bounded, header, text, trie};

/// The exports of this machine's part of a file for several machines, or else of the first.
pub(super) fn fat_exports<'data, Fat, R>(data: R) -> Result<Vec<Export>, Fault>
where
    Fat: FatArch,
    R: ReadRef<'data>,
{
    let file = MachOFatFile::<Fat>::parse(data)?;
    let here = |part: &&Fat| header::machine(part.architecture()) == std::env::consts::ARCH;
    let part = file
        .arches()
        .iter()
        .find(here)
        .or_else(|| file.arches().first());
    exports(part.ok_or("it is made for no machine at all")?.data(data)?)
}

pub(super) fn exports<'data, R: ReadRef<'data>>(data: R) -> Result<Vec<Export>, Fault> {
    let file = File::parse(data)?;
    let known = matches!(file.format(), BinaryFormat::Pe | BinaryFormat::MachO);
    if !known || file.kind() == ObjectKind::Relocatable {
        return Err("it is neither a library nor a program".into());
    }
    let trie = match &file {
        File::MachO32(file) => trie::trie_of(file)?,
        File::MachO64(file) => trie::trie_of(file)?,
        _ => None,
    };
    match trie {
        Some([]) => return Ok(Vec::new()),
        Some(trie) => trie::check(trie)?,
        None => {}
    }
    let image = Image {
        format: file.format(),
        base: file.relative_address_base(),
        code: code_of(&file),
    };
    bounded(file.exports()?.map(|export| Ok(image.export(export?))))
}

/// Where the executable sections stand.
fn code_of<'data, R: ReadRef<'data>>(file: &File<'data, R>) -> Vec<Range<u64>> {
    let code = file
        .sections()
        .filter(|section| section.kind() == SectionKind::Text);
    code.map(|section| section.address()..section.address().saturating_add(section.size()))
        .collect()
}

struct Image {
    format: BinaryFormat,
    base: u64,
    code: Vec<Range<u64>>,
}

impl Image {
    fn export(&self, export: object::read::Export<'_>) -> Export {
        let (kind, address) = match export.target() {
            ExportTarget::Address { address } if self.is_code(address) => {
                (ExportKind::Function, address)
            }
            ExportTarget::Address { address } => (ExportKind::Variable, address),
            ExportTarget::Resolver { resolver, .. } => (ExportKind::Indirect, resolver),
            ExportTarget::TlvDescriptor { address } => (ExportKind::ThreadLocal, address),
            ExportTarget::Reexport { .. } => (ExportKind::Forward, self.base),
            ExportTarget::Absolute { value } => (ExportKind::Other, value.wrapping_add(self.base)),
            _ => (ExportKind::Other, self.base),
        };
        Export {
            name: export
                .name()
                .into_name()
                .map(|name| self.name(name))
                .unwrap_or_default(),
            kind,
            weak: export.is_weak(),
            version: None,
            default: true,
            size: None,
            address: address.wrapping_sub(self.base),
            ordinal: match export.flags() {
                ExportFlags::Pe { ordinal } => Some(ordinal.0.into()),
                _ => None,
            },
            forward: self.forward(export.target()),
        }
    }

    fn forward(&self, target: ExportTarget<'_>) -> Option<String> {
        let ExportTarget::Reexport { library, name } = target else {
            return None;
        };
        let symbol = match name {
            NameOrOrdinal::Name(name) => self.name(name),
            NameOrOrdinal::Ordinal(ordinal) => format!("#{ordinal}"),
        };
        Some(format!("{}!{symbol}", text(library)))
    }

    fn is_code(&self, address: u64) -> bool {
        self.code.iter().any(|section| section.contains(&address))
    }

    /// The name as C has it.
    fn name(&self, name: &[u8]) -> String {
        match name {
            [b'_', rest @ ..] if self.format == BinaryFormat::MachO => text(rest),
            _ => text(name),
        }
    }
}
