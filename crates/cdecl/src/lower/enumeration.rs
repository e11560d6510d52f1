use std::sync::Arc;

use trampette_types::{CType, Enum, EnumRule, Int, Scalar};

use super::kind::key_of_tag;
use super::record::{refuse, refuse_unknown, refuse_vector};
use super::{Scope, Typed, value};
use crate::ast::{self, Enumerator, TagKind};
use crate::error::{ErrorKind, Fault};
use crate::names::{Certainty, Incomplete, Key, Ty, What};
use crate::value::{Integer, Number};

impl<'a> Scope<'a> {
    /// The enum of these specifiers. One that is not defined is taken for the type that it has without
    /// an unusual enumerator: GCC and Clang let a prototype name it before its definition.
    pub(super) fn enumeration(&mut self, enumeration: &ast::Enum<'a>) -> Result<Typed, Fault> {
        match (self.enumerated(enumeration), enumeration.tag) {
            (Err(fault), Some(tag))
                if self.is_header
                    && fault.is_unsupported()
                    && enumeration.enumerators.is_some() =>
            {
                let (why, key) = (Arc::new(fault.into_kind()), Key::default());
                self.define_tag(TagKind::Enum, tag, Err(Arc::clone(&why)), key)?;
                Ok(Typed {
                    ty: Ty::Incomplete(Incomplete::Refused(why)),
                    key: key_of_tag(TagKind::Enum, tag.text),
                    align: None,
                    certainty: Certainty::Exact,
                    span: enumeration.span,
                })
            }
            (typed, _) => typed,
        }
    }

    fn enumerated(&mut self, enumeration: &ast::Enum<'a>) -> Result<Typed, Fault> {
        let tag = enumeration.tag;
        if enumeration.enumerators.is_none() {
            refuse_unsupported(&enumeration.attributes)?;
            let what = "the attributes of an enum stand where it is defined";
            refuse(enumeration.attributes.layout(), what)?;
        }
        let mut key = Key::of("enum");
        if let Some(tag) = tag {
            let known = self.declare_tag(TagKind::Enum, tag)?;
            let is_known = matches!(
                &known.ty,
                Ty::Complete(_) | Ty::Incomplete(Incomplete::Refused(_))
            );
            if enumeration.enumerators.is_none() && is_known {
                return Ok(known);
            }
            key = known.key;
        }
        let (values, definition) = match &enumeration.enumerators {
            Some(enumerators) => self.values(enumerators)?,
            None => (Values::default(), Key::of("enum")),
        };
        refuse_unsupported(&enumeration.attributes)?;
        refuse_vector(&enumeration.attributes)?;
        let is_packed = enumeration.attributes.packed.is_some();
        let int = match &enumeration.underlying {
            Some(ty) => Some(self.named_underlying(ty)?),
            None => self.underlying(values, is_packed),
        };
        let Some(mut int) = int else {
            let text = values.most.to_string();
            return Err(Fault::new(
                ErrorKind::NumberTooLarge { text },
                enumeration.span,
            ));
        };
        if let Some(mode) = enumeration.attributes.mode {
            int = self.of_mode_int(int, mode)?;
        }
        let mut ty = Enum::new(int);
        if let Some(tag) = tag {
            ty = ty.with_tag(tag.text);
        }
        let ty = CType::Enum(ty);
        match tag {
            Some(tag) if enumeration.enumerators.is_some() => {
                self.define_tag(TagKind::Enum, tag, Ok(&ty), definition)?;
            }
            Some(_) => {}
            None => key = definition,
        }
        Ok(Typed {
            ty: Ty::Complete(ty),
            key,
            align: None,
            certainty: Certainty::Exact,
            span: enumeration.span,
        })
    }

