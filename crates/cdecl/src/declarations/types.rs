//! Type expressions over what is declared.

use trampette_types::CType;
use trampette_types::limits::MAX_TEXT;

use super::Declarations;
use crate::ast::External;
use crate::error::{Error, ErrorKind, Fault};
use crate::lower::Scope;
use crate::parser::Parser;
use crate::span::Span;

impl Declarations {
    /// The type of a type expression, as C writes it: `unsigned long *`, `struct point[4]`.
    ///
    /// ```
    /// use trampette_cdecl::{Declarations, Options};
    /// use trampette_types::DataModel;
    ///
    /// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    /// declarations.parse("struct point { int x, y; }; typedef struct point point; enum { N = 4 };")?;
    /// assert_eq!(declarations.ty("struct point[N]")?.to_string(), "[{x: int, y: int}; 4]");
    /// assert_eq!(declarations.ty("point *(*)(int)")?.to_string(), "*(int) -> *{x: int, y: int}");
    /// assert_eq!(declarations.ty("pint").unwrap_err().code(), "unknown-type");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is no type expression, or names what is not declared, not defined or not supported.
    pub fn ty(&self, text: &str) -> Result<CType, Error> {
        self.measured(text).map(|(ty, _)| ty)
    }

    /// The size of the type of an expression, in bytes.
    ///
    /// ```
    /// use trampette_cdecl::{Declarations, Options};
    /// use trampette_types::DataModel;
    ///
    /// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    /// declarations.parse("typedef struct { char c; struct { short s; } b[4]; } t;")?;
    /// assert_eq!(declarations.size_of("t[2]")?, 20);
    /// assert_eq!(declarations.align_of("t")?, 2);
    /// assert_eq!(declarations.offset_of("t", "b[3].s")?, 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`ty`](Self::ty), and when the type has no size.
    pub fn size_of(&self, text: &str) -> Result<usize, Error> {
        let (ty, _) = self.measured(text)?;
        Ok(self.layout(&ty, text)?.size())
    }

    /// The alignment of the type of an expression, in bytes; of a typedef what it says.
    ///
    /// # Errors
    ///
    /// As for [`size_of`](Self::size_of).
    pub fn align_of(&self, text: &str) -> Result<usize, Error> {
        let (ty, align) = self.measured(text)?;
        let layout = self.layout(&ty, text)?;
        Ok(align.unwrap_or(layout.align()))
    }

    /// The offset of what a path names in the type of an expression, in bytes: `a.b[3].c`.
    ///
    /// # Errors
    ///
    /// As for [`size_of`](Self::size_of); about the path, an error whose place is one in the path.
    pub fn offset_of(&self, text: &str, path: &str) -> Result<usize, Error> {
        self.part(text, path).map(|(offset, _)| offset)
    }

    /// What a path names in the type of an expression: its offset, in bytes, and its type.
    ///
    /// # Errors
    ///
    /// As for [`offset_of`](Self::offset_of).
    pub fn part(&self, text: &str, path: &str) -> Result<(usize, CType), Error> {
        let (ty, _) = self.measured(text)?;
        let find = || {
            let mut parser = self.parser(path)?;
            let expr = parser.only_expression("a path")?;
            self.scope().part_of(ty, &expr)
        };
        find().map_err(|fault| Error::new(fault, path))
    }

    fn layout(&self, ty: &CType, text: &str) -> Result<trampette_types::Layout, Error> {
        ty.layout(self.options.model()).map_err(|error| {
            let span = Span::new(0, text.len());
            Error::new(Fault::new(ErrorKind::Type(error), span), text)
        })
    }

    /// The type of an expression, and the alignment that a typedef gives it.
    fn measured(&self, text: &str) -> Result<(CType, Option<usize>), Error> {
        let parse = || {
            let mut parser = self.parser(text)?;
            match parser.declaration()? {
                Some(External::Declaration(declaration)) => {
                    let found = declaration
                        .declarators
                        .iter()
                        .find_map(|declarator| declarator.name);
                    let what = "a type without a name";
                    if let Some(name) = found {
                        let found = name.text.to_string();
                        return Err(Fault::new(ErrorKind::Expected { what, found }, name.span));
                    }
                    if !parser.is_done()? {
                        return Err(Fault::new(
                            ErrorKind::Wanted {
                                what,
                                found: "several declarations",
                            },
                            Span::new(0, text.len()),
                        ));
                    }
                    self.scope().typed_name(&declaration)
                }
                _ => {
                    let (what, found) = ("a type without a name", String::new());
                    Err(Fault::new(
                        ErrorKind::Expected { what, found },
                        parser.end(),
                    ))
                }
            }
        };
        match parse() {
            Err(_) if self.options.unknown_pointers() && text.contains('*') => {
                Ok((CType::POINTER, None))
            }
            parsed => parsed.map_err(|fault| Error::new(fault, text)),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope::of_header(&self.options, &self.inner.names, u32::MAX)
    }

    fn parser<'a>(&'a self, text: &'a str) -> Result<Parser<'a>, Fault> {
        if text.len() > MAX_TEXT {
            return Err(Fault::new(ErrorKind::TooLong, Span::new(0, 0)));
        }
        Ok(Parser::over(text, &self.inner.names))
    }
}
