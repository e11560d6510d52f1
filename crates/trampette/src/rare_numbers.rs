//! C's rarer numbers in typed calls and closures: types that crates have for what Rust itself has none, and
//! the vectors of processors.
//!
//! rustc passes none of them as C passes its own types: `half`'s numbers are integers to it, and this crate's
//! extended ones arrays. So closures with such parameters are entered through a frame, which is C's.

use half::{bf16, f16};
use num_complex::Complex;
use trampette_types::{CType, Float, Layout, LayoutKind, Scalar};

use crate::typed::{Argument, CValue};
use crate::value::F128;

macro_rules! numbers {
    ($($ty:ty: $c_type:expr => $kind:pat,)*) => {
        $(
            // SAFETY: the Rust type has size, alignment and format of the C type, and any bytes are a valid
            // value of it.
            unsafe impl CValue for $ty {
                const IS_NATIVE: bool = false;

                fn c_type() -> CType {
                    $c_type
                }

                #[inline]
                fn matches(layout: &Layout) -> bool {
                    matches!(layout.kind(), $kind)
                }
            }

            // SAFETY: the value is its own raw value.
            unsafe impl Argument for $ty {
                type Raw = Self;

                #[inline]
                fn into_raw(self) -> Self {
                    self
                }
            }
        )*
    };
}

numbers! {
    f16: CType::Float(Float::F16) => LayoutKind::Scalar(Scalar::F16),
    bf16: CType::Float(Float::BF16) => LayoutKind::Scalar(Scalar::BF16),
    F128: CType::Float(Float::F128) => LayoutKind::Scalar(Scalar::F128),
    Complex<f16>: CType::Complex(Float::F16) => LayoutKind::Complex(Scalar::F16),
    Complex<f32>: CType::Complex(Float::F32) => LayoutKind::Complex(Scalar::F32),
    Complex<f64>: CType::Complex(Float::F64) => LayoutKind::Complex(Scalar::F64),
    Complex<F128>: CType::Complex(Float::F128) => LayoutKind::Complex(Scalar::F128),
}

/// Where `long double` is the x87's.
#[cfg(all(target_arch = "x86_64", not(target_env = "msvc")))]
mod x87 {
    use super::{Argument, CType, CValue, Complex, Float, Layout, LayoutKind, Scalar};
    use crate::value::F80;

    numbers! {
        F80: CType::LONG_DOUBLE => LayoutKind::Scalar(Scalar::F80),
        Complex<F80>: CType::Complex(Float::LongDouble) => LayoutKind::Complex(Scalar::F80),
    }
}

/// Vectors of 16 bytes; larger ones rustc allows in functions alone that are compiled for them.
#[cfg(target_arch = "x86_64")]
mod vectors {
    use std::arch::x86_64::{__m128, __m128d, __m128i};

    use trampette_types::Int;

    use super::{Argument, CType, CValue, Layout, LayoutKind, Scalar, vector};

    numbers! {
        __m128: vector(CType::F32, 4) => LayoutKind::Vector { lane: Scalar::F32, len: 4 },
        __m128d: vector(CType::F64, 2) => LayoutKind::Vector { lane: Scalar::F64, len: 2 },
        __m128i: vector(CType::Int(Int::I64), 2) => LayoutKind::Vector { lane: Scalar::I64, len: 2 },
    }
}

/// Vectors of 8 and 16 bytes.
#[cfg(target_arch = "aarch64")]
mod vectors {
    use std::arch::aarch64::{
        float32x2_t, float32x4_t, float64x2_t, int8x8_t, int8x16_t, int16x4_t, int16x8_t,
        int32x2_t, int32x4_t, int64x2_t, uint8x8_t, uint8x16_t, uint16x4_t, uint16x8_t, uint32x2_t,
        uint32x4_t, uint64x2_t,
    };

    use trampette_types::Int;

    use super::{Argument, CType, CValue, Layout, LayoutKind, Scalar, vector};

    numbers! {
        float32x2_t: vector(CType::F32, 2) => LayoutKind::Vector { lane: Scalar::F32, len: 2 },
        float32x4_t: vector(CType::F32, 4) => LayoutKind::Vector { lane: Scalar::F32, len: 4 },
        float64x2_t: vector(CType::F64, 2) => LayoutKind::Vector { lane: Scalar::F64, len: 2 },
        int8x8_t: vector(CType::Int(Int::I8), 8) => LayoutKind::Vector { lane: Scalar::I8, len: 8 },
        int8x16_t: vector(CType::Int(Int::I8), 16) => LayoutKind::Vector { lane: Scalar::I8, len: 16 },
        uint8x8_t: vector(CType::Int(Int::U8), 8) => LayoutKind::Vector { lane: Scalar::U8, len: 8 },
        uint8x16_t: vector(CType::Int(Int::U8), 16) => LayoutKind::Vector { lane: Scalar::U8, len: 16 },
        int16x4_t: vector(CType::Int(Int::I16), 4) => LayoutKind::Vector { lane: Scalar::I16, len: 4 },
        int16x8_t: vector(CType::Int(Int::I16), 8) => LayoutKind::Vector { lane: Scalar::I16, len: 8 },
        uint16x4_t: vector(CType::Int(Int::U16), 4) => LayoutKind::Vector { lane: Scalar::U16, len: 4 },
        uint16x8_t: vector(CType::Int(Int::U16), 8) => LayoutKind::Vector { lane: Scalar::U16, len: 8 },
        int32x2_t: vector(CType::Int(Int::I32), 2) => LayoutKind::Vector { lane: Scalar::I32, len: 2 },
        int32x4_t: vector(CType::Int(Int::I32), 4) => LayoutKind::Vector { lane: Scalar::I32, len: 4 },
        uint32x2_t: vector(CType::Int(Int::U32), 2) => LayoutKind::Vector { lane: Scalar::U32, len: 2 },
        uint32x4_t: vector(CType::Int(Int::U32), 4) => LayoutKind::Vector { lane: Scalar::U32, len: 4 },
        int64x2_t: vector(CType::Int(Int::I64), 2) => LayoutKind::Vector { lane: Scalar::I64, len: 2 },
        uint64x2_t: vector(CType::Int(Int::U64), 2) => LayoutKind::Vector { lane: Scalar::U64, len: 2 },
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn vector(lane: CType, len: usize) -> CType {
    CType::vector(lane, len).expect("a processor's vector is one")
}
