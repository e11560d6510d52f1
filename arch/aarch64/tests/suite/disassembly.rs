//! Code as text, one line per instruction.

use std::fmt::Write as _;

use yaxpeax_arch::{Decoder as _, U8Reader};
use yaxpeax_arm::armv8::a64::InstDecoder;

/// The instructions of a piece of code.
pub(crate) fn instructions(code: &[u8]) -> Vec<String> {
    let decoder = InstDecoder::default();
    let words = code.chunks_exact(4);
    words
        .map(|word| {
            let decoded = decoder.decode(&mut U8Reader::new(word));
            let text = decoded.expect("every instruction decodes").to_string();
            // Which this disassembler has no name for.
            text.replace("hint #0x22", "bti c")
        })
        .collect()
}

/// The same with offsets and encodings.
pub(crate) fn disassemble(code: &[u8]) -> String {
    let mut text = String::new();
    for (index, instruction) in instructions(code).iter().enumerate() {
        let at = 4 * index;
        let word = u32::from_le_bytes(code[at..at + 4].try_into().unwrap());
        writeln!(text, "    {at:4x}  {word:08x}  {instruction}").unwrap();
    }
    text
}
