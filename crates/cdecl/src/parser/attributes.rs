use trampette_types::Abi;

use super::Parser;
use crate::ast::{Alignment, AlignmentValue, Attributes, Convention, Spelling, VectorSize};
use crate::error::Fault;
use crate::lexer::{Keyword, Token, TokenKind, integer};
use crate::span::Span;

/// The attributes that change neither a layout nor a call, in ASCII order. They are skipped with
/// their arguments.
static HARMLESS: [&str; 56] = [
    "access",
    "alloc_align",
    "alloc_size",
    "always_inline",
    "artificial",
    "assume_aligned",
    "availability",
    "cdecl",
    "cold",
    "const",
    "constructor",
    "counted_by",
    "deprecated",
    "designated_init",
    "destructor",
    "dllexport",
    "dllimport",
    "enum_extensibility",
    "error",
    "externally_visible",
    "fallthrough",
    "fastcall",
    "flag_enum",
    "flatten",
    "format",
    "format_arg",
    "gnu_inline",
    "hot",
    "leaf",
    "malloc",
    "may_alias",
    "no_instrument_function",
    "no_sanitize",
    "noalias",
    "noclone",
    "noinline",
    "nonnull",
    "nonstring",
    "noreturn",
    "nothrow",
    "null_terminated_string_arg",
    "optimize",
    "pure",
    "restrict",
    "returns_nonnull",
    "returns_twice",
    "sentinel",
    "stdcall",
    "thiscall",
    "unavailable",
    "unused",
    "used",
    "visibility",
    "warn_unused_result",
    "warning",
    "weak",
];

/// The attributes that name a calling convention.
const CONVENTIONS: [(&str, Abi); 2] = [("ms_abi", Abi::Win64), ("sysv_abi", Abi::SysV64)];

/// The attributes that align.
const ALIGNED: [(&str, Spelling); 2] = [("aligned", Spelling::Gnu), ("align", Spelling::Microsoft)];

