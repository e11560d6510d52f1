//! Running out of things.

#![cfg(target_os = "linux")]

mod machine_code;
mod process;

use std::fs;

use machine_code::{call, publish, returning};
use process::{in_child, is_emulated, limit, use_up_mappings};
use trampette_exec::{CodeMemory, ExecError, Options, Strategy};

fn is_shortage(error: &ExecError) -> bool {
    matches!(
        error,
        ExecError::AddressSpace { .. } | ExecError::Exhausted { .. }
    )
}

/// Bytes of address space in use.
fn address_space() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("/proc is mounted");
    let pages: u64 = statm
        .split(' ')
        .next()
        .unwrap_or_default()
        .parse()
        .expect("a number");
    pages * region::page::size() as u64
}

#[test]
fn hard_case_30_running_out_of_address_space_is_an_error() {
    if is_emulated("limits of its own") {
        return;
    }
    for strategy in [Strategy::Sealed, Strategy::Anonymous] {
        in_child(|| {
            let options = Options::new().strategy(strategy);
            let memory = CodeMemory::with_options(options).expect("good options");
            limit(libc::RLIMIT_AS, address_space() + (3 << 20));
            let mut entries = Vec::with_capacity(1 << 16);
            let error = loop {
                match memory.publish(&[&[&returning(9)[..], &[0; 30_000]].concat()]) {
                    Ok(fresh) => entries.extend(fresh),
                    Err(e) => break e,
                }
            };
            assert!(is_shortage(&error), "{error}");
            assert!(entries.len() > 10, "smaller reservations were tried");
            assert!(entries.iter().all(|entry| call(*entry) == 9));
            limit(libc::RLIMIT_AS, u64::MAX);
            assert_eq!(call(publish(&memory, 7)), 7);
            assert!(entries.iter().all(|entry| call(*entry) == 9));
        });
    }
}

#[test]
fn hard_case_30_running_out_of_mappings_is_an_error() {
    if is_emulated("limits of its own") {
        return;
    }
    for strategy in [Strategy::Sealed, Strategy::Anonymous] {
        in_child(|| {
            let options = Options::new().strategy(strategy);
            let memory = CodeMemory::with_options(options).expect("good options");
            let before = publish(&memory, 1);
            let taken = use_up_mappings();
            if taken.is_empty() {
                return; // a system without a limit worth the name
            }
            let error = memory
                .publish(&[&returning(2)])
                .expect_err("no mapping is left");
            assert!(is_shortage(&error), "{error}");
            assert_eq!(call(before), 1);
            for at in taken {
                // SAFETY: one of the pages mapped above, and nobody uses it.
                unsafe { libc::munmap(at, region::page::size()) };
            }
            assert_eq!(call(publish(&memory, 3)), 3);
            assert_eq!(call(before), 1);
        });
    }
}
