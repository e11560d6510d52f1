//! The values and types of constant expressions, where C's conversions show.

use trampette_cdecl::{ConstantValue, Declarations, Options};
use trampette_types::{DataModel, Scalar};

/// The value of an integer constant expression, on a platform.
fn integer(text: &str, model: DataModel) -> i128 {
    let mut declarations = Declarations::new(Options::new(model));
    declarations
        .parse(&format!("enum {{ VALUE = {text} }};"))
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let constant = declarations.constant("VALUE").expect("it is declared");
    constant.value.integer().expect("enumerators are integers")
}

/// "If both the second and third operands have arithmetic type, the result type [is what] the usual arithmetic
/// conversions [determine]" (C11 6.5.15, 5), whichever of them is taken.
#[test]
fn both_sides_of_a_choice_make_its_type() {
    for (text, value) in [
        ("(1 ? -1 : 0u) > 0", 1),
        ("(0 ? 0u : -1) > 0", 1),
        ("(-1 ?: 0u) > 0", 1),
        ("(1 ? -1 : 0) > 0", 0),
        ("(1 ? -1 : 1/0) > 0", 0),
        ("(1 ? -1 : 1u/0) > 0", 1),
        ("(1 ? 1 : 2.0) / 2 > 0.4", 1),
        ("sizeof(1 ? 1 : 1LL)", 8),
        ("sizeof(1 ? (char)1 : (char)2)", 4),
        ("sizeof(1 ? 1.0f : 1)", 4),
        ("sizeof(1 ? 1.0f : 1.0)", 8),
        ("sizeof(1 ? \"abc\" : \"d\")", 8),
    ] {
        assert_eq!(integer(text, DataModel::LINUX_X86_64), value, "{text}");
    }
}

/// "An unsuffixed floating constant has type `double`. If suffixed by the letter `f` or `F`, it has type `float`. If
/// suffixed by the letter `l` or `L`, it has type `long double`." (C11 6.4.4.2, 4)
#[test]
fn floating_point_constants_have_the_types_of_their_suffixes() {
    for (text, value) in [
        ("sizeof(1.0)", 8),
        ("sizeof(1.0f)", 4),
        ("sizeof(1e3F)", 4),
        ("sizeof(-1.0L)", 16),
        ("sizeof(0x1p3f)", 4),
        ("sizeof(1.0q)", 16),
        ("sizeof(1.0f64x)", 16),
        ("sizeof(1.0f + 1)", 4),
        ("sizeof(1.0f + 1.0)", 8),
        ("sizeof(1.0L + 1.0)", 16),
        ("sizeof(1LL + 1.0f)", 4),
        ("0.1f == 0.1", 0),
        ("0.1f + 0.2f == 0.3f", 1),
        ("0.1f + 0.2 == 0.3", 0),
        ("16777216.0f + 1 == 16777216.0f", 1),
    ] {
        assert_eq!(integer(text, DataModel::LINUX_X86_64), value, "{text}");
    }
    assert_eq!(integer("sizeof(1.0L)", DataModel::WINDOWS_MSVC), 8);
    let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    declarations
        .parse("#define TENTH 0.1f\n#define THIRD (1.0f / 3)\n")
        .expect("it is C");
    let value = |name: &str| declarations.constant(name).map(|found| found.value);
    assert_eq!(value("TENTH"), Ok(ConstantValue::Float(f64::from(0.1f32))));
    assert_eq!(
        value("THIRD"),
        Ok(ConstantValue::Float(f64::from(1.0f32 / 3.0)))
    );
}

/// "pp-number: [...] pp-number ' digit, pp-number ' nondigit" (C23 6.4.9): quotes stand between digits.
#[test]
fn digits_may_be_parted_by_quotes() {
    for (text, value) in [
        ("1'000'000", 1_000_000),
        ("0x7fff'ffff", 0x7fff_ffff),
        ("0b1'0u", 2),
        ("(long)1'0.2'5e1'0", 102_500_000_000),
        ("1'0+'1'", 59),
    ] {
        assert_eq!(integer(text, DataModel::LINUX_X86_64), value, "{text}");
    }
}