impl<'a> Parser<'a> {
    /// Any number of attribute lists.
    pub(super) fn attributes(&mut self) -> Result<Attributes<'a>, Fault> {
        let mut attributes = Attributes::default();
        loop {
            match self.token.kind {
                TokenKind::Keyword(Keyword::Attribute) => self.gnu_list(&mut attributes)?,
                TokenKind::Keyword(Keyword::Declspec) => {
                    self.advance()?;
                    self.expect(b'(', "`(`")?;
                    self.attribute_list(&mut attributes)?;
                }
                _ => return Ok(attributes),
            }
        }
    }

    /// Those of GCC's there belong to the type, Microsoft's to what is declared.
    pub(super) fn attributes_behind_brace(&mut self) -> Result<Attributes<'a>, Fault> {
        let mut attributes = Attributes::default();
        while self.token.kind == TokenKind::Keyword(Keyword::Attribute) {
            self.gnu_list(&mut attributes)?;
        }
        Ok(attributes)
    }

    fn gnu_list(&mut self, attributes: &mut Attributes<'a>) -> Result<(), Fault> {
        self.advance()?;
        self.expect(b'(', "`((`")?;
        self.expect(b'(', "`((`")?;
        self.attribute_list(attributes)?;
        self.expect(b')', "`))`")
    }

    /// Attributes where none may change a layout.
    pub(super) fn harmless_attributes(&mut self) -> Result<(), Fault> {
        match self.attributes()?.layout() {
            Some(span) => Err(self.refused_attribute(span)),
            None => Ok(()),
        }
    }

    /// "The alignment specifier `_Alignas (type-name)` is equivalent to `_Alignas (_Alignof (type-name))`."
    /// (C11 6.7.5, 6) The next token is the keyword.
    pub(super) fn alignment_specifier(&mut self) -> Result<Alignment<'a>, Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let value = if self.begins_type() {
            let ty = self.nested(Self::parameter)?;
            AlignmentValue::Type(Box::new(ty))
        } else {
            AlignmentValue::Bytes(self.bytes()?)
        };
        self.expect(b')', "`)`")?;
        Ok(Alignment {
            spelling: Spelling::C,
            value,
            span: start.to(self.end()),
        })
    }

    /// The attributes of one list, up to and with its closing parenthesis. Empty ones are allowed.
    fn attribute_list(&mut self, attributes: &mut Attributes<'a>) -> Result<(), Fault> {
        loop {
            match self.token.kind {
                TokenKind::Identifier | TokenKind::Keyword(_) => {
                    let token = self.advance()?;
                    self.attribute(token, attributes)?;
                }
                TokenKind::Punct(b',') => {
                    self.advance()?;
                }
                _ => return self.expect(b')', "an attribute or `)`"),
            }
        }
    }

    /// Notes the meaning of one attribute. The arguments of others than those that say a size are skipped.
    fn attribute(&mut self, token: Token, attributes: &mut Attributes<'a>) -> Result<(), Fault> {
        let name = plain_name(self.text_of(token));
        let abi = CONVENTIONS.iter().find(|entry| entry.0 == name);
        if let Some(&(_, spelling)) = ALIGNED.iter().find(|entry| entry.0 == name) {
            let alignment = self.alignment(token.span, spelling)?;
            attributes.alignments.push(alignment);
            return Ok(());
        }
        if name == "vector_size" {
            attributes.vector = Some(self.vector_size(token.span)?);
            return Ok(());
        }
        if let Some(&(_, abi)) = abi {
            attributes.convention = Some(Convention {
                abi,
                span: token.span,
            });
        } else if name == "packed" {
            attributes.packed = Some(token.span);
        } else if HARMLESS.binary_search(&name).is_err() {
            return Err(self.refused_attribute(token.span));
        }
        if self.eat(b'(')? {
            self.skip_to(b')', "`)`")?;
        }
        Ok(())
    }

    /// The argument of an attribute that aligns, whose name is read.
    fn alignment(&mut self, name: Span, spelling: Spelling) -> Result<Alignment<'a>, Fault> {
        let mut value = AlignmentValue::Most;
        if self.eat(b'(')? {
            value = AlignmentValue::Bytes(self.bytes()?);
            self.expect(b')', "`)`")?;
        }
        Ok(Alignment {
            spelling,
            value,
            span: name.to(self.end()),
        })
    }

    /// The argument of `vector_size`, whose name is read.
    fn vector_size(&mut self, name: Span) -> Result<VectorSize, Fault> {
        self.expect(b'(', "`(`")?;
        let bytes = self.bytes()?;
        self.expect(b')', "`)`")?;
        Ok(VectorSize {
            bytes,
            span: name.to(self.end()),
        })
    }

    /// A number, which nothing but a closing parenthesis follows.
    fn bytes(&mut self) -> Result<u64, Fault> {
        let token = self.token;
        let second = self.second().map(|second| second.kind);
        if token.kind != TokenKind::Number || second != Some(TokenKind::Punct(b')')) {
            return Err(match token.kind {
                TokenKind::End | TokenKind::Punct(b')') => self.unexpected("a number of bytes"),
                _ => Fault::unsupported("constant expressions", token.span),
            });
        }
        let bytes = integer(self.text_of(token), token.span)?;
        self.advance()?;
        Ok(bytes)
    }

    /// Whether the next token begins a type name, and no expression.
    fn begins_type(&self) -> bool {
        match self.token.kind {
            TokenKind::Identifier => self.is_type_name(self.text_of(self.token)),
            TokenKind::Keyword(keyword) => keyword != Keyword::Statement,
            _ => false,
        }
    }

    /// The error that an attribute is not supported where it stands.
    pub(super) fn refused_attribute(&self, span: Span) -> Fault {
        let written = self.lexer.slice(span);
        let name = written.split('(').next().unwrap_or(written).trim_end();
        Fault::unsupported(format!("attributes such as `{name}`"), span)
    }
}

/// "You may optionally specify attribute names with `__` preceding and following the name." (GCC,
/// 6.39 Attribute Syntax)
fn plain_name(written: &str) -> &str {
    written
        .strip_prefix("__")
        .and_then(|name| name.strip_suffix("__"))
        .unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::HARMLESS;

    #[test]
    fn the_table_is_sorted_for_the_binary_search() {
        assert!(HARMLESS.is_sorted_by(|one, other| one < other));
    }
}
