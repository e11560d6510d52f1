//! The calling conventions of a platform as a map: by name, and by the numbers that libffi gives them.

use trampette_types::Abi;

use crate::native;

/// The calling conventions as one platform has them, by name and by number: what a host needs that offers
/// `ffi.abi`, or reads the `ffi_abi` of programs written for libffi.
///
/// Names are libffi's (`unix64`, `win64`, `gnuw64`, `sysv`), and behind them our own
/// ([`Abi::name`]). Where a name is both, libffi's meaning holds: on AArch64 `win64` is what we call
/// `win-arm64`. Numbers are those of the `ffi_abi` of libffi 3.4 and later; conventions that it does not
/// have on the platform have none.
///
/// ```
/// use trampette::{ABIS, Abi, AbiMap};
///
/// // This platform's:
/// let default = ABIS.default_abi();
/// assert!(ABIS.first() < default.number.unwrap() && default.number.unwrap() < ABIS.last());
/// for known in ABIS.iter() {
///     println!("{}: {:?}, callable: {}", known.name, known.number, known.is_callable());
/// }
///
/// // Another platform's:
/// let unix = AbiMap::UNIX_X86_64;
/// assert_eq!(unix.by_name("unix64").unwrap().abi, Abi::SysV64);
/// assert_eq!(unix.by_number(4).unwrap().name, "gnuw64");
/// assert_eq!(unix.number(Abi::Win64), Some(3));
/// assert_eq!(unix.by_name("win-arm64").unwrap().number, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbiMap {
    first: u32,
    last: u32,
    default: NamedAbi,
    /// Those that libffi has, in the order of their numbers.
    libffi: &'static [NamedAbi],
}

/// A calling convention under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NamedAbi {
    /// The name.
    pub name: &'static str,
    /// Its number in libffi's `ffi_abi`; `None` where libffi does not have it.
    pub number: Option<u32>,
    /// The convention.
    pub abi: Abi,
}

/// The calling conventions of this platform.
pub const ABIS: AbiMap = if cfg!(target_arch = "aarch64") {
    if cfg!(windows) {
        AbiMap::WINDOWS_AARCH64
    } else if cfg!(target_vendor = "apple") {
        AbiMap::APPLE_AARCH64
    } else {
        AbiMap::UNIX_AARCH64
    }
} else if cfg!(all(windows, target_env = "gnu")) {
    AbiMap::WINDOWS_GNU_X86_64
} else if cfg!(windows) {
    AbiMap::WINDOWS_MSVC_X86_64
} else {
    AbiMap::UNIX_X86_64
};

const UNIX64: NamedAbi = NamedAbi::libffi("unix64", 2, Abi::SysV64);
const WIN64: NamedAbi = NamedAbi::libffi("win64", 1, Abi::Win64);
const GNUW64: NamedAbi = NamedAbi::libffi("gnuw64", 2, Abi::Win64Gnu);
const SYSV: NamedAbi = NamedAbi::libffi("sysv", 1, Abi::Aapcs64);
const APPLE_SYSV: NamedAbi = NamedAbi::libffi("sysv", 1, Abi::AppleArm64);
const WIN_ARM64: NamedAbi = NamedAbi::libffi("win64", 2, Abi::WinArm64);

impl AbiMap {
    /// x86_64 but for Windows.
    pub const UNIX_X86_64: Self = Self {
        first: 1,
        last: 5,
        default: UNIX64,
        libffi: &[
            UNIX64,
            NamedAbi::libffi("win64", 3, Abi::Win64),
            NamedAbi::libffi("efi64", 3, Abi::Win64),
            NamedAbi::libffi("gnuw64", 4, Abi::Win64Gnu),
        ],
    };

    /// x86_64 Windows, compiled by MSVC.
    pub const WINDOWS_MSVC_X86_64: Self = Self {
        first: 0,
        last: 3,
        default: WIN64,
        libffi: &[WIN64, GNUW64],
    };

    /// x86_64 Windows, compiled by mingw.
    pub const WINDOWS_GNU_X86_64: Self = Self {
        default: GNUW64,
        ..Self::WINDOWS_MSVC_X86_64
    };

    /// AArch64 Linux, and other systems that keep to AAPCS64.
    pub const UNIX_AARCH64: Self = Self {
        first: 0,
        last: 3,
        default: SYSV,
        libffi: &[SYSV, WIN_ARM64],
    };

