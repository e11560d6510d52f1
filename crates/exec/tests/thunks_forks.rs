//! Parents and children that take and retire.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod contexts;
mod machine_code;
mod process;

use std::collections::{HashMap, HashSet};
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use contexts::{Context, DEAD, call, pool, pool_with, retire, take, value};
use machine_code::times;
use process::{fork, is_emulated, wait};
use trampette_exec::{Options, Strategy, Thunk, ThunkPool};

/// Passes a turn from one process to the other.
fn pass(mut to: &PipeWriter) {
    to.write_all(&[0]).expect("the other side listens");
}

/// Waits for one's turn.
fn turn(mut from: &PipeReader) {
    from.read_exact(&mut [0]).expect("the other side writes");
}

#[test]
fn hard_case_21_after_a_fork_neither_side_sees_what_the_other_does() {
    let pool = pool();
    let [kept, moved, dropped] = [1, 2, 3].map(|v| take(pool, Context::leaked(v)));
    let (parents_turn, to_parent) = pipe().expect("a pipe");
    let (childs_turn, to_child) = pipe().expect("a pipe");
    let child = fork(60, || {
        // SAFETY: the thunk is taken, and the context lasts for ever.
        unsafe { moved.retarget(Context::leaked(666).as_context()) };
        retire(pool, dropped);
        let mine = take(pool, Context::leaked(667));
        pass(&to_parent);
        turn(&childs_turn);
        let all = [kept, moved, dropped, mine].map(call);
        assert_eq!(all, [1, 666, DEAD, 667]);
        let many: Vec<_> = (0..9_000).map(|v| take(pool, Context::leaked(v))).collect();
        assert!((0..).zip(&many).all(|(v, thunk)| call(*thunk) == v));
        pass(&to_parent);
    });
    turn(&parents_turn);
    assert_eq!([kept, moved, dropped].map(call), [1, 2, 3]);
    let mine = take(pool, Context::leaked(4));
    retire(pool, kept);
    pass(&to_child);
    turn(&parents_turn);
    let many: Vec<_> = (0..9_000).map(|v| take(pool, Context::leaked(v))).collect();
    assert_eq!([kept, moved, dropped, mine].map(call), [DEAD, 2, 3, 4]);
    assert_eq!(wait(child), 0);
    assert!((0..).zip(&many).all(|(v, thunk)| call(*thunk) == v));
}

/// What a child does that was forked in the middle of everything: no thunk that is in use may be
/// handed out, and all that are must go on working.
fn live_on(pool: &'static ThunkPool) {
    let before: HashMap<Thunk, u64> = pool.live().map(|(t, c)| (t, value(c))).collect();
    let context = Context::leaked(700);
    let mut mine = HashSet::new();
    for _ in 0..300 {
        let thunk = take(pool, context);
        assert!(!before.contains_key(&thunk), "{thunk:?} is in use");
        assert!(mine.insert(thunk), "{thunk:?} is had twice");
        assert_eq!(call(thunk), 700);
    }
    for thunk in mine {
        retire(pool, thunk);
        assert_eq!(call(thunk), DEAD);
    }
    // What was retired before the fork comes round as well.
    for _ in 0..3_000 {
        let thunk = take(pool, context);
        assert!(!before.contains_key(&thunk), "{thunk:?} is in use");
        retire(pool, thunk);
    }
    // One that was being retired at that instant counts as in use, with its tombstone.
    assert!(before.iter().all(|(thunk, value)| call(*thunk) == *value));
    let fresh = usize::try_from(pool.report().fresh()).expect("few");
    pool.prewarm(fresh + 1).expect("there is room");
}

/// Takes and retires until it is told to stop.
fn churn(pool: &'static ThunkPool, done: &AtomicBool) {
    let context = Context::leaked(600);
    while !done.load(Ordering::Relaxed) {
        let mine: Vec<_> = (0..100).map(|_| take(pool, context)).collect();
        assert!(mine.iter().all(|thunk| call(*thunk) == 600));
        mine.iter().for_each(|thunk| retire(pool, *thunk));
    }
}

/// Makes a span whenever `pause` rounds are over, until it is told to stop.
fn grow(pool: &'static ThunkPool, round: &AtomicUsize, pause: usize, done: &AtomicBool) {
    let mut seen = 0;
    while !done.load(Ordering::Relaxed) {
        let now = round.load(Ordering::Relaxed);
        if now >= seen + pause {
            seen = now;
            let fresh = usize::try_from(pool.report().fresh()).expect("few");
            pool.prewarm(fresh + 1).expect("there is room");
        }
        thread::sleep(Duration::from_micros(20));
    }
}

/// Returns how many children found that somebody had been making room.
fn fork_under_fire(options: Options, forks: usize) -> usize {
    let pool = pool_with(options);
    pool.set_quarantine(500);
    let kept: Vec<_> = (0..100).map(|v| take(pool, Context::leaked(v))).collect();
    let (round, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (mut torn, to_parent) = pipe().expect("a pipe");
    // So few spans are made meanwhile because the children look at each of them.
    let pause = 30.max(forks.div_ceil(50));
    thread::scope(|scope| {
        scope.spawn(|| churn(pool, &done));
        scope.spawn(|| churn(pool, &done));
        scope.spawn(|| grow(pool, &round, pause, &done));
        for _ in 0..forks {
            round.fetch_add(1, Ordering::Relaxed);
            let child = fork(60, || {
                live_on(pool);
                assert!((0..).zip(&kept).all(|(v, thunk)| call(*thunk) == v));
                if pool.report().abandoned() > 0 {
                    pass(&to_parent);
                }
            });
            assert_eq!(wait(child), 0);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(pool.report().abandoned(), 0, "the parent lost nothing");
    assert!((0..).zip(&kept).all(|(v, thunk)| call(*thunk) == v));
    assert_eq!(pool.report().taken(), 100);
    drop(to_parent);
    let mut torn_children = Vec::new();
    torn.read_to_end(&mut torn_children).expect("read");
    torn_children.len()
}

#[test]
fn hard_case_26_forks_while_other_threads_take_and_retire() {
    fork_under_fire(Options::new(), times(300, 10_000));
}

#[test]
fn hard_case_26_forks_while_other_threads_make_anonymous_spans() {
    if is_emulated("forks in the middle of a system call") {
        return;
    }
    let options = Options::new().strategy(Strategy::Anonymous);
    let torn = fork_under_fire(options, times(300, 10_000));
    assert!(
        torn > 0,
        "had no fork fallen into it, this would have shown nothing"
    );
}
