//! Why a campaign cannot go on.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a campaign cannot go on. That calls go wrong is no reason.
#[derive(Debug)]
#[non_exhaustive]
pub enum CampaignError {
    /// Somebody wanted it to stop.
    Interrupted,
    /// There is nothing to compare with: no compiler.
    NoBuilds,
    /// There is no convention to call in.
    NoConventions,
    /// A folder for temporary files cannot be made.
    Folder {
        /// Where, or in which folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Workers do not start, or cannot be understood.
    Worker {
        /// The program.
        program: OsString,
        /// What the system says.
        source: io::Error,
    },
    /// The judge cannot work.
    Judge {
        /// Why, in its own words.
        words: String,
    },
}

impl fmt::Display for CampaignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::NoBuilds => f.write_str("there is no C compiler to compare with"),
            Self::NoConventions => f.write_str("there is no calling convention to prove"),
            Self::Folder { path, .. } => {
                write!(f, "no folder for temporary files in {}", path.display())
            }
            Self::Worker { program, .. } => {
                write!(f, "the worker {} does not work", program.display())
            }
            Self::Judge { words } => f.write_str(words),
        }
    }
}

impl std::error::Error for CampaignError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder { source, .. } | Self::Worker { source, .. } => Some(source),
            _ => None,
        }
    }
}
