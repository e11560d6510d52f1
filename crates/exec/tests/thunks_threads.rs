//! Quarantine, and many threads at once.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod contexts;
mod machine_code;
mod process;

use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use contexts::{Context, Counted, DEAD, call, counting_pool, pool, retire, take, tombstone};
use machine_code::times;
use process::assert_no_mapping_is_writable_and_executable;
use trampette_exec::Thunk;

const QUARANTINE: usize = 65_536;

#[test]
fn hard_case_25_a_stale_call_within_the_quarantine_reaches_the_tombstone() {
    let pool = pool();
    let live = Context::leaked(25);
    let mut history: Vec<Thunk> = Vec::with_capacity(1_000_000);
    let mut retired_at = HashMap::new();
    let mut reused = 0;
    for round in 0..times(300_000, 1_000_000) {
        let thunk = take(pool, live);
        assert_eq!(call(thunk), 25);
        if let Some(before) = retired_at.insert(thunk, round) {
            assert!(round - before > QUARANTINE, "after {}", round - before);
            reused += 1;
        }
        retire(pool, thunk);
        history.push(thunk);
        // As many retirements ago, every number comes up.
        let stale = round.checked_sub(round % QUARANTINE);
        assert_eq!(call(history[stale.unwrap_or(0)]), DEAD);
        let stale = round.saturating_sub(QUARANTINE - 1 - round % QUARANTINE);
        assert_eq!(call(history[stale]), DEAD);
    }
    assert!(
        reused > 100_000,
        "thunks are used again after all: {reused}"
    );
    assert_eq!(
        pool.report().spans(),
        33,
        "and no more than needed are made"
    );
}

#[test]
fn hard_case_25_the_quarantine_is_as_long_as_it_is_set() {
    for length in [0, 1, 63, 64, 65, 1_000] {
        let pool = pool();
        pool.set_quarantine(length);
        let live = Context::leaked(1);
        let mut retired_at = HashMap::new();
        let mut shortest = usize::MAX;
        for round in 0..20_000 {
            let thunk = take(pool, live);
            if let Some(before) = retired_at.insert(thunk, round) {
                shortest = shortest.min(round - before - 1);
            }
            retire(pool, thunk);
        }
        assert!(shortest >= length, "{shortest} for {length}");
        assert_eq!(pool.report().spans(), 1);
    }
}

#[test]
fn hard_case_25_the_oldest_is_used_first_whoever_has_retired_it() {
    let pool = pool();
    let (quarantine, threads) = (2_000, 4);
    pool.set_quarantine(quarantine);
    let retired = AtomicUsize::new(0);
    let last: Mutex<HashMap<Thunk, usize>> = Mutex::default();
    let shortest = AtomicUsize::new(usize::MAX);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let live = Context::leaked(1);
                for _ in 0..times(30_000, 300_000) {
                    let thunk = take(pool, live);
                    if let Some(before) = last.lock().expect("no panic").remove(&thunk) {
                        let later = retired.load(Ordering::SeqCst) - before;
                        shortest.fetch_min(later, Ordering::SeqCst);
                    }
                    let now = retired.fetch_add(1, Ordering::SeqCst) + 1;
                    last.lock().expect("no panic").insert(thunk, now);
                    retire(pool, thunk);
                }
            });
        }
    });
    // What the others still had in their magazines is counted later.
    let least = quarantine - threads * 64;
    assert!(shortest.load(Ordering::SeqCst) >= least, "{shortest:?}");
    assert_eq!(pool.report().taken(), 0);
}

