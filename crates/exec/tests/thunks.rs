//! Taking, calling, retiring.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod contexts;
mod machine_code;
mod process;

use std::collections::HashSet;
use std::sync::mpsc;
use std::thread;

use contexts::{Context, DEAD, call, pool, pool_with, retire, take, tombstone, try_take, value};
use machine_code::times;
use process::{assert_no_mapping_is_writable_and_executable, descriptors, in_child, mappings};
use region::Protection;
use trampette_exec::{ExecError, Immutability, Options, Strategy, Thunk};

#[test]
fn a_thunk_calls_its_context_then_another_then_the_tombstone() {
    let pool = pool();
    let (one, two) = (Context::leaked(1), Context::leaked(2));
    let thunk = take(pool, one);
    assert_eq!((call(thunk), thunk.context()), (1, Some(one.as_context())));
    // SAFETY: the thunk is taken, and the context lasts for ever.
    let before = unsafe { thunk.retarget(two.as_context()) };
    assert_eq!((call(thunk), before), (2, Some(one.as_context())));
    retire(pool, thunk);
    assert_eq!(call(thunk), DEAD);
    assert_eq!(thunk.context(), Some(tombstone().as_context()));
}

#[test]
fn thunks_are_distinct_and_each_has_a_context_of_its_own() {
    let pool = pool();
    let thunks: Vec<_> = (0..10_000)
        .map(|v| take(pool, Context::leaked(v)))
        .collect();
    let distinct: HashSet<_> = thunks.iter().copied().collect();
    assert_eq!(distinct.len(), thunks.len());
    assert!((0..).zip(&thunks).all(|(v, thunk)| call(*thunk) == v));
}

#[test]
fn every_strategy_makes_thunks_and_tells_how_strong_they_are() {
    for strategy in Strategy::known().iter().copied() {
        let pool = pool_with(Options::new().strategy(strategy));
        let thunks: Vec<_> = (0..9_000).map(|v| take(pool, Context::leaked(v))).collect();
        assert!((0..).zip(&thunks).all(|(v, thunk)| call(*thunk) == v));
        let report = pool.report();
        assert_eq!(report.strategy(), Some(strategy));
        assert_eq!(report.immutability(), Some(strategy.immutability()));
        assert_eq!((report.spans(), report.taken()), (5, 9_000), "{report}");
    }
}

#[test]
fn a_thunk_is_found_by_its_address_and_by_no_other() {
    let pool = pool();
    let other = contexts::pool();
    let thunks: Vec<_> = (0..5_000).map(|v| take(pool, Context::leaked(v))).collect();
    for thunk in &thunks {
        assert_eq!(pool.find(thunk.as_ptr()), Some(*thunk));
        assert_eq!(other.find(thunk.as_ptr()), None);
        for wrong in (1..64).map(|offset| thunk.as_ptr().wrapping_byte_add(offset)) {
            assert_eq!(pool.find(wrong), None);
        }
    }
    retire(pool, thunks[7]);
    assert_eq!(pool.find(thunks[7].as_ptr()), Some(thunks[7]));
}

#[test]
fn foreign_addresses_are_nobody_s_thunks() {
    let pool = pool();
    let thunk = take(pool, Context::leaked(1));
    let on_stack = 0_u8;
    let span = 128 << 10;
    let foreign = [
        std::ptr::null(),
        std::ptr::without_provenance(usize::MAX),
        std::ptr::without_provenance(usize::MAX & !15),
        (&raw const on_stack).cast(),
        call as *const (),
        thunk.as_ptr().wrapping_byte_add(span),
        thunk.as_ptr().wrapping_byte_add(2 * span),
        thunk.as_ptr().wrapping_byte_sub(2 * span),
        // The next one was made, and is not handed out yet.
        thunk.as_ptr().wrapping_byte_add(64),
        // The dummies of the queues never will be, before others were retired.
        thunk.as_ptr().wrapping_byte_sub(64),
        thunk.as_ptr().wrapping_byte_sub(128),
    ];
    for address in foreign {
        assert_eq!(pool.find(address), None, "{address:p}");
    }
}

#[test]
fn the_live_are_those_taken_and_not_retired() {
    let pool = pool();
    assert_eq!(pool.live().count(), 0);
    let thunks: Vec<_> = (0..6_000).map(|v| take(pool, Context::leaked(v))).collect();
    thunks.iter().step_by(2).for_each(|t| retire(pool, *t));
    let live: HashSet<(Thunk, u64)> = pool.live().map(|(t, c)| (t, value(c))).collect();
    let expected = (0..).zip(&thunks).filter(|(v, _)| v % 2 == 1);
    assert_eq!(live, expected.map(|(v, t)| (*t, v)).collect());
    assert_eq!(pool.report().taken(), 3_000);
}

