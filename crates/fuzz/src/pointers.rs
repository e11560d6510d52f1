//! What pointers point to that somebody may follow: the engine copies the text that a result points to, and
//! binds functions.

use std::ffi::{CStr, c_void};

use trampette::{CType, Pointee};

/// The address that a value of this type is to hold, where it must not be any other bytes: of text for a
/// result, of a function for either.
///
/// ```
/// use trampette::CType;
/// use trampette_fuzz::pointers::{real, text_at};
///
/// let address = real(&CType::String, 3).unwrap();
/// assert!(text_at(address).is_some());
/// assert_eq!(real(&CType::F64, 3), None);
/// ```
#[must_use]
pub fn real(ty: &CType, origin: usize) -> Option<usize> {
    match ty {
        CType::String => Some(TEXTS[origin % TEXTS.len()].as_ptr().addr()),
        CType::Pointer(pointer) => match pointer.pointee() {
            Some(Pointee::Function(_)) => Some(function(origin).addr()),
            _ => None,
        },
        _ => None,
    }
}

/// The text at an address that [`real`] gave.
#[must_use]
pub fn text_at(address: usize) -> Option<&'static CStr> {
    let mut texts = TEXTS.into_iter();
    texts.find(|text| text.as_ptr().addr() == address)
}

static TEXTS: [&CStr; 3] = [c"a text", c"another", c""];

/// A function that nobody calls: neighbours differ.
fn function(origin: usize) -> *const c_void {
    static FUNCTIONS: [extern "C" fn() -> usize; 8] = [
        nobody::<0>,
        nobody::<1>,
        nobody::<2>,
        nobody::<3>,
        nobody::<4>,
        nobody::<5>,
        nobody::<6>,
        nobody::<7>,
    ];
    FUNCTIONS[origin % FUNCTIONS.len()] as *const c_void
}

extern "C" fn nobody<const NUMBER: usize>() -> usize {
    NUMBER
}
