//! Publishing and calling, by every strategy and in every size.

#![cfg(target_os = "linux")]

mod machine_code;
mod process;

use machine_code::{call, publish, returning};
use process::{assert_no_mapping_is_writable_and_executable, in_child, mappings};
use region::Protection;
use trampette_exec::{CodeMemory, CodePtr, ExecError, Immutability, Options, Strategy};

/// A piece of `bytes` bytes that returns `value`.
fn padded(value: u32, bytes: usize) -> Vec<u8> {
    let mut code = returning(value);
    code.resize(bytes, 0);
    code
}

fn rights(at: CodePtr) -> Protection {
    let region = region::query(at.as_ptr());
    region.expect("published code is mapped").protection()
}

#[test]
fn a_batch_is_published_in_order_and_aligned() {
    let memory = CodeMemory::new();
    let pieces: Vec<_> = (0..100).map(returning).collect();
    let batch: Vec<_> = pieces.iter().map(Vec::as_slice).collect();
    let entries = memory.publish(&batch).expect("published");
    for (value, entry) in (0..).zip(&entries) {
        assert_eq!(call(*entry), value);
        assert!(entry.addr().is_multiple_of(64));
        assert_eq!(rights(*entry), Protection::READ_EXECUTE);
    }
    let report = memory.report();
    assert_eq!((report.pieces(), report.spans()), (100, 1));
    assert_no_mapping_is_writable_and_executable();
}

#[test]
fn every_strategy_publishes_appends_and_tells_how_strong_it_is() {
    for strategy in Strategy::known().iter().copied() {
        let memory = CodeMemory::with_options(Options::new().strategy(strategy));
        let memory = memory.expect("good options");
        let entries: Vec<_> = (0..2000).map(|value| publish(&memory, value)).collect();
        assert!(
            (0..)
                .zip(&entries)
                .all(|(value, entry)| call(*entry) == value)
        );
        let report = memory.report();
        assert_eq!(report.strategy(), Some(strategy));
        assert_eq!(report.immutability(), Some(strategy.immutability()));
        assert!(report.refusals().is_empty());
        assert_eq!(report.spans(), 2, "{report}");
    }
}

#[test]
fn pieces_of_every_size_around_page_and_span_are_published() {
    let memory = CodeMemory::new();
    let (page, span) = (region::page::size(), memory.report().span_size());
    let mut entries = Vec::new();
    for size in [
        64,
        page - 1,
        page,
        page + 1,
        span - 1,
        span,
        span + 1,
        5 * span + 7,
    ] {
        let value = u32::try_from(size).expect("small");
        let piece = padded(value, size);
        let entry = memory.publish(&[&returning(1), &piece, &returning(2)]);
        let entry = entry.expect("published");
        entries.push((entry[0], 1));
        entries.push((entry[1], value));
        entries.push((entry[2], 2));
    }
    for (entry, value) in entries {
        assert_eq!(call(entry), value);
    }
}

#[test]
fn what_is_between_the_pieces_traps() {
    let memory = CodeMemory::new();
    let entry = publish(&memory, 5);
    let code = returning(5);
    let page = region::page::size();
    // SAFETY: the page is mapped readable for ever.
    let bytes = unsafe { std::slice::from_raw_parts(entry.as_ptr().cast::<u8>(), page) };
    let trap = if cfg!(target_arch = "x86_64") {
        0xcc
    } else {
        0
    };
    assert_eq!(bytes[..code.len()], code);
    assert!(bytes[code.len()..].iter().all(|byte| *byte == trap));
}

#[test]
fn the_empty_batch_is_nothing_and_the_empty_piece_an_error() {
    let memory = CodeMemory::new();
    assert_eq!(memory.publish(&[]), Ok(vec![]));
    assert_eq!(memory.report().strategy(), None);
    let before = publish(&memory, 1);
    let outcome = memory.publish(&[&returning(2), &[], &returning(3)]);
    assert_eq!(outcome, Err(ExecError::EmptyPiece { index: 1 }));
    assert_eq!(memory.report().pieces(), 1);
    let after = publish(&memory, 4);
    assert_eq!((call(before), call(after)), (1, 4));
    assert_eq!(after.addr() - before.addr(), 64, "the room was given back");
}

#[test]
fn code_lies_within_reach_of_the_text() {
    let memory = CodeMemory::new();
    let entry = publish(&memory, 1);
    let text = code_lies_within_reach_of_the_text as fn() as usize;
    assert!(entry.addr().abs_diff(text) < 1 << 31);
    assert!(memory.report().distance() < Some(1 << 31));
}

