use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;
use core::str::FromStr;

use crate::ctype::{CType, Enum};
use crate::error::TypeError;
use crate::float::Float;
use crate::int::Int;
use crate::limits::{MAX_DEPTH, MAX_TEXT};
use crate::record::{Field, Record};
use crate::signature::{Abi, Signature, check_param, check_result};
use crate::text::error::{ParseError, ParseErrorKind};

/// Parses compact text such as `(i32, f64, {f64, i32}, ...) -> ptr`.
///
/// | text | C |
/// |---|---|
/// | `void` `bool` `f32` `f64` | `void`, `_Bool`, `float`, `double` |
/// | `i8` to `u64`, `char` `uchar` `short` `int` `ulong` `size_t` ... | every [`Int`] by its name |
/// | `ptr`, `*i32`, `*(i32) -> f64` | `void *`, `int32_t *`, a function pointer |
/// | `complex(f64)` | `_Complex double` |
/// | `vector(f32, 4)` | a SIMD vector: `float` with `vector_size(16)`, `__m128`, `float32x4_t` |
/// | `str` | `char *` to text that ends with NUL |
/// | `va_list` | `va_list` |
/// | `[i32; 4]` | an array, as a member or behind a pointer |
/// | `{len: u32, [i8]}` | a flexible array, `char data[]`: the last member of a struct |
/// | `{i32, f64}`, `{x: i32, y: f64}`, `union {i32, f64}` | a struct, with and without names; a union |
/// | `{i8, i32} packed`, `packed(2)`, `align(16)` | the attributes, behind the record |
/// | `{i8, align(16) f64}` | the attribute `aligned(16)` on a member |
/// | `{x: int:3, u32:5, i32:0}` | bit-fields: a member, one without a name, and one of no bits |
/// | `enum(u32)` | an enumeration |
/// | `(str, ...)`, `(str, ..., i32)` | variadic; one call of it |
/// | `win64 (i32) -> void` | a calling convention that is not the platform's own |
/// | `unprototyped (i32, f64) -> i32` | one call of a function without a prototype, `int f();` |
///
/// Printing gives the same text back, but for white space, the order of attributes, what C lets
/// be left out (`struct`, `(void)`, `*void` for `ptr`) and the aliases `float`, `double`, `pointer`,
/// `string`, `isize` and `usize`.
impl FromStr for Signature {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Parser::whole(text, Parser::signature)
    }
}

/// Parses the compact text of a type; the table stands at [`Signature::from_str`].
impl FromStr for CType {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Parser::whole(text, Parser::ty)
    }
}

