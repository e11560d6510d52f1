//! Signatures that were prepared before. A `ffi_cif` has no destructor, and many callers prepare one for each
//! call: so what is known of a signature is found by its types, in nanoseconds, and kept.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use trampette::{Abi, Cif, Dispatch};

use crate::aggregate::{MAX_DEPTH, elements_of, initialise, is_nothing};
use crate::convert::c_type_of;
use crate::ffi_type::{FfiType, code};
use crate::status::Status;

/// A signature that was prepared.
#[derive(Debug)]
pub(crate) struct Known {
    cif: Cif,
    returns_nothing: bool,
    /// Where the arguments stand in the frames of closures.
    offsets: &'static [usize],
    /// The way in for closures, and for those of Go, once somebody has asked.
    entries: [AtomicPtr<c_void>; 2],
    key: Box<[u64]>,
    /// Another one with the same place in the table.
    next: *mut Known,
}

/// What closures lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The register of closures.
    Context,
    /// The register of Go's closures.
    Chain,
}

/// What is prepared.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) abi: Abi,
    /// The number of the convention.
    pub(crate) number: u32,
    /// How many arguments stand before `...`, of a variadic function.
    pub(crate) fixed: Option<u16>,
    pub(crate) result: *mut FfiType,
    pub(crate) arguments: &'a [*mut FfiType],
}

/// The most arguments whose codes fit into a [`Short`] key.
const SHORT: usize = (SHORT_WORDS - 1) * CODES;
const SHORT_WORDS: usize = 4;

/// How many codes a word holds.
const CODES: usize = 8;

/// The key of a signature of simple types: a word that says what it is, and the codes of the arguments.
type Short = [u64; SHORT_WORDS];

const BUCKETS: usize = 1 << BUCKET_BITS;
const BUCKET_BITS: u32 = 12;

/// Lists that only grow, at their heads: nobody waits for anybody.
static TABLE: [AtomicPtr<Known>; BUCKETS] = [const { AtomicPtr::new(ptr::null_mut()) }; BUCKETS];

