//! The two tables: C with its signatures, and C with its errors.

/// A text, how it is read, and what must come of it.
pub(crate) struct Entry {
    pub(crate) kind: char,
    pub(crate) text: String,
    pub(crate) expected: &'static str,
}

/// Prototypes with the compact text of their signatures.
pub(crate) fn accepted() -> Vec<Entry> {
    entries(include_str!("accepted.txt"))
}

/// Texts with their errors.
pub(crate) fn refused() -> Vec<Entry> {
    entries(include_str!("refused.txt"))
}

/// A line of a letter, a colon and a text, then a line of three blanks and what is expected.
fn entries(table: &'static str) -> Vec<Entry> {
    let mut lines = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# ") && *line != "#");
    let mut entries = Vec::new();
    while let Some(line) = lines.next() {
        let (kind, text) = line.split_once(':').expect("a text begins with its kind");
        let expected = lines
            .next()
            .expect("a text is followed by what is expected");
        entries.push(Entry {
            kind: kind.chars().next().expect("a kind is a letter"),
            text: unescaped(text.strip_prefix(' ').unwrap_or(text)),
            expected: expected
                .strip_prefix("   ")
                .expect("what is expected is indented"),
        });
    }
    entries
}

fn unescaped(text: &str) -> String {
    [("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ("\\0", "\0")]
        .iter()
        .fold(text.to_string(), |text, (from, to)| text.replace(from, to))
}
