use trampette_types::Abi;

use super::Parser;
use crate::ast::Convention;
use crate::error::Fault;
use crate::lexer::{Keyword, Token, TokenKind};

/// The attributes that change neither a layout nor a call, in ASCII order. They are skipped with
/// their arguments.
static HARMLESS: [&str; 53] = [
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
    "deprecated",
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

impl<'a> Parser<'a> {
    /// Any number of attribute lists, and the calling convention that they name.
    pub(super) fn attributes(&mut self) -> Result<Option<Convention>, Fault> {
        let mut convention = None;
        loop {
            let found = match self.token.kind {
                TokenKind::Keyword(Keyword::Attribute) => {
                    self.advance()?;
                    self.expect(b'(', "`((`")?;
                    self.expect(b'(', "`((`")?;
                    let found = self.attribute_list()?;
                    self.expect(b')', "`))`")?;
                    found
                }
                TokenKind::Keyword(Keyword::Declspec) => {
                    self.advance()?;
                    self.expect(b'(', "`(`")?;
                    self.attribute_list()?
                }
                _ => return Ok(convention),
            };
            convention = found.or(convention);
        }
    }

    /// The attributes of one list, up to and with its closing parenthesis. Empty ones are allowed.
    fn attribute_list(&mut self) -> Result<Option<Convention>, Fault> {
        let mut convention = None;
        loop {
            match self.token.kind {
                TokenKind::Identifier | TokenKind::Keyword(_) => {
                    let token = self.advance()?;
                    convention = self.attribute(token)?.or(convention);
                }
                TokenKind::Punct(b',') => {
                    self.advance()?;
                }
                _ => {
                    self.expect(b')', "an attribute or `)`")?;
                    return Ok(convention);
                }
            }
        }
    }

    /// The meaning of one attribute, whose arguments are skipped.
    fn attribute(&mut self, token: Token) -> Result<Option<Convention>, Fault> {
        let written = self.text_of(token);
        let name = plain_name(written);
        let abi = CONVENTIONS.iter().find(|entry| entry.0 == name);
        if abi.is_none() && HARMLESS.binary_search(&name).is_err() {
            let what = format!("attributes such as `{written}`");
            return Err(Fault::unsupported(what, token.span));
        }
        if self.eat(b'(')? {
            self.skip_to(b')', "`)`")?;
        }
        Ok(abi.map(|entry| Convention {
            abi: entry.1,
            span: token.span,
        }))
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