/// What stands before the parameters of a function without a prototype.
const UNPROTOTYPED: &str = "unprototyped";

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn whole<T>(
        text: &'a str,
        parse: fn(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        let mut parser = Self {
            text,
            at: 0,
            depth: 0,
        };
        if text.len() > MAX_TEXT {
            return Err(ParseError {
                kind: ParseErrorKind::TooLong,
                span: 0..0,
            });
        }
        let parsed = parse(&mut parser)?;
        parser.skip_space();
        if parser.at < text.len() {
            return Err(parser.expected("the end of the text"));
        }
        Ok(parsed)
    }

    fn signature(&mut self) -> Result<Signature, ParseError> {
        self.skip_space();
        let start = self.at;
        let mut word = self.word();
        let abi = Abi::from_name(word);
        if abi.is_some() {
            self.skip_space();
            word = self.word();
        }
        let is_unprototyped = word == UNPROTOTYPED;
        if !(is_unprototyped || word.is_empty()) {
            self.at = start;
            return Err(self.expected("`(` or a calling convention"));
        }
        self.expect("(", "`(`")?;
        let (params, variadic_from) = self.params()?;
        self.expect("->", "`->` and a result type")?;
        self.skip_space();
        let result_start = self.at;
        let result = self.ty()?;
        self.typed(result_start, check_result(&result))?;
        let make = match is_unprototyped {
            true => Signature::unprototyped,
            false => Signature::new,
        };
        let signature = self.typed(start, make(params, result))?;
        let signature = match variadic_from {
            Some(_) if is_unprototyped => {
                self.at = start;
                return Err(self.expected("parameters without `...`, which is part of a prototype"));
            }
            Some(index) => self.typed(start, signature.with_variadic_from(index))?,
            None => signature,
        };
        Ok(match abi {
            Some(abi) => signature.with_abi(abi),
            None => signature,
        })
    }

    /// Parameters up to and with the closing parenthesis, and where `...` stands among them.
    fn params(&mut self) -> Result<(Vec<CType>, Option<usize>), ParseError> {
        let (mut params, mut variadic_from) = (Vec::new(), None);
        if self.eat(")") {
            return Ok((params, None));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if variadic_from.is_none() && self.eat("...") {
                variadic_from = Some(params.len());
            } else {
                let ty = self.ty()?;
                let span = start..self.at;
                let alone = params.is_empty() && variadic_from.is_none();
                if ty == CType::Void && alone && self.eat(")") {
                    return Ok((params, None));
                }
                located(span, check_param(&ty))?;
                params.push(ty);
            }
            if self.eat(")") {
                return Ok((params, variadic_from));
            }
            self.expect(",", "`,` or `)`")?;
        }
    }

    fn ty(&mut self) -> Result<CType, ParseError> {
        self.skip_space();
        let start = self.at;
        if self.depth == MAX_DEPTH {
            let next = self.peek().map_or(0, char::len_utf8);
            return located(start..start + next, Err(TypeError::TooDeep));
        }
        self.depth += 1;
        let ty = match self.peek() {
            Some('{') => CType::Struct(self.record()?),
            Some('[') => self.array()?,
            Some('*') => self.pointer()?,
            _ => self.named_type()?,
        };
        self.depth -= 1;
        Ok(ty)
    }

    fn named_type(&mut self) -> Result<CType, ParseError> {
        let start = self.at;
        Ok(match self.word() {
            "" => return Err(self.expected("a type")),
            "void" => CType::Void,
            "bool" => CType::Bool,
            "float" => CType::F32,
            "double" => CType::F64,
            "ptr" | "pointer" => CType::POINTER,
            "str" | "string" => CType::String,
            "va_list" => CType::VaList,
            "isize" => CType::Int(Int::PtrDiff),
            "usize" => CType::Int(Int::Size),
            "struct" => CType::Struct(self.record()?),
            "union" => {
                let record = self.record()?;
                self.typed(start, record.check_union())?;
                CType::Union(record)
            }
            "enum" => self.enumeration()?,
            "complex" => self.complex()?,
            "vector" => self.vector()?,
            name => match (Int::from_name(name), Float::from_name(name)) {
                (Some(int), _) => CType::Int(int),
                (_, Some(float)) => CType::Float(float),
                _ => {
                    let kind = ParseErrorKind::UnknownType {
                        name: name.to_string(),
                    };
                    return Err(ParseError {
                        kind,
                        span: start..self.at,
                    });
                }
            },
        })
    }

    fn complex(&mut self) -> Result<CType, ParseError> {
        self.expect("(", "`(` and a floating-point type")?;
        self.skip_space();
        let start = self.at;
        let float = match self.word() {
            "float" => Some(Float::F32),
            "double" => Some(Float::F64),
            word => Float::from_name(word),
        };
        let Some(float) = float else {
            self.at = start;
            return Err(self.expected("a floating-point type"));
        };
        self.expect(")", "`)`")?;
        Ok(CType::Complex(float))
    }

    fn vector(&mut self) -> Result<CType, ParseError> {
        self.expect("(", "`(` and the type of a lane")?;
        let start = self.at;
        let lane = self.ty()?;
        self.expect(",", "`,` and the number of lanes")?;
        let len = self.number()?;
        self.expect(")", "`)`")?;
        self.typed(start, CType::vector(lane, len))
    }

    fn pointer(&mut self) -> Result<CType, ParseError> {
        let start = self.at;
        self.expect("*", "`*`")?;
        self.skip_space();
        let inner = self.at;
        let word = self.word();
        self.at = inner;
        let is_function = word == UNPROTOTYPED || Abi::from_name(word).is_some();
        if self.peek() == Some('(') || is_function {
            let signature = self.signature()?;
            return self.typed(start, CType::function_pointer(signature));
        }
        let pointee = self.ty()?;
        self.typed(start, pointee.pointer_to())
    }

    fn array(&mut self) -> Result<CType, ParseError> {
        let start = self.at;
        self.expect("[", "`[`")?;
        let element = self.ty()?;
        if self.eat("]") {
            return self.typed(start, CType::flexible_array(element));
        }
        self.expect(";", "`;` or `]`")?;
        let len = self.number()?;
        self.expect("]", "`]`")?;
        self.typed(start, CType::array(element, len))
    }

    fn enumeration(&mut self) -> Result<CType, ParseError> {
        self.expect("(", "`(` and an integer type")?;
        self.skip_space();
        let start = self.at;
        let Some(int) = Int::from_name(self.word()) else {
            self.at = start;
            return Err(self.expected("an integer type"));
        };
        self.expect(")", "`)`")?;
        Ok(CType::Enum(Enum::new(int)))
    }

    fn record(&mut self) -> Result<Record, ParseError> {
        self.skip_space();
        let start = self.at;
        self.expect("{", "`{`")?;
        let mut fields = Vec::new();
        if !self.eat("}") {
            loop {
                fields.push(self.field()?);
                if self.eat("}") {
                    break;
                }
                self.expect(",", "`,` or `}`")?;
            }
        }
        let record = self.typed(start, Record::new(fields))?;
        self.attributes(record)
    }

    fn attributes(&mut self, mut record: Record) -> Result<Record, ParseError> {
        loop {
            self.skip_space();
            let start = self.at;
            record = match self.word() {
                "packed" => {
                    let align = if self.peek() == Some('(') {
                        self.parenthesised()?
                    } else {
                        1
                    };
                    self.typed(start, record.with_packed(align))?
                }
                "align" => {
                    let align = self.parenthesised()?;
                    self.typed(start, record.with_align(align))?
                }
                _ => {
                    self.at = start;
                    return Ok(record);
                }
            };
        }
    }

    fn field(&mut self) -> Result<Field, ParseError> {
        self.skip_space();
        let start = self.at;
        let align = match self.word() {
            "align" if self.peek() == Some('(') => Some(self.parenthesised()?),
            _ => {
                self.at = start;
                None
            }
        };
        self.skip_space();
        let name_start = self.at;
        let name = self.word();
        // What a number follows is the type of a bit-field without a name.
        let named = !name.is_empty()
            && self.eat(":")
            && !self.peek().is_some_and(|next| next.is_ascii_digit());
        if !named {
            self.at = name_start;
        }
        self.skip_space();
        let type_start = self.at;
        let ty = self.ty()?;
        if ty == CType::Void {
            return self.typed(type_start, Err(TypeError::VoidValue));
        }
        let field = if named {
            Field::named(name, ty)
        } else {
            Field::unnamed(ty)
        };
        let field = if self.eat(":") {
            let width = self.width()?;
            self.typed(type_start, field.with_bits(width))?
        } else {
            field
        };
        match align {
            Some(align) => self.typed(start, field.with_align(align)),
            None => Ok(field),
        }
    }

    fn parenthesised(&mut self) -> Result<usize, ParseError> {
        self.expect("(", "`(`")?;
        let number = self.number()?;
        self.expect(")", "`)`")?;
        Ok(number)
    }

    fn number(&mut self) -> Result<usize, ParseError> {
        self.counted("a number")
    }

    fn width(&mut self) -> Result<u32, ParseError> {
        self.counted("a number of bits")
    }

    fn counted<T: FromStr>(&mut self, what: &'static str) -> Result<T, ParseError> {
        self.skip_space();
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(self.expected(what));
        }
        let span = self.at - digits.len()..self.at;
        digits.parse().map_err(|_| ParseError {
            kind: ParseErrorKind::BadNumber,
            span,
        })
    }

    /// The word at the current place, empty if there is none. A dash belongs to it when a letter
    /// follows, as in `apple-arm64`; `->` does not. Beyond ASCII, all but space does: names of
    /// fields may have it.
    fn word(&mut self) -> &'a str {
        self.skip_space();
        let rest = &self.text[self.at..];
        let mut len = 0;
        for (index, c) in rest.char_indices() {
            let dash =
                c == '-' && rest[index + 1..].starts_with(|next: char| next.is_ascii_alphabetic());
            let is_beyond = !c.is_ascii() && !c.is_whitespace() && !c.is_control();
            let is_letter = c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
            if !(is_letter || is_beyond || (dash && index > 0)) {
                break;
            }
            len = index + c.len_utf8();
        }
        self.at += len;
        &rest[..len]
    }

    fn take_while(&mut self, accept: fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let len = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str, what: &'static str) -> Result<(), ParseError> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(self.expected(what))
        }
    }

    /// The error that something else was expected at the current place: names the word or character
    /// that stands there.
    fn expected(&mut self, what: &'static str) -> ParseError {
        self.skip_space();
        let start = self.at;
        if self.word().is_empty() {
            self.at += self.text[self.at..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        }
        let span = start..self.at;
        let found = self.text[span.clone()].chars().take(40).collect();
        ParseError {
            kind: ParseErrorKind::Expected { what, found },
            span,
        }
    }

    fn typed<T>(&self, start: usize, result: Result<T, TypeError>) -> Result<T, ParseError> {
        located(start..self.at, result)
    }
}

fn located<T>(span: Range<usize>, result: Result<T, TypeError>) -> Result<T, ParseError> {
    result.map_err(|error| ParseError {
        kind: ParseErrorKind::Type(error),
        span,
    })
}
