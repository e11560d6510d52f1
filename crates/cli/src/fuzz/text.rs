//! A summary for people.

use std::io::{self, Write};
use std::time::Duration;

use trampette::Abi;
use trampette_fuzz::campaign::{Explanation, Summary};

use crate::failure::Printable;

/// Writes what was proved and what was not, then what differs.
pub(super) fn write(
    out: &mut impl Write,
    summary: &Summary,
    explanations: &[Explanation],
) -> io::Result<()> {
    head(out, summary)?;
    let rows = summary.per_abi.iter().map(|(name, count)| {
        let covered = Abi::from_name(name).map(|abi| summary.coverage.covered(abi));
        let covered = covered.map(|(some, all)| format!("{some} of {all}"));
        let name = Printable(name).to_string();
        [name, count.to_string(), covered.unwrap_or_default()]
    });
    table(out, ["convention", "signatures", "types x places"], rows)?;
    let rows = summary.per_build.iter().map(|(build, count)| {
        let name = Printable(build).to_string();
        [name, count.proved.to_string(), count.left_out.to_string()]
    });
    table(out, ["build", "proved", "left out"], rows)?;
    for omission in &summary.left_out {
        let build = omission.build.as_deref().unwrap_or("every build");
        writeln!(
            out,
            "{} left out by {}: {}\n  {}",
            omission.count,
            Printable(build),
            Printable(&omission.why),
            Printable(&omission.example)
        )?;
    }
    if !summary.left_out.is_empty() {
        writeln!(out)?;
    }
    for explanation in explanations {
        writeln!(out, "{explanation}")?;
    }
    let time = Duration::try_from_secs_f64(summary.seconds.round()).unwrap_or_default();
    let coverage = summary.coverage.percent();
    writeln!(out, "{coverage:.1}% of type x place x convention covered")?;
    writeln!(
        out,
        "{} calls in {}: {}",
        summary.calls,
        humantime::format_duration(time),
        mismatches(summary)
    )
}

/// `no mismatch`, `1 mismatch`, `2 mismatches`.
pub(super) fn mismatches(summary: &Summary) -> String {
    match summary.mismatch_count {
        0 => "no mismatch".into(),
        1 => "1 mismatch".into(),
        count => format!("{count} mismatches"),
    }
}

fn head(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let shards: Vec<String> = summary.shards.iter().map(ToString::to_string).collect();
    let planned = summary
        .planned
        .map_or(String::new(), |planned| format!(" of {planned}"));
    writeln!(
        out,
        "seed {}, shard {}: {}{planned} signatures, {}\n",
        summary.seed,
        shards.join(" "),
        summary.signatures,
        summary.ended
    )
}

/// Columns: the first to the left, numbers to the right.
fn table(
    out: &mut impl Write,
    head: [&str; 3],
    rows: impl Iterator<Item = [String; 3]>,
) -> io::Result<()> {
    let rows: Vec<[String; 3]> = std::iter::once(head.map(str::to_owned))
        .chain(rows)
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [first, second, third] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    for [name, number, other] in &rows {
        let line = format!("{name:first$}  {number:>second$}  {other:>third$}");
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)
}
