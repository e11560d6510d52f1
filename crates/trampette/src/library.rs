//! Libraries, their symbols and their variables.

use std::ffi::{OsStr, c_void};
use std::fmt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::Arc;

use trampette_types::{CType, Signature};

use crate::error::Error;
use crate::function::Function;
use crate::loaded;
#[cfg(windows)]
use crate::modules;
use crate::open;
use crate::variable::Variable;

#[cfg(unix)]
use libloading::os::unix as os;
#[cfg(windows)]
use libloading::os::windows as os;

/// A loaded library, or the process itself. It stays loaded as long as any clone, function or variable
/// of it lives.
///
/// ```
/// use trampette::Library;
///
/// let process = Library::process();
/// assert!(process.has_symbol("malloc"));
/// assert!(!process.has_symbol("mallok"));
/// ```
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

struct Inner {
    /// `None` is the process itself.
    name: Option<String>,
    /// The file, made absolute; `None` for the process itself, and where nobody tells.
    path: Option<PathBuf>,
    handle: os::Library,
}

impl Library {
    /// Opens a library by the name that the system's loader knows it by (`libm.so.6`), or by its path.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// // SAFETY: nothing is loaded.
    /// let error = unsafe { Library::open("libno.so.such") }.unwrap_err();
    /// assert_eq!(error.code(), "library-not-found");
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::LibraryNotFound`], [`Error::NotALibrary`], [`Error::WrongArchitecture`],
    /// [`Error::MissingDependency`] and [`Error::LoadFailed`], each with the loader's own words.
    ///
    /// # Safety
    ///
    /// Loading runs the library's initialisers, and unloading its finalisers: both must be sound here.
    pub unsafe fn open(name: impl AsRef<OsStr>) -> Result<Self, Error> {
        let name = name.as_ref();
        if let Some(position) = name.as_encoded_bytes().iter().position(|&byte| byte == 0) {
            return Err(Error::NulInString { position });
        }
        if name.is_empty() {
            // Some loaders take the empty name for the process itself.
            let message = "the name is empty".into();
            return Err(Error::LibraryNotFound {
                library: String::new(),
                message,
            });
        }
        // SAFETY: the caller says that the initialisers and finalisers are sound.
        let handle = unsafe { open::load(name) }.map_err(|error| open::diagnose(name, &error))?;
        let (handle, found) = loaded::locate(handle);
        // Where the loader does not tell, a path is what it was opened by.
        let is_path = Path::new(name).components().count() > 1;
        let given = || is_path.then(|| std::path::absolute(name).ok()).flatten();
        let path = found.or_else(given);
        let name = Some(name.to_string_lossy().into_owned());
        Ok(Self {
            inner: Arc::new(Inner { name, path, handle }),
        })
    }

    /// The process itself: the program and every library that it has loaded for all.
    #[must_use]
    pub fn process() -> Self {
        #[cfg(unix)]
        let handle = os::Library::this();
        #[cfg(windows)]
        let handle = os::Library::this().expect("a process has a handle of itself");
        Self {
            inner: Arc::new(Inner {
                name: None,
                path: None,
                handle,
            }),
        }
    }

    /// The name or path that the library was opened by; `None` for the process itself.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.inner.name.as_deref()
    }

    /// The file that it was loaded from, wherever the loader found it; for the process itself, the
    /// program's. Some loaders do not tell.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// # #[cfg(all(target_os = "linux", target_env = "gnu"))] {
    /// // SAFETY: the C library is loaded already.
    /// let libc = unsafe { Library::open("libc.so.6")? };
    /// assert!(libc.path().unwrap().is_absolute());
    /// # }
    /// # Ok::<(), trampette::Error>(())
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        match self.inner.name {
            Some(_) => self.inner.path.clone(),
            None => std::env::current_exe().ok(),
        }
    }

    /// The address of a symbol, function or variable.
    ///
    /// # Errors
    ///
    /// [`Error::SymbolNotFound`], with the loader's own words; [`Error::NullSymbol`] for a symbol whose
    /// address is zero, such as an absent weak one; [`Error::NulInString`].
    pub fn symbol(&self, symbol: &str) -> Result<NonNull<c_void>, Error> {
        if let Some(position) = symbol.bytes().position(|byte| byte == 0) {
            return Err(Error::NulInString { position });
        }
        let found = self
            .address_of(symbol)
            .map_err(|error| Error::SymbolNotFound {
                symbol: symbol.into(),
                library: self.to_string(),
                message: open::words(&error),
            })?;
        NonNull::new(found).ok_or_else(|| Error::NullSymbol {
            symbol: symbol.into(),
            library: self.to_string(),
        })
    }

    fn address_of(&self, symbol: &str) -> Result<*mut c_void, libloading::Error> {
        // SAFETY: the symbol is taken as a bare address, which promises nothing about it.
        let found = unsafe { self.inner.handle.get::<*mut c_void>(symbol) };
        let found = found.map(|found| found.as_raw_ptr());
        // The handle of a process is its program's alone there.
        #[cfg(windows)]
        let found = match self.inner.name {
            None => found.or_else(|error| modules::find(symbol).ok_or(error)),
            Some(_) => found,
        };
        found
    }

    /// Whether there is such a symbol, with an address that is not zero.
    #[must_use]
    pub fn has_symbol(&self, symbol: &str) -> bool {
        self.symbol(symbol).is_ok()
    }

    /// The function of this symbol, with this signature.
    ///
    /// ```
    /// use trampette::{Library, Value};
    ///
    /// let toupper = Library::process().function("toupper", &"(int) -> int".parse()?)?;
    /// // SAFETY: this is the signature of `toupper`, and 'a' is a character.
    /// assert_eq!(unsafe { toupper.call(&[Value::from(97)])? }, Value::I32(65));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`symbol`](Self::symbol) and [`Function::from_pointer`].
    pub fn function(&self, symbol: &str, signature: &Signature) -> Result<Function, Error> {
        let target = self.symbol(symbol)?;
        Ok(Function::from_pointer(target.as_ptr(), signature)?.in_library(symbol, self))
    }

