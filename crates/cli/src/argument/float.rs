//! Floating-point numbers, decimal and hexadecimal, real and complex.

use std::borrow::Cow;

use rustc_apfloat::ieee::{BFloat, Double, Half, Quad, Single, X87DoubleExtended};
use rustc_apfloat::{Float as Format, Round};
use trampette::half::{bf16, f16};
use trampette::num_complex::Complex;
use trampette::{CType, F80, F128, Float, Scalar, Value};

use super::Problem;
use super::scalar::{out_of_range, unexpected, value};

/// A number of any format, rounded once, from the text.
pub(super) fn float(text: &[u8], scalar: Scalar, ty: &CType) -> Result<Value, Problem> {
    let number = std::str::from_utf8(text).ok();
    let number = number.and_then(|text| match hexadecimal(text) {
        Some(digits) => of_hexadecimal(&digits, scalar),
        None => of_decimal(text, scalar),
    });
    let (value, is_infinite) = number.ok_or_else(|| unexpected("a number", text, ty))?;
    // Only words are meant to be infinite, or no number: `inf`, `-Infinity`, `NaN`.
    if is_infinite && text.iter().any(u8::is_ascii_digit) {
        return Err(out_of_range(text, scalar, ty));
    }
    Ok(value)
}

/// A decimal number or a word, and whether it is infinite.
fn of_decimal(text: &str, scalar: Scalar) -> Option<(Value, bool)> {
    macro_rules! parse {
        ($number:ty) => {{
            let number: $number = text.parse().ok()?;
            (Value::from(number), !number.is_finite())
        }};
    }
    // `half` would round twice, by way of `float`.
    macro_rules! parse_half {
        ($number:ty, $format:ty) => {{
            let number: f64 = text.parse().ok()?;
            let number = match text.bytes().any(|byte| byte.is_ascii_digit()) {
                true => <$number>::from_bits(bits::<$format, _>(text.trim_start_matches('+'))?),
                false => <$number>::from_f64(number),
            };
            (Value::from(number), !number.is_finite())
        }};
    }
    Some(match scalar {
        Scalar::F16 => parse_half!(f16, Half),
        Scalar::BF16 => parse_half!(bf16, BFloat),
        Scalar::F32 => parse!(f32),
        Scalar::F80 => parse!(F80),
        Scalar::F128 => parse!(F128),
        _ => parse!(f64),
    })
}

/// A hexadecimal number, and whether it is infinite.
fn of_hexadecimal(digits: &str, scalar: Scalar) -> Option<(Value, bool)> {
    macro_rules! parse {
        ($number:ty, $format:ty) => {{
            let number = <$number>::from_bits(bits::<$format, _>(digits)?);
            (Value::from(number), !number.is_finite())
        }};
    }
    Some(match scalar {
        Scalar::F16 => parse!(f16, Half),
        Scalar::BF16 => parse!(bf16, BFloat),
        Scalar::F32 => parse!(f32, Single),
        Scalar::F80 => parse!(F80, X87DoubleExtended),
        Scalar::F128 => parse!(F128, Quad),
        _ => parse!(f64, Double),
    })
}

/// The bits of the number that is next to the text's.
fn bits<F: Format, B: TryFrom<u128>>(text: &str) -> Option<B> {
    let number = F::from_str_r(text, Round::NearestTiesToEven).ok()?;
    B::try_from(number.value.to_bits()).ok()
}

/// The text without a plus and with an exponent, if it is a hexadecimal number as `strtod` takes it: `0x1.8p3`, or
/// without the exponent.
fn hexadecimal(text: &str) -> Option<Cow<'_, str>> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let number = text.strip_prefix('-').unwrap_or(text);
    let number = number.strip_prefix("0x").or(number.strip_prefix("0X"))?;
    let (digits, exponent) = number.split_once(['p', 'P']).unwrap_or((number, "0"));
    let all = |text: &str, is_digit: fn(&u8) -> bool| text.as_bytes().iter().all(is_digit);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let has_digits = !(whole.is_empty() && fraction.is_empty())
        && all(whole, u8::is_ascii_hexdigit)
        && all(fraction, u8::is_ascii_hexdigit);
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if !has_digits || exponent.is_empty() || !all(exponent, u8::is_ascii_digit) {
        return None;
    }
    match number.contains(['p', 'P']) {
        true => Some(text.into()),
        false => Some(format!("{text}p0").into()),
    }
}

/// A complex number as people write it, in one word: `1+2i`, `-2.5i`, `i`. What has no `i` is a real number, as in C.
pub(super) fn complex(text: &[u8], part: Float) -> Result<Value, Problem> {
    let (re, im) = parts(text).ok_or_else(|| {
        let what = "a complex number such as `1+2i` or `(1, 2)`";
        unexpected(what, text, &CType::Complex(part))
    })?;
    let ty = CType::Float(part);
    let re = value(re, &ty).map_err(|problem| problem.inside("real part"))?;
    let im = value(im, &ty).map_err(|problem| problem.inside("imaginary part"))?;
    Ok(Complex { re, im }.into())
}

/// The texts of the real and the imaginary part.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8])> {
    // The format with the largest range: what is too large for the type is a number all the same.
    let is_number = |text: &[u8]| float(text, Scalar::F128, &CType::Float(Float::F128)).is_ok();
    let Some(both) = text.strip_suffix(b"i") else {
        return is_number(text).then_some((text, b"0"));
    };
    // The last sign, or the one before that of an exponent: what stands before that one is no number.
    let signs = (1..both.len()).rev();
    let signs = signs.filter(|at| matches!(both[*at], b'+' | b'-'));
    let mut pairs = signs.take(2).map(|at| both.split_at(at));
    let pair = pairs.find(|(re, im)| is_number(re) && is_number(or_one(im)));
    let (re, im) = pair.unwrap_or((b"0", both));
    is_number(or_one(im)).then_some((re, or_one(im)))
}

/// How many `i` there are: one where only a sign or nothing says it.
fn or_one(text: &[u8]) -> &[u8] {
    match text {
        b"" | b"+" => b"1",
        b"-" => b"-1",
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_16_bits_are_rounded_once() {
        let value = |text: &str, scalar| float(text.as_bytes(), scalar, &CType::F64).unwrap();
        let half = |bits| Value::F16(f16::from_bits(bits));
        let brain = |bits| Value::BF16(bf16::from_bits(bits));
        // The middle between two neighbours, and a number above it that is the middle as a `float`.
        assert_eq!(value("1.00048828125", Scalar::F16), half(0x3c00));
        assert_eq!(value("+1.00048828125000001", Scalar::F16), half(0x3c01));
        assert_eq!(value("0x1.00200000001p0", Scalar::F16), half(0x3c01));
        assert_eq!(value("1.00390625", Scalar::BF16), brain(0x3f80));
        assert_eq!(value("1.00390625000000001", Scalar::BF16), brain(0x3f81));
        assert_eq!(value("-inf", Scalar::F16), half(0xfc00));
    }
}
