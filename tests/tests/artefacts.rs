//! What the built programs ask of the system.

#![cfg(target_os = "linux")]

use object::elf::{FileHeader64, PF_X, PT_GNU_STACK, ProgramFlags};
use object::read::elf::{FileHeader as _, ProgramHeader as _};
use object::{Endianness, elf};

/// The programs that contain everything of ours: this one, and the helpers.
const PROGRAMS: [&str; 2] = [
    env!("CARGO_BIN_EXE_callback_storm"),
    env!("CARGO_BIN_EXE_stub_storm"),
];

#[test]
fn hard_case_39_no_program_of_ours_asks_for_an_executable_stack() {
    let own = std::env::current_exe().unwrap();
    for path in PROGRAMS.iter().map(Into::into).chain([own]) {
        assert!(!stack_rights(&path).contains(PF_X), "{}", path.display());
    }
}

#[test]
fn hard_case_39_the_stack_of_this_process_is_not_executable() {
    let maps = trampette_tests::process::mappings();
    let stack = maps.iter().find(|line| line.ends_with("[stack]"));
    let rights = stack.and_then(|line| line.split(' ').nth(1));
    assert_eq!(rights, Some("rw-p"));
}

/// The rights that a program's header asks for its stack. A program without that header would get an
/// executable one.
fn stack_rights(path: &std::path::Path) -> ProgramFlags {
    let bytes = std::fs::read(path).unwrap();
    let header: &FileHeader64<Endianness> = elf::FileHeader64::parse(&*bytes).unwrap();
    let endian = header.endian().unwrap();
    let segments = header.program_headers(endian, &*bytes).unwrap();
    let stack = segments
        .iter()
        .find(|segment| segment.p_type(endian) == PT_GNU_STACK);
    stack.expect("a header for the stack").p_flags(endian)
}
