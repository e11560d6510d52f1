//! What texts declare, kept together under their names.

mod constants;
mod diagnostics;
mod lookup;
mod source;
mod types;

use std::sync::Arc;

use trampette_types::CType;

use crate::declaration::{Declaration, TypeDefinition};
use crate::error::{ErrorKind, Fault};
use crate::lexer::Directive;
use crate::lower::{Item, Scope};
use crate::names::{Map, Names, Place};
use crate::options::Options;
use crate::parser::Parser;
use crate::span::Span;

pub use constants::{Constant, ConstantValue};
pub use diagnostics::{Diagnostic, Diagnostics};
pub use lookup::LookupError;
pub use source::Location;

use constants::Macro;
use diagnostics::Other;
use source::Source;

/// The most bytes of one text: far more than any header has when it is preprocessed.
pub const MAX_HEADER: usize = 1 << 28;

/// What any number of texts declare: types, functions, variables and constants, looked up by name.
///
/// Texts are read one after the other, and each sees what those before it have declared. A declaration may be
/// repeated, also the definition of a struct, union or enum, as it is where two texts include one header; a
/// different one is an error that names both places. What is C and not supported, such as a function that takes
/// a `_Decimal64`, is an error only for those who [ask for it](LookupError::Unsupported).
///
/// A clone costs nothing and shares everything until one of the two is extended; threads may share one.
///
/// ```
/// use trampette_cdecl::{Declarations, Options};
/// use trampette_types::DataModel;
///
/// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
/// declarations.parse("
///     typedef struct point { double x, y; } point;
///     struct shape { enum { OPEN, CLOSED } kind; point points[16]; };
///     double area(const struct shape *);
/// ")?;
/// assert_eq!(declarations.function("area")?.parameter_names, [None]);
/// assert_eq!(declarations.constant("CLOSED")?.value.integer(), Some(1));
/// assert_eq!(declarations.size_of("struct shape")?, 264);
/// assert_eq!(declarations.offset_of("struct shape", "points[15].y")?, 256);
/// let names: Vec<_> = declarations.iter().filter_map(|entry| entry.declaration().name()).collect();
/// assert_eq!(names, ["struct point", "point", "struct shape", "area"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Declarations {
    options: Options,
    inner: Arc<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    names: Names,
    sources: Vec<Arc<Source>>,
    entries: Vec<Stored>,
    macros: Map<Arc<str>, Macro>,
    /// The names of enumerators, and then of macros, in the order in which they were declared.
    constants: Vec<(Arc<str>, Place)>,
}

#[derive(Clone, Debug)]
struct Stored {
    declaration: Declaration,
    place: Place,
}

/// A declaration among [`Declarations`].
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    inner: &'a Inner,
    stored: &'a Stored,
}

impl<'a> Entry<'a> {
    /// What is declared.
    #[must_use]
    pub fn declaration(&self) -> &'a Declaration {
        &self.stored.declaration
    }

    /// Where it was declared first.
    #[must_use]
    pub fn location(&self) -> Location {
        self.inner.locate(self.stored.place)
    }
}

impl Declarations {
    /// None yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let inner = Arc::new(Inner::default());
        Self { options, inner }
    }

    /// How texts are read.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Adds what a text declares: C, or what a preprocessor has made of a header, with its line markers and, if
    /// they are there, its `#define`s of constants.
    ///
    /// # Errors
    ///
    /// Everything in it that is wrong, up to a few errors. Then nothing of it is added.
    pub fn parse(&mut self, text: &str) -> Result<(), Diagnostics> {
        self.parse_file("<text>", text)
    }

    /// The same for a text of this origin, a file's name as a rule.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse).
    pub fn parse_file(&mut self, origin: &str, text: &str) -> Result<(), Diagnostics> {
        if text.len() > MAX_HEADER {
            let source = Source::new(origin, "", &[]);
            let fault = Fault::new(ErrorKind::TooLong, Span::new(0, 0));
            return Err(Diagnostics::new(vec![fault], &source, |_| None));
        }
        let read = Read::new(text, &self.options, &self.inner);
        let source = Source::new(origin, text, &read.directives);
        if !read.faults.is_empty() {
            let number = read.source;
            return Err(Diagnostics::new(read.faults, &source, |place| {
                let other = match place.source == number {
                    true => Some(&source),
                    false => self
                        .inner
                        .sources
                        .get(place.source as usize)
                        .map(|arc| &**arc),
                };
                other.map(|other| Other::of(other, place.span))
            }));
        }
        let Read {
            names,
            items,
            enumerators,
            directives,
            source: number,
            ..
        } = read;
        Arc::make_mut(&mut self.inner).add(Added {
            names,
            items,
            enumerators,
            directives,
            number,
            source,
        });
        Ok(())
    }

    /// Everything that is declared but constants, in order: functions, variables, typedefs, and the structs,
    /// unions and enums that have a tag, wherever they are defined.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        let inner = &*self.inner;
        let entries = inner.entries.iter();
        entries.map(move |stored| Entry { inner, stored })
    }

    /// The bytes of text that are kept for the places of errors and declarations.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.inner.sources.iter().map(|source| source.len()).sum()
    }
}

/// What was read of one text.
struct Read {
    names: Names,
    items: Vec<Item>,
    enumerators: Vec<(Arc<str>, i128, Place)>,
    directives: Vec<Directive>,
    faults: Vec<Fault>,
    source: u32,
}

