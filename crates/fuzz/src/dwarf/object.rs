//! The sections of an object file, with what a linker would write into them.

use gimli::DwarfSections;
use object::read::{File, Object, ObjectSection, ObjectSymbol, Relocation};
use object::{RelocationKind, RelocationTarget};

use super::DwarfError;

/// The debugging information of an object file: ELF, Mach-O or COFF.
pub(super) fn sections(bytes: &[u8]) -> Result<DwarfSections<Vec<u8>>, DwarfError> {
    let file = File::parse(bytes)?;
    DwarfSections::load(|id| match file.section_by_name(id.name()) {
        Some(section) => linked(&file, &section),
        None => Ok(Vec::new()),
    })
}

fn linked<'a>(file: &File<'a>, section: &impl ObjectSection<'a>) -> Result<Vec<u8>, DwarfError> {
    let mut bytes = section.uncompressed_data()?.into_owned();
    for (offset, relocation) in section.relocations() {
        if let Some(value) = value(file, &relocation) {
            let size = usize::from(relocation.size() / 8);
            write(
                &mut bytes,
                offset,
                size,
                value,
                relocation.has_implicit_addend(),
            );
        }
    }
    Ok(bytes)
}

/// What a relocation adds: where something stands in its section. Others are addresses of code and data,
/// of which types do not speak.
fn value(file: &File<'_>, relocation: &Relocation) -> Option<u64> {
    use RelocationKind::{Absolute, SectionOffset};
    if !matches!(relocation.kind(), Absolute | SectionOffset) {
        return None;
    }
    let base = match relocation.target() {
        RelocationTarget::Symbol(symbol) => file.symbol_by_index(symbol).ok()?.address(),
        _ => 0,
    };
    Some(base.wrapping_add_signed(relocation.addend()))
}

/// Writes a number of 4 or 8 bytes, or adds it to the one that is there.
fn write(bytes: &mut [u8], offset: u64, size: usize, value: u64, adds: bool) {
    let place = usize::try_from(offset)
        .ok()
        .and_then(|at| bytes.get_mut(at..at.checked_add(size)?));
    let (Some(place), 4 | 8) = (place, size) else {
        return;
    };
    let mut number = [0; 8];
    if adds {
        number[..size].copy_from_slice(place);
    }
    let sum = u64::from_le_bytes(number).wrapping_add(value);
    place.copy_from_slice(&sum.to_le_bytes()[..size]);
}
