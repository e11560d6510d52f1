//! Sandboxes as programs meet them: seccomp filters and the kernel's own W^X mode.

#![allow(dead_code, reason = "each test takes what it needs")]

/// A system call that is answered with an error when each of `args` has one of the bits given.
pub(crate) struct Rule {
    pub(crate) call: libc::c_long,
    /// Index of the argument and mask.
    pub(crate) args: &'static [(u32, i32)],
    pub(crate) errno: i32,
}

/// `memfd_create`, whatever its arguments.
pub(crate) const MEMFD: Rule = rule(libc::SYS_memfd_create, &[]);
/// `mprotect` to executable, as systemd's MemoryDenyWriteExecute has it.
pub(crate) const MPROTECT_EXEC: Rule = rule(libc::SYS_mprotect, &[(2, libc::PROT_EXEC)]);
/// `mmap` of pages writable and executable, as systemd's MemoryDenyWriteExecute has it.
pub(crate) const MMAP_WRITE_EXEC: Rule = rule(
    libc::SYS_mmap,
    &[(2, libc::PROT_EXEC), (2, libc::PROT_WRITE)],
);
/// `mmap` of executable pages.
pub(crate) const MMAP_EXEC: Rule = rule(libc::SYS_mmap, &[(2, libc::PROT_EXEC)]);
/// `mmap` of executable pages that are shared.
pub(crate) const MMAP_SHARED_EXEC: Rule = rule(
    libc::SYS_mmap,
    &[(2, libc::PROT_EXEC), (3, libc::MAP_SHARED)],
);
/// `mremap`.
pub(crate) const MREMAP: Rule = rule(libc::SYS_mremap, &[]);
/// Opening files, as if there were none.
pub(crate) const OPEN: Rule = Rule {
    call: libc::SYS_openat,
    args: &[],
    errno: libc::ENOENT,
};

const fn rule(call: libc::c_long, args: &'static [(u32, i32)]) -> Rule {
    Rule {
        call,
        args,
        errno: libc::EPERM,
    }
}

/// Installs a seccomp filter in this process and its children, for ever. Under an emulator, which has
/// none, the process ends here, and well.
pub(crate) fn refuse(rules: &[Rule]) {
    if crate::process::is_emulated("seccomp") {
        // SAFETY: no preconditions; the process is a test's child, and nothing of it is needed.
        unsafe { libc::_exit(0) };
    }
    let mut program: Vec<libc::sock_filter> = rules.iter().flat_map(compile).collect();
    program.push(statement(libc::BPF_RET, libc::SECCOMP_RET_ALLOW));
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).expect("a short filter"),
        filter: program.as_mut_ptr(),
    };
    // SAFETY: numbers only.
    let first = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    let mode = libc::SECCOMP_MODE_FILTER;
    // SAFETY: the filter points to a program that outlives the call.
    let second = unsafe { libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const filter) };
    assert_eq!((first, second), (0, 0), "seccomp");
}

/// `PR_SET_MDWE`: no mapping may be writable and executable, nor become executable later. False
/// where the kernel does not know it (before 6.3).
pub(crate) fn refuse_exec_gain() -> bool {
    const REFUSE_EXEC_GAIN: libc::c_ulong = 1;
    // SAFETY: numbers only.
    unsafe { libc::prctl(libc::PR_SET_MDWE, REFUSE_EXEC_GAIN, 0_u64, 0_u64, 0_u64) == 0 }
}

/// One rule: any test that fails jumps over the rest of it.
fn compile(rule: &Rule) -> Vec<libc::sock_filter> {
    let call = u32::try_from(rule.call).expect("a system call number");
    let mut left = u8::try_from(1 + 2 * rule.args.len()).expect("few arguments");
    let mut code = vec![load(0), jump(libc::BPF_JEQ, call, left)];
    for &(index, mask) in rule.args {
        left -= 2;
        code.push(load(16 + 8 * index));
        code.push(jump(libc::BPF_JSET, mask.cast_unsigned(), left));
    }
    let errno = rule.errno.cast_unsigned();
    code.push(statement(libc::BPF_RET, libc::SECCOMP_RET_ERRNO | errno));
    code
}

fn load(offset: u32) -> libc::sock_filter {
    statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset)
}

fn statement(code: u32, k: u32) -> libc::sock_filter {
    let code = u16::try_from(code).expect("an opcode");
    libc::sock_filter {
        code,
        jt: 0,
        jf: 0,
        k,
    }
}

fn jump(test: u32, k: u32, otherwise: u8) -> libc::sock_filter {
    let mut jump = statement(libc::BPF_JMP | test | libc::BPF_K, k);
    jump.jf = otherwise;
    jump
}
