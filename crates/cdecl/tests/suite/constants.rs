//! The values and types of constant expressions, where C's conversions show.

use trampette_cdecl::{ConstantValue, Declarations, Options};
use trampette_types::DataModel;

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
