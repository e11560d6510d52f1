//! Tokens to the syntax tree, by recursive descent.
//!
//! C's grammar needs one fact that only declarations tell: which names are types. In
//! `int f(int (size_t))` the parameter is a function, in `int f(int (size))` an `int`. So the parser
//! keeps the names of the typedefs that it has seen; everything else about them is lowering's.

mod attributes;
mod brackets;
mod declarator;
mod expression;
mod generic;
mod initialiser;
mod old_style;
mod pack;
mod records;
mod recovery;
mod specifiers;

use std::collections::HashSet;

use foldhash::fast::RandomState;

use trampette_types::TypeError;
use trampette_types::limits::MAX_DEPTH;

use crate::ast::{Declaration, Declarator, Declarators, DerivationKind, Expr, External};
use crate::error::{At, ErrorKind, Fault};
use crate::lexer::{Keyword, Lexer, Token, TokenKind};
use crate::names::Names;
use crate::span::Span;
use crate::standard::standard;
use pack::Pack;
use specifiers::Place;

/// What is wrong with a calling convention elsewhere.
const NO_FUNCTION: &str = "only functions have a calling convention";

/// The parser of one text.
pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that comes next.
    token: Token,
    /// Where the last token ended.
    last: usize,
    depth: usize,
    typedefs: HashSet<&'a str, RandomState>,
    /// The levels of the deepest expression of the type that is read.
    levels: u32,
    /// The stars of the declarators that are being read, inner ones last, and whether they have qualifiers.
    stars: Vec<(Span, bool)>,
    /// The names of types that were there before the text.
    known: Option<&'a Names>,
    /// Where the declaration begins that is read.
    begin: usize,
    /// What `#pragma pack` says where the next token stands.
    pack: Pack<'a>,
}

impl<'a> Parser<'a> {
    /// A parser of a text that stands alone.
    pub(crate) fn new(text: &'a str) -> Self {
        Self::of(text, None)
    }

    /// A parser of a text behind others that have declared these names.
    pub(crate) fn over(text: &'a str, known: &'a Names) -> Self {
        Self::of(text, Some(known))
    }

    fn of(text: &'a str, known: Option<&'a Names>) -> Self {
        let start = Token {
            kind: TokenKind::Punct(b';'),
            span: Span::new(0, 0),
        };
        Self {
            token: start,
            lexer: Lexer::new(text),
            last: 0,
            depth: 0,
            typedefs: HashSet::default(),
            levels: 0,
            stars: Vec::new(),
            known,
            begin: 0,
            pack: Pack::default(),
        }
    }

