//! What an instruction does to the argument frame, in the words of the signature.

use trampette::{CType, Layout};

use super::code::Block;
use super::listing::Instruction;
use super::pieces::pieces;
use super::subject::Subject;

/// The name of what stands in the argument frame where an instruction reads, writes or points to.
pub(super) fn comment(
    subject: &Subject,
    block: &Block,
    instruction: &Instruction,
) -> Option<String> {
    let (frame, memory) = (block.frame.as_ref()?, instruction.memory.as_ref()?);
    if frame.register != memory.register {
        return None;
    }
    let at = memory.offset.checked_sub(frame.offset)?;
    if at == 0 && instruction.text.starts_with("lea ") {
        return Some("the frame".into());
    }
    let argument = (0..subject.shape.params().len()).find_map(|index| {
        let ty = &subject.signature().params()[index];
        let offset = at.checked_sub(subject.frame.argument(index))?;
        name_at(&subject.name(index), ty, subject.argument(index), offset)
    });
    argument.or_else(|| {
        let offset = at.checked_sub(subject.frame.result())?;
        name_at(
            "result",
            subject.signature().result(),
            subject.shape.result(),
            offset,
        )
    })
}

/// The part of a value that a byte of it belongs to; the value, if that byte is padding.
fn name_at(name: &str, ty: &CType, layout: &Layout, offset: usize) -> Option<String> {
    if offset >= layout.size() {
        return None;
    }
    let piece = pieces(name, ty, layout, offset..offset + 1).pop();
    Some(piece.map_or(name.into(), |piece| piece.name))
}
