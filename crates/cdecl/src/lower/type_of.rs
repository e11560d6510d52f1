//! The types of expressions: what `typeof` and `sizeof` ask for.

use std::sync::Arc;

use trampette_types::{CType, Float, Int, Pointee};

use super::constant::{not_constant, type_of_integer};
use super::kind::{certainty, common, is_pointer, key_of_tag, pointer, simple};
use super::{Scope, Typed, value};
use crate::ast::{Binary, Builtin, Expr, ExprKind, Parameter, Unary};
use crate::error::{At, Fault};
use crate::names::{Certainty, Function, Incomplete, Key, Known, Ty, What};
use crate::options::CharPointers;
use crate::real::Real;
use crate::text;
use crate::value::{Integer, Number};

impl<'a> Scope<'a> {
    pub(super) fn size_of_type(&mut self, ty: &Parameter<'a>) -> Result<usize, Fault> {
        let typed = self.type_of_name(ty)?;
        self.size(typed)
    }

    pub(super) fn size_of_value(&mut self, expr: &Expr<'a>) -> Result<usize, Fault> {
        let typed = self.type_of(expr)?;
        self.size(typed)
    }

    /// GNU C gives `void` and functions one byte (GCC, "Pointer Arithmetic").
    fn size(&mut self, typed: Typed) -> Result<usize, Fault> {
        let (span, key) = (typed.span, typed.key);
        match &typed.ty {
            Ty::Complete(CType::Void)
            | Ty::Function(_)
            | Ty::Incomplete(Incomplete::Function(..)) => Ok(1),
            _ => Ok(self.measure(&value(typed)?, key, span)?.0),
        }
    }

    pub(super) fn align_of_type(&mut self, ty: &Parameter<'a>) -> Result<usize, Fault> {
        let span = ty.span;
        let mut typed = self.type_of_name(ty)?;
        typed.span = match typed.span == ty.specifiers.span {
            true => typed.span,
            false => span,
        };
        self.align(typed)
    }

    pub(super) fn align_of_value(&mut self, expr: &Expr<'a>) -> Result<usize, Fault> {
        let typed = self.type_of(expr)?;
        self.align(typed)
    }

    fn align(&mut self, typed: Typed) -> Result<usize, Fault> {
        let (span, align, key) = (typed.span, typed.align, typed.key);
        let (_, natural) = self.measure(&value(typed)?, key, span)?;
        Ok(align.map_or(natural, usize::from))
    }

    /// The type of an expression, not decayed.
    pub(super) fn type_of(&mut self, expr: &Expr<'a>) -> Result<Typed, Fault> {
        let int = CType::Int(Int::Int);
        let ty = match &expr.kind {
            ExprKind::Name(name) => return self.type_of_object(name, expr),
            ExprKind::Cast(ty, _) => return self.type_of_name(ty),
            ExprKind::Number(text) => {
                let typed = self.typed(self.type_of_literal(text, expr)?, expr);
                // `1.0f32` is a `_Float32`, which is no `float`.
                return Ok(match text.ends_with(['2', '4', 'x']) && is_float(&typed) {
                    true => typed.uncertain(Certainty::Unknown),
                    false => typed,
                });
            }
            ExprKind::Character(_) => match self.number(expr)? {
                Number::Integer(integer) => type_of_integer(integer),
                Number::Float(_) => int,
            },
            ExprKind::Text(pieces) => return self.type_of_text(pieces, expr),
            ExprKind::Choice(parts) => {
                let yes = parts.1.as_ref().unwrap_or(&parts.0);
                return self.type_of_choice(yes, &parts.2, expr);
            }
            ExprKind::SizeOfType(_) | ExprKind::AlignOfType(_) | ExprKind::OffsetOf(..) => {
                CType::Int(Int::Size)
            }
            ExprKind::Unary(operator, operand) => {
                return self.type_of_unary(*operator, operand, expr);
            }
            ExprKind::Binary(operator, operands) => {
                self.type_of_binary(*operator, &operands.0, &operands.1)?
            }
            ExprKind::Index(parts) => {
                // "One of the expressions shall have type pointer to complete object type, the other expression shall
                // have integer type" (C11 6.5.2.1, 1).
                let mut whole = self.type_of(&parts.0)?;
                if let Ty::Complete(CType::Int(_) | CType::Enum(_)) = whole.ty {
                    whole = self.type_of(&parts.1)?;
                }
                return self.pointee(whole, expr);
            }
            ExprKind::Member(whole, name) => {
                let whole = self.type_of(whole)?;
                return self.type_of_member(whole, name, expr);
            }
            ExprKind::Arrow(whole, name) => {
                let whole = self.type_of(whole)?;
                let whole = self.pointee(whole, expr)?;
                return self.type_of_member(whole, name, expr);
            }
            ExprKind::Call(function) => {
                let typed = self.type_of(function)?;
                match self.pointee(typed, expr)?.ty {
                    Ty::Function(function) => function.signature.result().clone(),
                    _ => return Err(not_constant("the call", expr)),
                }
            }
            ExprKind::Changed(operand) => return self.type_of(operand),
            ExprKind::Literal(parts) => {
                let typed = self.type_of_name(&parts.0)?;
                return self.completed_by(typed, parts.1.as_ref());
            }
            ExprKind::Generic(generic) => {
                let chosen = self.chosen(generic, expr)?;
                return self.type_of(chosen);
            }
            ExprKind::Choose(parts) => {
                let chosen = self.chosen_by_value(parts)?;
                return self.type_of(chosen);
            }
            ExprKind::Comma(last) => {
                let typed = self.type_of(last)?;
                return Ok(self.converted_value(typed));
            }
            ExprKind::Builtin(Builtin::Swap(16), _) => CType::Int(Int::U16),
            ExprKind::Builtin(Builtin::Swap(32), _) => CType::Int(Int::U32),
            ExprKind::Builtin(Builtin::Swap(_), _) => CType::Int(Int::U64),
            ExprKind::Builtin(..) | ExprKind::Compatible(_) => int,
            ExprKind::Other => return Err(not_constant("the expression", expr)),
        };
        Ok(self.typed(ty, expr))
    }

