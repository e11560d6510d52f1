//! Structs, unions, arrays, vectors and complex numbers: `{1, 2.5}`, `{quot: 7}`, `[1, 2]`, `0.5-1i`.

use std::collections::HashSet;

use trampette::num_complex::Complex;
use trampette::{Aggregate, Array, CType, Field, Float, Int, Record, Value};

use super::buffer::Holds;
use super::cursor::Cursor;
use super::{Context, Problem, escape, float, scalar};
use crate::failure::Quoted;

/// The value at the cursor. It recurses as deep as the type nests, which is limited.
pub(super) fn value(
    cursor: &mut Cursor<'_>,
    ty: &CType,
    context: &mut Context<'_>,
) -> Result<Value, Problem> {
    match ty {
        CType::Struct(record) => fields(cursor, ty, record, context),
        CType::Union(record) => member(cursor, ty, record, context),
        CType::Array(array) if cursor.peek() == Some(b'"') => characters(cursor, ty, array),
        CType::Array(array) => elements(cursor, ty, array.element(), array.len(), context),
        CType::Vector(vector) => elements(cursor, ty, &vector.lane(), vector.len(), context),
        CType::Complex(part) => complex(cursor, *part),
        CType::String | CType::Pointer(_) => pointer(cursor, ty, context),
        _ => context.scalar(cursor.word(), ty),
    }
}

/// The fields of a struct, all by name or all in order. What is missing is zero.
fn fields(
    cursor: &mut Cursor<'_>,
    ty: &CType,
    record: &Record,
    context: &mut Context<'_>,
) -> Result<Value, Problem> {
    let mut aggregate = Aggregate::zeroed(ty)?;
    let mut names = HashSet::new();
    let mut count = 0;
    let mut by_name = None;
    cursor.expect(b"{", "a struct in braces, such as `{1, 2}`")?;
    while !cursor.eat(b"}") {
        separate(cursor, count, b"}", "`,` or `}`")?;
        let named = field_of_name(cursor, record)?;
        if *by_name.get_or_insert(named.is_some()) != named.is_some() {
            return Err(Problem::new(
                "the fields of a struct are given all by name, or all in order",
            ));
        }
        let Some(field) = named.or_else(|| record.members().nth(count)) else {
            let most = record.members().count();
            let message = format_args!("the struct has no more than {most} fields");
            return Err(Problem::new(message));
        };
        let part = field.name().map_or(format!("field {}", count + 1), |name| {
            format!("field `{name}`")
        });
        match named.and_then(Field::name) {
            Some(name) if !names.insert(name) => {
                return Err(Problem::new(format_args!("{part} is given twice")));
            }
            _ => {}
        }
        let value = value(cursor, field.ty(), context).map_err(|problem| problem.inside(&part))?;
        set(&mut aggregate, named, count, &value)?;
        count += 1;
    }
    Ok(aggregate.into())
}

/// One member of a union by name; without one the first member, as in C.
fn member(
    cursor: &mut Cursor<'_>,
    ty: &CType,
    record: &Record,
    context: &mut Context<'_>,
) -> Result<Value, Problem> {
    let mut aggregate = Aggregate::zeroed(ty)?;
    cursor.expect(b"{", "a union in braces, such as `{member: 1}`")?;
    if cursor.eat(b"}") {
        return Ok(aggregate.into());
    }
    let named = field_of_name(cursor, record)?;
    let Some(field) = named.or_else(|| record.members().next()) else {
        return Err(Problem::new("the union has no members"));
    };
    let part = field
        .name()
        .map_or("the first member".into(), |name| format!("member `{name}`"));
    let value = value(cursor, field.ty(), context).map_err(|problem| problem.inside(part))?;
    set(&mut aggregate, named, 0, &value)?;
    cursor.expect(b"}", "`}` behind the one member of a union")?;
    Ok(aggregate.into())
}

/// Sets a field by its name, if it was given by that, or else by its index.
fn set(
    aggregate: &mut Aggregate,
    named: Option<&Field>,
    index: usize,
    value: &Value,
) -> Result<(), Problem> {
    match named.and_then(Field::name) {
        Some(name) => aggregate.set_field(name, value)?,
        None => aggregate.set_at(index, value)?,
    }
    Ok(())
}

