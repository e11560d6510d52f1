//! One call, planned: what is passed, what comes back, and where the callee writes it down.

use trampette::{CType, Layout, MODEL, Signature};

use crate::{c, pattern};

/// What the result's bytes are marked with: more than there are arguments.
const RESULT: usize = 5000;

/// A signature with the bytes of one call.
#[derive(Clone, Debug)]
pub struct Case {
    /// The signature.
    pub signature: Signature,
    /// The arguments.
    pub arguments: Vec<Passed>,
    /// The result that the callee is to return.
    pub result: Passed,
    /// The bytes of the callee's record.
    pub record_size: usize,
}

/// A value of the call.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its type.
    pub ty: CType,
    /// Its size, alignment and parts.
    pub layout: Layout,
    /// Its bytes, which say where they come from.
    pub bytes: Vec<u8>,
    /// Which of them mean something: the others are padding.
    pub meaning: Vec<bool>,
    /// Where the callee records it, in bytes. An integer is recorded twice: extended to eight bytes,
    /// and at its own width behind that.
    pub place: usize,
}

impl Case {
    /// A call of this signature.
    ///
    /// # Panics
    ///
    /// When the signature is beyond the limits.
    #[must_use]
    pub fn of(signature: &Signature) -> Self {
        let mut record_size = 0;
        let arguments = signature.params().iter().enumerate().map(|(index, ty)| {
            let passed = Passed::new(ty, index, record_size);
            record_size += passed.layout.size().next_multiple_of(16).max(16);
            passed
        });
        Self {
            arguments: arguments.collect(),
            result: Passed::new(signature.result(), RESULT, 0),
            signature: signature.clone(),
            record_size,
        }
    }
}

impl Passed {
    fn new(ty: &CType, origin: usize, place: usize) -> Self {
        let layout = ty.layout(&MODEL).expect("the signature keeps the limits");
        Self {
            ty: ty.clone(),
            bytes: pattern::bytes(&layout, origin),
            meaning: pattern::meaning(&layout),
            layout,
            place,
        }
    }

    /// Whether the callee records it extended as well.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        c::is_integer(&self.ty)
    }
}
