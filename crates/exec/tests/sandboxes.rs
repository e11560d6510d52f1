//! Systems that refuse: whatever works is used, and when nothing does it is said why.

#![cfg(target_os = "linux")]

mod machine_code;
mod process;
mod sandbox;

use machine_code::{call, publish, returning};
use process::{assert_no_mapping_is_writable_and_executable, in_child, limit};
use sandbox::{
    MEMFD, MMAP_EXEC, MMAP_SHARED_EXEC, MMAP_WRITE_EXEC, MPROTECT_EXEC, MREMAP, OPEN, refuse,
    refuse_exec_gain,
};
use trampette_exec::{CodeMemory, ExecError, Immutability, Options, Step, Strategy};

fn only(strategy: Strategy) -> CodeMemory {
    CodeMemory::with_options(Options::new().strategy(strategy)).expect("good options")
}

/// What each strategy in the error was refused.
fn steps(error: &ExecError) -> Vec<(Strategy, Step, i32)> {
    let refusals = error.refusals().iter();
    refusals
        .map(|r| (r.strategy(), r.step(), r.errno()))
        .collect()
}

fn refused(memory: &CodeMemory) -> ExecError {
    let error = memory.publish(&[&returning(1)]).expect_err("refused");
    assert!(matches!(error, ExecError::Refused { .. }), "{error}");
    error
}

#[test]
fn hard_case_20_the_kernel_s_write_xor_execute_mode() {
    in_child(|| {
        if !refuse_exec_gain() {
            return;
        }
        let memory = CodeMemory::new();
        assert_eq!(call(publish(&memory, 20)), 20);
        assert_eq!(memory.report().strategy(), Some(Strategy::Sealed));
        assert_no_mapping_is_writable_and_executable();
        let error = refused(&only(Strategy::Anonymous));
        let expected = (Strategy::Anonymous, Step::ProtectExecutable, libc::EACCES);
        assert_eq!(steps(&error), [expected]);
    });
}

#[test]
fn hard_case_20_systemd_s_memory_deny_write_execute() {
    in_child(|| {
        refuse(&[MPROTECT_EXEC, MMAP_WRITE_EXEC]);
        let memory = CodeMemory::new();
        let entries: Vec<_> = (0..100).map(|value| publish(&memory, value)).collect();
        assert!(
            (0..)
                .zip(&entries)
                .all(|(value, entry)| call(*entry) == value)
        );
        assert_eq!(memory.report().immutability(), Some(Immutability::Sealed));
    });
}

#[test]
fn hard_case_20_without_memfds_pages_are_anonymous() {
    in_child(|| {
        refuse(&[MEMFD]);
        let memory = CodeMemory::new();
        let entries: Vec<_> = (0..2000).map(|value| publish(&memory, value)).collect();
        assert!(
            (0..)
                .zip(&entries)
                .all(|(value, entry)| call(*entry) == value)
        );
        let report = memory.report();
        assert_eq!(report.strategy(), Some(Strategy::Anonymous));
        assert_eq!(report.immutability(), Some(Immutability::Private));
        let told =
            "refused       sealed memfd, mapped shared: memfd_create: Operation not permitted";
        assert!(report.to_string().contains(told), "{report}");
        assert_no_mapping_is_writable_and_executable();
    });
}

#[test]
fn hard_case_20_without_shared_executable_mappings_the_report_says_weaker() {
    in_child(|| {
        refuse(&[MMAP_SHARED_EXEC]);
        let memory = CodeMemory::new();
        assert_eq!(call(publish(&memory, 1)), 1);
        let report = memory.report();
        assert_eq!(report.strategy(), Some(Strategy::SealedPrivate));
        assert_eq!(report.immutability(), Some(Immutability::Private));
        assert_eq!(report.refusals().len(), 3, "{report}");
    });
}

#[test]
fn hard_case_20_without_memfd_and_mprotect_the_error_names_both() {
    in_child(|| {
        refuse(&[MEMFD, MPROTECT_EXEC]);
        let memory = CodeMemory::new();
        for _ in 0..3 {
            let error = refused(&memory);
            let expected = [
                (Strategy::Sealed, Step::MemfdCreate, libc::EPERM),
                (Strategy::Anonymous, Step::ProtectExecutable, libc::EPERM),
            ];
            assert_eq!(steps(&error), expected);
            assert_eq!(
                error.to_string(),
                "the system allows no executable pages: \
                 sealed memfd, mapped shared: memfd_create: Operation not permitted (os error 1); \
                 anonymous pages: mprotect(PROT_EXEC): Operation not permitted (os error 1)"
            );
        }
        assert_eq!(memory.report().strategy(), None);
    });
}

#[test]
fn hard_case_20_when_all_executable_mappings_are_refused_each_strategy_says_so() {
    in_child(|| {
        refuse(&[MMAP_EXEC, MPROTECT_EXEC]);
        let memory = CodeMemory::new();
        let prewarmed = memory.prewarm().expect_err("refused");
        assert_eq!(refused(&memory), prewarmed);
        let tried: Vec<_> = prewarmed.refusals().iter().map(|r| r.strategy()).collect();
        assert_eq!(tried, Strategy::known());
    });
}

