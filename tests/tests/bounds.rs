//! Nothing is read past an argument and nothing is written past a result: memory ends where they do.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette::{Aggregate, CType, Callback, Value, c_struct};
use trampette_fuzz::case::Case;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::way::Way;
use trampette_fuzz::{c, compiler, values};
use trampette_tests::fence::{self, Fence};
use trampette_tests::matrix;
use trampette_tests::proof;

#[global_allocator]
static FENCE: Fence = Fence;

#[test]
fn hard_case_08_frames_that_end_at_a_forbidden_page() {
    let mut texts = matrix::results();
    for shape in matrix::SMALL {
        texts.push(format!("({shape}) -> void"));
        texts.push(format!("() -> {shape}"));
        texts.push(format!(
            "(i64, i64, i64, i64, i64, f64, {shape}, i64, {shape}) -> void"
        ));
    }
    texts.extend(
        (1..=200)
            .step_by(7)
            .map(|size| format!("({{[u8; {size}]}}) -> {{[u8; {size}]}}")),
    );
    let signatures = proof::parse(matrix::in_every_convention(&texts));
    trampette::prepare(&signatures).unwrap();
    let cases: Vec<Case> = signatures.iter().map(Case::of).collect();
    for compiled in compiler::compile("bounds", &c::fixture(&cases, c::Packing::Attribute)) {
        let fixture = Fixture::of(&compiled);
        for (index, case) in cases.iter().enumerate() {
            for way in [Way::Values, Way::Frame] {
                let outcome = fence::with(|| way.check(&fixture, &c::callee_name(index), case));
                assert_eq!(
                    outcome,
                    Ok(()),
                    "{}, {way:?}: {}",
                    compiled.build,
                    case.signature
                );
            }
        }
    }
}

#[test]
fn hard_case_08_the_fence_itself_holds() {
    fence::with(|| {
        for size in [1, 3, 8, 4095, 4096, 10_000] {
            let bytes = vec![7u8; size];
            let end = bytes.as_ptr().addr() + size;
            assert!(end.is_multiple_of(4096), "the bytes do not end at a page");
            let behind = region::query(std::ptr::without_provenance::<u8>(end));
            let allowed = behind.map_or(region::Protection::NONE, |page| page.protection());
            assert_eq!(allowed, region::Protection::NONE);
        }
    });
}

#[test]
fn hard_case_08_aggregates_of_bytes_that_end_at_a_forbidden_page() {
    for size in 1..=64 {
        let ty: CType = format!("{{[u8; {size}]}}").parse().unwrap();
        let bytes: Vec<u8> = (1..=size).collect();
        let fenced = fence::with(|| bytes.clone());
        let aggregate = fence::with(|| Aggregate::from_bytes(&ty, &fenced)).unwrap();
        assert_eq!(aggregate.bytes(), bytes);
        let copy = fence::with(|| aggregate.clone());
        assert_eq!(copy, aggregate);
    }
}

macro_rules! odd_sizes {
    ($($name:ident: $size:literal),*) => {
        $(
            #[derive(Clone, Copy, Debug, PartialEq)]
            #[repr(C)]
            struct $name {
                bytes: [u8; $size],
            }

            c_struct!($name { bytes: [u8; $size] });
        )*
    };
}

odd_sizes!(One: 1, Three: 3, Five: 5, Six: 6, Seven: 7, Nine: 9, Eleven: 11, Thirteen: 13, Seventeen: 17);

#[test]
fn hard_case_08_typed_results_leave_their_neighbours_alone() {
    macro_rules! check {
        ($compiled:expr, $case:expr, $($index:literal: $name:ident $size:literal),*) => {
            $({
                let fixture = Fixture::of($compiled);
                let case = &$case[$index];
                let function = fixture.library.function(&c::callee_name($index), &case.signature).unwrap();
                let typed = function.typed::<(u8,), $name>().unwrap();
                fixture.expect(case);
                let mut row = [$name { bytes: [0xA5; $size] }; 3];
                // SAFETY: the callee was written for this signature.
                row[1] = unsafe { typed.call((case.arguments[0].bytes[0],)) };
                assert_eq!(fixture.compare(case, &row[1].bytes), Ok(()));
                assert_eq!((row[0].bytes, row[2].bytes), ([0xA5; $size], [0xA5; $size]));
                let mut frame = function.frame();
                frame.set(0, case.arguments[0].bytes[0]).unwrap();
                fixture.expect(case);
                // SAFETY: as above, and the frame is the function's own.
                row[1] = unsafe { function.call_frame::<$name>(&mut frame) };
                assert_eq!(fixture.compare(case, &row[1].bytes), Ok(()));
                assert_eq!((row[0].bytes, row[2].bytes), ([0xA5; $size], [0xA5; $size]));
            })*
        };
    }
    let sizes = [1, 3, 5, 6, 7, 9, 11, 13, 17];
    let signatures = proof::parse(sizes.map(|size| format!("(u8) -> {{bytes: [u8; {size}]}}")));
    let cases: Vec<Case> = signatures.iter().map(Case::of).collect();
    for compiled in compiler::compile("odd", &c::fixture(&cases, c::Packing::Attribute)) {
        check!(&compiled, cases, 0: One 1, 1: Three 3, 2: Five 5, 3: Six 6, 4: Seven 7, 5: Nine 9,
            6: Eleven 11, 7: Thirteen 13, 8: Seventeen 17);
    }
}

