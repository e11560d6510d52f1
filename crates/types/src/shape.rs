use alloc::vec::Vec;
use core::fmt;

use crate::error::TypeError;
use crate::layout::{Layout, Scalar};
use crate::limits::{MAX_ARGUMENTS_SIZE, MAX_PARAMS};

/// The canonical form of a signature under a data model: layouts without names.
///
/// Functions of equal shape in one calling convention are called by the same machine code. Every shape
/// keeps the [limits](crate::limits), so what works on shapes need not check them.
///
/// ```
/// use trampette_types::{DataModel, Signature};
///
/// let c = "(a: {x: int, y: long}) -> void".parse::<Signature>();
/// assert!(c.is_err(), "parameters have no names in compact text");
///
/// let one: Signature = "({x: int, y: long}) -> void".parse()?;
/// let other: Signature = "({i32, i64}) -> void".parse()?;
/// assert_ne!(one, other);
/// let model = DataModel::LINUX_X86_64;
/// assert_eq!(one.shape(&model)?, other.shape(&model)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    params: Vec<Layout>,
    result: Layout,
    variadic_from: Option<usize>,
    is_unprototyped: bool,
}

impl Shape {
    pub(crate) fn new(
        params: Vec<Layout>,
        result: Layout,
        variadic_from: Option<usize>,
    ) -> Result<Self, TypeError> {
        let total = params
            .iter()
            .map(|layout| layout.size().next_multiple_of(8) + layout.align())
            .try_fold(0usize, usize::checked_add);
        if total.is_none_or(|total| total > MAX_ARGUMENTS_SIZE) {
            return Err(TypeError::ArgumentsTooLarge);
        }
        Ok(Self {
            params,
            result,
            variadic_from,
            is_unprototyped: false,
        })
    }

    pub(crate) fn with_prototype(self, has_prototype: bool) -> Self {
        Self {
            is_unprototyped: !has_prototype,
            ..self
        }
    }

    /// Whether it is called without a prototype.
    #[must_use]
    pub fn is_unprototyped(&self) -> bool {
        self.is_unprototyped
    }

    /// The shape of a call of `(...) -> void` with these arguments.
    ///
    /// # Errors
    ///
    /// [`TypeError::TooManyParams`] and [`TypeError::ArgumentsTooLarge`] beyond the limits.
    pub fn of_unnamed(arguments: Vec<Layout>) -> Result<Self, TypeError> {
        let none = Self::new(Vec::new(), Layout::VOID, Some(0))?;
        none.with_unnamed(arguments)
    }

    /// The same with further arguments behind `...`: one call of a variadic function. What C promotes is not
    /// looked for.
    ///
    /// # Errors
    ///
    /// [`TypeError::BadVariadicIndex`] when it is not variadic, [`TypeError::TooManyParams`] and
    /// [`TypeError::ArgumentsTooLarge`] beyond the limits.
    pub fn with_unnamed(
        &self,
        arguments: impl IntoIterator<Item = Layout>,
    ) -> Result<Self, TypeError> {
        let mut params = self.params.clone();
        params.extend(arguments);
        let count = params.len();
        if self.variadic_from.is_none() {
            let index = self.params.len();
            return Err(TypeError::BadVariadicIndex { index, count });
        }
        if count > MAX_PARAMS {
            return Err(TypeError::TooManyParams { count });
        }
        Self::new(params, self.result.clone(), self.variadic_from)
    }

    /// The parameters, variadic ones included.
    #[must_use]
    pub fn params(&self) -> &[Layout] {
        &self.params
    }

    /// The result.
    #[must_use]
    pub fn result(&self) -> &Layout {
        &self.result
    }

    /// The same with one more parameter, a scalar; `None` when it is variadic or at its limit.
    #[must_use]
    pub fn with_trailing(&self, scalar: Scalar) -> Option<Self> {
        if self.variadic_from.is_some() || self.params.len() >= MAX_PARAMS {
            return None;
        }
        let mut params = self.params.clone();
        params.push(Layout::of_scalar(scalar));
        let shape = Self::new(params, self.result.clone(), None).ok()?;
        Some(shape.with_prototype(!self.is_unprototyped))
    }

    /// The index of the first variadic parameter, if variadic.
    #[must_use]
    pub fn variadic_from(&self) -> Option<usize> {
        self.variadic_from
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unprototyped {
            f.write_str("unprototyped ")?;
        }
        crate::text::write_signature(f, &self.params, &self.result, self.variadic_from)
    }
}