#[test]
fn hard_case_20_no_proc_and_no_file_can_be_opened() {
    in_child(|| {
        refuse(&[OPEN]);
        let memory = CodeMemory::new();
        assert_eq!(call(publish(&memory, 20)), 20);
        assert_eq!(memory.report().strategy(), Some(Strategy::Sealed));
        let error = refused(&only(Strategy::SealedReadOnly));
        let expected = (Strategy::SealedReadOnly, Step::Reopen, libc::ENOENT);
        assert_eq!(steps(&error), [expected]);
    });
}

#[test]
fn hard_case_20_a_sandbox_entered_later_takes_nothing_away() {
    in_child(|| {
        let memory = CodeMemory::new();
        let first = publish(&memory, 1);
        refuse(&[MEMFD]);
        let second = publish(&memory, 2);
        assert_eq!(memory.report().strategy(), Some(Strategy::Anonymous));
        assert_eq!(second.addr() - first.addr(), 64, "the same span goes on");
        refuse(&[MREMAP]);
        let error = refused(&memory);
        let expected = [
            (Strategy::Sealed, Step::MemfdCreate, libc::EPERM),
            (Strategy::Anonymous, Step::Move, libc::EPERM),
        ];
        assert_eq!(steps(&error), expected);
        assert_eq!((call(first), call(second)), (1, 2));
    });
}

#[test]
fn hard_case_20_a_batch_that_is_refused_leaves_no_trace() {
    in_child(|| {
        let memory = CodeMemory::new();
        let first = publish(&memory, 1);
        let before = memory.report();
        refuse(&[MMAP_EXEC, MPROTECT_EXEC]);
        let large = vec![0; 200 << 10];
        let span = &large[..64 << 10];
        let batch = [&returning(2)[..], &large, span, span, &returning(3)];
        // More often than a reservation has spans.
        for _ in 0..100 {
            assert!(memory.publish(&batch).is_err());
        }
        let after = memory.report();
        assert_eq!(before.reserved(), after.reserved());
        assert_eq!(before.published(), after.published());
        assert_eq!(before.spans(), after.spans());
        assert_eq!(call(first), 1);
    });
}

#[test]
fn hard_case_20_a_batch_that_is_refused_half_way_leaves_no_trace() {
    in_child(|| {
        let memory = only(Strategy::Sealed);
        let first = publish(&memory, 1);
        // The open span fits into such a file, and the next one does not.
        limit(libc::RLIMIT_FSIZE, 8 << 10);
        let batch = [&returning(2)[..], &vec![0; 64 << 10]];
        let error = memory.publish(&batch).expect_err("too large");
        assert!(matches!(error, ExecError::Exhausted { .. }), "{error}");
        let second = publish(&memory, 3);
        assert_eq!(second.addr() - first.addr(), 64, "the room was given back");
        limit(libc::RLIMIT_FSIZE, u64::MAX);
        let third = memory.publish(&batch).expect("now there is room")[0];
        assert_eq!((call(first), call(second), call(third)), (1, 3, 2));
        assert_eq!((memory.report().pieces(), memory.report().spans()), (4, 2));
    });
}

#[test]
fn hard_case_20_a_file_size_limit_does_not_kill() {
    in_child(|| {
        limit(libc::RLIMIT_FSIZE, 0);
        let memory = CodeMemory::new();
        assert_eq!(call(publish(&memory, 1)), 1);
        assert_eq!(memory.report().strategy(), Some(Strategy::Anonymous));
        let error = only(Strategy::Sealed).prewarm().expect_err("too large");
        assert!(matches!(error, ExecError::Exhausted { .. }), "{error}");
        limit(libc::RLIMIT_FSIZE, u64::MAX);
    });
}

#[test]
fn hard_case_20_a_shortage_of_descriptors_passes() {
    in_child(|| {
        let memory = CodeMemory::new();
        limit(libc::RLIMIT_NOFILE, 0);
        let first = publish(&memory, 1);
        assert_eq!(memory.report().strategy(), Some(Strategy::Anonymous));
        limit(libc::RLIMIT_NOFILE, 1024);
        let second = publish(&memory, 2);
        assert_eq!(memory.report().strategy(), Some(Strategy::Sealed));
        assert_eq!((call(first), call(second)), (1, 2));
    });
}

#[test]
fn hard_case_20_prewarmed_memory_has_been_tried() {
    in_child(|| {
        let memory = CodeMemory::new();
        memory.prewarm().expect("works here");
        let report = memory.report();
        assert_eq!(report.strategy(), Some(Strategy::Sealed));
        assert_eq!((report.spans(), report.pieces()), (0, 0));
        assert!(report.reserved() > 0);
        memory.prewarm().expect("still works");
        assert_eq!(memory.report().reserved(), report.reserved());
        assert_eq!(call(publish(&memory, 1)), 1);
    });
}