    fn of_mode_int(&self, int: Int, mode: ast::Mode<'a>) -> Result<Int, Fault> {
        let size = super::kind::size_of_mode(mode.name);
        let found = size
            .and_then(|size| super::kind::of_size(&CType::Int(int), size, self.options.model()));
        match found {
            Some(CType::Int(int)) => Ok(int),
            _ => {
                let what = format!("modes such as `{}` of this type", mode.name);
                Err(Fault::unsupported(what, mode.span))
            }
        }
    }

    fn named_underlying(&mut self, ty: &ast::Parameter<'a>) -> Result<Int, Fault> {
        let typed = self.type_of_name(ty)?;
        match value(typed)? {
            CType::Int(int) => Ok(int),
            CType::Bool => Ok(Int::U8),
            _ => Err(Fault::invalid("an enum is made of integers", ty.span)),
        }
    }

    /// The range of the enumerators' values, which count up from zero or from the last one given.
    fn values(&mut self, enumerators: &[Enumerator<'a>]) -> Result<(Values, Key), Fault> {
        let (mut values, mut key) = (Values::default(), Key::of("enumerators"));
        let mut next = 0;
        for enumerator in enumerators {
            let name = enumerator.name;
            let value = match &enumerator.value {
                Some(value) => self.integer(value)?.value,
                None => next,
            };
            let number = Number::Integer(Integer::fitting(value));
            self.define(name, What::Enumerator(number))?;
            if !self.is_closing {
                let place = self.place(name.span);
                self.enumerators.push((Arc::from(name.text), value, place));
            }
            values.least = values.least.min(value);
            values.most = values.most.max(value);
            #[expect(clippy::cast_possible_truncation, reason = "a key is a hash")]
            #[expect(clippy::cast_sign_loss, reason = "a key is a hash")]
            {
                key = key.with(Key::of(name.text)).and(value as u64);
            }
            next = value.wrapping_add(1);
        }
        Ok((values, key))
    }

    /// "Normally, the type is unsigned int if there are no negative values in the enumeration,
    /// otherwise int." (GCC, 4.9 Structures, Unions, Enumerations, and Bit-Fields); a wider type where
    /// those do not hold all values. MSVC knows only int. A packed one is "the smallest integral type" that
    /// holds them (GCC, "Common Type Attributes").
    fn underlying(&self, values: Values, is_packed: bool) -> Option<Int> {
        let model = self.options.model();
        let (long, unsigned_long) = match model.long {
            Scalar::I64 => (Int::Long, Int::UnsignedLong),
            _ => (Int::LongLong, Int::UnsignedLongLong),
        };
        let Values { least, most } = values;
        match model.enums {
            EnumRule::Int => Some(Int::Int),
            _ if is_packed && least >= 0 && most <= u8::MAX.into() => Some(Int::U8),
            _ if is_packed && least >= 0 && most <= u16::MAX.into() => Some(Int::U16),
            _ if is_packed && values.fit(i8::MIN, i8::MAX) => Some(Int::I8),
            _ if is_packed && values.fit(i16::MIN, i16::MAX) => Some(Int::I16),
            _ if least >= 0 && most <= u32::MAX.into() => Some(Int::UnsignedInt),
            _ if least >= 0 => (most <= u64::MAX.into()).then_some(unsigned_long),
            _ if values.fit(i32::MIN, i32::MAX) => Some(Int::Int),
            _ if values.fit(i64::MIN, i64::MAX) => Some(long),
            _ => None,
        }
    }
}

fn refuse_unsupported(attributes: &ast::Attributes<'_>) -> Result<(), Fault> {
    if let Some(alignment) = attributes.alignments.first() {
        let what = "enums with an alignment of their own";
        return Err(Fault::unsupported(what, alignment.span));
    }
    refuse_unknown(attributes)
}

/// The least and the greatest of some values, and zero.
#[derive(Clone, Copy, Default)]
struct Values {
    least: i128,
    most: i128,
}

impl Values {
    /// Whether a type holds them that goes from one value to another.
    fn fit(self, from: impl Into<i128>, to: impl Into<i128>) -> bool {
        self.least >= from.into() && self.most <= to.into()
    }
}
