//! The code of these thunks and contexts.

use trampette_exec::{CALLS_OFFSET, HOME_CALLS_OFFSET, HOME_OFFSET, THUNK_SIZE};

/// `mov rax, [r10 + 8]; ret`
pub(crate) const RETURN_VALUE: &[u8] = &[0x49, 0x8b, 0x42, 0x08, 0xc3];

/// `endbr64; mov r10, [rip + slot]; jmp [r10]`
pub(crate) fn plain(distance: i32) -> [u8; THUNK_SIZE] {
    let mut code = [0xcc; THUNK_SIZE];
    code[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]);
    code[4..7].copy_from_slice(&[0x4c, 0x8b, 0x15]);
    code[7..11].copy_from_slice(&(distance - 11).to_le_bytes());
    code[11..14].copy_from_slice(&[0x41, 0xff, 0x22]);
    code
}

/// `endbr64; lock inc qword [rip + calls]; mov rdi, [rip + slot]; jmp [rdi]`
pub(crate) fn counting(distance: i32) -> [u8; THUNK_SIZE] {
    let mut code = [0xcc; THUNK_SIZE];
    code[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]);
    code[4..8].copy_from_slice(&[0xf0, 0x48, 0xff, 0x05]);
    code[8..12].copy_from_slice(&(distance + CALLS_OFFSET - 12).to_le_bytes());
    code[12..15].copy_from_slice(&[0x48, 0x8b, 0x3d]);
    code[15..19].copy_from_slice(&(distance - 19).to_le_bytes());
    code[19..21].copy_from_slice(&[0xff, 0x27]);
    code
}

/// `endbr64; mov rdi, fs:[0]; cmp rdi, [rip + home]; jne shared; inc dword [rip + home calls]`,
/// `load: mov rdi, [rip + slot]; jmp [rdi]`, `shared: lock inc dword [rip + calls]; jmp load`
#[cfg(target_os = "linux")]
pub(crate) fn biased(distance: i32) -> [u8; THUNK_SIZE] {
    let mut code = [0xcc; THUNK_SIZE];
    let mut at = 0;
    let mut put = |bytes: &[u8], offset: Option<i32>| {
        code[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
        if let Some(offset) = offset {
            let next = i32::try_from(at + 4).expect("within a thunk");
            code[at..at + 4].copy_from_slice(&(distance + offset - next).to_le_bytes());
            at += 4;
        }
    };
    put(&[0xf3, 0x0f, 0x1e, 0xfa], None);
    put(&[0x64, 0x48, 0x8b, 0x3c, 0x25, 0, 0, 0, 0], None);
    put(&[0x48, 0x3b, 0x3d], Some(HOME_OFFSET));
    put(&[0x75, 15], None);
    put(&[0xff, 0x05], Some(HOME_CALLS_OFFSET));
    put(&[0x48, 0x8b, 0x3d], Some(0));
    put(&[0xff, 0x27], None);
    put(&[0xf0, 0xff, 0x05], Some(CALLS_OFFSET));
    put(&[0xeb, 0xee], None);
    code
}
