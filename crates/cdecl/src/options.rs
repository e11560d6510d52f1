use trampette_types::DataModel;

/// On which platform, and how, declarations are read. There is no default platform: an enum's type
/// depends on it.
///
/// ```
/// use trampette_cdecl::{CharPointers, Options, parse_type};
/// use trampette_types::DataModel;
///
/// let strings = Options::new(DataModel::LINUX_X86_64);
/// assert_eq!(parse_type("const char *", &strings)?.to_string(), "str");
///
/// let pointers = strings.with_char_pointers(CharPointers::Pointers);
/// assert_eq!(parse_type("const char *", &pointers)?.to_string(), "*char");
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    model: DataModel,
    char_pointers: CharPointers,
}

/// What `char *` is taken for. Pointers to `signed char` and `unsigned char` are always pointers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CharPointers {
    /// Text that ends with NUL: [`CType::String`](trampette_types::CType::String).
    #[default]
    Strings,
    /// A pointer to `char`.
    Pointers,
}

impl Options {
    /// The options for this platform, everything else as by default.
    #[must_use]
    pub fn new(model: DataModel) -> Self {
        Self {
            model,
            char_pointers: CharPointers::default(),
        }
    }

    /// The same with `char *` taken for this.
    #[must_use]
    pub fn with_char_pointers(self, char_pointers: CharPointers) -> Self {
        Self {
            char_pointers,
            ..self
        }
    }

    /// The platform's data model.
    #[must_use]
    pub fn model(&self) -> &DataModel {
        &self.model
    }

    /// What `char *` is taken for.
    #[must_use]
    pub fn char_pointers(&self) -> CharPointers {
        self.char_pointers
    }
}