#[test]
fn a_thunk_taken_by_one_thread_may_be_retired_by_another() {
    let pool = pool();
    pool.set_quarantine(1_000);
    let (to_retire, from_taker) = mpsc::sync_channel::<Thunk>(100);
    let rounds = times(200_000, 2_000_000) as u64;
    thread::scope(|scope| {
        scope.spawn(move || from_taker.iter().for_each(|thunk| retire(pool, thunk)));
        let context = Context::leaked(5);
        for _ in 0..rounds {
            let thunk = take(pool, context);
            assert_eq!(call(thunk), 5);
            to_retire.send(thunk).expect("the other side listens");
        }
        drop(to_retire);
    });
    assert_eq!(pool.report().taken(), 0);
    assert_eq!(pool.report().spans(), 1, "thunks went round");
}

#[test]
fn threads_that_end_leave_nothing_behind() {
    let pool = pool();
    pool.set_quarantine(100);
    for _ in 0..times(2_000, 20_000) {
        let one = thread::spawn(move || {
            let thunk = take(pool, Context::leaked(1));
            assert_eq!(call(thunk), 1);
            retire(pool, thunk);
        });
        one.join().expect("no panic");
    }
    assert_eq!(pool.report().spans(), 1);
    assert_eq!(pool.report().taken(), 0);
}

#[test]
fn destructors_of_ending_threads_take_and_retire() {
    /// Runs when its thread ends, before or after the magazines are gone.
    struct Last(&'static trampette_exec::ThunkPool, Vec<Thunk>);
    impl Drop for Last {
        fn drop(&mut self) {
            for thunk in self.1.drain(..) {
                assert_eq!(call(thunk), 6);
                retire(self.0, thunk);
                let another = take(self.0, Context::leaked(7));
                assert_eq!(call(another), 7);
                retire(self.0, another);
            }
        }
    }
    thread_local! {
        static BEFORE: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) };
        static AFTER: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) };
    }
    let pool = pool();
    pool.set_quarantine(0);
    for _ in 0..200 {
        let one = thread::spawn(move || {
            let last = || Some(Last(pool, Vec::new()));
            BEFORE.set(last());
            let thunks = (0..6).map(|_| take(pool, Context::leaked(6)));
            let mut thunks: Vec<_> = thunks.collect();
            AFTER.set(last());
            for place in [&BEFORE, &AFTER] {
                let half = thunks.split_off(thunks.len().saturating_sub(3));
                place.with_borrow_mut(|last| last.as_mut().expect("set above").1 = half);
            }
        });
        one.join().expect("no panic");
    }
    assert_eq!((pool.report().taken(), pool.report().spans()), (0, 1));
}

#[test]
fn more_pools_than_there_are_magazines_for() {
    let context = Context::leaked(1);
    for _ in 0..40 {
        let pool = pool();
        pool.set_quarantine(10);
        for _ in 0..10_000 {
            let thunk = take(pool, context);
            assert_eq!(call(thunk), 1);
            retire(pool, thunk);
        }
        assert_eq!((pool.report().taken(), pool.report().spans()), (0, 1));
    }
}

#[test]
fn thunks_lie_within_reach_of_the_text() {
    let pool = pool();
    let thunk = take(pool, Context::leaked(1));
    let text = thunks_lie_within_reach_of_the_text as fn() as usize;
    assert!(thunk.addr().abs_diff(text) < 1 << 31);
    assert!(pool.report().distance() < Some(1 << 31));
}

#[test]
fn the_report_is_a_table() {
    let pool = pool();
    assert!(pool.report().to_string().contains("none has worked yet"));
    let thunk = take(pool, Context::leaked(1));
    retire(pool, thunk);
    let table = pool.report().to_string();
    for row in [
        "thunks        plain",
        "strategy",
        "immutability",
        "spans",
        "taken",
        "reserved",
    ] {
        assert!(table.lines().any(|line| line.starts_with(row)), "{table}");
    }
}