impl Read {
    fn new(text: &str, options: &Options, base: &Inner) -> Self {
        let number = u32::try_from(base.sources.len()).unwrap_or(u32::MAX);
        let mut parser = Parser::over(text, &base.names);
        let mut scope = Scope::of_header(options, &base.names, number);
        let (mut items, mut faults, mut open) = (Vec::new(), Vec::new(), Vec::new());
        while faults.len() < diagnostics::MOST {
            match parser.declaration() {
                Ok(None) => break,
                Ok(Some(external)) => {
                    faults.extend(scope.external(&external, &mut items).err());
                    if scope.was_open() {
                        open.push(external);
                    }
                }
                Err(fault) => {
                    parser.recover(fault.span.end());
                    faults.push(fault);
                }
            }
        }
        // What was not defined where they stand may be now.
        if faults.is_empty() && !open.is_empty() {
            scope.close();
            for external in &open {
                faults.extend(scope.external(external, &mut items).err());
                scope.was_open();
            }
            items.sort_by_key(|item| item.name.start());
        }
        let enumerators = std::mem::take(&mut scope.enumerators);
        Self {
            names: scope.into_names(),
            items,
            enumerators,
            directives: parser.take_directives(),
            faults,
            source: number,
        }
    }
}

/// What one text adds.
struct Added {
    names: Names,
    items: Vec<Item>,
    enumerators: Vec<(Arc<str>, i128, Place)>,
    directives: Vec<Directive>,
    number: u32,
    source: Source,
}

impl Inner {
    fn add(&mut self, added: Added) {
        let number = added.number;
        let place = |span| Place {
            source: number,
            span,
        };
        let tags = added.names.tags.iter();
        let mut tags: Vec<(Place, Arc<str>)> = tags
            .map(|(name, tag)| (tag.place, Arc::clone(name)))
            .collect();
        tags.sort_by_key(|tag| tag.0.span.start());
        self.names.extend(added.names);
        let mut tags = tags.into_iter().peekable();
        self.entries.reserve(added.items.len() + tags.len());
        for item in added.items {
            while let Some(tag) = tags.next_if(|tag| tag.0.span.start() < item.name.start()) {
                self.store_tag(tag);
            }
            // Tags are added for themselves, with those that are defined in other declarations.
            let is_tag = matches!(&item.declaration, Declaration::Type(definition)
                if definition.name.as_ref().is_none_or(|name| name.contains(' ')));
            if !is_tag {
                self.store(Stored {
                    declaration: item.declaration,
                    place: place(item.name),
                });
            }
        }
        tags.for_each(|tag| self.store_tag(tag));
        for (name, _, place) in added.enumerators {
            self.constants.push((name, place));
        }
        self.define(&added.directives, &added.source, number);
        self.sources.push(Arc::new(added.source));
    }

    fn store_tag(&mut self, (place, name): (Place, Arc<str>)) {
        let next = number_of(self.entries.len());
        let Some(tag) = self.names.tags.get_mut(&name) else {
            return;
        };
        let definition = TypeDefinition {
            name: Some(tag.kind.tagged(&name)),
            ty: tag.ty.clone(),
        };
        let at = *tag.entry.get_or_insert(next);
        let declaration = Declaration::Type(definition);
        self.put(at, Stored { declaration, place });
    }

    /// Adds the declaration of an ordinary name.
    fn store(&mut self, stored: Stored) {
        let next = number_of(self.entries.len());
        let name = stored.declaration.name();
        let Some(found) = name.and_then(|name| self.names.ordinary.get_mut(name)) else {
            return;
        };
        let at = *found.entry.get_or_insert(next);
        self.put(at, stored);
    }

    /// Adds a declaration, or what it says more than the one that there is.
    fn put(&mut self, at: u32, stored: Stored) {
        match self.entries.get_mut(at as usize) {
            None => self.entries.push(stored),
            Some(before) => merge(&mut before.declaration, stored.declaration),
        }
    }

    fn locate(&self, place: Place) -> Location {
        let source = self.sources.get(place.source as usize);
        let location = source.map(|source| source.locate(place.span.start()));
        location.unwrap_or_else(|| Source::new("", "", &[]).locate(0))
    }
}

/// There are fewer declarations than bytes.
fn number_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A declaration that is repeated says more, or the same.
fn merge(before: &mut Declaration, now: Declaration) {
    match (before, now) {
        (Declaration::Function(before), Declaration::Function(mut now)) => {
            now.symbol = now.symbol.or_else(|| before.symbol.take());
            now.has_body |= before.has_body;
            match before.prototyped && !now.prototyped {
                true => (before.symbol, before.has_body) = (now.symbol, now.has_body),
                false => *before = now,
            }
        }
        (Declaration::Variable(before), Declaration::Variable(now)) => {
            before.symbol = now.symbol.or_else(|| before.symbol.take());
            let is_open = matches!(&before.ty, CType::Array(array) if array.is_flexible());
            if is_open {
                before.ty = now.ty;
            }
        }
        (Declaration::Type(before), Declaration::Type(now)) => {
            if now.ty.is_some() {
                before.ty = now.ty;
            }
        }
        (before, now) => *before = now,
    }
}
