//! Headers as they are: what the C compiler's preprocessor makes of them.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, absolute};
use std::process::{Command, Output, Stdio};

use crate::declarations::{Declarations, Diagnostics};
use crate::universal::spelled_out;

/// The commands that are tried, behind what `CC` says.
const COMPILERS: [&str; 3] = ["cc", "gcc", "clang"];

/// A header, and how it is preprocessed: by the C compiler of this machine.
///
/// ```
/// use trampette_cdecl::Header;
///
/// let header = Header::new("sqlite3.h")
///     .define("SQLITE_OMIT_LOAD_EXTENSION")
///     .include("third-party/include");
/// assert_eq!(header.name(), "sqlite3.h");
/// ```
#[derive(Clone, Debug)]
pub struct Header {
    name: String,
    /// Those behind it.
    others: Vec<String>,
    compiler: Option<OsString>,
    arguments: Vec<OsString>,
    is_gnu: bool,
}

/// Why a header could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name of the header is none that C can write.
    BadName {
        /// The name.
        name: String,
    },
    /// There is no C compiler by any of these names.
    NoCompiler {
        /// The commands that were tried.
        tried: Vec<String>,
    },
    /// The compiler does not start, or its output cannot be read.
    Io {
        /// The command.
        compiler: String,
        /// The system's own words.
        source: io::Error,
    },
    /// The preprocessor refuses the header.
    Preprocessor {
        /// The command.
        compiler: String,
        /// Its own words.
        words: String,
    },
    /// What the preprocessor makes of the header is not understood.
    Text(Diagnostics),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadName { name } => write!(f, "no header has the name {name:?}"),
            Self::NoCompiler { tried } => write!(
                f,
                "a header needs a C compiler's preprocessor, and there is none here: {} not found",
                tried.join(", ")
            ),
            Self::Io { compiler, .. } => write!(f, "{compiler} cannot be run"),
            Self::Preprocessor { compiler, words } => {
                write!(f, "{compiler} refuses the header: {words}")
            }
            Self::Text(diagnostics) => diagnostics.fmt(f),
        }
    }
}

impl std::error::Error for HeaderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl HeaderError {
    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadName { .. } => "bad-header-name",
            Self::NoCompiler { .. } => "no-compiler",
            Self::Io { .. } => "compiler-failed",
            Self::Preprocessor { .. } => "preprocessor",
            Self::Text(diagnostics) => diagnostics.first().map_or("syntax", |first| first.code()),
        }
    }
}

