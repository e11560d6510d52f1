use alloc::vec::Vec;

use crate::ctype::{CType, Extent};
use crate::error::TypeError;
use crate::layout::Layout;
use crate::limits::{MAX_PARAMS, MAX_VALUE_SIZE};
use crate::model::DataModel;
use crate::shape::Shape;
use crate::text::brief;

/// The name of a calling convention, as compilers spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Abi {
    /// System V AMD64: x86_64 everywhere but Windows.
    SysV64,
    /// Microsoft x64, `ms_abi`.
    Win64,
    /// The same with GCC's types: what mingw compiles for Windows.
    Win64Gnu,
    /// AAPCS64: 64-bit ARM Linux.
    Aapcs64,
    /// Apple's variant of AAPCS64.
    AppleArm64,
    /// Microsoft's variant of AAPCS64.
    WinArm64,
}

impl Abi {
    /// Every convention.
    pub const ALL: [Self; 6] = [
        Self::SysV64,
        Self::Win64,
        Self::Win64Gnu,
        Self::Aapcs64,
        Self::AppleArm64,
        Self::WinArm64,
    ];

    /// Its name: `sysv64`, `win64`, `win64-gnu`, `aapcs64`, `apple-arm64`, `win-arm64`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SysV64 => "sysv64",
            Self::Win64 => "win64",
            Self::Win64Gnu => "win64-gnu",
            Self::Aapcs64 => "aapcs64",
            Self::AppleArm64 => "apple-arm64",
            Self::WinArm64 => "win-arm64",
        }
    }

    /// The convention of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|abi| abi.name() == name)
    }
}

/// What a function takes and gives: parameter types, result type, where its variadic part begins, and
/// the calling convention if it is not the platform's own.
///
/// Its compact text is `(i32, f64, {f64, i32}, ...) -> ptr`; see [`Signature::from_str`] for all of
/// it. Being variadic is part of the type: `(ptr) -> i32` and `(ptr, ...) -> i32` are called
/// differently, even without further arguments.
///
/// ```
/// use trampette_types::{CType, Int, Signature};
///
/// let printf = Signature::new([CType::String], CType::Int(Int::Int))?.with_variadic_from(1)?;
/// assert_eq!(printf.to_string(), "(str, ...) -> int");
///
/// // One call of it:
/// let call = printf.with_variadic_arguments([CType::Int(Int::Int), CType::F64])?;
/// assert_eq!(call.to_string(), "(str, ..., int, f64) -> int");
/// # Ok::<(), trampette_types::TypeError>(())
/// ```
///
/// [`Signature::from_str`]: core::str::FromStr::from_str
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    params: Vec<CType>,
    result: CType,
    variadic_from: Option<usize>,
    is_unprototyped: bool,
    abi: Option<Abi>,
}

impl Signature {
    /// A signature with a fixed number of parameters, in the platform's own calling convention.
    ///
    /// # Errors
    ///
    /// [`TypeError::VoidValue`] and [`TypeError::ArrayByValue`] for parameters and results that C has
    /// no such thing as, [`TypeError::TooManyParams`] beyond [`MAX_PARAMS`],
    /// [`TypeError::TooManyNodes`] when all its types together are made of more than
    /// [`MAX_NODES`](crate::limits::MAX_NODES) nodes.
    pub fn new(params: impl Into<Vec<CType>>, result: CType) -> Result<Self, TypeError> {
        let params = params.into();
        check(&params, &result)?;
        Ok(Self {
            params,
            result,
            variadic_from: None,
            is_unprototyped: false,
            abi: None,
        })
    }

