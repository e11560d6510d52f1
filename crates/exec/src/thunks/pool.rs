//! The public face: take a thunk, retire it.

use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use super::arenas::Arenas;
use super::empty;
use super::home;
use super::local::{self, BATCH, Number};
use super::report::ThunkReport;
use super::spans::{self, Site, Spans};
use super::thunk::{Thunk, ThunkKind};
use crate::depot::{Depot, Id, Link, Magazine, Words};
use crate::error::ExecError;
use crate::fork_lock::ForkLock;
use crate::options::Options;

/// How many thunks are retired after one before it is used again, unless set otherwise.
const QUARANTINE: usize = 65_536;

/// The length of a quarantine in which each thunk is followed by `retirements` that were later,
/// whatever its place in its magazine.
const fn length(retirements: usize) -> u64 {
    (retirements as u64).saturating_add(BATCH as u64 - 1)
}

/// Function pointers of one [kind](ThunkKind), by the million.
///
/// A program has one pool for each kind, in a `static`: thunks are for ever, so pools are too.
///
/// ```
/// use std::ptr::NonNull;
/// use trampette_exec::{CodeMemory, THUNK_SIZE, ThunkKind, ThunkPool};
///
/// # #[cfg(all(target_os = "linux", target_arch = "x86_64"))] {
/// // A thunk that puts the context's address into r10.
/// fn emit(distance: i32) -> [u8; THUNK_SIZE] {
///     let mut code = [0xcc; THUNK_SIZE];
///     code[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]); // endbr64
///     code[4..7].copy_from_slice(&[0x4c, 0x8b, 0x15]); //      mov r10, [rip + ...]
///     code[7..11].copy_from_slice(&(distance - 11).to_le_bytes());
///     code[11..14].copy_from_slice(&[0x41, 0xff, 0x22]); //    jmp [r10]
///     code
/// }
/// static POOL: ThunkPool = ThunkPool::new(ThunkKind { name: "r10", emit, biased: false });
///
/// /// A context: the first word is the code, and what follows is the code's own business.
/// #[repr(C)]
/// struct Constant {
///     code: *const (),
///     value: u64,
/// }
/// // mov rax, [r10 + 8]; ret
/// let code = CodeMemory::new().publish(&[&[0x49, 0x8b, 0x42, 0x08, 0xc3]])?[0].as_ptr();
/// let seven = Constant { code, value: 7 };
/// let gone = Constant { code, value: 0xdead };
///
/// // SAFETY: the contexts outlive all calls of the thunk, which are below.
/// let thunk = unsafe { POOL.take(0, |_| NonNull::from(&seven).cast()) }?;
/// // SAFETY: that is what the code of these contexts is.
/// let function: extern "C" fn() -> u64 = unsafe { std::mem::transmute(thunk.as_ptr()) };
/// assert_eq!(function(), 7);
///
/// // SAFETY: the thunk is taken; the tombstone outlives all calls, as above.
/// unsafe { POOL.retire(thunk, NonNull::from(&gone).cast()) };
/// assert_eq!(function(), 0xdead); // a mistake, and it ends in the right place
/// # }
/// # Ok::<(), trampette_exec::ExecError>(())
/// ```
///
/// # Thread safety
///
/// All of it may be used by any thread at any time, and a thunk taken by one may be retired by
/// another. Taking and retiring wait for nobody and ask nothing of the system, except where there
/// is no thunk left: then room is made for 2,048 more, one thread at a time. A magazine of up to
/// 64 free thunks and one of up to 63 retired ones belong to each thread; they go back to the
/// pool when it ends, and destructors that run after that work without. None of it is for signal
/// handlers.
///
/// # Platform
///
/// Linux, Windows and macOS. On other systems taking is answered with [`ExecError::Unsupported`].
///
/// After `fork`, each process has its own pool: code that never changes, and a copy of the data.
/// What the child's missing threads held in their magazines at that instant is lost to it, and
/// harmless.
#[derive(Debug)]
pub struct ThunkPool {
    kind: ThunkKind,
    options: Options,
    pub(super) number: Number,
    arenas: Arenas,
    depot: Depot,
    spans: ForkLock<Spans>,
}

impl ThunkPool {
    /// An empty pool. Nothing is asked of the system yet.
    #[must_use]
    pub const fn new(kind: ThunkKind) -> Self {
        Self {
            kind,
            options: Options::new(),
            number: Number::none(),
            arenas: Arenas::new(),
            depot: empty::depot(length(QUARANTINE), BATCH),
            spans: ForkLock::new(Spans::default),
        }
    }

