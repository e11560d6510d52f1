//! Rust function pointer types as signatures, for [`Function::as_fn`].

use std::fmt;
use std::ops::Deref;

use trampette_types::{CType, Shape, Signature};

use crate::error::Error;
use crate::function::Function;
use crate::native;
use crate::typed::CValue;

/// A Rust type of C function pointers: `unsafe extern "C" fn(A, ...) -> R`, with up to 16 parameters
/// that are [`CValue`]s which rustc passes as C does (numbers of `half` and `num_complex` it does not); for
/// variadic functions `unsafe extern "C" fn(A, ..., ...) -> R`.
///
/// # Safety
///
/// - The type is a function pointer in this process' own calling convention;
/// - [`matches`](Self::matches) is true only of shapes that it calls rightly.
pub unsafe trait CFunction: Copy + 'static {
    /// Whether functions of this shape may be called through the type.
    fn matches(shape: &Shape, variadic: bool) -> bool;

    /// The types of the parameters before `...`, and of the result.
    fn c_types() -> (Vec<CType>, CType);
}

macro_rules! functions {
    ($($($name:ident $index:tt),*;)*) => {
        $(
            // SAFETY: `extern "C"` is the process' own convention, and each type is compared.
            unsafe impl<$($name: CValue,)* R: CValue> CFunction for unsafe extern "C" fn($($name),*) -> R {
                fn matches(shape: &Shape, variadic: bool) -> bool {
                    let layouts = shape.params();
                    let count = <[&str]>::len(&[$(stringify!($name)),*]);
                    !variadic
                        && layouts.len() == count
                        && R::IS_NATIVE
                        && R::matches(shape.result())
                        $(&& $name::IS_NATIVE && $name::matches(&layouts[$index]))*
                }

                fn c_types() -> (Vec<CType>, CType) {
                    (vec![$($name::c_type()),*], R::c_type())
                }
            }
        )*
    };
}

macro_rules! variadic_functions {
    ($($($name:ident $index:tt),*;)*) => {
        $(
            // SAFETY: `extern "C"` is the process' own convention, and each type is compared.
            unsafe impl<$($name: CValue,)* R: CValue> CFunction
                for unsafe extern "C" fn($($name,)* ...) -> R
            {
                fn matches(shape: &Shape, variadic: bool) -> bool {
                    let layouts = shape.params();
                    let count = <[&str]>::len(&[$(stringify!($name)),*]);
                    variadic
                        && layouts.len() == count
                        && R::IS_NATIVE
                        && R::matches(shape.result())
                        $(&& $name::IS_NATIVE && $name::matches(&layouts[$index]))*
                }

                fn c_types() -> (Vec<CType>, CType) {
                    (vec![$($name::c_type()),*], R::c_type())
                }
            }
        )*
    };
}

functions! {
    ;
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15;
}

variadic_functions! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
}

/// A C function's own pointer, of type `F`, that keeps its library loaded. Made by
/// [`Function::as_fn`].
///
/// It dereferences to the pointer. A copy of the pointer may be called as long as the library is
/// loaded, which is for as long as this guard, or any function of the library, lives.
#[derive(Clone)]
pub struct FunctionPointer<F> {
    pointer: F,
    function: Function,
}

impl<F: CFunction> FunctionPointer<F> {
    pub(crate) fn new(function: &Function, shape: &Shape) -> Result<Self, Error> {
        let signature = function.signature();
        let own_abi = signature.abi().is_none_or(|abi| abi == native::ABI);
        // With the types behind `...` given it is one call of a variadic function, not the function.
        let whole = signature.fixed_params().len() == signature.params().len();
        if !own_abi || !whole || !F::matches(shape, signature.is_variadic()) {
            return Err(mismatch::<F>(signature)?);
        }
        let address = function.as_ptr();
        const { assert!(size_of::<F>() == size_of::<*const std::ffi::c_void>()) };
        // SAFETY: `F` is a function pointer by the promise of `CFunction`, the address is not null, and
        // its type was compared with the signature that the user gave the function.
        let pointer = unsafe { std::mem::transmute_copy::<*const std::ffi::c_void, F>(&address) };
        Ok(Self {
            pointer,
            function: function.clone(),
        })
    }

    /// The function that it points to.
    #[must_use]
    pub fn function(&self) -> &Function {
        &self.function
    }
}

fn mismatch<F: CFunction>(signature: &Signature) -> Result<Error, Error> {
    let (params, result) = F::c_types();
    let found = Signature::new(params, result)?.to_string();
    Ok(Error::SignatureMismatch {
        signature: signature.to_string(),
        found,
    })
}

impl<F> Deref for FunctionPointer<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.pointer
    }
}

impl<F> fmt::Debug for FunctionPointer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionPointer")
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}