#[test]
fn hard_case_05_the_callers_values_are_never_written() {
    const SIGNATURE: &str =
        "({i64, i64}, {[u8; 99]}, {[i64; 4]} align(32), {f64, f32}, {[u8; 3]}) -> {[u8; 40]}";
    let signatures = proof::parse(matrix::in_every_convention(&[SIGNATURE]));
    let cases: Vec<Case> = signatures.iter().map(Case::of).collect();
    let builds = compiler::compile("copies", &c::fixture(&cases, c::Packing::Attribute));
    let each = |build| cases.iter().enumerate().map(move |case| (build, case));
    for (compiled, (index, case)) in builds.iter().flat_map(each) {
        let fixture = Fixture::of(compiled);
        let arguments = case.arguments.iter();
        let before: Vec<Value> = arguments
            .map(|passed| values::value(&passed.ty, &passed.bytes))
            .collect();
        let function = fixture
            .library
            .function(&c::callee_name(index), &case.signature)
            .unwrap();
        fixture.expect(case);
        let arguments = before.clone();
        // SAFETY: the callee was written for this signature; it scribbles over what it was passed.
        let result = unsafe { function.call(&arguments) }.unwrap();
        let result = values::value_bytes(&result).unwrap();
        assert_eq!(fixture.compare(case, &result), Ok(()));
        assert_eq!(arguments, before);
    }
}

/// Adds up the bytes of the struct that is its last argument.
fn adder(signature: &str, size: usize) -> Callback {
    let add = move |call: &mut trampette::CallbackFrame<'_>| {
        let last = call.signature().params().len() - 1;
        // SAFETY: the slot has as many bytes, all initialised.
        let bytes = unsafe { std::slice::from_raw_parts(call.argument_ptr(last), size) };
        let sum: u64 = bytes.iter().copied().map(u64::from).sum();
        call.set_result(sum).unwrap();
    };
    Callback::new(&signature.parse().unwrap(), add).unwrap()
}

/// A convention that passes structs by reference.
#[cfg(target_arch = "x86_64")]
mod by_reference {
    pub(crate) const ABI: &str = "win64 ";
    /// So many integers fill the registers.
    pub(crate) const BEFORE: usize = 4;

    pub(crate) type InRegister = extern "win64" fn(*const u8) -> u64;
    pub(crate) type OnStack = extern "win64" fn(i64, i64, i64, i64, *const u8) -> u64;

    pub(crate) fn on_stack(call: OnStack, address: *const u8) -> u64 {
        call(1, 2, 3, 4, address)
    }

    /// Whether it does so with structs of this size.
    pub(crate) fn holds(size: usize) -> bool {
        !matches!(size, 1 | 2 | 4 | 8)
    }
}

/// A convention that passes structs by reference.
#[cfg(target_arch = "aarch64")]
mod by_reference {
    pub(crate) const ABI: &str = "";
    /// So many integers fill the registers.
    pub(crate) const BEFORE: usize = 8;

    pub(crate) type InRegister = extern "C" fn(*const u8) -> u64;
    pub(crate) type OnStack =
        extern "C" fn(i64, i64, i64, i64, i64, i64, i64, i64, *const u8) -> u64;

    pub(crate) fn on_stack(call: OnStack, address: *const u8) -> u64 {
        call(1, 2, 3, 4, 5, 6, 7, 8, address)
    }

    /// Whether it does so with structs of this size.
    pub(crate) fn holds(size: usize) -> bool {
        size > 16
    }
}

#[test]
fn hard_case_08_a_callback_reads_nothing_past_a_struct_that_it_gets_by_reference() {
    use by_reference::{ABI, BEFORE, InRegister, OnStack, on_stack};
    for size in (1..=200).filter(|&size| by_reference::holds(size)) {
        let bytes: Vec<u8> = (1..=u8::MAX).cycle().take(size).collect();
        let fenced = fence::with(|| bytes.clone());
        let expected: u64 = bytes.iter().copied().map(u64::from).sum();
        let first = adder(&format!("{ABI}({{[u8; {size}]}}) -> u64"), size);
        // SAFETY: C passes such a struct as an address.
        let call: InRegister = unsafe { std::mem::transmute(first.as_ptr()) };
        assert_eq!(call(fenced.as_ptr()), expected, "{size} bytes");
        let text = format!("{ABI}({}{{[u8; {size}]}}) -> u64", "i64, ".repeat(BEFORE));
        let last = adder(&text, size);
        // SAFETY: as above.
        let call: OnStack = unsafe { std::mem::transmute(last.as_ptr()) };
        let sum = on_stack(call, fenced.as_ptr());
        assert_eq!(sum, expected, "{size} bytes, on the stack");
        assert_eq!(fenced, bytes);
    }
}
