//! Rust structs as C structs.

/// Implements [`CValue`](crate::CValue) for a Rust struct, checking while compiling that its size and
/// the offset of each field are those that C gives a struct of these fields.
///
/// ```
/// use trampette::{Library, c_struct};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// #[repr(C)]
/// struct Quotient {
///     quot: i32,
///     rem: i32,
/// }
///
/// c_struct!(Quotient { quot: i32, rem: i32 });
///
/// let div = Library::process().bind("struct { int quot; int rem; } div(int, int)")?;
/// let div = div.typed::<(i32, i32), Quotient>()?;
/// // SAFETY: this is `div`'s signature, and the divisor is not zero.
/// assert_eq!(unsafe { div.call((7, 2)) }, Quotient { quot: 3, rem: 1 });
/// # Ok::<(), trampette::Error>(())
/// ```
///
/// A field left out, of another type or in another order does not compile:
///
/// ```compile_fail
/// #[repr(C)]
/// struct Quotient {
///     quot: i32,
///     rem: i32,
/// }
///
/// trampette::c_struct!(Quotient { quot: i32 });
/// ```
///
/// A field may be an array: `c_struct!(Name { text: [u8; 16] })`. The fields' types must be `CValue`s
/// whose every bit pattern is a valid value, or that C is trusted to fill rightly: a `bool`, say.
#[macro_export]
macro_rules! c_struct {
    ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        const _: () = {
            // The rule of C: each field at the next multiple of its alignment, the whole rounded up to
            // the largest one.
            let mut end = 0;
            let mut align = 1;
            $(
                let start = usize::next_multiple_of(end, ::core::mem::align_of::<$ty>());
                assert!(
                    ::core::mem::offset_of!($name, $field) == start,
                    "the field is not where C has it: is the struct `#[repr(C)]`, with the fields in order?"
                );
                end = start + ::core::mem::size_of::<$ty>();
                if ::core::mem::align_of::<$ty>() > align {
                    align = ::core::mem::align_of::<$ty>();
                }
                // The field has this very type.
                let _ = |value: &$name| -> *const $ty { &raw const value.$field };
            )*
            assert!(
                ::core::mem::size_of::<$name>() == usize::next_multiple_of(end, align)
                    && ::core::mem::align_of::<$name>() == align,
                "the struct has another size or alignment than C gives these fields"
            );
        };

        // SAFETY: the assertions above compare size, alignment and offsets with C's, every field is a
        // C value or an array of them, and aggregates come back as `Class::Aggregate` says.
        unsafe impl $crate::CValue for $name {
            const IS_NATIVE: bool = true $(&& <$ty as $crate::CField>::IS_NATIVE)*;

            fn c_type() -> $crate::CType {
                let fields = [$($crate::Field::named(
                    ::core::stringify!($field),
                    <$ty as $crate::CField>::c_type(),
                )),*];
                $crate::CType::structure(fields).expect("fields of a Rust struct make a C struct")
            }

            fn matches(layout: &$crate::Layout) -> bool {
                static OWN: ::std::sync::OnceLock<::core::option::Option<$crate::Layout>> =
                    ::std::sync::OnceLock::new();
                let own = OWN.get_or_init(|| Self::c_type().layout(&$crate::MODEL).ok());
                own.as_ref() == Some(layout)
            }
        }

        // SAFETY: the value is its own raw value.
        unsafe impl $crate::Argument for $name {
            type Raw = Self;

            fn into_raw(self) -> Self {
                self
            }
        }
    };
}

/// A Rust type that [`c_struct!`](crate::c_struct) takes as a field: a [`CValue`](crate::CValue), or an
/// array of them.
///
/// # Safety
///
/// Values of the Rust type have the size, alignment and bytes of the C type.
pub unsafe trait CField {
    /// Whether rustc passes structs with such fields as C does.
    #[doc(hidden)]
    const IS_NATIVE: bool;

    /// The C type.
    fn c_type() -> crate::CType;
}

// SAFETY: that is what `CValue` promises.
unsafe impl<T: crate::CValue> CField for T {
    const IS_NATIVE: bool = <T as crate::CValue>::IS_NATIVE;

    fn c_type() -> crate::CType {
        <T as crate::CValue>::c_type()
    }
}

// SAFETY: an array in Rust is one in C: elements without gaps.
unsafe impl<T: CField, const N: usize> CField for [T; N] {
    const IS_NATIVE: bool = T::IS_NATIVE;

    fn c_type() -> crate::CType {
        crate::CType::array(T::c_type(), N).expect("an array in a Rust struct is an array in C")
    }
}