    /// An empty pool with other options. Nothing is asked of the system but its page size.
    ///
    /// Of the options, [`span_size`](Options::span_size) is for code only: spans of thunks have
    /// 128 KiB of code and 128 KiB of data.
    ///
    /// ```
    /// use trampette_exec::{Options, Strategy, ThunkKind, ThunkPool};
    ///
    /// let kind = ThunkKind { name: "traps", emit: |_| [0xcc; 64], biased: false };
    /// let pool = ThunkPool::with_options(kind, Options::new().strategy(Strategy::Anonymous));
    /// assert!(pool.is_ok());
    /// let huge = ThunkPool::with_options(kind, Options::new().page_size(1 << 20));
    /// assert!(huge.is_err()); // 128 KiB is the limit
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExecError::BadOptions`] if sizes are no multiples of each other as they have to be.
    pub fn with_options(kind: ThunkKind, options: Options) -> Result<Self, ExecError> {
        spans::geometry(&options)?;
        Ok(Self {
            options,
            ..Self::new(kind)
        })
    }

    /// Hands out a thunk whose calls go to the context that `point` gives: it is told of the thunk, which
    /// the context may want to know. `mark` stands beside the slot and stays there, whatever becomes of
    /// the context, until the thunk is taken again.
    ///
    /// A thunk that was never used is preferred, then the one retired longest ago if it has been
    /// in quarantine long enough, then room is made for more.
    ///
    /// # Safety
    ///
    /// Calls through the thunk come from C, where no compiler checks anything. So whoever has
    /// taken it answers for the context, until another one has replaced it
    /// ([`retire`](Self::retire), [`Thunk::retarget`], [`Thunk::close`]) and every call that began before
    /// is over:
    ///
    /// - the context is aligned as a pointer is and points to one: the address of code that expects
    ///   the context where thunks of this kind put it;
    /// - all of the context that this code uses is there, and may be used by every thread that
    ///   calls.
    ///
    /// # Errors
    ///
    /// No thunk is lost by these; taking may work later.
    ///
    /// - [`ExecError::AddressSpace`], [`ExecError::Exhausted`]: address space, memory or mappings
    ///   ran out.
    /// - [`ExecError::Refused`]: the system allows no executable pages.
    /// - [`ExecError::BadOptions`], [`ExecError::Unsupported`]: not with these options, or not on
    ///   this operating system.
    #[inline]
    pub unsafe fn take(
        &'static self,
        mark: u32,
        point: impl FnOnce(Thunk) -> NonNull<()>,
    ) -> Result<Thunk, ExecError> {
        let (id, thunk) = match self.next() {
            Some(taken) => taken,
            None => self.next_after_making_room()?,
        };
        let cell = thunk.cell();
        let context = point(thunk);
        cell.calls.open();
        if self.kind.biased {
            cell.home.store(home::claim(), Ordering::Relaxed);
        }
        cell.mark.store(mark, Ordering::Release);
        cell.slot.store(context.as_ptr(), Ordering::Release);
        cell.word.set(Link::Taken(id));
        Ok(thunk)
    }

    /// Takes a thunk out of use: calls go to `tombstone` from now on, until the thunk is used
    /// again. That is not before as many others were retired after it as the
    /// [quarantine](Self::set_quarantine) is long.
    ///
    /// Retirements are counted when a thread brings 64 of them to the pool, so with several
    /// threads, up to 63 of each other thread may count that were in truth a little earlier.
    ///
    /// # Safety
    ///
    /// - The thunk was taken from this pool, and is retired once for each time it is taken.
    /// - `tombstone` is as [`take`](Self::take) wants a context, and for as long as somebody might
    ///   call the dead function: mostly for ever.
    /// - A call that began before may still be about to use the former context.
    pub unsafe fn retire(&'static self, thunk: Thunk, tombstone: NonNull<()>) {
        debug_assert!(
            self.arenas.id(thunk.addr()).map(Link::Taken) == Some(thunk.cell().word.load().link()),
            "{thunk:?} is not one of {} in use",
            self.kind.name
        );
        let cell = thunk.cell();
        cell.slot.store(tombstone.as_ptr(), Ordering::Release);
        local::with(self, |magazine| {
            magazine.retire(&self.depot, &self.arenas, thunk);
        });
    }

    /// The thunk that begins at `address`, if it is one of this pool and was ever handed out.
    /// Its [context](Thunk::context) tells whether it is in use.
    ///
    /// Any address may be asked about; nothing is read from it. Takes no lock.
    ///
    /// ```
    /// # use trampette_exec::{ThunkKind, ThunkPool};
    /// # const KIND: ThunkKind = ThunkKind { name: "traps", emit: |_| [0xcc; 64], biased: false };
    /// static POOL: ThunkPool = ThunkPool::new(KIND);
    ///
    /// assert_eq!(POOL.find(std::ptr::null()), None);
    /// assert_eq!(POOL.find(std::process::id as *const ()), None);
    /// ```
    #[must_use]
    pub fn find(&self, address: *const ()) -> Option<Thunk> {
        let id = self.arenas.id(address.addr())?;
        let known = id.index() < self.depot.fresh.carved(id.run());
        let thunk = self.arenas.thunk(id);
        (known && thunk.context().is_some()).then_some(thunk)
    }

