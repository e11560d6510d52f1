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
    language: Language,
    unknown_pointers: bool,
}

/// The version of C that a text is written in, where versions differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// C11 and C17: `int f();` says nothing about parameters.
    #[default]
    C17,
    /// C23: it says that there are none.
    C23,
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
            language: Language::default(),
            unknown_pointers: false,
        }
    }

    /// The same for texts of this version of C.
    ///
    /// ```
    /// use trampette_cdecl::{Language, Options, parse_prototype};
    /// use trampette_types::DataModel;
    ///
    /// let c17 = Options::new(DataModel::LINUX_X86_64);
    /// assert!(parse_prototype("int f()", &c17)?.signature.is_unprototyped());
    ///
    /// let c23 = c17.with_language(Language::C23);
    /// assert_eq!(parse_prototype("int f()", &c23)?.signature.to_string(), "() -> int");
    /// # Ok::<(), trampette_cdecl::Error>(())
    /// ```
    #[must_use]
    pub fn with_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The same, in which a pointer may be one to a type that nobody has declared, as in `foo *`: some hosts'
    /// APIs say that any text with a star is a pointer. [`parse_type`](crate::parse_type) takes even a text for
    /// one that has a star and is otherwise no C.
    ///
    /// ```
    /// use trampette_cdecl::{Options, parse_prototype, parse_type};
    /// use trampette_types::DataModel;
    ///
    /// let options = Options::new(DataModel::LINUX_X86_64).with_unknown_pointers(true);
    /// assert_eq!(parse_type("foo *", &options)?.to_string(), "ptr");
    /// assert_eq!(parse_type("std::vector<int>*", &options)?.to_string(), "ptr");
    /// let text = "int f(GLuint *ids)";
    /// assert_eq!(parse_prototype(text, &options)?.signature.to_string(), "(ptr) -> int");
    /// assert!(parse_prototype("int f(GLuint id)", &options).is_err());
    /// # Ok::<(), trampette_cdecl::Error>(())
    /// ```
    #[must_use]
    pub fn with_unknown_pointers(self, unknown_pointers: bool) -> Self {
        Self {
            unknown_pointers,
            ..self
        }
    }

    /// Whether a pointer may be one to a type that nobody has declared.
    #[must_use]
    pub fn unknown_pointers(&self) -> bool {
        self.unknown_pointers
    }

    /// The version of C.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn is_c23(&self) -> bool {
        self.language == Language::C23
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
