//! Random signatures through prepared interfaces and back: a call whose arguments are taken by pointer, a callback
//! that gathers them, and the same bytes on both sides, in every convention of this machine.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use trampette::{Abi, CType, Cif, is_callable};

/// Types without padding, but for the last bytes of a `long double`.
const TYPES: [&str; 26] = [
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "f32",
    "f64",
    "ptr",
    "longdouble",
    "i128",
    "complex(f32)",
    "complex(f64)",
    "{i8, i8, i8}",
    "{i16, i16, i16}",
    "{i32, f32}",
    "{f32, f32}",
    "{f32, f32, f32}",
    "{f64, i64}",
    "{i64, f64}",
    "{f64, f64}",
    "{i64, i64, i64}",
    "{f32, f32, f32, f32}",
    "{[i8; 7]}",
];

/// How many signatures are tried in each convention.
const SIGNATURES: usize = 400;

/// Numbers that are the same in each run: xorshift64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// Bytes of a value: of no number that a register would change, as it does with signalling ones.
    fn bytes(&mut self, size: usize) -> Vec<u8> {
        (0..size)
            .map(|_| self.next().to_le_bytes()[3] & 0x3F)
            .collect()
    }
}

/// What one side sent and the other received.
type Seen = Arc<Mutex<Vec<Vec<u8>>>>;

/// How many bytes of a type mean something.
fn size_of_value(ty: &CType) -> usize {
    let layout = ty.layout(&trampette::MODEL).unwrap();
    layout
        .as_scalar()
        .map_or(layout.size(), |scalar| scalar.value_size())
}

/// Whether the convention has a rule for the signature that was drawn: then it was tried.
fn try_one(abi: Abi, numbers: &mut Numbers) -> bool {
    let mut ty = || -> CType { TYPES[numbers.below(TYPES.len())].parse().unwrap() };
    let result = ty();
    let count = numbers.below(20);
    let types: Vec<CType> = (0..count)
        .map(|_| TYPES[numbers.below(TYPES.len())].parse().unwrap())
        .collect();
    let fixed = numbers.below(3 * (count + 1));
    let is_promoted =
        |ty: &CType| matches!(ty.to_string().as_str(), "i8" | "u8" | "i16" | "u16" | "f32");
    let cif = match types.get(fixed..) {
        Some(unnamed) if !unnamed.iter().any(is_promoted) => {
            Cif::variadic(abi, fixed, &result, &types)
        }
        _ => Cif::new(abi, &result, &types),
    };
    // What no convention defines is refused, by name.
    let Ok(cif) = cif else { return false };

    let values: Vec<Vec<u8>> = types
        .iter()
        .map(|ty| numbers.bytes(size_of_value(ty).next_multiple_of(16)))
        .collect();
    let answer = numbers.bytes(size_of_value(&result));
    let seen = Seen::default();
    let callback = {
        let (seen, answer) = (Arc::clone(&seen), answer.clone());
        let sizes: Vec<usize> = types.iter().map(size_of_value).collect();
        cif.callback(move |place, arguments| {
            let received = arguments.iter().zip(&sizes).map(|(argument, size)| {
                // SAFETY: the argument has so many bytes.
                unsafe { std::slice::from_raw_parts(argument.cast::<u8>(), *size) }.to_vec()
            });
            *seen.lock().unwrap() = received.collect();
            // SAFETY: there is room for the result.
            unsafe { place.copy_from_nonoverlapping(answer.as_ptr().cast(), answer.len()) };
        })
    };
    let callback = callback.unwrap();

    let arguments: Vec<*mut c_void> = values
        .iter()
        .map(|value| value.as_ptr().cast_mut().cast())
        .collect();
    let mut given = [0u128; 4];
    let place = given.as_mut_ptr().cast();
    // SAFETY: the callback has this interface, and there is room for any of these results.
    unsafe { cif.call_exact(callback.as_ptr(), place, arguments.as_ptr()) }.unwrap();

    let signature = cif.signature();
    let sent: Vec<Vec<u8>> = values
        .iter()
        .zip(&types)
        .map(|(value, ty)| value[..size_of_value(ty)].to_vec())
        .collect();
    assert_eq!(*seen.lock().unwrap(), sent, "{signature}");
    // SAFETY: the room was initialised, and has more bytes.
    let given = unsafe { std::slice::from_raw_parts(given.as_ptr().cast::<u8>(), answer.len()) };
    assert_eq!(given, answer, "{signature}");
    true
}

#[test]
fn random_signatures_arrive_as_they_were_sent_in_every_convention() {
    let mut numbers = Numbers(0x5EED_2026_1129);
    let mut conventions = 0;
    for abi in Abi::ALL.into_iter().filter(|abi| is_callable(*abi)) {
        conventions += 1;
        let tried = (0..SIGNATURES).filter(|_| try_one(abi, &mut numbers));
        let tried = tried.count();
        assert!(tried > SIGNATURES / 2, "{}: only {tried}", abi.name());
    }
    assert!(conventions > 0 || !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")));
}