    /// All thunks that are taken and not retired, with their contexts, in no order that means
    /// anything. Those taken or retired meanwhile may be there or not, and one that is being
    /// retired at this very instant may come with its tombstone.
    ///
    /// Nothing keeps a context alive that comes out here: that is between the caller and those
    /// who take and retire.
    ///
    /// ```
    /// # use trampette_exec::{ThunkKind, ThunkPool};
    /// # const KIND: ThunkKind = ThunkKind { name: "traps", emit: |_| [0xcc; 64], biased: false };
    /// static POOL: ThunkPool = ThunkPool::new(KIND);
    ///
    /// for (thunk, context) in POOL.live() {
    ///     println!("{:p} calls {context:p}", thunk.as_ptr());
    /// }
    /// ```
    pub fn live(&self) -> impl Iterator<Item = (Thunk, NonNull<()>)> + '_ {
        self.carved()
            .filter(|thunk| matches!(thunk.cell().word.load().link(), Link::Taken(_)))
            .filter_map(|thunk| Some((thunk, thunk.context()?)))
    }

    /// Makes room for `count` thunks beyond those in use, so that taking them asks nothing of the
    /// system: for programs that are about to enter a sandbox.
    ///
    /// What each thread keeps in its magazine, up to 64, is not there for others.
    ///
    /// ```
    /// # use trampette_exec::{ThunkKind, ThunkPool};
    /// # const KIND: ThunkKind = ThunkKind { name: "traps", emit: |_| [0xcc; 64], biased: false };
    /// static POOL: ThunkPool = ThunkPool::new(KIND);
    ///
    /// match POOL.prewarm(10_000) {
    ///     Ok(()) => println!("{}", POOL.report()),
    ///     Err(e) => println!("there will be no callbacks here: {e}"),
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`take`](Self::take). The room made so far remains.
    pub fn prewarm(&self, count: usize) -> Result<(), ExecError> {
        home::prepare();
        let mut spans = self.spans.lock();
        while self.depot.fresh.left() < count as u64 {
            spans.make(&self.site())?;
        }
        Ok(())
    }

    /// Sets how many thunks are retired after one before it is used again: 65,536 unless set.
    ///
    /// ```
    /// # use trampette_exec::{ThunkKind, ThunkPool};
    /// # const KIND: ThunkKind = ThunkKind { name: "traps", emit: |_| [0xcc; 64], biased: false };
    /// static POOL: ThunkPool = ThunkPool::new(KIND);
    ///
    /// POOL.set_quarantine(1_000_000); // for a program that hunts stale pointers
    /// ```
    pub fn set_quarantine(&self, retirements: usize) {
        self.depot.quarantine.set_length(length(retirements));
    }

    /// What is in use, what was refused, and how much there is of everything.
    #[must_use]
    pub fn report(&self) -> ThunkReport {
        let taken = self.live().count();
        let spans = self.spans.lock();
        ThunkReport {
            kind: self.kind.name,
            strategy: spans.installer.in_use(),
            refusals: spans.installer.refusals().to_vec(),
            immutability: spans.installer.weakest(),
            made: self.depot.fresh.made().map(u64::from).sum(),
            fresh: self.depot.fresh.left(),
            taken,
            quarantined: self.depot.quarantine.count(),
            reserved: spans.space.reserved(),
            distance: spans.space.farthest(),
            abandoned: self.spans.steals(),
        }
    }

    /// Takes what a magazine holds.
    pub(super) fn take_back(&self, magazine: &mut Magazine) {
        magazine.give_back(&self.depot, &self.arenas);
    }

    #[inline]
    fn next(&'static self) -> Option<(Id, Thunk)> {
        local::with(self, |magazine| magazine.take(&self.depot, &self.arenas))
    }

    #[cold]
    fn next_after_making_room(&'static self) -> Result<(Id, Thunk), ExecError> {
        loop {
            // Whoever had the lock before may have made room already.
            self.prewarm(1)?;
            if let Some(taken) = self.next() {
                return Ok(taken);
            }
        }
    }

    fn site(&self) -> Site<'_> {
        Site {
            kind: &self.kind,
            options: &self.options,
            arenas: &self.arenas,
            depot: &self.depot,
        }
    }

    fn carved(&self) -> impl Iterator<Item = Thunk> + '_ {
        let runs = self.depot.fresh.made().enumerate();
        runs.flat_map(move |(run, _)| {
            (0..self.depot.fresh.carved(run))
                .map(move |index| self.arenas.thunk(Id::new(run, index)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_and_thunks_go_between_threads() {
        fn shared<S: Send + Sync>() {}
        shared::<ThunkPool>();
        shared::<Thunk>();
        shared::<ThunkReport>();
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
    #[test]
    fn other_systems_are_a_typed_error() {
        static POOL: ThunkPool = ThunkPool::new(ThunkKind {
            name: "zero",
            emit: |_| [0; 64],
            biased: false,
        });
        let os = std::env::consts::OS;
        // SAFETY: nothing is taken.
        let outcome = unsafe { POOL.take(0, |_| NonNull::dangling()) };
        assert_eq!(outcome, Err(ExecError::Unsupported { os }));
    }
}
