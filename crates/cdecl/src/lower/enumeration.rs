use trampette_types::{CType, Enum, EnumRule, Int, Scalar};

use super::record::{refuse, refuse_vector};
use super::{Scope, Ty};
use crate::ast::{self, Enumerator, TagKind};
use crate::error::{ErrorKind, Fault};

impl<'a> Scope<'a> {
    /// The enum of these specifiers. One that is not defined is taken for the type that it has without
    /// an unusual enumerator: GCC and Clang let a prototype name it before its definition.
    pub(super) fn enumeration(&mut self, enumeration: &ast::Enum<'a>) -> Result<Ty<'a>, Fault> {
        let tag = enumeration.tag;
        if let Some(alignment) = enumeration.attributes.alignments.first() {
            let what = "enums with an alignment of their own";
            return Err(Fault::unsupported(what, alignment.span));
        }
        if enumeration.enumerators.is_none() {
            let what = "the attributes of an enum stand where it is defined";
            refuse(enumeration.attributes.layout(), what)?;
        }
        if let Some(tag) = tag
            && let Some(known) = &self.declare_tag(TagKind::Enum, tag)?.ty
            && enumeration.enumerators.is_none()
        {
            return Ok(Ty::Complete(known.clone()));
        }
        let values = match &enumeration.enumerators {
            Some(enumerators) => self.values(enumerators)?,
            None => Values::default(),
        };
        refuse_vector(&enumeration.attributes)?;
        let is_packed = enumeration.attributes.packed.is_some();
        let Some(int) = self.underlying(values, is_packed) else {
            let text = values.most.to_string();
            return Err(Fault::new(
                ErrorKind::NumberTooLarge { text },
                enumeration.span,
            ));
        };
        let mut ty = Enum::new(int);
        if let Some(tag) = tag {
            ty = ty.with_tag(tag.text);
        }
        let ty = CType::Enum(ty);
        if let Some(tag) = tag
            && enumeration.enumerators.is_some()
        {
            self.define_tag(TagKind::Enum, tag, &ty)?;
        }
        Ok(Ty::Complete(ty))
    }

    /// The range of the enumerators' values, which count up from zero or from the last one given.
    fn values(&mut self, enumerators: &[Enumerator<'a>]) -> Result<Values, Fault> {
        let mut values = Values::default();
        let mut next = 0;
        for enumerator in enumerators {
            let name = enumerator.name;
            if !self.enumerators.insert(name.text) {
                let kind = ErrorKind::Redefined {
                    name: name.text.to_string(),
                };
                return Err(Fault::new(kind, name.span));
            }
            let value = enumerator.value.unwrap_or(next);
            values.least = values.least.min(value);
            values.most = values.most.max(value);
            next = value + 1;
        }
        Ok(values)
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
