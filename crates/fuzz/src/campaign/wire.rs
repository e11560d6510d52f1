//! What a campaign and its workers tell each other, and how findings are written to files: as JSON.

use std::fmt;

use serde::{Deserialize, Serialize};
use trampette::Signature;

use crate::compiler::Build;
use crate::coverage::Journeys;
use crate::judge::{LeftOut, Verdict};
use crate::mismatch::{Difference, Direction, Mismatch, Position};

/// What a worker is to prove.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JobText {
    pub(super) signatures: Vec<String>,
    pub(super) builds: Vec<BuildText>,
}

/// What a worker says, one message a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Message {
    /// It goes on, and is there.
    At(String),
    /// All is proved.
    Verdict(VerdictText),
    /// The judge cannot work.
    Failed(String),
    /// The engine, or the judge, panicked.
    Panicked(String),
}

/// What a message begins with (RFC 7464): whatever else the process prints, on purpose or not, is none.
pub(super) const MARK: char = '\u{1e}';

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerdictText {
    mismatches: Vec<MismatchText>,
    left_out: Vec<LeftOutText>,
    calls: u64,
    journeys: Journeys,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOutText {
    signature: String,
    build: Option<BuildText>,
    why: String,
}

/// A [`Build`], as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BuildText {
    compiler: String,
    target: Option<String>,
    level: String,
}