#[test]
fn hard_case_28_code_is_sealed_and_data_is_elsewhere() {
    let pool = pool();
    // The first span is written, and the others are the same pages again.
    let thunks: Vec<_> = (0..10_000)
        .map(|v| take(pool, Context::leaked(v)))
        .collect();
    assert_eq!(pool.report().immutability(), Some(Immutability::Sealed));
    let page = region::page::size();
    for thunk in thunks.iter().step_by(4000) {
        for rights in [Protection::READ_WRITE, Protection::READ_WRITE_EXECUTE] {
            // SAFETY: if this works, the test has failed.
            let outcome = unsafe { region::protect(thunk.as_ptr(), page, rights) };
            assert!(
                matches!(outcome, Err(region::Error::SystemCall(libc::EACCES))),
                "{outcome:?}"
            );
        }
        let code = region::query(thunk.as_ptr()).expect("mapped");
        assert_eq!(code.protection(), Protection::READ_EXECUTE);
        let data = thunk.as_ptr().wrapping_byte_add(128 << 10);
        let data = region::query(data).expect("mapped");
        assert_eq!(data.protection(), Protection::READ_WRITE);
        assert!(!data.is_shared());
    }
    assert!((0..).zip(&thunks).all(|(v, thunk)| call(*thunk) == v));
    assert_no_mapping_is_writable_and_executable();
}

#[test]
fn hard_case_28_a_write_to_proc_self_mem_does_not_reach_the_code() {
    use std::os::unix::fs::FileExt;
    let pool = pool();
    let thunks: Vec<_> = (0..5_000).map(|v| take(pool, Context::leaked(v))).collect();
    let memory = std::fs::File::options().write(true).open("/proc/self/mem");
    let memory = memory.expect("/proc is mounted");
    for thunk in [thunks[0], thunks[4_999]] {
        assert!(memory.write_at(&[0xcc], thunk.addr() as u64).is_err());
    }
    assert_eq!((call(thunks[0]), call(thunks[4_999])), (0, 4_999));
}

#[test]
fn hard_case_29_pages_of_16_and_64_kib() {
    for page in [16 << 10, 64 << 10] {
        for strategy in Strategy::known().iter().copied() {
            let options = Options::new().page_size(page).strategy(strategy);
            let pool = pool_with(options);
            let thunks: Vec<_> = (0..10_000)
                .map(|v| take(pool, Context::leaked(v)))
                .collect();
            assert!((0..).zip(&thunks).all(|(v, thunk)| call(*thunk) == v));
            let code = region::query(thunks[0].as_ptr()).expect("mapped");
            assert!(code.as_range().start.is_multiple_of(page));
            assert!(code.as_range().end.is_multiple_of(page));
        }
    }
    let huge = Options::new().page_size(256 << 10);
    let refused = trampette_exec::ThunkPool::with_options(contexts::KIND, huge);
    assert!(matches!(refused, Err(ExecError::BadOptions { .. })));
}

#[test]
fn hard_case_30_mappings_do_not_grow_with_the_number_of_thunks() {
    in_child(|| {
        for (count, most) in [(100_000, 110), (1_000_000, 1000)] {
            let pool = pool();
            let context = Context::leaked(1);
            let mut thunks = Vec::with_capacity(count);
            let (maps, fds) = (mappings().len(), descriptors());
            thunks.extend((0..count).map(|_| take(pool, context)));
            let grown = mappings().len() - maps;
            assert!(grown < most, "{grown} new mappings for {count} thunks");
            assert_eq!(descriptors(), fds);
            assert!(thunks.iter().all(|thunk| call(*thunk) == 1));
            assert_eq!(pool.report().taken(), count);
            assert!(pool.report().distance() < Some(1 << 31));
            assert_no_mapping_is_writable_and_executable();
        }
    });
}

#[test]
fn hard_case_22_no_descriptor_is_held_and_numbers_may_be_reused() {
    in_child(|| {
        let pool = pool();
        let first = take(pool, Context::leaked(1));
        // SAFETY: the child uses none of the descriptors it inherited.
        let closed = unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) };
        assert_eq!(closed, 0);
        let file = std::fs::File::open("/proc/self/exe").expect("opened");
        assert_eq!(std::os::fd::AsRawFd::as_raw_fd(&file), 3);
        let context = Context::leaked(2);
        let thunks: Vec<_> = (0..100_000).map(|_| take(pool, context)).collect();
        assert!(thunks.iter().all(|thunk| call(*thunk) == 2));
        assert_eq!((call(first), descriptors()), (1, 4));
        drop(file);
    });
    assert!(try_take(pool(), Context::leaked(1)).is_ok());
}
