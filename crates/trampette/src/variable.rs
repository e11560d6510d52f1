//! Variables that a library exports.

use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;

use trampette_types::limits::MAX_VALUE_SIZE;
use trampette_types::{CType, Layout, TypeError};

use crate::error::{Error, Position};
use crate::library::Library;
use crate::native;
use crate::value::{Strings, Value, decode_result, encode};

/// A variable that a library exports, live: each read sees what C sees.
///
/// ```
/// use trampette::{Library, Value};
///
/// # #[cfg(target_os = "linux")] {
/// let optind = Library::process().bind_variable("extern int optind")?;
/// // SAFETY: `optind` is an `int`, and no other thread uses `getopt` now.
/// assert_eq!(unsafe { optind.read()? }, Value::I32(1));
/// # }
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone)]
pub struct Variable {
    address: NonNull<c_void>,
    ty: CType,
    layout: Layout,
    library: Library,
}

// SAFETY: a variable is an address that stays valid as long as its library, which is kept. Reading and
// writing it is unsafe.
unsafe impl Send for Variable {}

// SAFETY: as above.
unsafe impl Sync for Variable {}

impl Variable {
    pub(crate) fn new(
        address: NonNull<c_void>,
        ty: &CType,
        library: &Library,
    ) -> Result<Self, Error> {
        let layout = ty.layout(&native::MODEL)?;
        let size = layout.size();
        if size > MAX_VALUE_SIZE {
            return Err(TypeError::ValueTooLarge {
                ty: ty.to_string(),
                size,
            }
            .into());
        }
        Ok(Self {
            address,
            ty: ty.clone(),
            layout,
            library: library.clone(),
        })
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> &CType {
        &self.ty
    }

    /// The address.
    #[must_use]
    pub fn as_ptr(&self) -> *mut c_void {
        self.address.as_ptr()
    }

    /// Its value now. A string is copied.
    ///
    /// # Errors
    ///
    /// None today: a type that cannot be read is refused when the variable is looked up.
    ///
    /// # Safety
    ///
    /// - The variable has this type, and nobody writes to it meanwhile;
    /// - where it is a string, it is null or ends with NUL.
    pub unsafe fn read(&self) -> Result<Value, Error> {
        let start = self.address.as_ptr().cast::<u8>();
        // SAFETY: the caller says that a value of this type stands there, and nobody writes to it.
        let bytes = unsafe { std::slice::from_raw_parts(start, self.layout.size()) };
        // SAFETY: the caller says the same of strings.
        unsafe { decode_result(&self.ty, &self.layout, bytes) }
    }

    /// Sets its value.
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] and [`Error::ValueRange`]; also [`Error::ValueType`] for strings, of which
    /// nobody would know how long they must live: write a pointer.
    ///
    /// # Safety
    ///
    /// The variable has this type, is writable, and nobody uses it meanwhile.
    pub unsafe fn write(&self, value: &Value) -> Result<(), Error> {
        if let Value::String(_) = value {
            return Err(Error::ValueType {
                at: Position::Variable,
                expected: CType::POINTER.to_string(),
                found: CType::String.to_string(),
            });
        }
        let mut bytes = vec![0; self.layout.size()];
        let mut strings = Strings::default();
        encode(
            value,
            &self.ty,
            &self.layout,
            &mut bytes,
            &mut strings,
            &Position::Variable,
        )?;
        let to = self.address.as_ptr().cast::<u8>();
        // SAFETY: the caller says that a value of this type stands there and may be written.
        unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(())
    }

    /// The library that exports it.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable")
            .field("address", &self.address)
            .field("ty", &format_args!("{}", self.ty))
            .finish_non_exhaustive()
    }
}
