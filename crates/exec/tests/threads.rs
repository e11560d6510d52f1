//! Publishing next to code that runs.

#![cfg(target_os = "linux")]

mod machine_code;
mod process;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use machine_code::{call, publish, times};
use process::assert_no_mapping_is_writable_and_executable;
use trampette_exec::{CodeMemory, CodePtr, Options, Strategy};

const CALLERS: usize = 3;

/// Publishes pieces while threads call all that are there, the newest most of all.
fn publish_under_fire(strategy: Strategy, publishes: usize, calls: usize) {
    let options = Options::new().strategy(strategy);
    let memory = CodeMemory::with_options(options).expect("good options");
    let entries: Vec<OnceLock<CodePtr>> = (0..publishes).map(|_| OnceLock::new()).collect();
    let (done, called) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) || called.load(Ordering::Relaxed) < calls {
                    called.fetch_add(call_around(&entries), Ordering::Relaxed);
                }
            });
        }
        for (value, entry) in (0..).zip(&entries) {
            entry.set(publish(&memory, value)).expect("set once");
            if value % 1000 == 0 {
                assert_no_mapping_is_writable_and_executable();
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(called.into_inner() >= calls);
    let all = (0..)
        .zip(&entries)
        .all(|(v, e)| e.get().is_some_and(|e| call(*e) == v));
    assert!(all);
}

/// Calls a thousand pieces back from the newest one, and says how many that were.
fn call_around(entries: &[OnceLock<CodePtr>]) -> usize {
    let newest = entries.partition_point(|entry| entry.get().is_some());
    let oldest = newest.saturating_sub(1000);
    for (index, entry) in entries.iter().enumerate().take(newest).skip(oldest) {
        let entry = entry.get().expect("those before the newest are there");
        assert_eq!(call(*entry) as usize, index);
    }
    newest - oldest
}

#[test]
fn hard_case_23_sealed_pages_are_replaced_under_running_threads() {
    publish_under_fire(
        Strategy::Sealed,
        times(5_000, 50_000),
        times(1_000_000, 100_000_000),
    );
}

#[test]
fn hard_case_23_anonymous_pages_are_replaced_under_running_threads() {
    publish_under_fire(
        Strategy::Anonymous,
        times(5_000, 50_000),
        times(1_000_000, 100_000_000),
    );
}

#[test]
fn threads_publish_at_the_same_time() {
    let memory = CodeMemory::new();
    thread::scope(|scope| {
        for thread in 0..4_u32 {
            let memory = &memory;
            scope.spawn(move || {
                let values = (0..500).map(|index| thread << 16 | index);
                let entries: Vec<_> = values.clone().map(|v| publish(memory, v)).collect();
                assert!(values.zip(&entries).all(|(v, entry)| call(*entry) == v));
            });
        }
    });
    assert_eq!(memory.report().pieces(), 2000);
}

/// Each thread calls what it has published, and then the newest pieces of all others: whatever their
/// processors have fetched before, they must see the new code.
#[test]
fn hard_case_38_8_threads_execute_at_once_what_any_of_them_publishes() {
    const THREADS: u32 = 8;
    let pieces = times(300, 5_000);
    for strategy in [Strategy::Sealed, Strategy::Anonymous] {
        let options = Options::new().strategy(strategy);
        let memory = CodeMemory::with_options(options).expect("good options");
        let newest: Vec<Newest> = (0..THREADS).map(|_| Newest::default()).collect();
        thread::scope(|scope| {
            for (thread, mine) in (0..).zip(&newest) {
                let (memory, newest) = (&memory, &newest);
                scope.spawn(move || {
                    for value in
                        (0..pieces).map(|index| thread << 16 | u32::try_from(index).expect("few"))
                    {
                        let entry = publish(memory, value);
                        assert_eq!(call(entry), value);
                        mine.set(entry, value);
                        newest.iter().for_each(Newest::check);
                    }
                });
            }
        });
        assert_eq!(memory.report().pieces(), THREADS as usize * pieces);
    }
}

/// The piece that a thread has published last.
#[derive(Debug, Default)]
struct Newest(Mutex<Option<(CodePtr, u32)>>);

impl Newest {
    fn set(&self, entry: CodePtr, value: u32) {
        *self.0.lock().expect("nobody panics") = Some((entry, value));
    }

    fn check(&self) {
        let newest = *self.0.lock().expect("nobody panics");
        if let Some((entry, value)) = newest {
            assert_eq!(call(entry), value);
        }
    }
}