    /// One call of a function without a prototype, as C before C23 has `int f();`: its arguments are promoted as
    /// those behind `...` are, and the callee may be one that is called with other arguments elsewhere. A
    /// convention may tell it more than a callee with a prototype is told. (System V: "When a function taking
    /// variable-arguments is called, %al must be set", and who calls without a prototype cannot know that.)
    ///
    /// ```
    /// use trampette_types::{CType, Int, Signature};
    ///
    /// let call = Signature::unprototyped([CType::Int(Int::Int), CType::F64], CType::Void)?;
    /// assert_eq!(call.to_string(), "unprototyped (int, f64) -> void");
    /// assert_ne!(call, Signature::new([CType::Int(Int::Int), CType::F64], CType::Void)?);
    /// # Ok::<(), trampette_types::TypeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn unprototyped(params: impl Into<Vec<CType>>, result: CType) -> Result<Self, TypeError> {
        Ok(Self {
            is_unprototyped: true,
            ..Self::new(params, result)?
        })
    }

    /// The same, variadic: parameters from `index` on stand in the place of `...`, and so it has a prototype.
    ///
    /// # Errors
    ///
    /// [`TypeError::BadVariadicIndex`] when `index` is greater than the number of parameters.
    pub fn with_variadic_from(self, index: usize) -> Result<Self, TypeError> {
        let count = self.params.len();
        if index > count {
            return Err(TypeError::BadVariadicIndex { index, count });
        }
        Ok(Self {
            variadic_from: Some(index),
            is_unprototyped: false,
            ..self
        })
    }

    /// The signature of one call of a variadic function: what stood behind `...` is replaced by
    /// `arguments`. One without a prototype takes these as well; another that is not variadic becomes so behind
    /// its last parameter.
    ///
    /// ```
    /// use trampette_types::{CType, Signature};
    ///
    /// let printf: Signature = "(str, ...) -> int".parse()?;
    /// let call = printf.with_variadic_arguments([CType::F64])?;
    /// assert_eq!(call.to_string(), "(str, ..., f64) -> int");
    /// let old: Signature = "unprototyped () -> int".parse()?;
    /// let call = old.with_variadic_arguments([CType::F64])?;
    /// assert_eq!(call.to_string(), "unprototyped (f64) -> int");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Signature::new`].
    pub fn with_variadic_arguments(
        &self,
        arguments: impl IntoIterator<Item = CType>,
    ) -> Result<Self, TypeError> {
        let mut params = self.fixed_params().to_vec();
        let variadic_from = (!self.is_unprototyped).then_some(params.len());
        params.extend(arguments);
        check(&params, &self.result)?;
        Ok(Self {
            params,
            result: self.result.clone(),
            variadic_from,
            is_unprototyped: self.is_unprototyped,
            abi: self.abi,
        })
    }

    /// The same in another calling convention.
    #[must_use]
    pub fn with_abi(self, abi: Abi) -> Self {
        Self {
            abi: Some(abi),
            ..self
        }
    }

    /// The parameters, variadic ones included.
    #[must_use]
    pub fn params(&self) -> &[CType] {
        &self.params
    }

    /// The parameters before `...`.
    #[must_use]
    pub fn fixed_params(&self) -> &[CType] {
        &self.params[..self.variadic_from.unwrap_or(self.params.len())]
    }

    /// The result.
    #[must_use]
    pub fn result(&self) -> &CType {
        &self.result
    }

    /// The index of the first parameter that stands in the place of `...`, if variadic.
    #[must_use]
    pub fn variadic_from(&self) -> Option<usize> {
        self.variadic_from
    }

    /// Whether it is variadic.
    #[must_use]
    pub fn is_variadic(&self) -> bool {
        self.variadic_from.is_some()
    }

    /// Whether it is called without a prototype.
    #[must_use]
    pub fn is_unprototyped(&self) -> bool {
        self.is_unprototyped
    }

    /// Whether a call may have arguments that it says nothing of: nothing stands behind `...`, or there is neither
    /// a prototype nor a parameter, as in `int f();`.
    ///
    /// ```
    /// use trampette_types::Signature;
    ///
    /// let is_open = |text: &str| text.parse().map(|signature: Signature| signature.is_open());
    /// assert!(is_open("(str, ...) -> int")? && is_open("unprototyped () -> int")?);
    /// assert!(!is_open("(str, ..., f64) -> int")? && !is_open("unprototyped (f64) -> int")?);
    /// # Ok::<(), trampette_types::ParseError>(())
    /// ```
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.is_unprototyped {
            true => self.params.is_empty(),
            false => self.variadic_from == Some(self.params.len()),
        }
    }

    /// The calling convention; `None` is the platform's own.
    #[must_use]
    pub fn abi(&self) -> Option<Abi> {
        self.abi
    }

    /// The canonical form under a data model.
    ///
    /// # Errors
    ///
    /// [`TypeError::FlexibleArrayByValue`] for a record that ends in a flexible array,
    /// [`TypeError::BadBitField`] for a bit-field that this model has not; [`TypeError::SizeOverflow`],
    /// [`TypeError::ValueTooLarge`] and [`TypeError::ArgumentsTooLarge`] beyond the limits;
    /// [`TypeError::Unpromoted`] for a variadic argument that C would promote, or one of a call without a
    /// prototype (C11 6.5.2.2, paragraphs 6 and 7).
    pub fn shape(&self, model: &DataModel) -> Result<Shape, TypeError> {
        let params = self
            .params
            .iter()
            .map(|ty| value_layout(ty, model))
            .collect::<Result<Vec<_>, _>>()?;
        let result = value_layout(&self.result, model)?;
        let promoted_from = match self.is_unprototyped {
            true => 0,
            false => self.variadic_from.unwrap_or(usize::MAX),
        };
        for (index, layout) in params.iter().enumerate().skip(promoted_from) {
            check_promoted(index, &self.params[index], layout)?;
        }
        let shape = Shape::new(params, result, self.variadic_from)?;
        Ok(shape.with_prototype(!self.is_unprototyped))
    }
}