    /// The variable of this symbol, of this type.
    ///
    /// # Errors
    ///
    /// As for [`symbol`](Self::symbol); [`Error::Type`] when the type breaks a limit.
    pub fn variable(&self, symbol: &str, ty: &CType) -> Result<Variable, Error> {
        Variable::new(self.symbol(symbol)?, ty, self)
    }

    /// The function that a C prototype declares: `double pow(double base, double exponent)`.
    ///
    /// # Errors
    ///
    /// [`Error::Declaration`] for text that is none, [`Error::DeclarationKind`] when it has no name;
    /// otherwise as for [`function`](Self::function).
    #[cfg(feature = "cdecl")]
    pub fn bind(&self, prototype: &str) -> Result<Function, Error> {
        let options = trampette_cdecl::Options::new(crate::native::MODEL);
        let prototype = trampette_cdecl::parse_prototype(prototype, &options)?;
        let unnamed = Error::DeclarationKind {
            expected: "a function with a name",
        };
        let name = prototype.name.as_deref().ok_or(unnamed)?;
        self.function(name, &prototype.signature)
    }

    /// The variable that a C declaration names: `extern const char *version`.
    ///
    /// # Errors
    ///
    /// [`Error::Declaration`] for text that is none; otherwise as for [`variable`](Self::variable).
    #[cfg(feature = "cdecl")]
    pub fn bind_variable(&self, declaration: &str) -> Result<Variable, Error> {
        let options = trampette_cdecl::Options::new(crate::native::MODEL);
        let variable = trampette_cdecl::parse_variable(declaration, &options)?;
        self.variable(&variable.name, &variable.ty)
    }
}

/// The name, in quotes, or the process.
impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "library `{name}`"),
            None => f.write_str("the process"),
        }
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Library").field(&self.inner.name).finish()
    }
}
