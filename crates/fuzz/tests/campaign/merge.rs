//! What is added up, and what is not.

use trampette_fuzz::campaign::{Indices, MergeError, Shard, Summary, merge};

use super::{Mishap, PATIENCE, campaign, found, run, written};

type Change<'a> = &'a dyn Fn(&mut Summary);

#[test]
fn summaries_of_other_campaigns_or_of_the_same_signatures_are_not_added_up() {
    let folder = tempfile::tempdir().unwrap();
    let summary = run(&campaign(8), ["Noise", "none"]);
    let own = written(&folder, &summary);
    let merge_with = |change: Change<'_>| {
        let mut other = summary.clone();
        other.done = Indices::of(Shard::WHOLE, 8, 8);
        change(&mut other);
        merge(&[own.clone(), written(&folder, &other)])
    };
    assert_eq!(merge_with(&|_| {}).unwrap().done.to_string(), "0 .. 15");
    let changes: [(&str, Change<'_>); 5] = [
        ("seed", &|other| other.seed = 2),
        ("version", &|other| other.version = "0.0.1".into()),
        ("platform", &|other| other.platform = "pdp11-unix".into()),
        ("choice of conventions", &|other| other.knobs.abis.clear()),
        ("choice of types", &|other| other.knobs.depth = 1),
    ];
    for (name, change) in changes {
        match merge_with(change) {
            Err(MergeError::Different { what, .. }) => assert_eq!(what, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let overlap = merge_with(&|other| {
        other.done = Indices::of(Shard::WHOLE, 7, 8);
    });
    let error = overlap.unwrap_err();
    assert!(
        matches!(error, MergeError::Overlap { index: 7, .. }),
        "{error}"
    );
    assert!(error.to_string().contains(own.to_str().unwrap()), "{error}");
}

#[test]
fn files_that_are_no_summaries_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let summary = serde_json::to_value(run(&campaign(8), ["Noise", "none"])).unwrap();
    let with = |key: &str, value: serde_json::Value| {
        let mut changed = summary.clone();
        changed[key] = value;
        changed.to_string().into_bytes()
    };
    let run =
        |first, step, count| serde_json::json!([{"first": first, "step": step, "count": count}]);
    let texts = [
        Vec::new(),
        b"{}".to_vec(),
        b"\xFF\xFE".to_vec(),
        b"[".repeat(100_000),
        summary.to_string().into_bytes()[1..].to_vec(),
        with("signatures", 9.into()),
        with("done", run(0_u64, 0_u64, 8_u64)),
        with("done", run(1 << 40, 1 << 40, 1 << 40)),
        with("shards", serde_json::json!(["4/3"])),
        with("mismatches", serde_json::json!([{"seed": 1}])),
        with("more", 1.into()),
        with("seconds", (-1).into()),
        with("seconds", 1e300.into()),
    ];
    for text in texts {
        let file = folder.path().join("file");
        std::fs::write(&file, &text).unwrap();
        let error = merge(&[&file]).unwrap_err();
        let shown = String::from_utf8_lossy(&text[..text.len().min(80)]).into_owned();
        assert!(
            matches!(error, MergeError::NotASummary { .. }),
            "{shown}: {error}"
        );
        assert!(
            error.to_string().contains(file.to_str().unwrap()),
            "{error}"
        );
    }
    for unreadable in [folder.path().join("missing"), folder.path().to_owned()] {
        let error = merge(&[unreadable]).unwrap_err();
        assert!(matches!(error, MergeError::Unreadable { .. }), "{error}");
    }
    let nothing = merge(&[""; 0]).unwrap_err();
    assert!(matches!(nothing, MergeError::Nothing));
}

#[test]
fn a_summary_comes_back_as_it_was_written() {
    let (summary, _) = found(Mishap::Crash, PATIENCE);
    let folder = tempfile::tempdir().unwrap();
    assert!(!summary.is_clean());
    assert_eq!(merge(&[written(&folder, &summary)]).unwrap(), summary);
}
