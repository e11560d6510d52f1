//! The public face: publish bytes, get addresses.

use crate::address_space::AddressSpace;
use crate::code_ptr::CodePtr;
use crate::error::ExecError;
use crate::fork_lock::ForkLock;
use crate::installer::Installer;
use crate::options::{Geometry, Options};
use crate::plan::{Plan, Span};
use crate::report::Report;

/// Memory for machine code that is written once and then only executed.
///
/// Code is immortal: nothing that was published is ever changed, moved or unmapped, not even when
/// the `CodeMemory` is dropped. A program has one of them, mostly in a `static`.
///
/// ```
/// use trampette_exec::CodeMemory;
///
/// static CODE: CodeMemory = CodeMemory::new();
///
/// # #[cfg(all(target_os = "linux", target_arch = "x86_64"))] {
/// let one: &[u8] = &[0xb8, 1, 0, 0, 0, 0xc3]; // mov eax, 1; ret
/// let two: &[u8] = &[0xb8, 2, 0, 0, 0, 0xc3]; // mov eax, 2; ret
/// let entries = CODE.publish(&[one, two])?;
/// // SAFETY: each piece is a whole function of this type.
/// let two: extern "C" fn() -> i32 = unsafe { std::mem::transmute(entries[1].as_ptr()) };
/// assert_eq!(two(), 2);
/// println!("{}", CODE.report());
/// # }
/// # Ok::<(), trampette_exec::ExecError>(())
/// ```
///
/// # Thread safety
///
/// Any thread may publish while others execute what was published before, the very same pages
/// included. A [`ForkLock`] puts those that publish in line; it is not for signal handlers.
///
/// # Platform
///
/// Linux, Windows and macOS. On other systems every request is answered with
/// [`ExecError::Unsupported`]. On Windows and macOS executable pages are not replaced: each batch has
/// pages of its own.
///
/// On AArch64, pages are guarded (`PROT_BTI`) where the processor checks branches: each piece begins with
/// the landing pad `bti c`, which other processors take for a hint, and jumps to other pieces go through
/// x16 or x17.
///
/// After `fork`, parent and child both keep all code published before and go their own ways. A
/// child forked while another thread was publishing leaves the open span and its reservation as
/// they are and begins new ones: see [`Report::abandoned`]. Should the fork fall into the few
/// microseconds between the creation of a memfd and its mapping, the child inherits a descriptor
/// (closed on `exec`) that nobody in it knows.
#[derive(Debug)]
pub struct CodeMemory {
    options: Options,
    ledger: ForkLock<Ledger>,
}

