//! Planted mistakes: wrong rules that the prover must find, one by one. A prover that finds nothing proves
//! nothing.
//!
//! Each stands at the place of the rule that it breaks, as `Plant::Name.pick(right, wrong)`. Without the
//! feature `plant`, which the project's own tests alone ask for, none can be switched on and the code is
//! that of the right rule.

#[cfg(feature = "plant")]
use core::sync::atomic::{AtomicUsize, Ordering};

#[cfg(feature = "plant")]
use trampette_types::Abi;

/// Declares the mistakes, and lists them.
macro_rules! plants {
    ($(#[doc = $doc:literal] $plant:ident = $name:literal in [$($abi:ident),*];)*) => {
        /// A mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Plant {
            $(#[doc = $doc] $plant,)*
        }

        #[cfg(feature = "plant")]
        impl Plant {
            /// Every mistake.
            pub const ALL: &'static [Self] = &[$(Self::$plant),*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$plant => $name,)*
                }
            }

            /// What is wrong, in a sentence.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self {
                    $(Self::$plant => $doc.trim_ascii(),)*
                }
            }

            /// The conventions whose calls it spoils.
            #[must_use]
            pub fn abis(self) -> &'static [Abi] {
                match self {
                    $(Self::$plant => &[$(Abi::$abi),*],)*
                }
            }
        }
    };
}