impl Known {
    /// What is known of a signature, found or made now.
    ///
    /// # Safety
    ///
    /// Types are null, or types whose parts are types, and may be written to where they have no size.
    #[inline]
    pub(crate) unsafe fn of(wanted: Wanted<'_>) -> Result<&'static Self, Status> {
        // SAFETY: the caller owes the same.
        if let Some((key, words)) = unsafe { short_key(wanted) } {
            let key = &key[..words];
            if let Some(known) = find(key) {
                return Ok(known);
            }
            // SAFETY: as above.
            return unsafe { Self::make(wanted, key) };
        }
        // SAFETY: as above.
        unsafe { Self::of_long(wanted) }
    }

    /// # Safety
    ///
    /// As for [`of`](Self::of).
    unsafe fn of_long(wanted: Wanted<'_>) -> Result<&'static Self, Status> {
        let mut key = Long::new(head(wanted, u16::MAX));
        for ty in [wanted.result].iter().chain(wanted.arguments) {
            // SAFETY: the caller owes the same.
            unsafe { write_out(*ty, 0, &mut key) }?;
        }
        let key = key.words();
        match find(key) {
            Some(known) => Ok(known),
            // SAFETY: as above.
            None => unsafe { Self::make(wanted, key) },
        }
    }

    /// # Safety
    ///
    /// As for [`of`](Self::of).
    #[cold]
    unsafe fn make(wanted: Wanted<'_>, key: &[u64]) -> Result<&'static Self, Status> {
        require_memory(key.len())?;
        let types = wanted.arguments.iter().map(|ty| {
            // SAFETY: the caller owes the same.
            unsafe { c_type_of(*ty) }
        });
        let types = types.collect::<Result<Vec<_>, _>>()?;
        // SAFETY: as above.
        let result = unsafe { c_type_of(wanted.result) }?;
        let cif = match wanted.fixed {
            None => Cif::new(wanted.abi, &result, &types),
            Some(fixed) => Cif::variadic(wanted.abi, fixed.into(), &result, &types),
        }?;
        Ok(keep(Self {
            cif,
            returns_nothing: cif.result_size() == 0,
            offsets: cif.frame_offsets(),
            entries: Default::default(),
            key: key.into(),
            next: ptr::null_mut(),
        }))
    }

    /// How it is called.
    #[inline]
    pub(crate) fn cif(&self) -> Cif {
        self.cif
    }

    /// Where the arguments stand in the frames of closures, in bytes.
    #[inline]
    pub(crate) fn offsets(&self) -> &'static [usize] {
        self.offsets
    }

    /// Whether there are no bytes of a result.
    #[inline]
    pub(crate) fn returns_nothing(&self) -> bool {
        self.returns_nothing
    }

    /// What closures of this signature lead to; there is one that dispatches for each way.
    #[inline]
    pub(crate) fn entry<D: Dispatch>(&self, way: Way) -> Result<NonNull<c_void>, Status> {
        let place = &self.entries[way as usize];
        if let Some(made) = NonNull::new(place.load(Ordering::Acquire)) {
            return Ok(made);
        }
        let made = self.cif.entry::<D>(way == Way::Chain)?;
        place.store(made.as_ptr(), Ordering::Release);
        Ok(made)
    }
}

/// Whether the heap has what making a signature takes, by a generous guess: it is asked for, and given back. Rust's
/// collections end the process where there is none, and the interface has a status for that.
#[cold]
fn require_memory(words: usize) -> Result<(), Status> {
    const LEAST: usize = 128 << 10;
    const EACH: usize = 4 << 10;
    let mut probe = Vec::<u8>::new();
    let size = LEAST + words.saturating_mul(EACH);
    probe.try_reserve(size).map_err(|_| Status::BadTypedef)?;
    // Its pages are not touched, but the reservation must not be optimised out.
    std::hint::black_box(&mut probe);
    Ok(())
}

/// Which types a short key can have: those that their code says all about.
const SIMPLE: u32 = {
    let all = (1 << (code::SINT128 + 1)) - 1;
    all & !(1 << code::STRUCT | 1 << code::COMPLEX)
};

/// The key of a signature of simple types, and how many of its words count.
///
/// # Safety
///
/// Types are null or types.
#[inline]
unsafe fn short_key(wanted: Wanted<'_>) -> Option<(Short, usize)> {
    let count = wanted.arguments.len();
    if count > SHORT {
        return None;
    }
    let mut key: Short = [0; SHORT_WORDS];
    for (index, ty) in wanted.arguments.iter().enumerate() {
        // SAFETY: the caller owes the same.
        let code = unsafe { simple_code(*ty) }?;
        key[1 + index / CODES] |= u64::from(code) << (index % CODES * 8);
    }
    // SAFETY: as above.
    let result = unsafe { simple_code(wanted.result) }?;
    key[0] = head(wanted, result);
    Some((key, 1 + count.div_ceil(CODES)))
}

/// What a key begins with: convention, result, and how many arguments there are, of which how many are named.
#[inline]
fn head(wanted: Wanted<'_>, result: u16) -> u64 {
    let fixed = wanted.fixed.map_or(0, |fixed| 1 + u64::from(fixed));
    let count = wanted.arguments.len() as u64;
    fixed << 48 | count << 24 | u64::from(wanted.number) << 16 | u64::from(result)
}

/// # Safety
///
/// The type is null or a type.
#[inline(always)]
unsafe fn simple_code(ty: *const FfiType) -> Option<u16> {
    // SAFETY: the caller says so.
    let ty = unsafe { ty.as_ref() }?;
    let is_simple = ty.size != 0 && ty.code <= code::SINT128 && SIMPLE >> ty.code & 1 != 0;
    is_simple.then_some(ty.code)
}

/// The key of any signature: types that are made of others are written out, as words. Simple types are bytes of
/// a word whose highest one is zero; the others begin and end with words of their own. Most keys need no
/// allocation.
struct Long {
    few: [u64; FEW],
    count: usize,
    /// All words, once there are more than a few.
    many: Vec<u64>,
    /// Simple types that are no word yet.
    codes: u64,
}

/// How many words a key has without an allocation.
const FEW: usize = 16;

/// The highest byte of the word that a type begins with, which is made of others.
const BEGIN: u64 = 0xFE;

/// The word that it ends with.
const END: u64 = 0xFF << 56;

/// Keys are no longer than this, in words.
const LONGEST: usize = trampette::limits::MAX_NODES;

impl Long {
    fn new(head: u64) -> Self {
        let mut few = [0; FEW];
        few[0] = head;
        Self {
            few,
            count: 1,
            many: Vec::new(),
            codes: 0,
        }
    }

    /// A simple type. None is the byte zero.
    #[inline]
    fn push_code(&mut self, code: u16) {
        self.codes = self.codes << 8 | u64::from(code + 1);
        if self.codes >> 48 != 0 {
            self.flush();
        }
    }

    /// The beginning of a type that is made of others.
    #[inline]
    fn begin(&mut self, ty: &FfiType) -> Result<(), Status> {
        let size = u32::try_from(ty.size).map_err(|_| Status::BadTypedef)?;
        let code = u8::try_from(ty.code).map_err(|_| Status::BadTypedef)?;
        self.flush();
        self.push(
            BEGIN << 56 | u64::from(code) << 48 | u64::from(ty.alignment) << 32 | u64::from(size),
        );
        Ok(())
    }

    #[inline]
    fn end(&mut self) {
        self.flush();
        self.push(END);
    }

    #[inline]
    fn flush(&mut self) {
        if self.codes != 0 {
            let codes = std::mem::take(&mut self.codes);
            self.push(codes);
        }
    }

    #[inline]
    fn push(&mut self, word: u64) {
        match self.few.get_mut(self.count) {
            Some(place) => *place = word,
            None => {
                if self.many.is_empty() {
                    self.many.extend(self.few);
                }
                self.many.push(word);
            }
        }
        self.count += 1;
    }

    fn words(&mut self) -> &[u64] {
        self.flush();
        self.few.get(..self.count).unwrap_or(&self.many)
    }
}

/// # Safety
///
/// As for [`Known::of`].
unsafe fn write_out(ty: *mut FfiType, depth: usize, key: &mut Long) -> Result<(), Status> {
    // SAFETY: the caller says that it is null or a type.
    if let Some(code) = unsafe { simple_code(ty) } {
        key.push_code(code);
        return Ok(());
    }
    // SAFETY: the caller owes the same.
    unsafe { initialise(ty, depth) }?;
    // SAFETY: it has been looked at, so it is not null; the caller says that it is a type.
    let ty = unsafe { &*ty };
    if key.count > LONGEST || depth > MAX_DEPTH {
        return Err(Status::BadTypedef);
    }
    key.begin(ty)?;
    // SAFETY: the caller says that the parts of a type are types.
    for element in unsafe { elements_of(ty) }? {
        // SAFETY: as above.
        if !unsafe { is_nothing(*element) } {
            // SAFETY: as above.
            unsafe { write_out(*element, depth + 1, key) }?;
        }
    }
    key.end();
    Ok(())
}

#[inline]
fn bucket(key: &[u64]) -> &'static AtomicPtr<Known> {
    /// Of Fibonacci hashing: 2^64 divided by the golden ratio.
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: &u64| (hash.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    let hash = key.iter().fold(0, mix);
    &TABLE[(hash >> (u64::BITS - BUCKET_BITS)) as usize]
}

#[inline]
fn find(key: &[u64]) -> Option<&'static Known> {
    let mut next = bucket(key).load(Ordering::Acquire);
    loop {
        // SAFETY: what stands in the table is never freed.
        let known: &'static Known = unsafe { next.as_ref() }?;
        if known.key.len() == key.len() && known.key.iter().zip(key).all(|(a, b)| a == b) {
            return Some(known);
        }
        next = known.next;
    }
}

/// Puts a signature into the table. Two threads may both have made it: either one will do.
fn keep(mut made: Known) -> &'static Known {
    let bucket = bucket(&made.key);
    made.next = bucket.load(Ordering::Acquire);
    let kept = Box::into_raw(Box::new(made));
    loop {
        // SAFETY: it is not in the table yet, so it is this thread's own.
        let before = unsafe { (*kept).next };
        match bucket.compare_exchange(before, kept, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: it is never freed, and never changed again.
            Ok(_) => return unsafe { &*kept },
            // SAFETY: as before.
            Err(other) => unsafe { (*kept).next = other },
        }
    }
}
