//! The values of functions that compilers know.

use trampette_types::Scalar;

use super::Scope;
use super::constant::not_constant;
use crate::ast::{Bits, Builtin, Expr, ExprKind, Width};
use crate::error::Fault;
use crate::value::{Integer, Number};

impl<'a> Scope<'a> {
    pub(super) fn built_in(
        &mut self,
        builtin: Builtin,
        argument: &Expr<'a>,
        whole: &Expr<'a>,
    ) -> Result<Integer, Fault> {
        let (bits, width) = match builtin {
            // "You can use [it] to determine if the expression is known to be constant at compile time" (GCC, "Other
            // Built-in Functions"): literal text is.
            Builtin::IsConstant => {
                let is_text = matches!(argument.kind, ExprKind::Text(_));
                let is_constant = is_text || self.number(argument).is_ok();
                return Ok(Integer::int(is_constant.into()));
            }
            Builtin::Swap(width) => {
                let bytes = self.unsigned(argument, width, whole)?.swap_bytes() >> (64 - width);
                return Ok(Integer::wrapped(bytes.into(), width, false));
            }
            Builtin::Bits(bits, Width::Int) => (bits, 32),
            Builtin::Bits(bits, Width::Long) if self.options.model().long == Scalar::I32 => {
                (bits, 32)
            }
            Builtin::Bits(bits, _) => (bits, 64),
        };
        let value = self.unsigned(argument, width, whole)?;
        let result = match bits {
            Bits::Ones => value.count_ones(),
            Bits::Parity => value.count_ones() % 2,
            Bits::First if value == 0 => 0,
            Bits::First => value.trailing_zeros() + 1,
            Bits::Leading | Bits::Trailing if value == 0 => {
                return Err(not_constant("the expression", whole));
            }
            Bits::Leading => value.leading_zeros() + width - 64,
            Bits::Trailing => value.trailing_zeros(),
        };
        Ok(Integer::wrapped(result.into(), 32, true))
    }

    /// An argument, converted to an unsigned integer of so many bits.
    fn unsigned(&mut self, argument: &Expr<'a>, bits: u32, whole: &Expr<'a>) -> Result<u64, Fault> {
        match self.number(argument)? {
            Number::Integer(integer) => {
                let wrapped = Integer::wrapped(integer.value, bits, false);
                u64::try_from(wrapped.value).map_err(|_| not_constant("the expression", whole))
            }
            Number::Float(_) => Err(not_constant("the expression", whole)),
        }
    }
}