    /// A type that is known without its declaration.
    fn typed(&self, ty: CType, expr: &Expr<'a>) -> Typed {
        Typed {
            key: simple(&ty, self.options.model()),
            certainty: certainty(&ty),
            ty: Ty::Complete(ty),
            align: None,
            span: expr.span,
        }
    }

    /// "If one operand is a null pointer constant, the result has the type of the other operand; otherwise, one operand
    /// is a pointer to void [...], in which case the result type is a pointer to [...] void." (C11 6.5.15, 6)
    fn type_of_choice(
        &mut self,
        yes: &Expr<'a>,
        no: &Expr<'a>,
        whole: &Expr<'a>,
    ) -> Result<Typed, Fault> {
        let one = self.type_of(yes)?;
        let Ok(other) = self.type_of(no) else {
            return Ok(one);
        };
        if value(other.clone()).is_err() {
            return Ok(one);
        }
        if let Ty::Complete(CType::Void | CType::Struct(_) | CType::Union(_)) | Ty::Incomplete(_) =
            &one.ty
        {
            return Ok(one);
        }
        let (first, second) = (value(one.clone())?, value(other.clone())?);
        let (one, other) = (self.converted_value(one), self.converted_value(other));
        match (points(&first), points(&second)) {
            (false, false) => {
                let ty = self.converted(first, second);
                return Ok(self.typed(ty, whole));
            }
            (true, false) => return Ok(one),
            (false, true) => return Ok(other),
            (true, true) => {}
        }
        Ok(match (self.is_null(yes, &one), self.is_null(no, &other)) {
            (true, _) => other,
            (_, true) => one,
            _ if second == CType::POINTER => other.uncertain(one.certainty),
            _ => one.uncertain(other.certainty.max(Certainty::Unqualified)),
        })
    }

    /// "An integer constant expression with the value 0, or such an expression cast to type void *, is called a null
    /// pointer constant." (C11 6.3.2.3, 3)
    fn is_null(&mut self, expr: &Expr<'a>, typed: &Typed) -> bool {
        let void = simple(&CType::POINTER, self.options.model());
        let ExprKind::Cast(_, operand) = &expr.kind else {
            return false;
        };
        if typed.key != void || typed.certainty != Certainty::Exact {
            return false;
        }
        matches!(self.number(operand), Ok(Number::Integer(zero)) if zero.value == 0)
            && matches!(self.blank_of(operand), Some(Number::Integer(_)))
    }

    /// It may have qualifiers, and those of the whole.
    fn type_of_member(
        &mut self,
        whole: Typed,
        name: &str,
        expr: &Expr<'a>,
    ) -> Result<Typed, Fault> {
        let ty = value(whole).and_then(|whole| self.member_type_of(&whole, name, expr))?;
        Ok(self.typed(ty, expr).uncertain(Certainty::Unqualified))
    }

