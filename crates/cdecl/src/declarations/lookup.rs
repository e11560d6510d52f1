use std::fmt;

use super::{Declarations, Entry, Location};
use crate::declaration::{Declaration, Prototype, Variable};
use crate::error::ErrorKind;
use crate::names::{Incomplete, Ty, What};

/// Why a name among [`Declarations`] is not what it is asked for as.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookupError {
    /// Nothing is declared by this name.
    Unknown {
        /// The name.
        name: String,
        /// What it was asked for as, in words.
        wanted: &'static str,
    },
    /// It is declared as something else.
    Other {
        /// The name.
        name: String,
        /// What it was asked for as, in words.
        wanted: &'static str,
        /// What it is, in words.
        found: &'static str,
        /// Where it is declared.
        location: Location,
    },
    /// It is C that is not supported, or that has no values, for its type is nowhere defined.
    Unsupported {
        /// The name.
        name: String,
        /// Why.
        why: ErrorKind,
        /// Where it is declared.
        location: Location,
    },
}

impl LookupError {
    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "undeclared",
            Self::Other { .. } => "wrong-declaration",
            Self::Unsupported { why, .. } => why.code(),
        }
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, wanted } => write!(f, "no {wanted} `{name}` is declared"),
            Self::Other {
                name,
                wanted,
                found,
                location,
            } => write!(
                f,
                "`{name}` is {found} and no {wanted}, declared at {location}"
            ),
            Self::Unsupported {
                name,
                why,
                location,
            } => write!(f, "`{name}`, declared at {location}: {why}"),
        }
    }
}

impl std::error::Error for LookupError {}

impl Declarations {
    /// The function of this name.
    ///
    /// ```
    /// use trampette_cdecl::{Declarations, Options};
    /// use trampette_types::DataModel;
    ///
    /// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    /// declarations.parse("double pow(double, double); extern int opterr; _Decimal64 half(_Decimal64);")?;
    /// assert_eq!(declarations.function("pow")?.signature.to_string(), "(f64, f64) -> f64");
    ///
    /// let error = |name: &str| declarations.function(name).unwrap_err().to_string();
    /// assert_eq!(error("wop"), "no function `wop` is declared");
    /// assert_eq!(error("opterr"), "`opterr` is a variable and no function, declared at <text>:1:40");
    /// assert!(error("half").ends_with("values of the type `_Decimal64` are not supported yet"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is none, the name is something else's, or the function is not supported.
    pub fn function(&self, name: &str) -> Result<&Prototype, LookupError> {
        match self.object(name).map(|entry| entry.declaration()) {
            Some(Declaration::Function(prototype)) => Ok(prototype),
            _ => Err(self.not(name, "function")),
        }
    }

    /// The variable of this name. One that is an array of unknown length is a
    /// [flexible array](trampette_types::CType::flexible_array).
    ///
    /// # Errors
    ///
    /// As for [`function`](Self::function).
    pub fn variable(&self, name: &str) -> Result<&Variable, LookupError> {
        match self.object(name).map(|entry| entry.declaration()) {
            Some(Declaration::Variable(variable)) => Ok(variable),
            _ => Err(self.not(name, "variable")),
        }
    }

    /// The declaration of this name, for its place: `point`, `struct point`.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<Entry<'_>> {
        let (keyword, tag) = match name.split_once(' ') {
            None => return self.object(name),
            Some(parts) => parts,
        };
        let tag = self.inner.names.tags.get(tag)?;
        let is_same = tag.kind.keyword() == keyword;
        self.stored(tag.entry.filter(|_| is_same)?)
    }

    fn object(&self, name: &str) -> Option<Entry<'_>> {
        self.stored(self.inner.names.ordinary.get(name)?.entry?)
    }

    fn stored(&self, at: u32) -> Option<Entry<'_>> {
        let inner = &*self.inner;
        let stored = inner.entries.get(at as usize)?;
        Some(Entry { inner, stored })
    }

    /// Why a name is not what it is asked for as.
    pub(super) fn not(&self, name: &str, wanted: &'static str) -> LookupError {
        let text = name.to_string();
        let Some(found) = self.inner.names.ordinary.get(name) else {
            return LookupError::Unknown { name: text, wanted };
        };
        let location = self.inner.locate(found.place);
        if let Some(why) = self.inner.names.refused(name) {
            return LookupError::Unsupported {
                name: text,
                why: why.clone(),
                location,
            };
        }
        if let What::Object(known) = &found.what
            && let Ty::Incomplete(Incomplete::Tag(kind, tag)) = &known.ty
        {
            let why = ErrorKind::IncompleteType {
                name: kind.tagged(tag),
            };
            return LookupError::Unsupported {
                name: text,
                why,
                location,
            };
        }
        let found = match (
            &found.what,
            self.object(name).map(|entry| entry.declaration()),
        ) {
            (What::Typedef(_), _) => "a type",
            (What::Enumerator(_), _) => "a constant",
            (_, Some(Declaration::Function(_))) => "a function",
            _ => "a variable",
        };
        LookupError::Other {
            name: text,
            wanted,
            found,
            location,
        }
    }
}