    /// The next declaration of the text. The last one need not end with `;`.
    pub(crate) fn declaration(&mut self) -> Result<Option<External<'a>>, Fault> {
        if self.is_done()? {
            return Ok(None);
        }
        self.begin = self.token.span.start();
        if let Some(assertion) = self.assertion()? {
            self.end_of_declaration()?;
            return Ok(Some(External::Assertion(assertion)));
        }
        let specifiers = self.specifiers(Place::File)?;
        let mut declarators = Declarators::new();
        if !self.is(b';') && self.token.kind != TokenKind::End {
            self.declarators(&specifiers, Place::File, &mut declarators)?;
            self.old_style(&mut declarators)?;
        } else if let Some(convention) = specifiers.attributes.convention {
            return Err(Fault::invalid(NO_FUNCTION, convention.span));
        }
        let has_body = self.body(&declarators)?;
        if !has_body {
            self.end_of_declaration()?;
        }
        let names = declarators.iter().filter_map(|declarator| declarator.name);
        if specifiers.is_typedef() {
            self.typedefs.extend(names.map(|name| name.text));
        }
        Ok(Some(External::Declaration(Declaration {
            specifiers,
            declarators,
            has_body,
        })))
    }

    /// Skips the body of a function, if it comes next.
    fn body(&mut self, declarators: &[Declarator<'a>]) -> Result<bool, Fault> {
        let is_function = |declarator: &Declarator<'_>| {
            let first = declarator.derivations.first();
            matches!(
                first.map(|first| &first.kind),
                Some(DerivationKind::Function(_))
            )
        };
        if !self.is(b'{') || declarators.len() != 1 || !declarators.iter().all(is_function) {
            return Ok(false);
        }
        self.advance()?;
        self.skip_to(b'}', "`}`")?;
        Ok(true)
    }

    /// Whether only stray semicolons and directives are left, which are read.
    pub(crate) fn is_done(&mut self) -> Result<bool, Fault> {
        while self.eat(b';')? || self.pragma_pack()? || self.asm_label()?.is_some() {}
        Ok(self.token.kind == TokenKind::End)
    }

    /// The text as one expression, and nothing behind it.
    pub(crate) fn only_expression(&mut self, what: &'static str) -> Result<Expr<'a>, Fault> {
        self.is_done()?;
        let expr = self.expression(what)?;
        match self.token.kind {
            TokenKind::End => Ok(expr),
            _ => Err(self.unexpected("the end of the text")),
        }
    }

    /// An empty span at the end of the last token.
    pub(crate) fn end(&self) -> Span {
        Span::new(self.last, self.last)
    }

    fn end_of_declaration(&mut self) -> Result<(), Fault> {
        match self.token.kind {
            TokenKind::End => Ok(()),
            _ => self.expect(b';', "`;`"),
        }
    }

    fn advance(&mut self) -> Result<Token, Fault> {
        let next = self.lexer.token()?;
        let token = std::mem::replace(&mut self.token, next);
        self.last = token.span.end();
        Ok(token)
    }

    /// The token behind the next one; a bad token shows when its turn comes.
    fn second(&self) -> Option<Token> {
        self.lexer.ahead().token().ok()
    }

    fn is(&self, punct: u8) -> bool {
        matches!(self.token.kind, TokenKind::Punct(found) if found == punct)
    }

    fn eat(&mut self, punct: u8) -> Result<bool, Fault> {
        let found = self.is(punct);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, punct: u8, what: &'static str) -> Result<(), Fault> {
        if self.eat(punct)? {
            Ok(())
        } else {
            Err(self.unexpected(what))
        }
    }

    fn text_of(&self, token: Token) -> &'a str {
        self.lexer.slice(token.span)
    }

    /// Whether this identifier names a type.
    fn is_type_name(&self, name: &str) -> bool {
        self.is_typedef(name) || standard(name).is_some()
    }

    /// Whether a text has made this identifier the name of a type.
    fn is_typedef(&self, name: &str) -> bool {
        self.typedefs.contains(name) || self.known.is_some_and(|known| known.is_type(name))
    }

    /// Runs `parse` one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(TypeError::TooDeep).at(self.token.span);
        }
        self.depth += 1;
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    /// Skips what stands in brackets, up to and with the closing one; the opening one is skipped.
    fn skip_to(&mut self, close: u8, what: &'static str) -> Result<(), Fault> {
        let mut open = 1usize;
        while open > 0 {
            match self.token.kind {
                TokenKind::End => return Err(self.unexpected(what)),
                TokenKind::Punct(b'(' | b'[' | b'{') => open += 1,
                TokenKind::Punct(b')' | b']' | b'}') => open -= 1,
                _ => {}
            }
            if open == 0 && !self.is(close) {
                return Err(self.unexpected(what));
            }
            self.advance()?;
        }
        Ok(())
    }

    /// The error that something else was expected than the next token. What would be right if it were
    /// supported is said to be unsupported.
    fn unexpected(&self, what: &'static str) -> Fault {
        let token = self.token;
        match token.kind {
            TokenKind::Keyword(Keyword::Refused(refusal)) => {
                Fault::unsupported(refusal.words(), token.span)
            }
            TokenKind::Punct(b'#') => Fault::unsupported("preprocessor directives", token.span),
            TokenKind::Punct(b'[')
                if self
                    .second()
                    .is_some_and(|second| second.kind == token.kind) =>
            {
                Fault::unsupported("attributes in `[[`", token.span)
            }
            TokenKind::End => {
                let found = String::new();
                Fault::new(ErrorKind::Expected { what, found }, self.end())
            }
            _ => {
                let found = self.text_of(token).to_string();
                Fault::new(ErrorKind::Expected { what, found }, token.span)
            }
        }
    }
}