    fn type_of_object(&self, name: &str, expr: &Expr<'a>) -> Result<Typed, Fault> {
        match self.ordinary(name).map(|found| &found.what) {
            Some(What::Object(known)) => {
                let Known {
                    ty,
                    key,
                    align,
                    certainty,
                    ..
                } = known.clone();
                Ok(Typed {
                    ty: self.resolved(ty),
                    key,
                    align,
                    certainty,
                    span: expr.span,
                })
            }
            Some(What::Enumerator(Number::Integer(integer))) => {
                let typed = self.typed(type_of_integer(*integer), expr);
                // One that no `int` holds has a type that compilers disagree about.
                Ok(match (integer.bits, integer.is_signed) {
                    (32, true) => typed,
                    _ => typed.uncertain(Certainty::Unknown),
                })
            }
            _ => Err(not_constant(name, expr)),
        }
    }

    fn type_of_text(&self, pieces: &[&str], expr: &Expr<'a>) -> Result<Typed, Fault> {
        let unit = self.unit_of_text(pieces);
        let len = unit.and_then(|unit| units(pieces, unit.size()));
        let len = len.ok_or_else(|| not_constant("the text", expr))?;
        let element = match pieces.first() {
            Some(&"L") => CType::Int(Int::WChar),
            Some(&"u") => CType::Int(Int::U16),
            Some(&"U") => CType::Int(Int::U32),
            _ => CType::Int(Int::Char),
        };
        let ty = CType::array(element, len + 1).at(expr.span)?;
        Ok(Typed {
            certainty: Certainty::Exact,
            ..self.typed(ty, expr)
        })
    }

    fn type_of_unary(
        &mut self,
        operator: Unary,
        operand: &Expr<'a>,
        whole: &Expr<'a>,
    ) -> Result<Typed, Fault> {
        match operator {
            Unary::SizeOf | Unary::AlignOf => Ok(self.typed(CType::Int(Int::Size), whole)),
            Unary::Not => Ok(self.typed(CType::Int(Int::Int), whole)),
            Unary::AddressOf => {
                let of = self.type_of(operand)?;
                self.pointer(of, whole.span)
            }
            Unary::Dereference => {
                let from = self.type_of(operand)?;
                self.pointee(from, whole)
            }
            _ => {
                let ty = self.type_of(operand)?;
                let ty = self.promoted(value(ty)?);
                Ok(self.typed(ty, whole))
            }
        }
    }

    pub(super) fn type_of_binary(
        &mut self,
        operator: Binary,
        left: &Expr<'a>,
        right: &Expr<'a>,
    ) -> Result<CType, Fault> {
        match operator {
            Binary::Less
            | Binary::Greater
            | Binary::AtMost
            | Binary::AtLeast
            | Binary::Equal
            | Binary::Unequal
            | Binary::Both
            | Binary::Either => return Ok(CType::Int(Int::Int)),
            _ => {}
        }
        let one = self.type_of(left)?;
        let one = value(one)?;
        if let Binary::ShiftLeft | Binary::ShiftRight = operator {
            return Ok(self.promoted(one));
        }
        let other = self.type_of(right)?;
        let other = value(other)?;
        if operator == Binary::Subtract && [&one, &other].into_iter().all(points) {
            // "Its type (a signed integer type) is ptrdiff_t" (C11 6.5.6, 9).
            return Ok(CType::Int(Int::PtrDiff));
        }
        Ok(self.converted(one, other))
    }

    /// What two operands have in common: "the usual arithmetic conversions" (C11 6.3.1.8), or the one that is no
    /// number.
    fn converted(&self, one: CType, other: CType) -> CType {
        let (one, other) = (self.decayed(one), self.decayed(other));
        let (one, other) = (self.promoted(one), self.promoted(other));
        match (self.blank(&one), self.blank(&other)) {
            (Some(_), Some(_)) => common(&one, &other, self.options.model()),
            (None, Some(_)) => one,
            (Some(_), None) => other,
            (None, None) => match (&one, &other) {
                (CType::Float(first), CType::Float(second)) if width(*second) > width(*first) => {
                    other
                }
                _ => one,
            },
        }
    }

    /// "An expression that has type array of type is converted to an expression with type pointer to type" (C11
    /// 6.3.2.1, 3).
    pub(super) fn decayed(&self, ty: CType) -> CType {
        let is_text = self.options.char_pointers() == CharPointers::Strings;
        match &ty {
            CType::Array(array) => match array.element() {
                CType::Int(Int::Char) if is_text => CType::String,
                element => element.clone().pointer_to().unwrap_or(CType::POINTER),
            },
            _ => ty,
        }
    }

