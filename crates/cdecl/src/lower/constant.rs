//! Constant expressions to their values (C11 6.6).

use std::cmp::Ordering;

use trampette_types::{CType, Float, Int, Scalar};

use super::{Scope, Ty, value};
use crate::ast::{Binary, Expr, ExprKind, Parameter, Unary};
use crate::error::{At, ErrorKind, Fault};
use crate::lexer::{Constant, constant};
use crate::names::What;
use crate::real::Real;
use crate::value::{Integer, Number};

impl<'a> Scope<'a> {
    /// The value of an integer constant expression.
    pub(super) fn integer(&mut self, expr: &Expr<'a>) -> Result<Integer, Fault> {
        match (self.number(expr)?, &expr.kind) {
            (Number::Integer(integer), _) => Ok(integer),
            (Number::Float(_), ExprKind::Number(text)) => {
                let text = (*text).to_string();
                Err(Fault::new(ErrorKind::BadNumber { text }, expr.span))
            }
            (Number::Float(_), _) => Err(not_constant("the number", expr)),
        }
    }

    /// The value of one that counts something: none of them is below zero, and what is too large for this
    /// machine is as large as can be.
    pub(super) fn count(&mut self, expr: &Expr<'a>) -> Result<usize, Fault> {
        let value = self.integer(expr)?.value;
        if value < 0 {
            let what = "a number of bytes cannot be negative";
            return Err(Fault::invalid(what, expr.span));
        }
        Ok(usize::try_from(value).unwrap_or(usize::MAX))
    }

    /// The value of an arithmetic constant expression. Addresses that are integers are integers here.
    pub(crate) fn number(&mut self, expr: &Expr<'a>) -> Result<Number, Fault> {
        let integer = match &expr.kind {
            ExprKind::Number(text) => return self.literal(text, expr),
            ExprKind::Character(text) => self.character(text, expr)?,
            ExprKind::Name(name) => return self.named_number(name, expr),
            ExprKind::Unary(operator, operand) => return self.unary(*operator, operand, expr),
            ExprKind::Binary(operator, operands) => {
                return self.binary(*operator, &operands.0, &operands.1, expr);
            }
            ExprKind::Choice(parts) => {
                return self.choice(&parts.0, parts.1.as_ref(), &parts.2);
            }
            ExprKind::Cast(ty, operand) => return self.cast(ty, operand, expr),
            ExprKind::SizeOfType(ty) => Integer::size(self.size_of_type(ty)?),
            ExprKind::AlignOfType(ty) => Integer::size(self.align_of_type(ty)?),
            ExprKind::OffsetOf(ty, path) => {
                let ty = self.type_of_name(ty)?;
                Integer::size(self.offset_in(value(ty)?, path)?)
            }
            ExprKind::Generic(generic) => {
                let chosen = self.chosen(generic, expr)?;
                return self.number(chosen);
            }
            ExprKind::Builtin(builtin, argument) => self.built_in(*builtin, argument, expr)?,
            ExprKind::Choose(parts) => {
                let chosen = self.chosen_by_value(parts)?;
                return self.number(chosen);
            }
            ExprKind::Compatible(types) => {
                Integer::int(self.are_compatible(&types.0, &types.1, expr)?.into())
            }
            _ => return Err(not_constant("the expression", expr)),
        };
        Ok(Number::Integer(integer))
    }

    /// A number as it is written.
    fn literal(&self, text: &str, expr: &Expr<'a>) -> Result<Number, Fault> {
        match constant(text, expr.span)? {
            Constant::Float { digits, suffix } => {
                let format = type_of_suffix(suffix).scalar(self.options.model());
                let real = Real::parse(&digits, format);
                real.map(Number::Float).ok_or_else(|| {
                    let text = text.to_string();
                    Fault::new(ErrorKind::NumberTooLarge { text }, expr.span)
                })
            }
            Constant::Integer {
                value,
                is_unsigned,
                longs,
                is_decimal,
            } => {
                let least = match (longs, self.options.model().long) {
                    (0, _) | (1, Scalar::I32) => 32,
                    _ => 64,
                };
                let integer = integer_literal(value, is_unsigned, least, is_decimal);
                Ok(Number::Integer(integer))
            }
        }
    }

