//! The engine's own rows for a signature, in any convention, on any host.

use trampette::{Abi, MODEL, Signature};
use trampette_aarch64::Aapcs64;
use trampette_abi::{CallConv, CallLayout};
use trampette_x86_64::{SysV64, Win64};

/// The convention of a signature: the one that it names, or this process' own.
#[must_use]
pub fn abi_of(signature: &Signature) -> Abi {
    signature.abi().unwrap_or(trampette::ABI)
}

/// The convention of a name; `None` for one that nothing here knows.
#[must_use]
pub fn convention(abi: Abi) -> Option<&'static dyn CallConv> {
    match abi {
        Abi::SysV64 => Some(&SysV64),
        Abi::Win64 => Some(&Win64::MSVC),
        Abi::Win64Gnu => Some(&Win64::GNU),
        Abi::Aapcs64 => Some(&Aapcs64::LINUX),
        Abi::AppleArm64 => Some(&Aapcs64::APPLE),
        Abi::WinArm64 => Some(&Aapcs64::WINDOWS),
        _ => None,
    }
}

/// Where the arguments and the result of a signature travel, with the types of this process; `None` when
/// the signature is beyond the limits, or its convention does not define it.
///
/// ```
/// use trampette_fuzz::convention::rows;
///
/// let rows = rows(&"aapcs64 ({f64, f64}) -> i32".parse()?).unwrap();
/// assert_eq!((rows.arguments.len(), rows.result.len()), (2, 1));
/// # Ok::<(), trampette::ParseError>(())
/// ```
#[must_use]
pub fn rows(signature: &Signature) -> Option<CallLayout> {
    let shape = signature.shape(&MODEL).ok()?;
    convention(abi_of(signature))?.call_layout(&shape).ok()
}
