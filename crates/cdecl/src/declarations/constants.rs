//! Constants: enumerators, and macros whose body is a constant expression or text.

use std::sync::Arc;

use trampette_types::{CType, Scalar};

use super::{Declarations, Inner, Location, LookupError, Source};
use crate::ast::ExprKind;
use crate::lexer::{Directive, Lexer, TokenKind};
use crate::lower::{Scope, text_of, type_of_integer};
use crate::names::{Place, What};
use crate::parser::Parser;
use crate::real::Real;
use crate::value::Number;

/// No constant expands to more text than this: macros of macros may double it with each line.
const MAX_EXPANSION: usize = 1 << 14;

/// How deep macros name each other.
const MAX_LEVELS: usize = 64;

/// A macro without parameters, and where its body stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Macro {
    body: Place,
}

/// A constant: an enumerator, or a macro without parameters that a preprocessor replaces by one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Constant {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: ConstantValue,
    /// Where it is defined.
    pub location: Location,
}

/// The value of a [`Constant`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConstantValue {
    /// An integer, and the type that C gives it. Of an unsigned type of 128 bits it is cast.
    Integer {
        /// The value.
        value: i128,
        /// The type.
        ty: CType,
    },
    /// A floating-point number of a type that has no more values than `double`.
    Float(f64),
    /// One of a type that has more: of `long double`, where that is another one, or of `_Float128`. The engine's `F80`
    /// and `F128` are made of the bits.
    Extended {
        /// Its format: [`Scalar::F80`] or [`Scalar::F128`].
        format: Scalar,
        /// Its bits, those of the exponent and of the sign on top.
        bits: u128,
    },
    /// The bytes of a string literal, without the NUL behind it.
    Text(Vec<u8>),
}

impl ConstantValue {
    fn of(number: Number) -> Self {
        match number {
            Number::Integer(integer) => Self::Integer {
                value: integer.value,
                ty: type_of_integer(integer),
            },
            Number::Float(Real {
                format: format @ (Scalar::F80 | Scalar::F128),
                bits,
            }) => Self::Extended { format, bits },
            Number::Float(value) => Self::Float(value.to_f64()),
        }
    }

    /// The value, if it is a floating-point number: of a wider type the nearest one that an `f64` has, which is infinite
    /// for `LDBL_MAX`.
    ///
    /// ```
    /// use trampette_cdecl::{ConstantValue, Declarations, Options};
    /// use trampette_types::{DataModel, Scalar};
    ///
    /// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    /// declarations.parse("#define TENTH 0.1L\n#define HALF 0.5f\n")?;
    /// let tenth = declarations.constant("TENTH")?.value;
    /// let (format, bits) = (Scalar::F80, 0x3ffb_cccc_cccc_cccc_cccd);
    /// assert_eq!(tenth, ConstantValue::Extended { format, bits });
    /// assert_eq!(tenth.float(), Some(0.1));
    /// assert_eq!(declarations.constant("HALF")?.value, ConstantValue::Float(0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn float(&self) -> Option<f64> {
        match *self {
            Self::Float(value) => Some(value),
            Self::Extended { format, bits } => Some(Real { bits, format }.to_f64()),
            _ => None,
        }
    }

    /// The value, if it is an integer.
    #[must_use]
    pub fn integer(&self) -> Option<i128> {
        match self {
            Self::Integer { value, .. } => Some(*value),
            _ => None,
        }
    }
}