    /// Zero of the type of an expression, if that is a number.
    pub(super) fn blank_of(&mut self, expr: &Expr<'a>) -> Option<Number> {
        let ty = self.type_of(expr).and_then(value).ok()?;
        match ty {
            CType::Float(float) => {
                let format = float.scalar(self.options.model());
                Some(Number::Float(Real::zero(format)))
            }
            ty => self.blank(&ty).map(Number::Integer),
        }
    }

    /// Zero of an integer type.
    fn blank(&self, ty: &CType) -> Option<Integer> {
        let layout = ty.layout(self.options.model()).ok()?;
        match ty {
            CType::Pointer(_) | CType::String => None,
            _ => Integer::int(0).cast(layout.as_scalar()?),
        }
    }

    fn promoted(&self, ty: CType) -> CType {
        match self.blank(&ty) {
            Some(integer) if integer.bits < 32 => CType::Int(Int::Int),
            _ => ty,
        }
    }

    /// What a pointer points to, or an array holds.
    fn pointee(&mut self, from: Typed, expr: &Expr<'a>) -> Result<Typed, Fault> {
        match &from.ty {
            Ty::Function(_) => return Ok(from),
            Ty::Complete(ty) if *ty == CType::POINTER => return self.unsaid_pointee(&from, expr),
            _ => {}
        }
        let certainty = from.certainty;
        let ty = match value(from)? {
            CType::Array(array) => array.element().clone(),
            CType::String => CType::Int(Int::Char),
            CType::Pointer(to) => match to.pointee() {
                Some(Pointee::Type(ty)) => ty.clone(),
                Some(Pointee::Function(signature)) => {
                    return Ok(Typed {
                        ty: Ty::Function(Arc::new(Function {
                            prototyped: !signature.is_unprototyped(),
                            signature: signature.clone(),
                            result: Key::of("unknown"),
                            old_style: None,
                        })),
                        key: pointer(Key::of("unknown")),
                        align: None,
                        certainty: Certainty::Exact,
                        span: expr.span,
                    });
                }
                _ => CType::Void,
            },
            _ => return Err(not_constant("the expression", expr)),
        };
        Ok(self.typed(ty, expr).uncertain(certainty))
    }

    /// What a pointer points to whose type does not say so: `void`, or a struct or union that was not defined yet, as
    /// the key of its declaration tells.
    fn unsaid_pointee(&mut self, from: &Typed, expr: &Expr<'a>) -> Result<Typed, Fault> {
        if from.certainty == Certainty::Unknown {
            return Err(not_constant("the expression", expr));
        }
        if from.key == simple(&CType::POINTER, self.options.model()) {
            return Ok(self.typed(CType::Void, expr));
        }
        let tags = self.names.tags.len() + self.base.map_or(0, |base| base.tags.len());
        self.work(tags)
            .ok_or_else(|| not_constant("the expression", expr))?;
        let own = self.names.tags.iter();
        let mut all = own.chain(self.base.iter().flat_map(|base| &base.tags));
        let found = all.find(|(name, tag)| pointer(key_of_tag(tag.kind, name)) == from.key);
        let Some((name, tag)) = found else {
            return Err(not_constant("the expression", expr));
        };
        let (key, open) = (
            key_of_tag(tag.kind, name),
            Ty::Incomplete(Incomplete::Tag(tag.kind, Arc::clone(name))),
        );
        Ok(Typed {
            ty: self.resolved(open),
            key,
            align: None,
            certainty: from.certainty,
            span: expr.span,
        })
    }
}

fn is_float(typed: &Typed) -> bool {
    matches!(typed.ty, Ty::Complete(CType::Float(_)))
}

/// Whether its value is a pointer.
fn points(ty: &CType) -> bool {
    is_pointer(ty) || matches!(ty, CType::Array(_))
}

/// Which of two floating-point types has all values of the other.
fn width(float: Float) -> u8 {
    match float {
        Float::F16 | Float::BF16 => 0,
        Float::F32 => 1,
        Float::F64 => 2,
        Float::LongDouble => 3,
        _ => 4,
    }
}

/// How many characters of so many bytes a text has.
pub(super) fn units(pieces: &[&str], size: usize) -> Option<usize> {
    let bodies = pieces.iter().skip(1);
    let bodies = bodies.map(|piece| piece.strip_prefix('"')?.strip_suffix('"'));
    bodies.map(|body| text::units(body?, size)).sum()
}

/// The bytes of a text that is written in pieces, the first of which is the prefix of the first.
pub(crate) fn text_of(pieces: &[&str]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    for piece in pieces.iter().skip(1) {
        text.extend(crate::text::bytes(
            piece.strip_prefix('"')?.strip_suffix('"')?,
        )?);
    }
    Some(text)
}