#[test]
fn hard_case_23_calls_go_on_while_others_take_and_retire() {
    const CALLERS: usize = 8;
    const CHURNERS: usize = 4;
    let pool = pool();
    pool.set_quarantine(5_000);
    let thunks: Vec<_> = (0..1_000).map(|v| take(pool, Context::leaked(v))).collect();
    let (left, called) = (AtomicUsize::new(CHURNERS), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while left.load(Ordering::Relaxed) > 0 {
                    assert!((0..).zip(&thunks).all(|(v, thunk)| call(*thunk) == v));
                    called.fetch_add(thunks.len(), Ordering::Relaxed);
                }
            });
        }
        for churner in 0..CHURNERS as u64 {
            let left = &left;
            scope.spawn(move || {
                let context = Context::leaked(1_000 + churner);
                let mut mine = Vec::new();
                for round in 0..times(100_000, 1_000_000) / CHURNERS {
                    mine.push(take(pool, context));
                    if round % 100 == 99 {
                        assert!(mine.iter().all(|t| call(*t) == 1_000 + churner));
                        mine.drain(..).for_each(|thunk| retire(pool, thunk));
                    }
                }
                mine.drain(..).for_each(|thunk| retire(pool, thunk));
                left.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    assert!(called.into_inner() > 0);
    assert_eq!(pool.report().taken(), 1_000);
    assert_no_mapping_is_writable_and_executable();
}

#[test]
fn hard_case_23_threads_exchange_thunks_and_none_is_had_twice() {
    let pool = pool();
    pool.set_quarantine(64);
    // Each place holds the context of the one thunk that is called through it.
    let places: Vec<OnceLock<Mutex<Option<Thunk>>>> = (0..64).map(|_| OnceLock::new()).collect();
    thread::scope(|scope| {
        for seed in 1..=8_u64 {
            let places = &places;
            scope.spawn(move || {
                let context = Context::leaked(seed);
                let mut random = seed;
                for _ in 0..times(20_000, 1_000_000) {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    let place = &places[(random >> 58) as usize];
                    let place = place.get_or_init(Mutex::default);
                    let mine = take(pool, context);
                    assert_eq!(call(mine), seed);
                    let before = place.lock().expect("no panic").replace(mine);
                    if let Some(thunk) = before {
                        assert!((1..=8).contains(&call(thunk)));
                        retire(pool, thunk);
                    }
                }
            });
        }
    });
    let held = places.iter().filter_map(OnceLock::get).count();
    assert_eq!(pool.report().taken(), held);
}

#[test]
fn retargeting_is_seen_whole_by_those_who_call() {
    let pool = pool();
    let contexts: Vec<_> = (0..100).map(Context::leaked).collect();
    let thunk = take(pool, contexts[0]);
    let done = AtomicBool::new(false);
    let latest = AtomicPtr::new(tombstone().as_context().as_ptr());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!(call(thunk) < 100);
                }
            });
        }
        for round in 0..times(200_000, 5_000_000) {
            let next = contexts[round % 100].as_context();
            // SAFETY: the thunk is taken, and the context lasts for ever.
            let before = unsafe { thunk.retarget(next) };
            let expected = latest.swap(next.as_ptr(), Ordering::Relaxed);
            assert!(round == 0 || before.map(NonNull::as_ptr) == Some(expected));
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn threads_make_room_at_the_same_time() {
    let pool = pool();
    let context = Context::leaked(3);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let thunks: Vec<_> = (0..10_000).map(|_| take(pool, context)).collect();
                assert!(thunks.iter().all(|thunk| call(*thunk) == 3));
            });
        }
    });
    assert_eq!((pool.report().taken(), pool.report().spans()), (80_000, 40));
}

/// Contexts are freed as soon as they may be, and whoever freed one has written over it: a call that came
/// too late would see that.
#[test]
fn hard_case_24_a_context_is_freed_once_and_never_under_a_call() {
    let pool = counting_pool();
    let rounds = times(20_000, 60_000);
    assert!(rounds < 65_536, "no thunk has a second life in this test");
    let current = AtomicPtr::new(std::ptr::null_mut::<()>());
    let (done, stale) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if let Some(thunk) = pool.find(current.load(Ordering::Acquire)) {
                        match call(thunk) {
                            DEAD => drop(stale.fetch_add(1, Ordering::Relaxed)),
                            number => assert!(number < 100, "{number:x}"),
                        }
                    }
                }
            });
        }
        for round in 0..rounds {
            let counted = Counted::leaked(pool, round as u64 % 100);
            current.store(counted.thunk().as_ptr().cast_mut(), Ordering::Release);
            if round % 3 == 0 {
                thread::yield_now();
            }
            counted.close();
        }
        done.store(true, Ordering::Relaxed);
    });
    let (kept, stale) = (pool.report().taken(), stale.into_inner());
    assert!(
        kept <= stale,
        "{kept} were not freed, {stale} calls never left"
    );
}

/// At home calls are counted without an atomic operation, and closed elsewhere meanwhile.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn hard_case_24_a_context_is_freed_once_when_another_thread_closes_it_under_calls_at_home() {
    use std::sync::mpsc;
    use trampette_exec::ThunkPool;

    let pool: &'static ThunkPool = Box::leak(Box::new(ThunkPool::new(contexts::BIASED)));
    let (send, closing) = mpsc::channel::<&'static Counted>();
    let (closed, wait) = mpsc::channel();
    let (mut freed, mut met) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(move || {
            for counted in closing {
                counted.close();
                closed.send(()).expect("it waits");
            }
        });
        for round in 0..times(20_000, 60_000) {
            let counted = Counted::leaked(pool, round as u64 % 100);
            assert_eq!(call(counted.thunk()), round as u64 % 100);
            assert_eq!(counted.thunk().calls(), 0);
            send.send(counted).expect("it closes");
            let mut found = (0..round % 50).map(|_| call(counted.thunk()));
            let met_tombstone = found.any(|number| match number {
                DEAD => true,
                _ => {
                    assert_eq!(number, round as u64 % 100, "used after it was freed");
                    false
                }
            });
            wait.recv().expect("it closes");
            // A call that meets the tombstone is counted, and never leaves.
            assert!(met_tombstone || counted.is_freed(), "{round}");
            met += usize::from(met_tombstone);
            freed += usize::from(counted.is_freed());
        }
        drop(send);
    });
    println!("{met} were closed under calls, {freed} were freed");
    assert!(freed > 1000);
}