/// A `long` is what the platform has for one, in constants as well (C11 6.4.4.1, 5), and so is a `wchar_t` (C11
/// 6.4.4.4, 11).
#[test]
fn constants_are_as_wide_as_the_platforms_types() {
    for (text, linux, windows) in [
        ("sizeof(1L)", 8, 4),
        ("sizeof(1LL)", 8, 8),
        ("sizeof(1UL)", 8, 4),
        ("sizeof(1z)", 8, 8),
        ("sizeof(0x80000000L)", 8, 4),
        ("sizeof(2147483648L)", 8, 8),
        ("(~0UL >> 31) == 1", 0, 1),
        ("0xffffffffL == -1", 0, 1),
        ("(1L ? -1L : 0u) > 0", 0, 1),
        ("sizeof('a')", 4, 4),
        ("sizeof(L'a')", 4, 2),
        ("sizeof(u'a')", 2, 2),
        ("sizeof(U'a')", 4, 4),
    ] {
        assert_eq!(integer(text, DataModel::LINUX_X86_64), linux, "{text}");
        assert_eq!(integer(text, DataModel::WINDOWS_GNU), windows, "{text}");
    }
}

/// "An array is converted to a pointer to its first element" (C11 6.3.2.1, 3), and a difference of pointers is a
/// `ptrdiff_t` (C11 6.5.6, 9).
#[test]
fn sums_and_differences_of_pointers_have_their_sizes() {
    for (text, value) in [
        ("sizeof((char *)0 + 1)", 8),
        ("sizeof(1 + (char *)0)", 8),
        ("sizeof(\"abc\" + 1)", 8),
        ("sizeof(*(\"abc\" + 1))", 1),
        ("sizeof(+(short)1)", 4),
        ("sizeof(~(char)1)", 4),
        ("sizeof((char)1 << 3LL)", 4),
    ] {
        assert_eq!(integer(text, DataModel::LINUX_X86_64), value, "{text}");
    }
}

/// "If suffixed by the letter `l` or `L`, it has type `long double`" (C11 6.4.4.2, 4), and the value that this type has of
/// it. The bits are those that GCC 12 and Clang 14 store.
#[test]
fn wide_floating_point_constants_keep_their_values() {
    const LINES: &str = "
#define LDBL_MAX 1.18973149535723176502126385303097021e+4932L
#define LDBL_MIN 3.36210314311209350626267781732175260e-4932L
#define LDBL_TRUE_MIN 3.64519953188247460252840593361941982e-4951L
#define LDBL_EPSILON 1.08420217248550443400745280086994171e-19L
#define PI 3.141592653589793238462643383279502884L
#define HEX 0x1.921fb54442d18469p+1L
#define SUM (1 + 0.1L)
#define THIRD (-1.0L / 3)
#define CAST ((long double)0.1)
#define OF_INTEGER (0.0L + 0xffffffffffffffff)
#define CHOSEN (1 ? 1.5f : 0.0L)
#define QUAD_MAX 1.18973149535723176508575932662800702e+4932F128
#define QUAD (0.1Q * 3)
#define DOUBLE ((double)0.1L)
#define HALVES (0.5F16 + 0.25f16)
#define WHOLE ((long)LDBL_MAX)
#define LESS (LDBL_MAX > 1e308)
";
    let extended = |format, bits| Some(ConstantValue::Extended { format, bits });
    let float = |value| Some(ConstantValue::Float(value));
    let x87 = |bits| extended(Scalar::F80, bits);
    let quad = |bits| extended(Scalar::F128, bits);
    let mut linux = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    linux.parse(LINES).expect("it is C");
    for (name, value) in [
        ("LDBL_MAX", x87(0x7ffe_ffff_ffff_ffff_ffff)),
        ("LDBL_MIN", x87(0x0001_8000_0000_0000_0000)),
        ("LDBL_TRUE_MIN", x87(0x0000_0000_0000_0000_0001)),
        ("LDBL_EPSILON", x87(0x3fc0_8000_0000_0000_0000)),
        ("PI", x87(0x4000_c90f_daa2_2168_c235)),
        ("HEX", x87(0x4000_c90f_daa2_2168_c234)),
        ("SUM", x87(0x3fff_8ccc_cccc_cccc_cccd)),
        ("THIRD", x87(0xbffd_aaaa_aaaa_aaaa_aaab)),
        ("CAST", x87(0x3ffb_cccc_cccc_cccc_d000)),
        ("OF_INTEGER", x87(0x403e_ffff_ffff_ffff_ffff)),
        ("CHOSEN", x87(0x3fff_c000_0000_0000_0000)),
        ("QUAD_MAX", quad(0x7ffe_ffff_ffff_ffff_ffff_ffff_ffff_ffff)),
        ("QUAD", quad(0x3ffd_3333_3333_3333_3333_3333_3333_3334)),
        ("DOUBLE", float(0.1)),
        ("HALVES", float(0.75)),
    ] {
        let found = linux.constant(name).ok().map(|found| found.value);
        assert_eq!(found, value, "{name}");
    }
    let value = |name: &str| linux.constant(name).ok()?.value.float();
    assert_eq!(value("LDBL_MAX"), Some(f64::INFINITY));
    assert_eq!(value("PI"), Some(std::f64::consts::PI));
    assert_eq!(
        linux.constant("LESS").map(|found| found.value.integer()),
        Ok(Some(1))
    );

    let mut arm = Declarations::new(Options::new(DataModel::LINUX_AARCH64));
    arm.parse(LINES).expect("it is C");
    let pi = arm.constant("PI").ok().map(|found| found.value);
    assert_eq!(pi, quad(0x4000_921f_b544_42d1_8469_898c_c517_01b8));
    let mut windows = Declarations::new(Options::new(DataModel::WINDOWS_MSVC));
    windows.parse(LINES).expect("it is C");
    let pi = windows.constant("PI").ok().map(|found| found.value);
    assert_eq!(pi, float(std::f64::consts::PI));
}