    /// The type of a number as it is written.
    pub(super) fn type_of_literal(&self, text: &str, expr: &Expr<'a>) -> Result<CType, Fault> {
        match (constant(text, expr.span)?, self.literal(text, expr)?) {
            (Constant::Integer { longs, .. }, Number::Integer(integer)) => {
                Ok(CType::Int(self.int_of_literal(integer, longs)))
            }
            (_, Number::Integer(integer)) => Ok(type_of_integer(integer)),
            (Constant::Float { suffix, .. }, _) => Ok(CType::Float(type_of_suffix(suffix))),
            (_, Number::Float(_)) => Ok(CType::F64),
        }
    }

    /// Of types of one width, the first that the suffix allows.
    fn int_of_literal(&self, integer: Integer, longs: u8) -> Int {
        let is_long = match integer.bits {
            64 => longs < 2 && self.options.model().long == Scalar::I64,
            _ => longs > 0,
        };
        match (integer.bits, is_long, integer.is_signed) {
            (_, true, true) => Int::Long,
            (_, true, false) => Int::UnsignedLong,
            (64, _, true) => Int::LongLong,
            (64, _, false) => Int::UnsignedLongLong,
            (_, _, true) => Int::Int,
            (_, _, false) => Int::UnsignedInt,
        }
    }

    fn named_number(&self, name: &str, expr: &Expr<'a>) -> Result<Number, Fault> {
        if let Some(What::Enumerator(number)) = self.ordinary(name).map(|found| &found.what) {
            return Ok(*number);
        }
        Err(not_constant(name, expr))
    }

    /// "If both the second and third operands have arithmetic type, the result type that would be determined by the
    /// usual arithmetic conversions [...] is the type of the result." (C11 6.5.15, 5) The one that is not taken needs
    /// no value.
    fn choice(
        &mut self,
        condition: &Expr<'a>,
        yes: Option<&Expr<'a>>,
        no: &Expr<'a>,
    ) -> Result<Number, Fault> {
        let holds = self.number(condition)?;
        let (taken, other) = match (holds.is_true(), yes) {
            (true, None) => (holds, no),
            (true, Some(yes)) => (self.number(yes)?, no),
            (false, yes) => (self.number(no)?, yes.unwrap_or(condition)),
        };
        let blank = match self.number(other) {
            Ok(number) => Some(number),
            Err(_) => self.blank_of(other),
        };
        Ok(match (taken, blank) {
            (Number::Integer(taken), Some(Number::Integer(other))) => {
                Number::Integer(taken.balanced(other).0)
            }
            (taken, Some(other)) => match common_format(taken, other) {
                Some(format) => Number::Float(taken.real(format)),
                None => taken,
            },
            (taken, None) => taken,
        })
    }

    fn unary(
        &mut self,
        operator: Unary,
        operand: &Expr<'a>,
        whole: &Expr<'a>,
    ) -> Result<Number, Fault> {
        let size = |size: usize| Ok(Number::Integer(Integer::size(size)));
        match operator {
            Unary::SizeOf => return size(self.size_of_value(operand)?),
            Unary::AlignOf => return size(self.align_of_value(operand)?),
            Unary::AddressOf => return size(self.address_of(operand)?),
            Unary::Dereference => return Err(not_constant("the expression", whole)),
            _ => {}
        }
        let number = self.number(operand)?;
        let integer = match (operator, number) {
            (Unary::Not, number) => Integer::int(i32::from(!number.is_true())),
            (Unary::Minus, Number::Float(value)) => return Ok(Number::Float(value.negated())),
            (Unary::Plus, Number::Float(value)) => return Ok(Number::Float(value)),
            (_, Number::Float(_)) => return Err(not_constant("the expression", whole)),
            (Unary::Minus, Number::Integer(integer)) => {
                let integer = integer.promoted();
                integer.same(integer.value.wrapping_neg())
            }
            (Unary::Complement, Number::Integer(integer)) => {
                let integer = integer.promoted();
                integer.same(!integer.value)
            }
            (_, Number::Integer(integer)) => integer.promoted(),
        };
        Ok(Number::Integer(integer))
    }