    /// Apple's systems on AArch64, whose `sysv` is Apple's variant.
    pub const APPLE_AARCH64: Self = Self {
        default: APPLE_SYSV,
        libffi: &[APPLE_SYSV, WIN_ARM64],
        ..Self::UNIX_AARCH64
    };

    /// AArch64 Windows.
    pub const WINDOWS_AARCH64: Self = Self {
        default: WIN_ARM64,
        ..Self::UNIX_AARCH64
    };

    /// Every platform's map.
    pub const ALL: [Self; 6] = [
        Self::UNIX_X86_64,
        Self::WINDOWS_MSVC_X86_64,
        Self::WINDOWS_GNU_X86_64,
        Self::UNIX_AARCH64,
        Self::APPLE_AARCH64,
        Self::WINDOWS_AARCH64,
    ];

    /// `FFI_FIRST_ABI`: every number is greater. It is no convention itself.
    #[must_use]
    pub const fn first(&self) -> u32 {
        self.first
    }

    /// `FFI_LAST_ABI`: every number is less. It is no convention itself.
    #[must_use]
    pub const fn last(&self) -> u32 {
        self.last
    }

    /// `FFI_DEFAULT_ABI`: the platform's own convention, under libffi's name.
    #[must_use]
    pub const fn default_abi(&self) -> NamedAbi {
        self.default
    }

    /// The convention of a name, libffi's or ours; `default` is one too.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<NamedAbi> {
        if name == "default" {
            return Some(self.default);
        }
        self.iter().find(|known| known.name == name)
    }

    /// The convention of a number, under the first of libffi's names that has it.
    #[must_use]
    pub fn by_number(&self, number: u32) -> Option<NamedAbi> {
        self.iter().find(|known| known.number == Some(number))
    }

    /// The number of a convention; `None` where libffi does not have it.
    #[must_use]
    pub fn number(&self, abi: Abi) -> Option<u32> {
        self.iter().find(|known| known.abi == abi)?.number
    }

    /// Every name once: libffi's in the order of their numbers, then ours.
    pub fn iter(&self) -> impl Iterator<Item = NamedAbi> + use<> {
        let libffi = self.libffi;
        let number = move |abi| libffi.iter().find(|known| known.abi == abi)?.number;
        let ours = Abi::ALL.into_iter().map(move |abi| NamedAbi {
            name: abi.name(),
            number: number(abi),
            abi,
        });
        let is_new = move |own: &NamedAbi| libffi.iter().all(|known| known.name != own.name);
        libffi.iter().copied().chain(ours.filter(is_new))
    }
}

impl NamedAbi {
    const fn libffi(name: &'static str, number: u32, abi: Abi) -> Self {
        Self {
            name,
            number: Some(number),
            abi,
        }
    }

    /// Whether [this process can call](is_callable) functions of the convention.
    #[must_use]
    pub fn is_callable(&self) -> bool {
        is_callable(self.abi)
    }
}

