//! Systems that refuse thunks, or run out of what they need.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod contexts;
mod process;
mod sandbox;

use std::fs;

use contexts::{Context, DEAD, call, pool, pool_with, retire, take, try_take};
use process::{
    assert_no_mapping_is_writable_and_executable, in_child, is_emulated, limit, mappings,
    use_up_mappings,
};
use sandbox::{
    MEMFD, MMAP_EXEC, MMAP_WRITE_EXEC, MPROTECT_EXEC, MREMAP, OPEN, refuse, refuse_exec_gain,
};
use trampette_exec::{ExecError, Immutability, Options, Step, Strategy, Thunk, ThunkPool};

/// Thunks for more than one span, each with a context of its own.
fn take_many(pool: &'static ThunkPool) -> Vec<Thunk> {
    let thunks = (0..10_000).map(|v| take(pool, Context::leaked(v)));
    thunks.collect()
}

fn assert_all_work(thunks: &[Thunk]) {
    assert!((0..).zip(thunks).all(|(v, thunk)| call(*thunk) == v));
}

fn refused(pool: &'static ThunkPool) -> Vec<(Strategy, Step, i32)> {
    let error = try_take(pool, Context::leaked(1)).expect_err("refused");
    assert!(matches!(error, ExecError::Refused { .. }), "{error}");
    let refusals = error.refusals().iter();
    refusals
        .map(|r| (r.strategy(), r.step(), r.errno()))
        .collect()
}

#[test]
fn hard_case_20_the_kernel_s_write_xor_execute_mode() {
    in_child(|| {
        let (pool, anonymous) = (
            pool(),
            pool_with(Options::new().strategy(Strategy::Anonymous)),
        );
        if !refuse_exec_gain() {
            return;
        }
        assert_all_work(&take_many(pool));
        assert_eq!(pool.report().immutability(), Some(Immutability::Sealed));
        assert_no_mapping_is_writable_and_executable();
        let expected = (Strategy::Anonymous, Step::ProtectExecutable, libc::EACCES);
        assert_eq!(refused(anonymous), [expected]);
    });
}

#[test]
fn hard_case_20_systemd_s_memory_deny_write_execute() {
    in_child(|| {
        let pool = pool();
        refuse(&[MPROTECT_EXEC, MMAP_WRITE_EXEC]);
        assert_all_work(&take_many(pool));
        assert_eq!(pool.report().immutability(), Some(Immutability::Sealed));
        assert_no_mapping_is_writable_and_executable();
    });
}

#[test]
fn hard_case_20_without_memfds_thunks_are_anonymous() {
    in_child(|| {
        let pool = pool();
        refuse(&[MEMFD]);
        assert_all_work(&take_many(pool));
        let report = pool.report();
        assert_eq!(report.strategy(), Some(Strategy::Anonymous));
        assert_eq!(report.immutability(), Some(Immutability::Private));
        assert_no_mapping_is_writable_and_executable();
    });
}

#[test]
fn hard_case_20_when_all_executable_mappings_are_refused_each_strategy_says_so() {
    in_child(|| {
        let pool = pool();
        refuse(&[MMAP_EXEC, MPROTECT_EXEC]);
        let tried: Vec<_> = refused(pool).iter().map(|(s, ..)| *s).collect();
        assert_eq!(tried, Strategy::known());
        let maps = mappings().len();
        for _ in 0..1_000 {
            assert_eq!(refused(pool).len(), tried.len());
        }
        assert_eq!(mappings().len(), maps, "nothing is used up by trying");
    });
}

#[test]
fn hard_case_20_a_pool_that_has_sealed_thunks_makes_more_in_any_sandbox() {
    in_child(|| {
        let pool = pool();
        pool.prewarm(5_000).expect("works here");
        refuse(&[MEMFD, MMAP_EXEC, MPROTECT_EXEC, OPEN]);
        let context = Context::leaked(1);
        let thunks: Vec<_> = (0..200_000).map(|_| take(pool, context)).collect();
        assert!(thunks.iter().all(|thunk| call(*thunk) == 1));
        assert_eq!(pool.report().immutability(), Some(Immutability::Sealed));
    });
}