    fn binary(
        &mut self,
        operator: Binary,
        left: &Expr<'a>,
        right: &Expr<'a>,
        whole: &Expr<'a>,
    ) -> Result<Number, Fault> {
        let truth = |holds: bool| Ok(Number::Integer(Integer::int(i32::from(holds))));
        let one = self.number(left)?;
        match operator {
            Binary::Both if !one.is_true() => return truth(false),
            Binary::Either if one.is_true() => return truth(true),
            _ => {}
        }
        let other = self.number(right)?;
        match (operator, one, other) {
            (Binary::Both | Binary::Either, _, other) => truth(other.is_true()),
            (_, Number::Integer(one), Number::Integer(other)) => {
                integers(operator, one, other, whole).map(Number::Integer)
            }
            (operator, one, other) => {
                let format = common_format(one, other).unwrap_or(Scalar::F64);
                floats(operator, one.real(format), other.real(format))
                    .ok_or_else(|| not_constant("the expression", whole))
            }
        }
    }

    fn cast(
        &mut self,
        ty: &Parameter<'a>,
        operand: &Expr<'a>,
        whole: &Expr<'a>,
    ) -> Result<Number, Fault> {
        let typed = self.type_of_name(ty)?;
        let ty = match typed.ty {
            Ty::Complete(ty) => ty,
            _ => return Err(not_constant("the expression", whole)),
        };
        let layout = ty.layout(self.options.model()).at(whole.span)?;
        let number = self.number(operand)?;
        let scalar = layout.as_scalar();
        let cast = match (number, scalar) {
            (number, Some(scalar)) if scalar.is_float() => Some(Number::Float(number.real(scalar))),
            (Number::Float(value), Some(Scalar::Bool)) => {
                let truth = i128::from(!value.is_zero());
                Some(Number::Integer(Integer::wrapped(truth, 8, false)))
            }
            (Number::Float(value), Some(scalar)) => {
                let is_unsigned = scalar == Scalar::U128;
                let value = Integer::wrapped(value.truncated(is_unsigned), 128, !is_unsigned);
                value.cast(scalar).map(Number::Integer)
            }
            (Number::Integer(integer), Some(scalar)) => integer.cast(scalar).map(Number::Integer),
            (_, None) => None,
        };
        cast.ok_or_else(|| not_constant("the expression", whole))
    }

    /// "The value of an integer character constant containing a single character" (C11 6.4.4.4, 10), or of one
    /// with several as GCC has it: each shifts those before it.
    fn character(&self, text: &str, whole: &Expr<'a>) -> Result<Integer, Fault> {
        let start = text.find('\'').unwrap_or(0);
        let (prefix, body) = (
            &text[..start],
            text.get(start + 1..text.len() - 1).unwrap_or(""),
        );
        let bad = || not_constant(text, whole);
        let model = self.options.model();
        match prefix {
            "" | "u8" => {
                let bytes = crate::text::bytes(body).ok_or_else(bad)?;
                let value = match bytes.as_slice() {
                    [] => return Err(bad()),
                    [byte] if model.char_signed && prefix.is_empty() => {
                        i128::from(byte.cast_signed())
                    }
                    bytes => bytes.iter().fold(0, |sum: i128, byte| {
                        (sum << 8 & 0xffff_ffff) | i128::from(*byte)
                    }),
                };
                Ok(Integer::wrapped(value, 32, true))
            }
            _ => {
                let scalar = match prefix {
                    "L" => model.wchar,
                    "u" => Scalar::U16,
                    _ => Scalar::U32,
                };
                let value = crate::text::wide(body).ok_or_else(bad)?;
                Integer::fitting(value.into()).cast(scalar).ok_or_else(bad)
            }
        }
    }
}

/// The type of a floating-point constant of this suffix (C11 6.4.4.2, 4; TS 18661-3, 6.4.4.2; GCC, "Additional
/// Floating Types").
fn type_of_suffix(suffix: &str) -> Float {
    match suffix {
        "f" | "f32" => Float::F32,
        "l" | "w" | "f64x" => Float::LongDouble,
        "q" | "f128" => Float::F128,
        "f16" => Float::F16,
        "bf16" => Float::BF16,
        _ => Float::F64,
    }
}

/// An integer as it is written. "The type of an integer constant is the first of the corresponding list in which
/// its value can be represented." (C11 6.4.4.1, 5)
fn integer_literal(value: u64, is_unsigned: bool, least: u32, is_decimal: bool) -> Integer {
    let value = i128::from(value);
    let bits = [32, 64].into_iter().find(|&bits| {
        let signed = value < 1 << (bits - 1);
        let unsigned = (is_unsigned || !is_decimal) && value < 1 << bits;
        bits >= least && (unsigned || signed)
    });
    let bits = bits.unwrap_or(64);
    let is_signed = !is_unsigned && value < 1 << (bits - 1);
    Integer::wrapped(value, bits, is_signed)
}

