//! Everything that an object file's debugging information says of structs, unions and enumerators.

use gimli::{AttributeValue, constants as dw};

use super::read::{Reader, name};
use super::{Described, DwarfError, object};

/// The structs, unions and enumerators of an object file.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The structs and unions that are not only declared, by the names that C has for them: `struct tag`, or
    /// that of a typedef.
    pub records: Vec<(String, Described)>,
    /// The enumerators.
    pub enumerators: Vec<(String, i128)>,
    /// What could not be read, and why.
    pub unread: Vec<(String, DwarfError)>,
}

/// What an object file of one C file says. Compilers leave out what is not used, unless they are told
/// `-fno-eliminate-unused-debug-types`.
///
/// # Errors
///
/// When it cannot be read.
pub fn inventory(object: &[u8]) -> Result<Inventory, DwarfError> {
    let sections = object::sections(object)?;
    match Reader::of(&sections) {
        // A file that has no types has no debugging information either.
        Err(DwarfError::Absent { .. }) => Ok(Inventory::default()),
        reader => reader?.inventory(),
    }
}

impl<'a> Reader<'a> {
    fn inventory(&self) -> Result<Inventory, DwarfError> {
        let mut inventory = Inventory::default();
        let mut tree = self.unit.entries_tree(None)?;
        let mut children = tree.root()?.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            let keyword = match entry.tag() {
                dw::DW_TAG_structure_type => "struct ",
                dw::DW_TAG_union_type => "union ",
                dw::DW_TAG_typedef => "",
                dw::DW_TAG_enumeration_type => {
                    self.enumerators(child, &mut inventory.enumerators)?;
                    continue;
                }
                _ => continue,
            };
            let is_declaration = entry.has_attr(dw::DW_AT_declaration);
            let found = name(&self.dwarf, &self.unit, entry)?;
            let Some(found) = found.filter(|_| !is_declaration) else {
                continue;
            };
            let offset = entry.offset();
            match self.whole(offset) {
                Ok(described @ Described::Record { .. }) => {
                    inventory
                        .records
                        .push((format!("{keyword}{found}"), described));
                }
                Ok(_) => {}
                // A typedef of something without a size is no record either.
                Err(_) if keyword.is_empty() => {}
                Err(error) => inventory.unread.push((format!("{keyword}{found}"), error)),
            }
        }
        Ok(inventory)
    }

    fn enumerators(
        &self,
        node: gimli::EntriesTreeNode<'_, '_, super::read::Slice<'a>>,
        enumerators: &mut Vec<(String, i128)>,
    ) -> Result<(), DwarfError> {
        let mut children = node.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            let value = entry
                .attr_value(dw::DW_AT_const_value)
                .and_then(|value| match value {
                    AttributeValue::Sdata(value) => Some(i128::from(value)),
                    value => value.udata_value().map(i128::from),
                });
            let name = name(&self.dwarf, &self.unit, entry)?;
            enumerators.extend(name.zip(value));
        }
        Ok(())
    }
}