plants! {
    // System V's classification.
    /// The third and the fourth integer argument travel in each other's registers.
    SysvIntegerOrder = "sysv-integer-order" in [SysV64];
    /// Vector registers are handed out in pairs the wrong way round.
    SysvVectorOrder = "sysv-vector-order" in [SysV64];
    /// A struct of up to 24 bytes travels in registers.
    SysvLargeInRegisters = "sysv-large-in-registers" in [SysV64];
    /// A struct with an unaligned member travels in registers.
    SysvUnaligned = "sysv-unaligned-in-registers" in [SysV64];
    /// An eightbyte of an integer and a float is of class SSE.
    SysvMerge = "sysv-merge" in [SysV64];
    /// The address of the result travels in r9.
    SysvResultAddressRegister = "sysv-result-address-register" in [SysV64];
    /// An argument that registers have no room for uses them up.
    SysvRegistersUsedUp = "sysv-registers-used-up" in [SysV64];
    /// An argument on the stack is aligned to eight bytes at most.
    SysvOverAligned = "sysv-over-aligned" in [SysV64];
    /// The stack is handed out four bytes at a time.
    SysvStackPacked = "sysv-stack-packed" in [SysV64];
    /// A variadic callee is not told how many vector registers there are.
    SysvVectorCountLost = "sysv-vector-count-lost" in [SysV64];
    /// A variadic callee is told that there are no vector registers.
    SysvVectorCountZero = "sysv-vector-count-zero" in [SysV64];
    /// rdx comes before rax in results.
    SysvResultsSwapped = "sysv-results-swapped" in [SysV64];
    /// A narrow signed argument is not extended.
    SysvArgumentNotExtended = "sysv-argument-not-extended" in [SysV64];
    /// A narrow signed result is not extended.
    SysvResultNotExtended = "sysv-result-not-extended" in [SysV64];
    /// Garbage stands above what is to be extended with zeroes.
    SysvGarbage = "sysv-garbage" in [SysV64];

    // Microsoft's.
    /// The callee is given no home space.
    Win64HomeLost = "win64-home-lost" in [Win64];
    /// A struct of 3, 5, 6 or 7 bytes travels by value.
    Win64ThreeBytesByValue = "win64-three-bytes-by-value" in [Win64];
    /// A variadic float does not travel in the integer register as well.
    Win64DuplicateLost = "win64-duplicate-lost" in [Win64];
    /// Vector registers are handed out one after the other, whatever the position.
    Win64VectorOrder = "win64-vector-order" in [Win64];
    /// A struct of one float travels in a vector register.
    Win64LoneFloat = "win64-lone-float" in [Win64];
    /// A callback does not keep rsi for its caller.
    Win64RsiLost = "win64-rsi-lost" in [Win64];
    /// A callback does not keep xmm6 for its caller.
    Win64Xmm6Lost = "win64-xmm6-lost" in [Win64];
    /// A copy that travels by reference is aligned to eight bytes.
    Win64CopyAlignment = "win64-copy-alignment" in [Win64];

    // The standard of AArch64.
    /// Five members make a homogeneous aggregate.
    AapcsHfaOfFive = "aapcs-hfa-of-five" in [Aapcs64];
    /// The members of a union are counted one after the other.
    AapcsHfaUnion = "aapcs-hfa-union" in [Aapcs64];
    /// A float goes to a vector register behind an aggregate that found none.
    AapcsVectorsKept = "aapcs-vectors-kept" in [Aapcs64];
    /// An integer goes to a register behind a struct that found none.
    AapcsIntegersKept = "aapcs-integers-kept" in [Aapcs64];
    /// A struct aligned to 16 bytes begins at an odd register.
    AapcsOddPairs = "aapcs-odd-pairs" in [Aapcs64];
    /// The address of the result travels as the first argument.
    AapcsResultAddressRegister = "aapcs-result-address-register" in [Aapcs64];
    /// A struct travels in the last register and on the stack.
    AapcsSplitStruct = "aapcs-split-struct" in [Aapcs64];
    /// A struct of up to 24 bytes travels in registers.
    AapcsLargeInRegisters = "aapcs-large-in-registers" in [Aapcs64];
    /// An argument takes up no more of the stack than its size.
    AapcsStackPacked = "aapcs-stack-packed" in [Aapcs64];
    /// An argument on the stack is aligned to eight bytes at most.
    AapcsStackAlignment = "aapcs-stack-alignment" in [Aapcs64];

    // Argument frames.
    /// A slot is aligned to eight bytes at most.
    SlotAlignment = "slot-alignment" in [SysV64, Win64, Aapcs64];
    /// A copy that travels by reference shares its last word with what is next.
    CopiesOverlap = "copies-overlap" in [Win64, Aapcs64];

    // Call stubs.
    /// A call stub loses a register that its caller keeps: rbx, x19.
    StubRegisterLost = "stub-register-lost" in [SysV64, Win64, Aapcs64];
    /// A call stub loses d8.
    StubVectorLost = "stub-vector-lost" in [Aapcs64];
    /// The stack is misaligned by eight bytes when a call stub calls.
    StubMisaligned = "stub-misaligned" in [SysV64, Win64, Aapcs64];
    /// The fifth argument is read from the slot of the fourth.
    StaleSlot = "stale-slot" in [SysV64, Win64, Aapcs64];
    /// An argument that travels by reference is not copied.
    CopyNotMade = "copy-not-made" in [Win64, Aapcs64];
    /// A large copy misses a word.
    LargeCopyShort = "large-copy-short" in [SysV64, Win64, Aapcs64];
    /// A stub is shared by signatures whose frames look alike.
    StaleStub = "stale-stub" in [SysV64, Win64, Aapcs64];
    /// A result of one register is taken from two, and written so.
    ResultTooWide = "result-too-wide" in [SysV64, Win64, Aapcs64];
    /// A result's integer comes before its float, whatever its type.
    ResultClassesSwapped = "result-classes-swapped" in [SysV64];
    /// Two to four single floats of a result are taken for doubles.
    ResultSinglesWide = "result-singles-wide" in [Aapcs64];
    /// What stands above a narrow result counts.
    ResultGarbage = "result-garbage" in [SysV64, Win64, Aapcs64];

    // Callbacks.
    /// An entry adapter loses a register that its caller keeps: rbx, x19.
    AdapterRegisterLost = "adapter-register-lost" in [SysV64, Win64, Aapcs64];
    /// An entry adapter loses d8.
    AdapterVectorLost = "adapter-vector-lost" in [Aapcs64];
    /// The stack is misaligned by eight bytes when an entry adapter calls.
    AdapterMisaligned = "adapter-misaligned" in [SysV64, Win64, Aapcs64];
    /// The fourth argument is written to the slot behind its own.
    AdapterSlotOff = "adapter-slot-off" in [SysV64, Win64, Aapcs64];
    /// Stack arguments are read from one word too high.
    AdapterStackOff = "adapter-stack-off" in [SysV64, Win64, Aapcs64];
    /// What arrives by reference is read in words, beyond its end.
    AdapterReadsBeyond = "adapter-reads-beyond" in [Win64, Aapcs64];
    /// A result in memory is written in words, beyond its end.
    ResultBeyond = "result-beyond" in [SysV64, Win64, Aapcs64];
    /// The address of a result in memory does not come back in rax.
    ResultAddressLost = "result-address-lost" in [SysV64, Win64];
    /// A typed closure's context takes the register of its last argument.
    InjectionRegister = "injection-register" in [SysV64, Win64, Aapcs64];
    /// What is aligned beyond words is taken for one, and the arguments behind it for its neighbours.
    WordsOverAligned = "words-over-aligned" in [SysV64];
    /// A narrow signed result that comes back as a word has zeros above it.
    WordsNotExtended = "words-not-extended" in [SysV64];
    /// An argument in a vector register is taken for a word.
    WordsOfVectors = "words-of-vectors" in [SysV64, Win64, Aapcs64];
}

/// Which mistake is on: its place in the list, from one; zero for none.
#[cfg(feature = "plant")]
static ON: AtomicUsize = AtomicUsize::new(0);

impl Plant {
    /// Whether this is the mistake to make.
    #[inline(always)]
    #[must_use]
    pub fn is_on(self) -> bool {
        #[cfg(feature = "plant")]
        return ON.load(Ordering::Relaxed) == self as usize + 1;
        #[cfg(not(feature = "plant"))]
        false
    }

    /// The first, or the second where this is the mistake to make.
    #[inline(always)]
    pub fn pick<T>(self, right: T, wrong: T) -> T {
        if self.is_on() { wrong } else { right }
    }
}

#[cfg(feature = "plant")]
impl Plant {
    /// The mistake of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|plant| plant.name() == name)
    }

    /// Makes this mistake from now on, in all of the process, and no other. Code that was written before
    /// stays as it is.
    pub fn switch_on(self) {
        ON.store(self as usize + 1, Ordering::Relaxed);
    }
}