fn integers(
    operator: Binary,
    left: Integer,
    right: Integer,
    whole: &Expr<'_>,
) -> Result<Integer, Fault> {
    let bad = |what| Err(Fault::new(ErrorKind::BadArithmetic { what }, whole.span));
    if let Binary::ShiftLeft | Binary::ShiftRight = operator {
        let left = left.promoted();
        let Some(by) = u32::try_from(right.value).ok().filter(|&by| by < left.bits) else {
            return bad("a number is shifted by no more bits than it has");
        };
        return Ok(left.same(match operator {
            Binary::ShiftLeft => left.value << by,
            _ if left.bits == 128 && !left.is_signed => {
                (left.value.cast_unsigned() >> by).cast_signed()
            }
            _ => left.value >> by,
        }));
    }
    let (left, right) = left.balanced(right);
    let (one, other) = (left.value, right.value);
    let is_wide = left.bits == 128 && !left.is_signed;
    let order = match is_wide {
        true => one.cast_unsigned().cmp(&other.cast_unsigned()),
        false => one.cmp(&other),
    };
    let truth = |holds: bool| Ok(Integer::int(i32::from(holds)));
    let value = match operator {
        Binary::Divide | Binary::Remainder if other == 0 => {
            return bad("the divisor of a constant is not zero");
        }
        Binary::Divide if is_wide => (one.cast_unsigned() / other.cast_unsigned()).cast_signed(),
        Binary::Remainder if is_wide => (one.cast_unsigned() % other.cast_unsigned()).cast_signed(),
        Binary::Divide => one.wrapping_div(other),
        Binary::Remainder => one.wrapping_rem(other),
        Binary::Multiply => one.wrapping_mul(other),
        Binary::Add => one.wrapping_add(other),
        Binary::Subtract => one.wrapping_sub(other),
        Binary::And => one & other,
        Binary::Xor => one ^ other,
        Binary::Or => one | other,
        Binary::Less => return truth(order.is_lt()),
        Binary::Greater => return truth(order.is_gt()),
        Binary::AtMost => return truth(order.is_le()),
        Binary::AtLeast => return truth(order.is_ge()),
        Binary::Equal => return truth(order.is_eq()),
        Binary::Unequal => return truth(order.is_ne()),
        Binary::ShiftLeft | Binary::ShiftRight | Binary::Both | Binary::Either => {
            return Err(not_constant("the expression", whole));
        }
    };
    Ok(left.same(value))
}

/// The format that two numbers have in common, if one of them has one.
fn common_format(one: Number, other: Number) -> Option<Scalar> {
    match (one.format(), other.format()) {
        (Some(one), Some(other)) => Some(Real::common(one, other)),
        (one, other) => one.or(other),
    }
}

fn floats(operator: Binary, one: Real, other: Real) -> Option<Number> {
    if let Some(value) = one.calculated(operator, other) {
        return Some(Number::Float(value));
    }
    let order = one.compared(other);
    let holds = match operator {
        Binary::Less => order == Some(Ordering::Less),
        Binary::Greater => order == Some(Ordering::Greater),
        Binary::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Binary::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Binary::Equal => order == Some(Ordering::Equal),
        Binary::Unequal => order != Some(Ordering::Equal),
        _ => return None,
    };
    Some(Number::Integer(Integer::int(i32::from(holds))))
}

pub(super) fn not_constant(text: &str, expr: &Expr<'_>) -> Fault {
    let text = text.to_string();
    Fault::new(ErrorKind::NotConstant { text }, expr.span)
}

/// The integer type that a constant of this type has.
pub(crate) fn type_of_integer(integer: Integer) -> CType {
    CType::Int(match (integer.bits, integer.is_signed) {
        (8, true) => Int::SignedChar,
        (8, false) => Int::UnsignedChar,
        (16, true) => Int::Short,
        (16, false) => Int::UnsignedShort,
        (64, true) => Int::I64,
        (64, false) => Int::U64,
        (128, true) => Int::I128,
        (128, false) => Int::U128,
        (_, true) => Int::Int,
        (_, false) => Int::UnsignedInt,
    })
}