#[test]
fn hard_case_20_where_even_that_is_refused_what_was_made_before_goes_on() {
    in_child(|| {
        let pool = pool();
        pool.set_quarantine(100);
        pool.prewarm(5_000).expect("works here");
        refuse(&[MEMFD, MMAP_EXEC, MPROTECT_EXEC, MREMAP]);
        let context = Context::leaked(1);
        let mut thunks = Vec::new();
        while let Ok(thunk) = try_take(pool, context) {
            thunks.push(thunk);
        }
        assert!(thunks.len() >= 5_000);
        assert!(thunks.iter().all(|thunk| call(*thunk) == 1));
        let count = thunks.len();
        for thunk in thunks.drain(..) {
            retire(pool, thunk);
            assert_eq!(call(thunk), DEAD);
        }
        while let Ok(thunk) = try_take(pool, context) {
            thunks.push(thunk);
        }
        // The quarantine, which ends between two batches; the last batch in it; and what the magazine
        // still has of those retired.
        assert!(
            count - thunks.len() <= 100 + 4 * 64,
            "{count}, {}",
            thunks.len()
        );
        assert!(thunks.iter().all(|thunk| call(*thunk) == 1));
    });
}

/// Bytes of address space in use.
fn address_space() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("/proc is mounted");
    let pages = statm.split(' ').next().and_then(|n| n.parse::<u64>().ok());
    pages.expect("a number") * region::page::size() as u64
}

fn is_shortage(error: &ExecError) -> bool {
    matches!(
        error,
        ExecError::AddressSpace { .. } | ExecError::Exhausted { .. }
    )
}

#[test]
fn hard_case_30_running_out_of_address_space_is_an_error_and_passes() {
    if is_emulated("limits of its own") {
        return;
    }
    for strategy in [Strategy::Sealed, Strategy::Anonymous] {
        in_child(|| {
            let pool = pool_with(Options::new().strategy(strategy));
            let context = Context::leaked(9);
            let mut thunks = Vec::with_capacity(1 << 18);
            limit(libc::RLIMIT_AS, address_space() + (3 << 20));
            let error = loop {
                match try_take(pool, context) {
                    Ok(thunk) => thunks.push(thunk),
                    Err(e) => break e,
                }
            };
            assert!(is_shortage(&error), "{error}");
            assert!(thunks.len() > 2_048, "smaller arenas were tried");
            for _ in 0..1_000 {
                assert!(try_take(pool, context).is_err());
            }
            assert!(thunks.iter().all(|thunk| call(*thunk) == 9));
            limit(libc::RLIMIT_AS, u64::MAX);
            let spans = pool.report().spans();
            thunks.extend((0..10_000).map(|_| take(pool, context)));
            assert!(thunks.iter().all(|thunk| call(*thunk) == 9));
            assert!(pool.report().spans() <= spans + 5, "nothing was lost");
            assert_eq!(pool.report().taken(), thunks.len());
        });
    }
}

#[test]
fn hard_case_30_running_out_of_mappings_is_an_error_and_passes() {
    if is_emulated("limits of its own") {
        return;
    }
    for strategy in [Strategy::Sealed, Strategy::Anonymous] {
        in_child(|| {
            let pool = pool_with(Options::new().strategy(strategy));
            pool.prewarm(5_000).expect("works here");
            let context = Context::leaked(3);
            let mut thunks = Vec::with_capacity(1 << 18);
            let taken = use_up_mappings();
            if taken.is_empty() {
                return; // a system without a limit worth the name
            }
            let error = loop {
                match try_take(pool, context) {
                    Ok(thunk) => thunks.push(thunk),
                    Err(e) => break e,
                }
            };
            assert!(is_shortage(&error), "{error}");
            for _ in 0..100 {
                assert!(try_take(pool, context).is_err());
            }
            assert!(thunks.len() >= 5_000);
            for at in taken {
                // SAFETY: one of the pages mapped for this test, and nobody uses it.
                unsafe { libc::munmap(at, region::page::size()) };
            }
            thunks.extend((0..10_000).map(|_| take(pool, context)));
            assert!(thunks.iter().all(|thunk| call(*thunk) == 3));
            assert_eq!(pool.report().taken(), thunks.len());
        });
    }
}

#[test]
fn hard_case_30_as_many_arenas_as_there_can_be() {
    in_child(|| {
        let pool = pool_with(Options::new().reservation(64 << 10));
        let context = Context::leaked(1);
        let thunks: Vec<_> = (0..300_000).map(|_| take(pool, context)).collect();
        assert!(thunks.iter().all(|thunk| call(*thunk) == 1));
        assert!(thunks.iter().all(|t| pool.find(t.as_ptr()) == Some(*t)));
        assert_eq!(pool.live().count(), thunks.len());
    });
}