impl CodeMemory {
    /// Memory with the default options. Nothing is asked of the system yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            options: Options::new(),
            ledger: ForkLock::new(Ledger::default),
        }
    }

    /// The same for code that keeps [frame pointers](Options::frame_pointers).
    #[must_use]
    pub const fn of_framed_code() -> Self {
        Self {
            options: Options::new().frame_pointers(),
            ledger: ForkLock::new(Ledger::default),
        }
    }

    /// Memory with other options. Nothing is asked of the system but its page size.
    ///
    /// ```
    /// use trampette_exec::{CodeMemory, ExecError, Options};
    ///
    /// assert!(CodeMemory::with_options(Options::new().span_size(1 << 20)).is_ok());
    /// let odd = CodeMemory::with_options(Options::new().span_size(1000));
    /// assert!(matches!(odd, Err(ExecError::BadOptions { .. })));
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExecError::BadOptions`] if sizes are no multiples of each other as they have to be.
    pub fn with_options(options: Options) -> Result<Self, ExecError> {
        options.geometry()?;
        Ok(Self {
            options,
            ..Self::new()
        })
    }

    /// Makes pieces of position-independent code executable, and says where each of them begins:
    /// at a multiple of 64, in the order of the batch.
    ///
    /// A batch costs one new mapping for each span it touches (64 KiB by default) however many
    /// pieces there are, so publish together what is known together. A piece larger than a span
    /// gets a mapping of its own.
    ///
    /// # Errors
    ///
    /// All pieces are published or none. What was published earlier is as it was.
    ///
    /// - [`ExecError::EmptyPiece`]: a piece without bytes has no address.
    /// - [`ExecError::AddressSpace`]: no room.
    /// - [`ExecError::Exhausted`]: memory, mappings or descriptors ran out.
    /// - [`ExecError::Refused`]: the system allows no executable pages.
    /// - [`ExecError::Unsupported`]: not on this operating system.
    pub fn publish(&self, batch: &[&[u8]]) -> Result<Vec<CodePtr>, ExecError> {
        let geometry = self.options.geometry()?;
        self.ledger.lock().publish(batch, &self.options, &geometry)
    }

    /// Reserves address space and finds out which strategy works, now rather than at the first
    /// publication: for programs that are about to enter a sandbox, or that want to know.
    ///
    /// ```
    /// use trampette_exec::{CodeMemory, Step};
    ///
    /// let memory = CodeMemory::new();
    /// match memory.prewarm() {
    ///     Ok(()) => println!("{}", memory.report()),
    ///     Err(e) => println!("no code will be compiled here: {e}"),
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`publish`](Self::publish).
    pub fn prewarm(&self) -> Result<(), ExecError> {
        let geometry = self.options.geometry()?;
        self.ledger.lock().prewarm(&self.options, &geometry)
    }

    /// What is in use, what was refused, and how much there is of everything.
    #[must_use]
    pub fn report(&self) -> Report {
        let ledger = self.ledger.lock();
        Report {
            strategy: ledger.installer.in_use(),
            refusals: ledger.installer.refusals().to_vec(),
            immutability: ledger.installer.weakest(),
            geometry: self.options.geometry().ok(),
            spans: ledger.spans,
            pieces: ledger.pieces,
            published: ledger.published,
            reserved: ledger.space.reserved(),
            distance: ledger.space.farthest(),
            abandoned: self.ledger.steals(),
        }
    }
}

impl Default for CodeMemory {
    fn default() -> Self {
        Self::new()
    }
}

/// What the lock guards: all bookkeeping, none of it anywhere near the code.
#[derive(Debug, Default)]
struct Ledger {
    space: AddressSpace,
    installer: Installer,
    /// The span that the next piece goes to.
    open: Option<Span>,
    spans: usize,
    pieces: usize,
    published: usize,
}

impl Ledger {
    fn prewarm(&mut self, options: &Options, geometry: &Geometry) -> Result<(), ExecError> {
        self.space.prewarm(geometry)?;
        self.installer.prewarm(options.strategies(), geometry)
    }

    fn publish(
        &mut self,
        batch: &[&[u8]],
        options: &Options,
        geometry: &Geometry,
    ) -> Result<Vec<CodePtr>, ExecError> {
        let mut plan = Plan::new(self.open.take());
        let outcome = plan
            .lay_out(batch, &mut self.space, geometry)
            .and_then(|entries| {
                plan.install(&mut self.installer, options.strategies(), geometry)?;
                Ok(entries)
            });
        if outcome.is_ok() {
            self.spans += plan.new_spans();
            self.pieces += batch.len();
            self.published += batch.iter().map(|piece| piece.len()).sum::<usize>();
            self.open = plan.commit(geometry);
        } else {
            self.open = plan.roll_back(&mut self.space, geometry);
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_addresses_go_between_threads() {
        fn shared<S: Send + Sync>() {}
        shared::<CodeMemory>();
        shared::<CodePtr>();
        shared::<Report>();
        shared::<ExecError>();
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
    #[test]
    fn other_systems_are_a_typed_error() {
        let memory = CodeMemory::new();
        let os = std::env::consts::OS;
        assert_eq!(memory.publish(&[&[0]]), Err(ExecError::Unsupported { os }));
        assert_eq!(memory.prewarm(), Err(ExecError::Unsupported { os }));
    }
}
