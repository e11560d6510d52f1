//! A part of a campaign for one machine of several.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of several parts that share the indices of a campaign and have none in common.
///
/// Of `3/8`, the indices are 2, 10, 18 and so on: all parts are equally hard.
///
/// ```
/// use trampette_fuzz::campaign::Shard;
///
/// let shard: Shard = "3/8".parse()?;
/// assert_eq!((shard.number(), shard.of()), (3, 8));
/// assert!("0/8".parse::<Shard>().is_err() && "9/8".parse::<Shard>().is_err());
/// # Ok::<(), trampette_fuzz::campaign::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// The only part: everything.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Which part it is, counted from one.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// How many parts there are.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }

    /// The indices of this part that are below `end`.
    #[must_use]
    pub fn size(self, end: u64) -> u64 {
        let first = u64::from(self.number - 1);
        end.saturating_sub(first).div_ceil(u64::from(self.of))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let malformed = || ShardError::Malformed { text: text.into() };
        let (number, of) = text.split_once('/').ok_or_else(malformed)?;
        let number_of = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse().map_err(|_| malformed()),
            false => Err(malformed()),
        };
        let (number, of) = (number_of(number)?, number_of(of)?);
        if number < 1 || number > of {
            return Err(ShardError::OutOfRange { number, of });
        }
        Ok(Self { number, of })
    }
}

impl TryFrom<String> for Shard {
    type Error = ShardError;

    fn try_from(text: String) -> Result<Self, ShardError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// Why a text names no shard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShardError {
    /// It is not two numbers with a slash between them.
    Malformed {
        /// The text.
        text: String,
    },
    /// There is no such part.
    OutOfRange {
        /// The part, counted from one.
        number: u32,
        /// How many there are.
        of: u32,
    },
}

impl fmt::Display for ShardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { text } => {
                write!(f, "expected a shard as `1/4`, found `{text:.60}`")
            }
            Self::OutOfRange { of: 0, .. } => f.write_str("there is no shard of none"),
            Self::OutOfRange { number, of } => {
                write!(f, "there is no shard {number} of {of}: they are 1 to {of}")
            }
        }
    }
}

impl std::error::Error for ShardError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_name_no_shard_are_refused() {
        let out_of_range = |number, of| ShardError::OutOfRange { number, of };
        for (text, error) in [
            ("0/3", out_of_range(0, 3)),
            ("4/3", out_of_range(4, 3)),
            ("0/0", out_of_range(0, 0)),
        ] {
            assert_eq!(text.parse::<Shard>(), Err(error));
        }
        for text in [
            "",
            "3",
            "/",
            "1/",
            "/1",
            "1/2/3",
            "+1/2",
            "-1/2",
            "1/ 2",
            "1/4294967296",
        ] {
            let malformed = ShardError::Malformed { text: text.into() };
            assert_eq!(text.parse::<Shard>(), Err(malformed));
        }
    }

    #[test]
    fn sizes_add_up_to_the_whole() {
        for (end, of) in [(0, 3), (1, 3), (2000, 3), (10, 7), (5, 9)] {
            let shards = (1..=of).map(|number| Shard { number, of });
            let sizes: Vec<u64> = shards.map(|shard| shard.size(end)).collect();
            assert_eq!(sizes.iter().sum::<u64>(), end, "{sizes:?}");
        }
    }
}
