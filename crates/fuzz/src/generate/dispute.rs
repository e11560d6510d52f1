//! What C compilers disagree about.

use trampette::{Abi, Signature};

/// A rule that GCC and Clang read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dispute {}

impl Dispute {
    /// The first dispute that a signature of this convention is about.
    #[must_use]
    pub fn about(_signature: &Signature, _abi: Abi) -> Option<Self> {
        None
    }
}
