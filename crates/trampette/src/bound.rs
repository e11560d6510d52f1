//! A library with the declarations of its headers: everything in it by name.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::OnceLock;

use trampette_cdecl::{Declaration, Declarations};
use trampette_types::Signature;

use crate::error::Error;
use crate::function::Function;
use crate::library::Library;
use crate::stub;
use crate::variable::Variable;

/// What a library has of what is declared. Made by [`Library::bind_all`].
///
/// Symbols are looked up at once; what a function needs to be called is made when it is asked for first, or for all
/// of them by [`prepare`](Self::prepare).
///
/// # Thread safety
///
/// Threads may share it.
#[derive(Debug)]
pub struct Bound {
    library: Library,
    declarations: Declarations,
    functions: BTreeMap<String, Symbol<Function>>,
    variables: BTreeMap<String, Symbol<Variable>>,
    missing: Vec<String>,
}

/// A symbol, and what is made of it on demand.
#[derive(Debug)]
struct Symbol<T> {
    /// Its name for linkers.
    name: String,
    address: Address,
    made: OnceLock<T>,
}

#[derive(Clone, Copy, Debug)]
struct Address(NonNull<c_void>);

// SAFETY: an address promises nothing, and what stands there is used by what keeps the library.
unsafe impl Send for Address {}

// SAFETY: as above.
unsafe impl Sync for Address {}

impl Library {
    /// Binds every function and variable that is declared and that the library has. What it has not is
    /// [listed](Bound::missing): headers declare more than one library exports. Functions whose body is in the header
    /// are left out.
    ///
    /// ```
    /// use trampette::cdecl::{Declarations, Options};
    /// use trampette::{Library, MODEL, Value};
    ///
    /// let mut declarations = Declarations::new(Options::new(MODEL));
    /// let header = "int abs(int number); size_t strlen(const char *text); void frobnicate(void);";
    /// declarations.parse(header).expect("it is C");
    /// let libc = Library::process().bind_all(&declarations);
    /// assert_eq!(libc.missing(), ["frobnicate"]);
    ///
    /// let abs = libc.function("abs")?;
    /// // SAFETY: the header says what `abs` takes, and it takes any number but the least.
    /// assert_eq!(unsafe { abs.call(&[Value::from(-42)])? }, Value::I32(42));
    /// assert_eq!(libc.function("sba").unwrap_err().code(), "undeclared");
    /// # Ok::<(), trampette::Error>(())
    /// ```
    #[must_use]
    pub fn bind_all(&self, declarations: &Declarations) -> Bound {
        let mut bound = Bound {
            library: self.clone(),
            declarations: declarations.clone(),
            functions: BTreeMap::new(),
            variables: BTreeMap::new(),
            missing: Vec::new(),
        };
        for entry in declarations.iter() {
            match entry.declaration() {
                Declaration::Function(prototype) if !prototype.has_body => {
                    let Some(name) = &prototype.name else {
                        continue;
                    };
                    match self.found(name, prototype.symbol.as_deref()) {
                        Some(symbol) => _ = bound.functions.insert(name.clone(), symbol),
                        None => bound.missing.push(name.clone()),
                    }
                }
                Declaration::Variable(variable) => {
                    let name = &variable.name;
                    match self.found(name, variable.symbol.as_deref()) {
                        Some(symbol) => _ = bound.variables.insert(name.clone(), symbol),
                        None => bound.missing.push(name.clone()),
                    }
                }
                _ => {}
            }
        }
        bound
    }

    fn found<T>(&self, name: &str, symbol: Option<&str>) -> Option<Symbol<T>> {
        let name = symbol.unwrap_or(name);
        let address = self.symbol(name).ok()?;
        Some(Symbol {
            name: name.into(),
            address: Address(address),
            made: OnceLock::new(),
        })
    }
}

impl Bound {
    /// The function of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Lookup`] when none is declared by this name, or it is not supported; [`Error::SymbolNotFound`] when
    /// the library has it not; otherwise as for [`Function::from_pointer`].
    pub fn function(&self, name: &str) -> Result<Function, Error> {
        let prototype = self.declarations.function(name)?;
        let Some(symbol) = self.functions.get(name) else {
            let symbol = prototype.symbol.as_deref().unwrap_or(name);
            return self.library.function(symbol, &prototype.signature);
        };
        if let Some(function) = symbol.made.get() {
            return Ok(function.clone());
        }
        let function = Function::from_pointer(symbol.address.0.as_ptr(), &prototype.signature)?;
        let function = function.in_library(&symbol.name, &self.library);
        Ok(symbol.made.get_or_init(|| function).clone())
    }

    /// The variable of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Lookup`] when none is declared by this name; [`Error::SymbolNotFound`] when the library has it not.
    pub fn variable(&self, name: &str) -> Result<Variable, Error> {
        let declared = self.declarations.variable(name)?;
        let Some(symbol) = self.variables.get(name) else {
            let symbol = declared.symbol.as_deref().unwrap_or(name);
            return self.library.variable(symbol, &declared.ty);
        };
        if let Some(variable) = symbol.made.get() {
            return Ok(variable.clone());
        }
        let variable = Variable::new(symbol.address.0, &declared.ty, &self.library)?;
        Ok(symbol.made.get_or_init(|| variable).clone())
    }

    /// The names of the functions that the library has, sorted.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// The names of the variables that the library has, sorted.
    pub fn variables(&self) -> impl ExactSizeIterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The names that are declared and that the library has not, in the order of the declarations.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Everything that is declared: types and constants too.
    #[must_use]
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// The library.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Makes now what every function needs to be called, in one publication. A function that nothing here can call
    /// is left out: asking for it says why.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`] without executable memory.
    pub fn prepare(&self) -> Result<(), Error> {
        let signature = |name: &str| Some(self.declarations.function(name).ok()?.signature.clone());
        let all: Vec<Signature> = self.functions().filter_map(signature).collect();
        match stub::prepare(&all) {
            Err(Error::Exec(error)) => Err(error.into()),
            Ok(()) => Ok(()),
            Err(_) => {
                for signature in &all {
                    if let Err(Error::Exec(error)) = stub::prepare(std::slice::from_ref(signature))
                    {
                        return Err(error.into());
                    }
                }
                Ok(())
            }
        }
    }
}