/// A [`Mismatch`], as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MismatchText {
    signature: String,
    build: BuildText,
    direction: DirectionText,
    position: PositionText,
    difference: DifferenceText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DirectionText {
    Values,
    Frame,
    Callback,
    Typed,
    Relay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PositionText {
    Argument(usize),
    Result,
    Call,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DifferenceText {
    /// Digits, two for each byte. The bits of `meaning` are set where a bit means something, and is no
    /// padding.
    Bytes {
        expected: String,
        found: String,
        meaning: String,
    },
    Other(String),
}

/// Why a text is none of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl JobText {
    pub(super) fn new(signatures: &[Signature], builds: &[Build]) -> Self {
        Self {
            signatures: signatures.iter().map(ToString::to_string).collect(),
            builds: builds.iter().map(BuildText::from).collect(),
        }
    }

    pub(super) fn read(&self) -> Result<(Vec<Signature>, Vec<Build>), Malformed> {
        let signatures = self.signatures.iter().map(|text| signature(text));
        let builds = self.builds.iter().map(BuildText::read);
        Ok((signatures.collect::<Result<_, _>>()?, builds.collect()))
    }
}

impl From<&Verdict> for VerdictText {
    fn from(verdict: &Verdict) -> Self {
        let left_out = |left_out: &LeftOut| LeftOutText {
            signature: left_out.signature.to_string(),
            build: left_out.build.as_ref().map(BuildText::from),
            why: left_out.why.clone(),
        };
        Self {
            mismatches: verdict.mismatches.iter().map(MismatchText::from).collect(),
            left_out: verdict.left_out.iter().map(left_out).collect(),
            calls: verdict.calls,
            journeys: verdict.journeys.clone(),
        }
    }
}

impl VerdictText {
    pub(super) fn read(&self) -> Result<Verdict, Malformed> {
        let left_out = |text: &LeftOutText| {
            Ok(LeftOut {
                signature: signature(&text.signature)?,
                build: text.build.as_ref().map(BuildText::read),
                why: text.why.clone(),
            })
        };
        let mismatches = self.mismatches.iter().map(MismatchText::read);
        Ok(Verdict {
            mismatches: mismatches.collect::<Result<_, _>>()?,
            left_out: self
                .left_out
                .iter()
                .map(left_out)
                .collect::<Result<_, _>>()?,
            calls: self.calls,
            journeys: self.journeys.clone(),
        })
    }
}

impl From<&Build> for BuildText {
    fn from(build: &Build) -> Self {
        Self {
            compiler: build.compiler.into(),
            target: build.target.map(Into::into),
            level: build.level.into(),
        }
    }
}

impl BuildText {
    pub(super) fn read(&self) -> Build {
        Build::new(&self.compiler, self.target.as_deref(), &self.level)
    }
}

impl From<&Mismatch> for MismatchText {
    fn from(mismatch: &Mismatch) -> Self {
        Self {
            signature: mismatch.signature.to_string(),
            build: BuildText::from(&mismatch.build),
            direction: mismatch.direction.into(),
            position: mismatch.position.into(),
            difference: DifferenceText::from(&mismatch.difference),
        }
    }
}

impl MismatchText {
    pub(super) fn read(&self) -> Result<Mismatch, Malformed> {
        Ok(Mismatch {
            signature: signature(&self.signature)?,
            build: self.build.read(),
            direction: self.direction.into(),
            position: self.position.into(),
            difference: self.difference.read()?,
        })
    }
}

/// Two enumerations of the same variants, converted into each other.
macro_rules! twins {
    ($own:ident = $text:ident { $($variant:ident $(($value:ident))?),* }) => {
        impl From<$own> for $text {
            fn from(own: $own) -> Self {
                match own {
                    $($own::$variant $(($value))? => Self::$variant $(($value))?),*
                }
            }
        }
        impl From<$text> for $own {
            fn from(text: $text) -> Self {
                match text {
                    $($text::$variant $(($value))? => Self::$variant $(($value))?),*
                }
            }
        }
    };
}

twins!(
    Direction = DirectionText {
        Values,
        Frame,
        Callback,
        Typed,
        Relay
    }
);
twins!(Position = PositionText { Argument(index), Result, Call });

impl From<&Difference> for DifferenceText {
    fn from(difference: &Difference) -> Self {
        match difference {
            Difference::Bytes {
                expected,
                found,
                meaning,
            } => Self::Bytes {
                expected: digits(expected),
                found: digits(found),
                meaning: digits(meaning),
            },
            Difference::Other(words) => Self::Other(words.clone()),
        }
    }
}

impl DifferenceText {
    fn read(&self) -> Result<Difference, Malformed> {
        Ok(match self {
            Self::Bytes {
                expected,
                found,
                meaning,
            } => Difference::Bytes {
                expected: bytes(expected)?,
                found: bytes(found)?,
                meaning: bytes(meaning)?,
            },
            Self::Other(words) => Difference::Other(words.clone()),
        })
    }
}

fn signature(text: &str) -> Result<Signature, Malformed> {
    text.parse()
        .map_err(|error| Malformed(format!("`{text:.200}` is no signature: {error}")))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(digits: &str) -> Result<Vec<u8>, Malformed> {
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        let is_pair = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_pair.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
    };
    let read: Option<_> = digits.as_bytes().chunks(2).map(byte).collect();
    read.ok_or_else(|| Malformed(format!("`{digits:.60}` are no bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILD: Build = Build {
        compiler: "gcc",
        target: Some("--target=x"),
        level: "-O2",
    };

    #[test]
    fn a_verdict_comes_back_as_it_was_sent() {
        let signature: Signature = "win64 (i32, {f64, i8}) -> f32".parse().unwrap();
        let mismatch = |position, difference| Mismatch {
            signature: signature.clone(),
            build: BUILD,
            direction: Direction::Relay,
            position,
            difference,
        };
        let bytes = Difference::Bytes {
            expected: vec![0, 0xFF, 0x1A],
            found: vec![1, 2],
            meaning: vec![0xFF, 0, 0x1F],
        };
        let mut journeys = Journeys::default();
        journeys.note(&signature, [Direction::Relay, Direction::Frame].into_iter());
        let words = || Difference::Other("crashed with \"SIGSEGV\"\n\u{1e}".into());
        let verdict = Verdict {
            mismatches: vec![
                mismatch(Position::Argument(1), bytes),
                mismatch(Position::Result, words()),
                mismatch(Position::Call, words()),
            ],
            left_out: vec![LeftOut {
                signature: signature.clone(),
                build: None,
                why: "why not".into(),
            }],
            calls: 7,
            journeys,
        };
        let text = serde_json::to_string(&Message::Verdict(VerdictText::from(&verdict))).unwrap();
        assert!(!text.contains(['\n', MARK]), "{text}");
        let Message::Verdict(read) = serde_json::from_str(&text).unwrap() else {
            panic!("{text}");
        };
        assert_eq!(
            format!("{:?}", read.read().unwrap()),
            format!("{verdict:?}")
        );
    }

    #[test]
    fn texts_that_are_no_bytes_are_refused() {
        for digits in ["0", "0g", "+1", "é", "012"] {
            assert!(bytes(digits).is_err(), "{digits}");
        }
    }
}