impl Header {
    /// A header by its path, or by what follows `#include <`. `_GNU_SOURCE` is defined.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            others: Vec::new(),
            compiler: None,
            arguments: Vec::new(),
            is_gnu: true,
        }
    }

    /// The same with another header behind it, which finds what this one defines: `commctrl.h` behind `windows.h`.
    #[must_use]
    pub fn and(mut self, name: impl Into<String>) -> Self {
        self.others.push(name.into());
        self
    }

    /// The same with a macro defined, `NAME` or `NAME=VALUE`: the compiler's `-D`.
    #[must_use]
    pub fn define(self, definition: impl AsRef<OsStr>) -> Self {
        self.option("-D", definition.as_ref())
    }

    /// The same with headers looked for in this folder as well: the compiler's `-I`.
    #[must_use]
    pub fn include(self, folder: impl AsRef<OsStr>) -> Self {
        self.option("-I", folder.as_ref())
    }

    fn option(self, option: &str, value: &OsStr) -> Self {
        let mut argument = OsString::from(option);
        argument.push(value);
        self.argument(argument)
    }

    /// The same with any other argument for the compiler, such as `-std=c11`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The same with or without `_GNU_SOURCE`, with which GNU headers declare all that they have.
    #[must_use]
    pub fn gnu_source(self, is_gnu: bool) -> Self {
        Self { is_gnu, ..self }
    }

    /// The same with this compiler, and no other. Without, it is what the environment variable `CC` says, or the
    /// first that there is of `cc`, `gcc` and `clang`.
    #[must_use]
    pub fn compiler(self, command: impl Into<OsString>) -> Self {
        let compiler = Some(command.into());
        Self { compiler, ..self }
    }

    /// The name of the header, of the first one if there are several.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the preprocessor makes of the header, with its line markers and definitions.
    ///
    /// # Errors
    ///
    /// When there is no compiler, or it refuses the header.
    pub fn preprocess(&self) -> Result<String, HeaderError> {
        let source = self.source()?;
        let mut tried = Vec::new();
        for command in self.commands() {
            let shown = command.to_string_lossy().into_owned();
            match self.run(&command, &source) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => tried.push(shown),
                Err(source) => {
                    return Err(HeaderError::Io {
                        compiler: shown,
                        source,
                    });
                }
                Ok(output) if output.status.success() => {
                    let text = String::from_utf8_lossy(&output.stdout).into_owned();
                    return Ok(spelled_out(text));
                }
                Ok(output) => {
                    return Err(HeaderError::Preprocessor {
                        compiler: shown,
                        words: String::from_utf8_lossy(&output.stderr).trim().to_string(),
                    });
                }
            }
        }
        Err(HeaderError::NoCompiler { tried })
    }

    /// A file that includes the headers.
    fn source(&self) -> Result<String, HeaderError> {
        let names = std::iter::once(&self.name).chain(&self.others);
        names.map(|name| Self::include_of(name)).collect()
    }

    /// The line that includes a header.
    fn include_of(name: &str) -> Result<String, HeaderError> {
        let bad = || HeaderError::BadName { name: name.into() };
        let is_bad =
            |name: &str| name.is_empty() || name.contains(['"', '<', '>', '\n', '\r', '\0']);
        if is_bad(name) {
            return Err(bad());
        }
        if !Path::new(name).is_file() {
            return Ok(format!("#include <{name}>\n"));
        }
        let path = absolute(name).map_err(|_| bad())?;
        match path.to_str().filter(|path| !is_bad(path)) {
            Some(path) => Ok(format!("#include \"{path}\"\n")),
            None => Err(bad()),
        }
    }

    fn commands(&self) -> Vec<OsString> {
        if let Some(compiler) = &self.compiler {
            return vec![compiler.clone()];
        }
        let named = std::env::var_os("CC").filter(|command| !command.is_empty());
        named
            .into_iter()
            .chain(COMPILERS.map(OsString::from))
            .collect()
    }

    /// Runs a command, which may have arguments of its own behind its name, as `CC` has them.
    fn run(&self, command: &OsStr, source: &str) -> io::Result<Output> {
        let text = command.to_str().unwrap_or_default();
        let mut words = text.split_whitespace().map(OsStr::new);
        let is_path = text.is_empty() || Path::new(command).is_file();
        let program = if is_path {
            command
        } else {
            words.next().unwrap_or(command)
        };
        let mut process = Command::new(program);
        if !is_path {
            process.args(words);
        }
        process.args(["-E", "-dD", "-x", "c"]);
        if self.is_gnu {
            process.arg("-D_GNU_SOURCE");
        }
        let mut child = process
            .args(&self.arguments)
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A compiler that ends before it has read this says why.
            let _ = stdin.write_all(source.as_bytes());
        }
        child.wait_with_output()
    }
}

impl Declarations {
    /// Adds what a header declares, with the constants that it defines, as the preprocessor of this machine's C
    /// compiler reads it. The compiler's platform must be the one of the [options](Self::options).
    ///
    /// ```no_run
    /// use trampette_cdecl::{Declarations, Header, Options};
    /// use trampette_types::DataModel;
    ///
    /// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    /// declarations.header(&Header::new("math.h"))?;
    /// assert_eq!(declarations.function("pow")?.signature.to_string(), "(f64, f64) -> f64");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no compiler, it refuses the header, or what it makes of it is not understood.
    pub fn header(&mut self, header: &Header) -> Result<(), HeaderError> {
        let text = header.preprocess()?;
        self.parse_file(header.name(), &text)
            .map_err(HeaderError::Text)
    }
}
