//! The pools of thunks: two for each integer register, one whose thunks count calls and one whose thunks
//! do not.

use trampette_abi::{Bank, Counting, Register, THUNK_SIZE, Thunk};
use trampette_exec::{ThunkKind, ThunkPool};

use super::kind::Life;
use crate::native;

/// The two pools of thunks that load their slots into one register.
#[derive(Debug)]
pub(super) struct Pools(&'static [ThunkPool; 2]);

impl Pools {
    pub(super) fn of(register: Register) -> Option<Self> {
        (register.bank == Bank::Integer).then_some(())?;
        POOLS.get(usize::from(register.number)).map(Self)
    }

    #[inline]
    pub(super) fn of_life(&self, life: Life) -> &'static ThunkPool {
        match life {
            Life::Owned => &self.0[0],
            Life::Uncounted => &self.0[1],
        }
    }
}

/// Every pool, with the life of its callbacks.
pub(super) fn all() -> impl Iterator<Item = (Life, &'static ThunkPool)> {
    let both = |[owned, uncounted]: &'static [ThunkPool; 2]| {
        [(Life::Owned, owned), (Life::Uncounted, uncounted)]
    };
    POOLS.iter().flat_map(both)
}

/// By register number; those that are never used cost nothing.
static POOLS: [[ThunkPool; 2]; 18] = [
    pools::<0>(["0, counting", "0"]),
    pools::<1>(["1, counting", "1"]),
    pools::<2>(["2, counting", "2"]),
    pools::<3>(["3, counting", "3"]),
    pools::<4>(["4, counting", "4"]),
    pools::<5>(["5, counting", "5"]),
    pools::<6>(["6, counting", "6"]),
    pools::<7>(["7, counting", "7"]),
    pools::<8>(["8, counting", "8"]),
    pools::<9>(["9, counting", "9"]),
    pools::<10>(["10, counting", "10"]),
    pools::<11>(["11, counting", "11"]),
    pools::<12>(["12, counting", "12"]),
    pools::<13>(["13, counting", "13"]),
    pools::<14>(["14, counting", "14"]),
    pools::<15>(["15, counting", "15"]),
    pools::<16>(["16, counting", "16"]),
    pools::<17>(["17, counting", "17"]),
];

const fn pools<const NUMBER: u8>(names: [&'static str; 2]) -> [ThunkPool; 2] {
    let [counting, plain] = names;
    [
        ThunkPool::new(ThunkKind {
            name: counting,
            emit: emit::<NUMBER, true>,
            biased: BIASED,
        }),
        ThunkPool::new(ThunkKind {
            name: plain,
            emit: emit::<NUMBER, false>,
            biased: false,
        }),
    ]
}

/// Whether the calls of the thread that made a callback are counted apart: where there are such thunks.
const BIASED: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

// The pages and the code agree where the counters stand.
const _: () = assert!(trampette_abi::CALLS_OFFSET == trampette_exec::CALLS_OFFSET);
const _: () = assert!(trampette_abi::HOME_CALLS_OFFSET == trampette_exec::HOME_CALLS_OFFSET);
const _: () = assert!(trampette_abi::HOME_OFFSET == trampette_exec::HOME_OFFSET);

fn emit<const NUMBER: u8, const COUNTED: bool>(slot: i32) -> [u8; THUNK_SIZE] {
    let thunk = Thunk {
        register: Register::integer(NUMBER),
        slot,
        counting: match COUNTED {
            true if BIASED => Counting::Biased,
            true => Counting::Shared,
            false => Counting::None,
        },
    };
    native::isa().map_or([0; THUNK_SIZE], |isa| isa.thunk(thunk))
}
