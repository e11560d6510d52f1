//! Machine code as text, on any host.

use iced_x86::{Decoder, DecoderOptions, Formatter as _, IntelFormatter, Register};
use yaxpeax_arch::{Decoder as _, U8Reader};
use yaxpeax_arm::armv8::a64::InstDecoder;

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Where it begins, in bytes from the start of the code.
    pub(super) address: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) text: String,
    /// The memory that it is about, if that stands at a fixed distance from a register.
    pub(super) memory: Option<Memory>,
}

/// Memory at or above the address in a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) register: String,
    pub(super) offset: usize,
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
            memory: x86_memory(&instruction),
            text,
        }
    });
    instructions.collect()
}

fn x86_memory(instruction: &iced_x86::Instruction) -> Option<Memory> {
    let (base, index) = (instruction.memory_base(), instruction.memory_index());
    if base == Register::None || base == Register::RIP || index != Register::None {
        return None;
    }
    let displacement = instruction.memory_displacement64();
    Some(Memory {
        register: format!("{base:?}").to_lowercase(),
        offset: i32::try_from(displacement).ok()?.try_into().ok()?,
    })
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
            memory: arm_memory(&text),
            text,
        }
    };
    code.chunks(WORD).enumerate().map(instruction).collect()
}

/// Of `ldr x1, [x0, #0x8]`, x0 and 8. What changes its register is about more than memory.
fn arm_memory(text: &str) -> Option<Memory> {
    let operand = text.split_once('[')?.1.strip_suffix(']')?;
    let (register, offset) = operand.split_once(", ").unwrap_or((operand, "#0x0"));
    let offset = usize::from_str_radix(offset.strip_prefix("#0x")?, 16).ok()?;
    Some(Memory {
        register: register.into(),
        offset,
    })
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
    fn memory_at_a_fixed_distance_is_told() {
        let arm = |text| arm_memory(text).map(|memory| (memory.register, memory.offset));
        assert_eq!(arm("ldr x1, [x0]"), Some(("x0".into(), 0)));
        assert_eq!(arm("str d0, [sp, #0x18]"), Some(("sp".into(), 24)));
        assert_eq!(arm("stp x29, x30, [sp, #-0x10]!"), None);
        assert_eq!(arm("ldr x10, [x11], #0x8"), None);
        assert_eq!(arm("br x17"), None);
        let x86 = |code: &[u8]| x86_64(code).remove(0).memory.map(|memory| memory.offset);
        assert_eq!(
            x86(&[0x48, 0x8B, 0x57, 0x18]),
            Some(0x18),
            "mov rdx, [rdi+0x18]"
        );
        assert_eq!(x86(&[0x48, 0x8B, 0x57, 0xF8]), None, "mov rdx, [rdi-8]");
        assert_eq!(x86(&[0x48, 0x8B, 0x04, 0x0F]), None, "mov rax, [rdi+rcx]");
        assert_eq!(x86(&[0xFF, 0xE6]), None, "jmp rsi");
    }

    #[test]
    fn bytes_that_are_no_instruction_are_said_to_be_none() {
        assert_eq!(aarch64(&[0, 0, 0, 0])[0].text, "udf #0x0");
        assert_eq!(aarch64(&[1, 2])[0].text, "(bad)");
        assert_eq!(x86_64(&[0x0F]).first().unwrap().text, "(bad)");
    }
}