/// Whether this process can call functions of a convention, and be called by it: whether its machine has
/// the registers. The other conventions it only knows by name, and
/// [`Error::AbiUnavailable`](crate::Error::AbiUnavailable) refuses them.
///
/// Whether the system grants executable memory is another question:
/// [`executable_memory`](crate::executable_memory) tells.
///
/// ```
/// use trampette::{ABI, Abi, is_callable};
///
/// # #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))] {
/// assert!(is_callable(ABI));
/// assert_ne!(is_callable(Abi::SysV64), is_callable(Abi::Aapcs64));
/// # }
/// ```
#[must_use]
pub fn is_callable(abi: Abi) -> bool {
    native::convention(abi).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ffi_abi` of libffi's `ffitarget.h`: platform, first, last, default, and the names between.
    type FfiAbi = (AbiMap, [u32; 3], &'static [(&'static str, u32, Abi)]);

    const FFITARGET: [FfiAbi; 6] = [
        (
            AbiMap::UNIX_X86_64,
            [1, 5, 2],
            &[
                ("unix64", 2, Abi::SysV64),
                ("win64", 3, Abi::Win64),
                ("efi64", 3, Abi::Win64),
                ("gnuw64", 4, Abi::Win64Gnu),
            ],
        ),
        (
            AbiMap::WINDOWS_MSVC_X86_64,
            [0, 3, 1],
            &[("win64", 1, Abi::Win64), ("gnuw64", 2, Abi::Win64Gnu)],
        ),
        (
            AbiMap::WINDOWS_GNU_X86_64,
            [0, 3, 2],
            &[("win64", 1, Abi::Win64), ("gnuw64", 2, Abi::Win64Gnu)],
        ),
        (
            AbiMap::UNIX_AARCH64,
            [0, 3, 1],
            &[("sysv", 1, Abi::Aapcs64), ("win64", 2, Abi::WinArm64)],
        ),
        (
            AbiMap::APPLE_AARCH64,
            [0, 3, 1],
            &[("sysv", 1, Abi::AppleArm64), ("win64", 2, Abi::WinArm64)],
        ),
        (
            AbiMap::WINDOWS_AARCH64,
            [0, 3, 2],
            &[("sysv", 1, Abi::Aapcs64), ("win64", 2, Abi::WinArm64)],
        ),
    ];

    #[test]
    fn numbers_are_those_of_libffi_on_every_platform() {
        assert_eq!(FFITARGET.map(|(map, ..)| map), AbiMap::ALL);
        for (map, [first, last, default], names) in FFITARGET {
            assert_eq!((map.first(), map.last()), (first, last), "{map:?}");
            assert_eq!(map.default_abi().number, Some(default), "{map:?}");
            for &(name, number, abi) in names {
                let found = map.by_name(name).map(|known| (known.number, known.abi));
                assert_eq!(found, Some((Some(number), abi)), "{name}");
                assert_eq!(map.number(abi), Some(number), "{name}");
                assert_eq!(
                    map.by_number(number).map(|known| known.abi),
                    Some(abi),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn every_number_between_the_bounds_is_a_convention_and_no_other_is() {
        for map in AbiMap::ALL {
            for number in 0..10 {
                let within = map.first() < number && number < map.last();
                assert_eq!(
                    map.by_number(number).is_some(),
                    within,
                    "{number} of {map:?}"
                );
            }
            assert_eq!(map.by_number(u32::MAX), None);
        }
    }

    #[test]
    fn names_stand_for_one_convention_each_and_ours_are_all_there() {
        for map in AbiMap::ALL {
            let names: Vec<_> = map.iter().map(|known| known.name).collect();
            for (index, name) in names.iter().enumerate() {
                assert!(!names[..index].contains(name), "{name} of {map:?}");
            }
            for abi in Abi::ALL {
                assert!(names.contains(&abi.name()), "{abi:?} of {map:?}");
            }
        }
    }

    #[test]
    fn our_names_have_the_numbers_of_libffis() {
        let number = |map: AbiMap, name| map.by_name(name).and_then(|known| known.number);
        assert_eq!(number(AbiMap::UNIX_X86_64, "sysv64"), Some(2));
        assert_eq!(number(AbiMap::UNIX_X86_64, "win64-gnu"), Some(4));
        assert_eq!(number(AbiMap::UNIX_X86_64, "aapcs64"), None);
        assert_eq!(number(AbiMap::WINDOWS_MSVC_X86_64, "sysv64"), None);
        assert_eq!(number(AbiMap::UNIX_AARCH64, "win-arm64"), Some(2));
        assert_eq!(number(AbiMap::APPLE_AARCH64, "aapcs64"), None);
    }

    #[test]
    fn the_default_is_a_name_and_what_is_none_has_no_convention() {
        for map in AbiMap::ALL {
            assert_eq!(map.by_name("default"), Some(map.default_abi()));
            assert!(map.iter().any(|known| known == map.default_abi()));
            for name in ["", "first", "last", "WIN64", "stdcall"] {
                assert_eq!(map.by_name(name), None, "{name}");
            }
        }
    }

    /// Types apart, which two names of one convention differ in.
    #[test]
    fn the_default_of_this_platform_is_its_own_convention() {
        let own = match ABIS.default_abi().abi {
            Abi::Win64Gnu => Abi::Win64,
            abi => abi,
        };
        assert_eq!(own, native::ABI);
    }

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn what_libffi_has_here_can_be_called_and_the_other_machine_cannot() {
        for known in ABIS.iter().filter(|known| known.number.is_some()) {
            assert!(known.is_callable(), "{}", known.name);
        }
        let callable: Vec<_> = Abi::ALL
            .into_iter()
            .filter(|abi| is_callable(*abi))
            .collect();
        let x86_64 = [Abi::SysV64, Abi::Win64, Abi::Win64Gnu];
        let aarch64 = [Abi::Aapcs64, Abi::AppleArm64, Abi::WinArm64];
        let expected = if cfg!(target_arch = "x86_64") {
            x86_64
        } else {
            aarch64
        };
        assert_eq!(callable, expected);
    }
}