fn check(params: &[CType], result: &CType) -> Result<(), TypeError> {
    if params.len() > MAX_PARAMS {
        return Err(TypeError::TooManyParams {
            count: params.len(),
        });
    }
    params.iter().try_for_each(check_param)?;
    check_result(result)?;
    Extent::check_nodes(params.iter().chain([result]))
}

pub(crate) fn check_param(ty: &CType) -> Result<(), TypeError> {
    match ty {
        CType::Void => Err(TypeError::VoidValue),
        _ => check_by_value(ty),
    }
}

pub(crate) fn check_by_value(ty: &CType) -> Result<(), TypeError> {
    match ty {
        CType::Array(_) => Err(TypeError::ArrayByValue { ty: brief(ty) }),
        _ => Ok(()),
    }
}

/// An array of C by another name is no result either, and no program returns a `va_list` where it is none.
pub(crate) fn check_result(ty: &CType) -> Result<(), TypeError> {
    match ty {
        CType::VaList => Err(TypeError::ArrayByValue { ty: brief(ty) }),
        _ => check_by_value(ty),
    }
}

fn value_layout(ty: &CType, model: &DataModel) -> Result<Layout, TypeError> {
    let layout = match ty {
        CType::VaList => model.va_list.parameter()?.layout(model)?,
        _ => ty.layout(model)?,
    };
    if layout.size() > MAX_VALUE_SIZE {
        return Err(TypeError::ValueTooLarge {
            ty: brief(ty),
            size: layout.size(),
        });
    }
    if ty.has_flexible_array() {
        return Err(TypeError::FlexibleArrayByValue { ty: brief(ty) });
    }
    Ok(layout)
}

fn check_promoted(index: usize, ty: &CType, layout: &Layout) -> Result<(), TypeError> {
    let Some(expected) = layout.promotion() else {
        return Ok(());
    };
    Err(TypeError::Unpromoted {
        index,
        found: brief(ty),
        expected,
    })
}
