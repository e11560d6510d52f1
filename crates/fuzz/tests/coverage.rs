//! A coverage counts what the engine's rows say, adds up, and is soon complete.

#![cfg(any(target_os = "linux", windows))]

use trampette::{Abi, is_callable};
use trampette_fuzz::coverage::{Cell, Class, Coverage, Place};
use trampette_fuzz::generate::{Generator, Knobs};

/// What the first signatures of seed 1 cover in one convention, disputed ones among them.
fn covered(abi: Abi, count: u64) -> Coverage {
    let knobs = Knobs {
        disputes: true,
        ..Knobs::for_here([abi])
    };
    let generator = Generator::new(1, knobs);
    let mut coverage = Coverage::default();
    for index in 0..count {
        coverage.note(&generator.signature(index));
    }
    coverage
}

fn of(text: &str) -> Coverage {
    let mut coverage = Coverage::default();
    coverage.note(&text.parse().unwrap());
    coverage
}

#[test]
fn twenty_thousand_signatures_cover_every_cell_of_every_convention_of_this_machine() {
    let generator = Generator::new(1, Knobs::default());
    let mut coverage = Coverage::default();
    for index in 0..20_000 {
        coverage.note(&generator.signature(index));
    }
    for abi in Knobs::default().abis {
        let missing: Vec<Cell> = coverage.missing(abi).collect();
        assert_eq!(missing, [], "\n{coverage}");
        assert!(coverage.covered(abi).1 > 80);
    }
    assert_eq!(coverage.percent(), 100.0);
}

#[test]
fn every_other_convention_is_covered_where_disputes_are_allowed() {
    for abi in Abi::ALL.into_iter().filter(|&abi| !is_callable(abi)) {
        let coverage = covered(abi, 20_000);
        let missing: Vec<Cell> = coverage.missing(abi).collect();
        assert_eq!(missing, [], "\n{coverage}");
    }
}

#[test]
fn nothing_is_met_that_was_said_to_be_impossible() {
    for abi in Abi::ALL {
        let coverage = covered(abi, 5000);
        let cells = coverage.cells().map(|(cell, _)| cell);
        let strange: Vec<Cell> = cells
            .filter(|&cell| !Coverage::is_reachable(cell))
            .collect();
        assert_eq!(strange, []);
    }
}

#[test]
fn every_argument_and_the_result_are_counted_once_in_each_of_their_classes() {
    let coverage = of("sysv64 (i8, i8, {i64, f64}, {[i64; 3]}) -> f32");
    let cells: Vec<_> = coverage
        .cells()
        .map(|(cell, count)| (cell.class, cell.place, count))
        .collect();
    let expected = [
        (Class::I8, Place::Integer, 2),
        (Class::F32, Place::ResultVector, 1),
        (Class::UpTo16, Place::Both, 1),
        (Class::UpTo32, Place::Stack, 1),
        (Class::Array, Place::Stack, 1),
    ];
    assert_eq!(cells, expected);
    assert!(coverage.abis().eq([Abi::SysV64]));
}

#[test]
fn what_cannot_be_called_counts_nothing() {
    assert_eq!(of("win64 () -> {}"), Coverage::default());
    assert_eq!(of("(ptr, ..., f32) -> void"), Coverage::default());
    assert_eq!(Coverage::default().percent(), 0.0);
}

#[test]
fn shards_add_up_to_the_whole() {
    let generator = Generator::new(3, Knobs::default());
    let mut whole = Coverage::default();
    let mut shards = [(); 3].map(|()| Coverage::default());
    for (index, shard) in (0..300).zip([0, 1, 2].into_iter().cycle()) {
        let signature = generator.signature(index);
        whole.note(&signature);
        shards[shard].note(&signature);
    }
    let mut sum = Coverage::default();
    for shard in &shards {
        let text = serde_json::to_string(shard).unwrap();
        let read: Coverage = serde_json::from_str(&text).unwrap();
        assert_eq!(&read, shard);
        sum.merge(&read);
    }
    assert_eq!(sum, whole);
}

#[test]
fn it_is_stored_by_name_and_strange_names_are_refused() {
    let text = serde_json::to_string(&of("sysv64 (f64) -> void")).unwrap();
    assert_eq!(text, r#"{"sysv64":{"f64":{"vector":1}}}"#);
    for (text, words) in [
        (r#"{"vax":{}}"#, "no convention is named `vax`"),
        (
            r#"{"sysv64":{"f256":{}}}"#,
            "no class of types is named `f256`",
        ),
        (
            r#"{"sysv64":{"f64":{"moon":1}}}"#,
            "no place is named `moon`",
        ),
        (r#"{"sysv64":{"f64":{"vector":-1}}}"#, "invalid value"),
    ] {
        let error = serde_json::from_str::<Coverage>(text).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_count_never_overflows() {
    let most = format!(r#"{{"sysv64":{{"f64":{{"vector":{}}}}}}}"#, u64::MAX);
    let mut coverage: Coverage = serde_json::from_str(&most).unwrap();
    coverage.merge(&coverage.clone());
    coverage.note(&"sysv64 (f64) -> void".parse().unwrap());
    assert_eq!(serde_json::to_string(&coverage).unwrap(), most);
}

/// Of a convention of this machine: what the others can have is worked out where they are proved.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_table_tells_what_cannot_be_from_what_was_not_covered() {
    let table = of("sysv64 (i8, i8) -> f32").to_string();
    let row = |name: &str| {
        let line = table
            .lines()
            .find(|line| line.trim_start().starts_with(name));
        line.unwrap().split_whitespace().skip(1).collect::<Vec<_>>()
    };
    // int, vec, ints, vecs, both, stack, nowhere; int, vec, ints, vecs, both, x87, memory, nowhere.
    assert_eq!(
        row("i8"),
        [
            "2", "·", "·", "·", "·", "0", "·", "0", "·", "·", "·", "·", "·", "·", "·"
        ]
    );
    assert_eq!(
        row("f32"),
        [
            "·", "0", "·", "·", "·", "0", "·", "·", "1", "·", "·", "·", "·", "·", "·"
        ]
    );
    let (covered, reachable) = of("sysv64 (i8, i8) -> f32").covered(Abi::SysV64);
    assert_eq!(covered, 2);
    assert!(
        table.starts_with(&format!("sysv64: 2 of {reachable} cells\n")),
        "{table}"
    );
}
