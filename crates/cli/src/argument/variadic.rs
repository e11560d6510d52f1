//! What stands behind `...`: the type, a colon, the value.

use trampette::{CType, MODEL, Scalar, Value};

use super::buffer::Holds;
use super::{Context, Problem, parse_argument};
use crate::failure::Quoted;

/// How it is written.
const FORM: &str =
    "an argument for `...` is written with its type: `int:42`, `double:2.5`, `str:text`";

/// Type and value of an argument that stands behind `...`.
pub(crate) fn parse_variadic(
    text: &[u8],
    context: &mut Context<'_>,
) -> Result<(CType, Value), Problem> {
    let Some(colon) = first_colon(text) else {
        return Err(Problem::new(format_args!(
            "{} has no type: {FORM}",
            Quoted(text)
        )));
    };
    let (name, value) = (&text[..colon], &text[colon + 1..]);
    if name == b"buf" {
        return Ok((
            CType::POINTER,
            context.buffers.allocate(value, Holds::Anything)?,
        ));
    }
    let unknown = || Problem::new(format_args!("{} is not a type: {FORM}", Quoted(name)));
    let name = std::str::from_utf8(name).map_err(|_| unknown())?;
    let ty = type_of(name, context).ok_or_else(unknown)?;
    check_promoted(&ty)?;
    let value = match ty {
        // The type has been named: prefixes have no more meaning, but for `null`.
        CType::String if value != b"null" => super::escape::string(value)?,
        _ => parse_argument(value, &ty, context)?,
    };
    Ok((ty, value))
}

/// The type of compact text, or one that C knows here: `long double`, or what a header declares.
fn type_of(name: &str, context: &Context<'_>) -> Option<CType> {
    let compact = name.parse().ok();
    compact.or_else(|| context.declarations.ty(name).ok())
}

/// The colon behind the type, which may have colons in braces.
fn first_colon(text: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    text.iter().position(|byte| {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *byte == b':' && depth == 0
    })
}

/// Refuses what C never passes there (C11 6.5.2.2, 6 and 7), and what it passes nowhere.
fn check_promoted(ty: &CType) -> Result<(), Problem> {
    if matches!(ty, CType::Void | CType::Array(_)) {
        return Err(Problem::new(format_args!(
            "`{ty}` is not the type of an argument"
        )));
    }
    let layout = ty.layout(&MODEL).map_err(Problem::new)?;
    let promoted = match layout.as_scalar() {
        Some(Scalar::Bool | Scalar::I8 | Scalar::U8 | Scalar::I16 | Scalar::U16) => "int",
        Some(Scalar::F32) => "double",
        _ => return Ok(()),
    };
    let message =
        format_args!("C passes `{ty}` behind `...` as `{promoted}`: write `{promoted}:...`");
    Err(Problem::new(message))
}