#[test]
fn code_goes_anywhere_when_there_is_no_room_near_by() {
    let options = Options::new().near(usize::MAX / 2 + 1);
    let memory = CodeMemory::with_options(options).expect("good options");
    assert_eq!(call(publish(&memory, 3)), 3);
    assert!(memory.report().distance() > Some(1 << 36));
}

#[test]
fn memory_may_go_while_its_code_stays() {
    let memory = CodeMemory::new();
    let entry = publish(&memory, 8);
    drop(memory);
    assert_eq!(call(entry), 8);
}

#[test]
fn the_report_is_a_table() {
    let memory = CodeMemory::new();
    assert!(memory.report().to_string().contains("none has worked yet"));
    publish(&memory, 1);
    let table = memory.report().to_string();
    for row in [
        "strategy",
        "immutability",
        "page size",
        "spans",
        "published",
        "reserved",
    ] {
        assert!(table.lines().any(|line| line.starts_with(row)), "{table}");
    }
}

/// Whether `mprotect` can give the page at `at` these rights. It gets its own back at once.
fn protect(at: CodePtr, rights: Protection) -> Result<(), region::Error> {
    let page = region::page::size();
    let at = at.as_ptr();
    // SAFETY: the page is only read and executed, which it may be all the while.
    unsafe { region::protect(at, page, rights) }?;
    // SAFETY: as above.
    unsafe { region::protect(at, page, Protection::READ_EXECUTE) }
}

#[test]
fn hard_case_28_sealed_code_cannot_be_made_writable() {
    let memory = CodeMemory::new();
    let entry = publish(&memory, 28);
    assert_eq!(memory.report().immutability(), Some(Immutability::Sealed));
    for rights in [Protection::READ_WRITE, Protection::READ_WRITE_EXECUTE] {
        let outcome = protect(entry, rights);
        assert!(
            matches!(outcome, Err(region::Error::SystemCall(libc::EACCES))),
            "{outcome:?}"
        );
    }
    assert_eq!(call(entry), 28);
}

#[test]
fn hard_case_28_the_check_can_fail_private_code_can_be_made_writable() {
    let options = Options::new().strategy(Strategy::SealedPrivate);
    let memory = CodeMemory::with_options(options).expect("good options");
    let entry = publish(&memory, 28);
    assert_eq!(memory.report().immutability(), Some(Immutability::Private));
    assert!(protect(entry, Protection::READ_WRITE).is_ok());
    assert_eq!(call(entry), 28);
}

#[test]
fn hard_case_29_pages_of_16_and_64_kib() {
    for page in [16 << 10, 64 << 10] {
        for strategy in Strategy::known().iter().copied() {
            let options = Options::new().page_size(page).strategy(strategy);
            let memory = CodeMemory::with_options(options).expect("good options");
            let first = publish(&memory, 0);
            assert!(first.addr().is_multiple_of(page));
            let last_byte = first.addr() + page - 1;
            // The whole of the large page is code, and not only the small one that is in use.
            let region = region::query(first.as_ptr()).expect("mapped");
            assert!(region.as_range().contains(&last_byte));
            let entries: Vec<_> = (1..1500).map(|value| publish(&memory, value)).collect();
            assert!(
                (1..)
                    .zip(&entries)
                    .all(|(value, entry)| call(*entry) == value)
            );
            let large = padded(77, 100 << 10);
            let large = memory.publish(&[&large]).expect("published")[0];
            assert!(large.addr().is_multiple_of(page));
            assert_eq!((call(large), call(first)), (77, 0));
        }
    }
}

#[test]
fn hard_case_30_mappings_do_not_grow_with_the_number_of_pieces() {
    in_child(|| {
        for strategy in [Strategy::Sealed, Strategy::Anonymous] {
            let options = Options::new().strategy(strategy);
            let memory = CodeMemory::with_options(options).expect("good options");
            publish(&memory, 0);
            let (maps, fds) = (mappings().len(), process::descriptors());
            let entries: Vec<_> = (1..10_000).map(|value| publish(&memory, value)).collect();
            let grown = mappings().len() - maps;
            assert!(grown <= 16, "{grown} new mappings, {strategy}");
            assert_eq!(process::descriptors(), fds);
            assert!(
                (1..)
                    .zip(&entries)
                    .all(|(value, entry)| call(*entry) == value)
            );
            assert_no_mapping_is_writable_and_executable();
        }
    });
}
