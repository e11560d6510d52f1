//! Call stubs, made once per shape and calling convention and shared by every function of it.

use std::collections::{HashMap, HashSet};
use std::ffi::c_void;

use trampette_abi::FrameLayout;
use trampette_abi::plant::Plant;
use trampette_exec::{CodeMemory, CodePtr, ForkLock, Report};
use trampette_types::{Abi, Shape, Signature};

use crate::error::Error;
use crate::native::{self, Entry, ResultClass};

/// The executable memory of this process.
static MEMORY: CodeMemory = CodeMemory::of_framed_code();

/// Every stub of this process. Code cannot be freed, so neither are they.
static CACHE: ForkLock<HashMap<Key, &'static Stub>> = ForkLock::new(HashMap::new);

/// What makes two functions share a stub.
type Key = (Abi, Shape);

/// A call stub with what its users need to know.
#[derive(Debug)]
pub(crate) struct Stub {
    entry: Entry,
    class: ResultClass,
    frame: FrameLayout,
    shape: Shape,
}

/// The stub of a signature in this process, from the cache or made now.
pub(crate) fn stub_of(signature: &Signature) -> Result<&'static Stub, Error> {
    stubs_of(std::slice::from_ref(signature)).map(|stubs| stubs[0])
}

/// The stubs of these signatures; those that are new are published at once.
pub(crate) fn stubs_of(signatures: &[Signature]) -> Result<Vec<&'static Stub>, Error> {
    let mut keys = signatures
        .iter()
        .map(key_of)
        .collect::<Result<Vec<_>, _>>()?;
    let mut cache = CACHE.lock();
    if Plant::StaleStub.is_on() {
        keys.iter_mut().for_each(|key| mistake(key, &cache));
    }
    let missing: HashSet<&Key> = keys
        .iter()
        .filter(|key| !cache.contains_key(*key))
        .collect();
    if !missing.is_empty() {
        let compiled = missing
            .iter()
            .map(|key| compile(key))
            .collect::<Result<Vec<_>, _>>()?;
        let pieces: Vec<&[u8]> = compiled.iter().map(|(code, ..)| code.as_slice()).collect();
        let published = MEMORY.publish(&pieces)?;
        for ((key, (_, class, frame)), code) in missing.into_iter().zip(compiled).zip(published) {
            let stub = Stub {
                entry: Entry::of(code, key.0),
                class,
                frame,
                shape: key.1.clone(),
            };
            cache.insert(key.clone(), Box::leak(Box::new(stub)));
        }
    }
    Ok(keys.iter().map(|key| cache[key]).collect())
}

fn key_of(signature: &Signature) -> Result<Key, Error> {
    Ok((
        signature.abi().unwrap_or(native::ABI),
        signature.shape(&native::MODEL)?,
    ))
}

/// A planted mistake: takes a key for the first of the cache whose frame looks alike.
fn mistake(key: &mut Key, cache: &HashMap<Key, &'static Stub>) {
    let frame = FrameLayout::of(&key.1);
    let is_alike = |(abi, _): &Key, stub: &Stub| *abi == key.0 && stub.frame == frame;
    if let Some((other, _)) = cache.iter().find(|(key, stub)| is_alike(key, stub)) {
        *key = other.clone();
    }
}

fn compile((abi, shape): &Key) -> Result<(Vec<u8>, ResultClass, FrameLayout), Error> {
    let unavailable = || Error::AbiUnavailable { abi: *abi };
    let convention = native::convention(*abi).ok_or_else(unavailable)?;
    let isa = native::isa().ok_or_else(unavailable)?;
    let layout = convention.call_layout(shape)?;
    native::check_registers(&layout)?;
    let class = ResultClass::of(&layout).ok_or_else(unavailable)?;
    let frame = FrameLayout::of(shape);
    Ok((isa.call_stub(&layout, &frame)?, class, frame))
}

/// Publishes a piece of code that anybody may share: once, whoever asks.
pub(crate) fn publish_shared(code: Vec<u8>) -> Result<CodePtr, Error> {
    static SHARED: ForkLock<HashMap<Vec<u8>, CodePtr>> = ForkLock::new(HashMap::new);
    let mut shared = SHARED.lock();
    if let Some(published) = shared.get(&code) {
        return Ok(*published);
    }
    let published = MEMORY.publish(&[&code])?[0];
    shared.insert(code, published);
    Ok(published)
}

/// Makes the stubs of these signatures now, all in one publication. Functions of these shapes are bound
/// later without touching executable memory: after a program has entered a sandbox, say.
///
/// ```
/// let signatures = ["(f64) -> f64".parse()?, "(f64, f64) -> f64".parse()?];
/// trampette::prepare(&signatures)?;
/// # Ok::<(), trampette::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Type`], [`Error::Abi`] and [`Error::AbiUnavailable`] when nothing of such a signature can
/// be called here; [`Error::Exec`] without executable memory. Either all are made or none.
pub fn prepare(signatures: &[Signature]) -> Result<(), Error> {
    stubs_of(signatures).map(drop)
}

/// What executable memory this process uses, and what refused the strategies before it.
///
/// ```
/// trampette::prepare(&["() -> void".parse()?])?;
/// println!("{}", trampette::executable_memory());
/// # Ok::<(), trampette::Error>(())
/// ```
#[must_use]
pub fn executable_memory() -> Report {
    MEMORY.report()
}

impl Stub {
    /// The shape that it calls.
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Its argument frame.
    pub(crate) fn frame(&self) -> &FrameLayout {
        &self.frame
    }

    /// In which registers the result comes back.
    pub(crate) fn class(&self) -> ResultClass {
        self.class
    }

    /// Its code, and how that is entered.
    #[inline]
    pub(crate) fn entry(&self) -> Entry {
        self.entry
    }

    /// Calls `target` with the arguments of `frame`. A result in memory stands in the frame then, one
    /// in registers is written to `result`, word by word.
    ///
    /// # Safety
    ///
    /// - `frame` is laid out and aligned as [`frame`](Self::frame) says, with every argument filled in;
    /// - `target` is a function of this stub's shape and convention, and may be called with these
    ///   arguments now;
    /// - `result` is valid for a write of the result, rounded up to words.
    #[inline]
    pub(crate) unsafe fn enter(&self, frame: *mut u8, target: *const c_void, result: *mut u64) {
        // SAFETY: code and class were made together; the rest is what the caller owes as well.
        unsafe { native::enter(self.entry, self.class, frame, target, result) };
    }

    /// Calls `target` with the arguments of `frame` and leaves the result in the frame's result slot.
    ///
    /// # Safety
    ///
    /// As for [`enter`](Self::enter).
    #[inline]
    pub(crate) unsafe fn enter_in_place(&self, frame: *mut u8, target: *const c_void) {
        // SAFETY: the result's slot lies inside the frame.
        let slot = unsafe { frame.add(self.frame.result()) };
        // SAFETY: the slot is as large as the result, rounded up to words; the caller owes the rest.
        unsafe { self.enter(frame, target, slot.cast()) };
    }
}
