//! C's default argument promotions.

use crate::layout::{Layout, Scalar};

impl Layout {
    /// The type that C's default argument promotions make of a value of this layout; `None` where they leave
    /// it as it is.
    ///
    /// "If the expression that denotes the called function has a type that does not include a prototype,
    /// the integer promotions are performed on each argument, and arguments that have type float are
    /// promoted to double. These are called the default argument promotions." (C11 6.5.2.2, 6)
    ///
    /// ```
    /// use trampette_types::{Layout, Scalar};
    ///
    /// assert_eq!(Layout::of_scalar(Scalar::U16).promotion(), Some("int"));
    /// assert_eq!(Layout::of_scalar(Scalar::F32).promotion(), Some("double"));
    /// assert_eq!(Layout::of_scalar(Scalar::U32).promotion(), None);
    /// ```
    #[must_use]
    pub fn promotion(&self) -> Option<&'static str> {
        match self.as_scalar()? {
            Scalar::Bool | Scalar::I8 | Scalar::U8 | Scalar::I16 | Scalar::U16 => Some("int"),
            Scalar::F32 => Some("double"),
            _ => None,
        }
    }
}
