//! Parents and children.

#![cfg(target_os = "linux")]

mod machine_code;
mod process;

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use machine_code::{call, publish, times};
use process::{fork, wait};
use trampette_exec::{CodeMemory, Options, Strategy};

/// Passes a turn from one process to the other.
fn pass(mut to: &PipeWriter) {
    to.write_all(&[0]).expect("the other side listens");
}

/// Waits for one's turn.
fn turn(mut from: &PipeReader) {
    from.read_exact(&mut [0]).expect("the other side writes");
}

#[test]
fn hard_case_21_after_a_fork_neither_side_sees_the_other_s_code() {
    for strategy in Strategy::known().iter().copied() {
        let options = Options::new().strategy(strategy);
        let memory = CodeMemory::with_options(options).expect("good options");
        let old = publish(&memory, 1);
        let (parents_turn, to_parent) = pipe().expect("a pipe");
        let (childs_turn, to_child) = pipe().expect("a pipe");
        let child = fork(60, || {
            let mine = publish(&memory, 666);
            pass(&to_parent);
            turn(&childs_turn);
            assert_eq!((call(old), call(mine)), (1, 666));
            let next = publish(&memory, 667);
            assert_eq!((call(old), call(mine), call(next)), (1, 666, 667));
            pass(&to_parent);
        });
        turn(&parents_turn);
        let mine = publish(&memory, 2);
        assert_eq!((call(old), call(mine)), (1, 2));
        pass(&to_child);
        turn(&parents_turn);
        let next = publish(&memory, 3);
        assert_eq!((call(old), call(mine), call(next)), (1, 2, 3));
        assert_eq!(wait(child), 0, "{strategy}");
        assert_eq!((call(old), call(mine), call(next)), (1, 2, 3));
    }
}

/// Forks while threads publish: the child must get its turn whatever they were at.
fn fork_under_fire(strategy: Strategy, forks: usize) {
    let options = Options::new().strategy(strategy);
    let memory = CodeMemory::with_options(options).expect("good options");
    let old = publish(&memory, 1);
    let (done, torn) = (AtomicBool::new(false), &pipe().expect("a pipe"));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let entries: Vec<_> = (0..50).map(|value| publish(&memory, value)).collect();
                    assert!(
                        (0..)
                            .zip(&entries)
                            .all(|(value, entry)| call(*entry) == value)
                    );
                }
            });
        }
        for _ in 0..forks {
            let child = fork(60, || {
                let mine: Vec<_> = (700..720).map(|value| publish(&memory, value)).collect();
                assert!(
                    (700..)
                        .zip(&mine)
                        .all(|(value, entry)| call(*entry) == value)
                );
                assert_eq!(call(old), 1);
                if memory.report().abandoned() > 0 {
                    pass(&torn.1);
                }
            });
            assert_eq!(wait(child), 0);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(memory.report().abandoned(), 0, "the parent lost nothing");
    // Had no fork fallen into a publication, the test would have shown nothing.
    turn(&torn.0);
}

#[test]
fn hard_case_26_forks_while_other_threads_publish_sealed_pages() {
    fork_under_fire(Strategy::Sealed, times(300, 10_000));
}

#[test]
fn hard_case_26_forks_while_other_threads_publish_anonymous_pages() {
    fork_under_fire(Strategy::Anonymous, times(300, 10_000));
}
