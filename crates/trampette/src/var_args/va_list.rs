//! Lists of arguments that Rust makes.

use std::alloc::{Layout as Allocation, alloc_zeroed, dealloc, handle_alloc_error};
use std::ffi::c_void;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use super::list::{Form, State};
use super::raw::RawVaList;
use super::{VarArgs, passed_layout};
use crate::error::{Error, Position};
use crate::native::{ABI, convention};
use crate::typed::Argument;
use crate::value::{Strings, Value, encode};
use trampette_abi::{CallConv, Cursor, Part, Place, VA_LIST_SIZE};

/// Arguments for a C function that takes a `va_list`, such as `vsnprintf`: what C makes of `...` with `va_start`.
///
/// Values are promoted as C promotes what stands behind `...`. A list owns what it consists of, strings included;
/// pointers among the values are the caller's. Every call that it is passed to reads it from the beginning.
///
/// ```
/// # #[cfg(unix)] {
/// use trampette::{Library, VaList, Value};
///
/// let vsnprintf = Library::process().bind("int vsnprintf(char *, size_t, const char *, va_list)")?;
/// let list = VaList::of(&[Value::from(6), Value::try_from("seven")?, Value::from(7.5f32)])?;
/// let mut text = [0u8; 32];
/// let arguments = [
///     Value::Pointer(text.as_mut_ptr().cast()),
///     Value::from(text.len() as u64),
///     Value::try_from("%d, %s, %.1f")?,
///     Value::from(list),
/// ];
/// // SAFETY: there is room for as many bytes, and the list has what the format says.
/// assert_eq!(unsafe { vsnprintf.call(&arguments)? }, Value::I32(13));
/// assert_eq!(&text[..14], b"6, seven, 7.5\0");
/// # }
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone)]
pub struct VaList {
    arguments: Arc<Arguments>,
    object: ListObject,
    /// How far somebody has read.
    reading: ListObject,
}

/// The arguments of a list, as if a caller had placed them all on the stack.
struct Arguments {
    memory: NonNull<u8>,
    allocation: Allocation,
    count: usize,
    /// What pointers among them point to.
    _strings: Strings,
}

// SAFETY: the memory is its own, nobody changes it, and nothing in it is bound to a thread; pointers among the
// values are the caller's.
unsafe impl Send for Arguments {}

// SAFETY: as above.
unsafe impl Sync for Arguments {}

/// A `va_list` of this platform before its first argument.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub(crate) struct ListObject([u8; VA_LIST_SIZE]);

impl VaList {
    /// The list of these values.
    ///
    /// # Errors
    ///
    /// [`Error::Type`] and [`Error::Abi`] for a value that C does not pass; [`Error::AbiUnavailable`] where nothing
    /// can be called.
    pub fn of(values: &[Value]) -> Result<Self, Error> {
        let convention = convention(ABI).ok_or(Error::AbiUnavailable { abi: ABI })?;
        let mut draft = Draft {
            convention,
            bytes: Vec::new(),
            copies: Vec::new(),
            align: 16,
            strings: Strings::default(),
        };
        for (index, value) in values.iter().enumerate() {
            draft.add(index, value)?;
        }
        let arguments = draft.finish(values.len());
        let object = ListObject::before(arguments.memory.as_ptr(), convention);
        Ok(Self {
            arguments: Arc::new(arguments),
            object,
            reading: object,
        })
    }

    /// How many arguments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arguments.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A reader of the list from its beginning, as C reads it: for hosts whose own functions take lists. It knows
    /// where the list ends.
    ///
    /// ```
    /// use trampette::{Error, VaList, Value};
    ///
    /// let mut list = VaList::of(&[Value::from(6), Value::from(7.5)])?;
    /// let mut arguments = list.var_args()?;
    /// // SAFETY: the list has an `int` and a `double`.
    /// let (int, double) = unsafe { (arguments.next::<i32>()?, arguments.next::<f64>()?) };
    /// assert_eq!((int, double), (6, 7.5));
    /// // SAFETY: the list knows its end.
    /// let error = unsafe { arguments.next::<i32>() }.unwrap_err();
    /// assert!(matches!(error, Error::NoMoreArguments { count: 2 }));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::AbiUnavailable`] where nothing can be called.
    pub fn var_args(&mut self) -> Result<VarArgs<'_>, Error> {
        let convention = convention(ABI).ok_or(Error::AbiUnavailable { abi: ABI })?;
        self.reading = self.object;
        let list = ptr::from_mut(&mut self.reading).cast();
        // SAFETY: the list is this one's, which the reader borrows.
        let arguments = unsafe { VarArgs::of(convention, list, 0) };
        Ok(arguments.ending_after(self.len()))
    }

    pub(crate) fn object(&self) -> ListObject {
        self.object
    }
}

