//! A coverage as a table to read.

use std::fmt;

use trampette::Abi;

use super::class::Class;
use super::place::Place;
use super::reach::reach;
use super::{Cell, Coverage};

/// What a cell shows that the convention cannot have.
const CANNOT: &str = "·";

/// The width of a column of numbers.
const WIDTH: usize = 8;

/// The width of the names of classes.
const NAMES: usize = 20;

/// One table for each convention: a row for each class, a column for each place.
///
/// ```text
/// sysv64: 88 of 90 cells
///
///                       arguments                        results
///                            int     vec   stack ...         int     vec
///   bool                      41       ·      12              17       ·
///   f32                        ·      88      31               ·       0
///
///   · cannot be    0 not covered yet
/// ```
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, abi) in self.abis().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            self.write_table(f, abi)?;
        }
        writeln!(f, "\n  {CANNOT} cannot be    0 not covered yet")
    }
}

impl Coverage {
    fn write_table(&self, f: &mut fmt::Formatter<'_>, abi: Abi) -> fmt::Result {
        let (covered, reachable) = self.covered(abi);
        writeln!(f, "{}: {covered} of {reachable} cells\n", abi.name())?;
        let shown = |place: &Place| Class::all().any(|class| self.is_shown(abi, class, *place));
        let places = Place::all().filter(shown);
        let (results, arguments): (Vec<_>, Vec<_>) = places.partition(|place| place.is_result());
        let width = WIDTH * arguments.len();
        writeln!(f, "  {:NAMES$}   {:<width$}   results", "", "arguments")?;
        write_row(f, "", &arguments, &results, |place| place.heading().into())?;
        for class in Class::all() {
            let cell = |place| self.cell(abi, class, place);
            write_row(f, class.name(), &arguments, &results, cell)?;
        }
        Ok(())
    }

    /// Whether a cell was met or can be.
    fn is_shown(&self, abi: Abi, class: Class, place: Place) -> bool {
        let cell = Cell { abi, class, place };
        self.count(cell) > 0 || reach(abi).agreed.contains(&(class, place))
    }

    fn cell(&self, abi: Abi, class: Class, place: Place) -> String {
        if !self.is_shown(abi, class, place) {
            return CANNOT.into();
        }
        short(self.count(Cell { abi, class, place }))
    }
}

fn write_row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    arguments: &[Place],
    results: &[Place],
    cell: impl Fn(Place) -> String,
) -> fmt::Result {
    let cells = |places: &[Place]| {
        let cells = places
            .iter()
            .map(|&place| format!("{:>WIDTH$}", cell(place)));
        cells.collect::<String>()
    };
    let line = format!("  {name:<NAMES$}{}   {}", cells(arguments), cells(results));
    writeln!(f, "{}", line.trim_end())
}

/// A count in at most six characters: `999999`, `1.0M`, `12M`.
fn short(count: u64) -> String {
    const MILLION: u64 = 1_000_000;
    match count {
        ..MILLION => count.to_string(),
        MILLION..10_000_000 => format!("{}.{}M", count / MILLION, count % MILLION / 100_000),
        _ => format!("{}M", count / MILLION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fit_their_column() {
        for (count, expected) in [
            (0, "0"),
            (999_999, "999999"),
            (1_000_000, "1.0M"),
            (9_990_000, "9.9M"),
            (12_000_000, "12M"),
        ] {
            assert_eq!(short(count), expected);
        }
    }
}