/// The field that a name and a colon stand for, if they stand here.
fn field_of_name<'r>(
    cursor: &mut Cursor<'_>,
    record: &'r Record,
) -> Result<Option<&'r Field>, Problem> {
    // Unless fields are called so, these begin a value.
    let is_value =
        |name: &str| matches!(name, "buf" | "str" | "ptr") && record.find(name).is_none();
    let Some(name) = cursor.name(|name| !is_value(name)) else {
        return Ok(None);
    };
    match record.find(name) {
        Some((_, field)) => Ok(Some(field)),
        None => Err(Problem::new(format_args!(
            "there is no field {}",
            Quoted(name.as_bytes())
        ))),
    }
}

/// Elements in order. What is missing is zero.
fn elements(
    cursor: &mut Cursor<'_>,
    ty: &CType,
    element: &CType,
    len: usize,
    context: &mut Context<'_>,
) -> Result<Value, Problem> {
    let mut aggregate = Aggregate::zeroed(ty)?;
    let mut count = 0;
    cursor.expect(b"[", "elements in brackets, such as `[1, 2]`")?;
    while !cursor.eat(b"]") {
        separate(cursor, count, b"]", "`,` or `]`")?;
        if count == len {
            return Err(Problem::new(format_args!(
                "there are no more than {count} elements"
            )));
        }
        let part = format!("element {}", count + 1);
        let value = value(cursor, element, context).map_err(|problem| problem.inside(part))?;
        aggregate.set_at(count, &value)?;
        count += 1;
    }
    Ok(aggregate.into())
}

/// A real and an imaginary part, as a pair or as one word.
fn complex(cursor: &mut Cursor<'_>, part: Float) -> Result<Value, Problem> {
    if cursor.peek() != Some(b'(') {
        return match cursor.word() {
            b"" => Err(cursor.expected("a complex number such as `1+2i` or `(1, 2)`")),
            word => float::complex(word, part),
        };
    }
    let ty = CType::Float(part);
    cursor.expect(b"(", "a complex number")?;
    let re = scalar::value(cursor.word(), &ty).map_err(|problem| problem.inside("real part"))?;
    cursor.expect(b",", "`,` and the imaginary part")?;
    let im = scalar::value(cursor.word(), &ty);
    let im = im.map_err(|problem| problem.inside("imaginary part"))?;
    cursor.expect(b")", "`)` behind the imaginary part")?;
    Ok(Complex { re, im }.into())
}

/// A comma between two parts; none stands before the first and the closing mark.
fn separate(
    cursor: &mut Cursor<'_>,
    count: usize,
    close: &[u8],
    what: &str,
) -> Result<(), Problem> {
    if count == 0 {
        return Ok(());
    }
    cursor.expect(b",", what)?;
    if cursor.peek() == close.first().copied() {
        return Err(cursor.expected("a value"));
    }
    Ok(())
}

/// An array of characters as text, which may fill it to its last byte, as in C.
fn characters(cursor: &mut Cursor<'_>, ty: &CType, array: &Array) -> Result<Value, Problem> {
    let bytes = escape::unescape(cursor.quoted()?)?;
    let is_byte = matches!(
        array.element(),
        CType::Int(Int::Char | Int::SignedChar | Int::UnsignedChar | Int::I8 | Int::U8)
    );
    if !is_byte {
        return Err(Problem::new(format_args!(
            "expected an array of `{}`, found text",
            array.element()
        )));
    }
    if bytes.len() > array.len() {
        let message = format_args!("text of {} bytes does not fit {}", bytes.len(), array.len());
        return Err(Problem::new(message));
    }
    let mut filled = vec![0; array.len()];
    filled[..bytes.len()].copy_from_slice(&bytes);
    Ok(Aggregate::from_bytes(ty, &filled)?.into())
}

fn pointer(
    cursor: &mut Cursor<'_>,
    ty: &CType,
    context: &mut Context<'_>,
) -> Result<Value, Problem> {
    if cursor.eat(b"buf:") {
        return context.buffers.allocate(cursor.word(), Holds::behind(ty));
    }
    if cursor.eat(b"str:") || cursor.peek() == Some(b'"') {
        return escape::string(cursor.quoted()?);
    }
    cursor.eat(b"ptr:");
    scalar::address(cursor.word())
}