impl ListObject {
    fn before(first: *mut u8, convention: &dyn CallConv) -> Self {
        let unnamed = convention.unnamed();
        let state = State {
            cursor: Cursor::end(&unnamed),
            stack: first,
            integers: ptr::null_mut(),
            vectors: ptr::null_mut(),
        };
        let mut object = Self([0; VA_LIST_SIZE]);
        let place = object.0.as_mut_ptr().cast::<c_void>();
        // SAFETY: there is room for any list.
        unsafe { Form::of(convention.abi()).store(place, &state, &unnamed) };
        object
    }

    /// The bytes of the parameter that C makes of it, the first ones of these: valid as long as this value stays
    /// where it is. A callee may write to it, so nobody uses it twice.
    pub(crate) fn as_parameter(&self) -> [u8; VA_LIST_SIZE] {
        let mut bytes = self.0;
        if Form::of(ABI) == Form::SysV {
            let address = self.0.as_ptr().expose_provenance();
            bytes[..size_of::<usize>()].copy_from_slice(&address.to_ne_bytes());
        }
        bytes
    }
}

/// A list in the making: offsets stand for addresses.
struct Draft {
    convention: &'static dyn CallConv,
    /// What stands on the stack.
    bytes: Vec<u8>,
    /// Arguments that travel by reference: where their address goes, their bytes and alignment.
    copies: Vec<(usize, Vec<u8>, usize)>,
    align: usize,
    strings: Strings,
}

impl Draft {
    fn add(&mut self, index: usize, value: &Value) -> Result<(), Error> {
        let ty = value.promoted_ty();
        let layout = passed_layout(&ty)?;
        let mut bytes = vec![0; layout.size()];
        let at = Position::Argument(index);
        encode(value, &ty, &layout, &mut bytes, &mut self.strings, &at)?;
        let end = Cursor::end(&self.convention.unnamed());
        let next = end.next(self.convention, &layout)?;
        if next.stack_size == 0 {
            return Ok(());
        }
        self.align = self.align.max(next.stack_align);
        let start = self.bytes.len().next_multiple_of(next.stack_align);
        self.bytes.resize(start + next.stack_size, 0);
        for row in &next.rows {
            let Place::Stack(at) = row.place else {
                continue;
            };
            match row.part {
                Part::Argument { offset, size, .. } => {
                    let to = &mut self.bytes[start + at..][..size];
                    to.copy_from_slice(&bytes[offset..offset + size]);
                }
                Part::ArgumentAddress { align, .. } => {
                    self.copies.push((start + at, bytes.clone(), align));
                }
                Part::Duplicate { .. } | Part::Result { .. } | Part::ResultAddress => {}
            }
        }
        Ok(())
    }

    fn finish(mut self, count: usize) -> Arguments {
        let mut addresses = Vec::new();
        for (at, bytes, align) in self.copies {
            self.align = self.align.max(align);
            let start = self.bytes.len().next_multiple_of(align.max(16));
            self.bytes.resize(start, 0);
            self.bytes.extend(bytes);
            addresses.push((at, start));
        }
        let size = self
            .bytes
            .len()
            .next_multiple_of(self.align)
            .max(self.align);
        let allocation = Allocation::from_size_align(size, self.align)
            .expect("values are in memory already, with as many bytes");
        // SAFETY: the size is not zero.
        let memory = unsafe { alloc_zeroed(allocation) };
        let Some(memory) = NonNull::new(memory) else {
            handle_alloc_error(allocation)
        };
        let (from, len) = (self.bytes.as_ptr(), self.bytes.len());
        // SAFETY: there is room for as many bytes.
        unsafe { memory.as_ptr().copy_from(from, len) };
        for (at, start) in addresses {
            // SAFETY: the copy lies in the memory.
            let copy = unsafe { memory.add(start) };
            // SAFETY: so does the place of its address.
            let place = unsafe { memory.add(at) };
            // SAFETY: there is room for an address.
            unsafe { place.cast::<*mut u8>().write_unaligned(copy.as_ptr()) };
        }
        Arguments {
            memory,
            allocation,
            count,
            _strings: self.strings,
        }
    }
}

impl Drop for Arguments {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with this very layout, and nobody has it any more.
        unsafe { dealloc(self.memory.as_ptr(), self.allocation) };
    }
}

/// Each call begins with the first argument; so two of them cannot share a list.
// SAFETY: the parameter is that of the list, which is borrowed for the call.
unsafe impl Argument for &mut VaList {
    type Raw = RawVaList;

    fn into_raw(self) -> RawVaList {
        if let Some(convention) = convention(ABI) {
            self.object = ListObject::before(self.arguments.memory.as_ptr(), convention);
        }
        // SAFETY: a list of this platform stands there.
        unsafe { RawVaList::of((&raw mut self.object).cast()) }
    }
}

/// The same list.
impl PartialEq for VaList {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.arguments, &other.arguments)
    }
}

impl fmt::Debug for VaList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaList")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