impl Declarations {
    /// The constant of this name. Macros are there when the text has their `#define`s.
    ///
    /// ```
    /// use trampette_cdecl::{ConstantValue, Declarations, Options};
    /// use trampette_types::DataModel;
    ///
    /// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    /// declarations.parse("
    ///     enum color { RED, GREEN = 5 };
    /// #define SHIFT 4
    /// #define FLAG (1u << SHIFT) | GREEN
    /// #define VERSION \"1.\" \"2\"
    /// ")?;
    /// assert_eq!(declarations.constant("GREEN")?.value.integer(), Some(5));
    /// assert_eq!(declarations.constant("FLAG")?.value.integer(), Some(21));
    /// assert_eq!(declarations.constant("VERSION")?.value, ConstantValue::Text(b"1.2".to_vec()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is none: a macro whose body is no constant is none.
    pub fn constant(&self, name: &str) -> Result<Constant, LookupError> {
        let found = self.inner.names.ordinary.get(name);
        let found = found.and_then(|found| match found.what {
            What::Enumerator(number) => Some((ConstantValue::of(number), found.place)),
            _ => None,
        });
        let found = found.or_else(|| {
            let place = self.inner.macros.get(name)?.body;
            Some((self.macro_value(name)?, place))
        });
        let Some((value, place)) = found else {
            return Err(self.not(name, "constant"));
        };
        Ok(Constant {
            name: Arc::from(name),
            value,
            location: self.inner.locate(place),
        })
    }

    /// All constants, in the order of the texts; of each text the enumerators first. A macro that is no constant
    /// is left out.
    pub fn constants(&self) -> impl Iterator<Item = Constant> {
        let names = self.inner.constants.iter();
        names.filter_map(|(name, _)| self.constant(name).ok())
    }

    fn macro_value(&self, name: &str) -> Option<ConstantValue> {
        let mut text = String::new();
        let mut active = vec![name];
        let body = self.inner.body(name)?;
        self.inner.expand(body, &mut active, &mut text)?;
        let mut parser = Parser::over(&text, &self.inner.names);
        let expr = parser.only_expression("a constant").ok()?;
        if let ExprKind::Text(pieces) = &expr.kind {
            let is_narrow = matches!(pieces.first(), Some(&"" | &"u8"));
            return is_narrow
                .then(|| text_of(pieces))
                .flatten()
                .map(ConstantValue::Text);
        }
        let mut scope = Scope::of_header(&self.options, &self.inner.names, u32::MAX);
        let number = scope.number(&expr).ok()?;
        Some(ConstantValue::of(number))
    }
}

impl Inner {
    /// Notes the macros that a text defines, and forgets those that it no longer does.
    pub(super) fn define(&mut self, directives: &[Directive], source: &Source, number: u32) {
        for directive in directives {
            match *directive {
                Directive::Define { name, body } => {
                    let name: Arc<str> = Arc::from(source.slice(name));
                    let body = Place {
                        source: number,
                        span: body,
                    };
                    let before = self.macros.insert(Arc::clone(&name), Macro { body });
                    if before.is_none() {
                        self.constants.push((name, body));
                    }
                }
                Directive::Undefine { name } => {
                    self.macros.remove(source.slice(name));
                }
                Directive::Line { .. } => {}
            }
        }
    }

    fn body(&self, name: &str) -> Option<&str> {
        let Place { source, span } = self.macros.get(name)?.body;
        Some(self.sources.get(source as usize)?.slice(span))
    }

    /// What a preprocessor makes of the body of a macro: macros in it are replaced, but for those that are being
    /// replaced (C11 6.10.3.4).
    fn expand<'a>(
        &'a self,
        body: &'a str,
        active: &mut Vec<&'a str>,
        text: &mut String,
    ) -> Option<()> {
        let (mut lexer, mut last) = (Lexer::new(body), 0);
        loop {
            let token = lexer.token().ok()?;
            if token.kind == TokenKind::End {
                return Some(());
            }
            if token.span.start() > last {
                text.push(' ');
            }
            last = token.span.end();
            let word = &body[token.span.range()];
            let is_word = matches!(token.kind, TokenKind::Identifier | TokenKind::Keyword(_));
            match self
                .body(word)
                .filter(|_| is_word && !active.contains(&word))
            {
                None => text.push_str(word),
                Some(_) if active.len() == MAX_LEVELS => return None,
                Some(inner) => {
                    text.push(' ');
                    active.push(word);
                    self.expand(inner, active, text)?;
                    active.pop();
                    text.push(' ');
                }
            }
            if text.len() > MAX_EXPANSION {
                return None;
            }
        }
    }
}