/// Numbers of very many digits, and of exponents that no format has.
#[test]
fn no_number_takes_long_or_wraps() {
    let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    let digits = "7".repeat(1_000_000);
    let text = format!(
        "#define A {digits}.0L\n#define B 1e99999999999999999999L\n#define C 1e-99999999999999999999L\n\
         #define D 0x1p99999999999L\n#define E 0x1p2000000000L\n#define F 0.{}e8000L\n#define G 0e99999999999L\n\
         #define H 0x{}.p0\nenum {{ I = (int){digits}.5 }};",
        "3".repeat(8000),
        "f".repeat(100_000),
    );
    let error = declarations.parse(&text).expect_err("it is too long");
    assert_eq!(
        error.first().map(|first| first.code()),
        Some("number-too-large")
    );
    let text = text.rsplit_once('\n').expect("it has lines").0;
    declarations
        .parse(&format!("{text}\n"))
        .expect("macros may be anything");
    let value = |name: &str| declarations.constant(name).ok()?.value.float();
    assert_eq!(value("A"), None);
    assert_eq!(value("B"), Some(f64::INFINITY));
    assert_eq!(value("C"), Some(0.0));
    assert_eq!(value("D"), None);
    assert_eq!(value("E"), Some(f64::INFINITY));
    assert_eq!(value("F"), Some(f64::INFINITY));
    assert_eq!(value("G"), Some(0.0));
    assert_eq!(value("H"), None);
}

/// The functions that compilers know have values in constants, as GCC 12 and Clang 14 have them.
#[test]
fn functions_that_compilers_know_have_values() {
    for (text, value) in [
        ("__builtin_popcount(0xff)", 8),
        ("__builtin_popcount(-1)", 32),
        ("__builtin_popcountll(-1)", 64),
        ("__builtin_popcount(0x100000001)", 1),
        ("__builtin_clz(1)", 31),
        ("__builtin_clzl(1)", 63),
        ("__builtin_clzll(-1)", 0),
        ("__builtin_ctz(8)", 3),
        ("__builtin_ctzll(1ULL << 40)", 40),
        ("__builtin_ffs(0)", 0),
        ("__builtin_ffs(-8)", 4),
        ("__builtin_ffsl(1L << 40)", 41),
        ("__builtin_parity(7)", 1),
        ("__builtin_bswap16(0x1234)", 0x3412),
        ("__builtin_bswap32(0x01020304) >> 24", 4),
        ("__builtin_bswap64(1) == 1ULL << 56", 1),
        ("sizeof(__builtin_bswap16(1))", 2),
        ("__builtin_constant_p(8) ? 63 - __builtin_clzll(8) : 0", 3),
        ("__builtin_constant_p(\"a\")", 1),
        ("__builtin_constant_p(unknown)", 0),
    ] {
        assert_eq!(integer(text, DataModel::LINUX_X86_64), value, "{text}");
    }
    assert_eq!(integer("__builtin_clzl(1)", DataModel::WINDOWS_GNU), 31);
    for text in ["__builtin_clz(0)", "__builtin_ctz(0)", "__builtin_clz(1.0)"] {
        let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
        let error = declarations.parse(&format!("enum {{ VALUE = {text} }};"));
        let error = error.expect_err("it has no value");
        assert_eq!(
            error.first().map(|first| first.code()),
            Some("not-constant")
        );
    }
}
