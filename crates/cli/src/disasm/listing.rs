//! Machine code as text, on any host.

use iced_x86::{Decoder, DecoderOptions, Formatter as _, IntelFormatter};
use yaxpeax_arch::{Decoder as _, U8Reader};
use yaxpeax_arm::armv8::a64::InstDecoder;

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Where it begins, in bytes from the start of the code.
    pub(super) address: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) text: String,
}

pub(super) fn x86_64(code: &[u8]) -> Vec<Instruction> {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_branch_leading_zeros(false);
    options.set_rip_relative_addresses(true);
    let mut address = 0;
    let decoded = Decoder::new(64, code, DecoderOptions::NONE).into_iter();
    let instructions = decoded.map(|instruction| {
        let mut text = String::new();
        formatter.format(&instruction, &mut text);
        let start = address;
        address += instruction.len();
        Instruction {
            address: start,
            bytes: code[start..address].to_vec(),
            text,
        }
    });
    instructions.collect()
}

/// The bytes of an instruction.
const WORD: usize = 4;

pub(super) fn aarch64(code: &[u8]) -> Vec<Instruction> {
    let decoder = InstDecoder::default();
    let instruction = |(index, bytes): (usize, &[u8])| {
        let address = index * WORD;
        let text = match decoder.decode(&mut U8Reader::new(bytes)) {
            Ok(decoded) => in_place(&decoded.to_string(), address),
            Err(_) => "(bad)".into(),
        };
        Instruction {
            address,
            bytes: bytes.to_vec(),
            text,
        }
    };
    code.chunks(WORD).enumerate().map(instruction).collect()
}

/// What the disassembler has no name for by its name, and the distance `$-0xc` as the address there.
fn in_place(text: &str, address: usize) -> String {
    let text = text.replace("hint #0x22", "bti c");
    let target = |operand: &str| {
        let (sign, digits) = operand.split_once("0x")?;
        let distance = usize::from_str_radix(digits, 16).ok()?;
        match sign {
            "+" => address.checked_add(distance),
            "-" => address.checked_sub(distance),
            _ => None,
        }
    };
    match text.split_once('$') {
        Some((before, operand)) => match target(operand) {
            Some(target) => format!("{before}{target:#x}"),
            None => text,
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_addresses() {
        assert_eq!(in_place("cbnz w10, $-0xc", 0x14), "cbnz w10, 0x8");
        assert_eq!(in_place("ldr x9, $+0x1fffc", 4), "ldr x9, 0x20000");
        assert_eq!(in_place("b $-0x8", 4), "b $-0x8");
        assert_eq!(in_place("hint #0x22", 0), "bti c");
    }

    #[test]
    fn bytes_that_are_no_instruction_are_said_to_be_none() {
        assert_eq!(aarch64(&[0, 0, 0, 0])[0].text, "udf #0x0");
        assert_eq!(aarch64(&[1, 2])[0].text, "(bad)");
        assert_eq!(x86_64(&[0x0F]).first().unwrap().text, "(bad)");
    }
}
