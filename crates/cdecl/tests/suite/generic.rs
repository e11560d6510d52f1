//! Expressions that types choose: `_Generic` and `__builtin_types_compatible_p`. The values are those that GCC 12 and
//! Clang 14 give them.

use trampette_cdecl::{Declarations, Options};
use trampette_types::DataModel;

const NAMES: &str = "
    enum e { A, B };
    enum { WIDE = 0x100000000 };
    struct op;
    struct s { int x; char c; struct s *n; const char *cs; int bits : 3; };
    typedef struct s t;
    typedef struct { int x; } u;
    extern enum e ev; extern struct s sv; extern t *tp; extern u uv, *up;
    extern int iv, *ip, arr[3], fn(int), (*fp)(int);
    extern const int *cip, ci; extern char *cp; extern void *vp; extern long long ll;
    extern unsigned char uc; extern struct op *opp; extern struct s sarr[2]; extern const struct s *csp;
    extern int * const *cpp; extern float f; extern char *names[2];
    extern struct later *lp; struct holder { struct later *p; void *v; }; struct later { int a[5]; };
    extern short (*fps[2])(void); extern struct holder h;
";

/// The value of an expression, if it is a constant.
fn integer(text: &str, model: DataModel) -> Option<i128> {
    let mut declarations = Declarations::new(Options::new(model));
    declarations.parse(NAMES).expect("it is C");
    let parsed = declarations.parse(&format!("enum {{ VALUE = {text} }};"));
    if let Err(error) = parsed {
        let code = error.first().map(|first| first.code());
        assert_eq!(code, Some("not-constant"), "{text}: {error}");
        return None;
    }
    let constant = declarations.constant("VALUE").expect("it is declared");
    constant.value.integer()
}

/// "The controlling expression of a generic selection is not evaluated. If a generic selection has a generic association
/// with a type name that is compatible with the type of the controlling expression, then the result expression of the
/// generic selection is the expression in that generic association." (C11 6.5.1.1, 3)
#[test]
fn generic_selections_choose_by_type() {
    for (text, value) in [
        ("_Generic(1, int: 1, default: 2)", 1),
        ("_Generic(1L, int: 1, long: 2, long long: 3)", 2),
        ("_Generic(1LL, long: 2, long long: 3)", 3),
        (
            "_Generic(1ULL + 1, unsigned long: 2, unsigned long long: 3)",
            3,
        ),
        ("_Generic(1L + 1u, long: 2, default: 3)", 2),
        ("_Generic(ll + 1L, long: 2, long long: 3)", 3),
        (
            "_Generic(1ul + 1ll, unsigned long: 2, unsigned long long: 3, long long: 4)",
            3,
        ),
        ("_Generic(1ull, size_t: 1, default: 0)", 0),
        ("_Generic(2147483648, long: 1, long long: 2, default: 3)", 1),
        ("_Generic(0x80000000, unsigned: 1, long: 2)", 1),
        ("_Generic(ev, unsigned: 1, default: 3)", 1),
        ("_Generic(ev, enum e: 1, default: 3)", 1),
        ("_Generic(ev, int: 1, default: 3)", 3),
        ("_Generic(A, int: 1, default: 3)", 1),
        ("_Generic(sv, struct s: 1, default: 3)", 1),
        ("_Generic(sv, t: 1, default: 3)", 1),
        ("_Generic(uv, t: 1, u: 2, default: 3)", 2),
        ("_Generic(&sv, t *: 1, default: 3)", 1),
        ("_Generic(sv.c, char: 1, int: 2)", 1),
        ("_Generic(+sv.c, char: 1, int: 2)", 2),
        ("_Generic(\"a\", char *: 1, default: 2)", 1),
        ("_Generic(arr, int *: 1, int[3]: 2, default: 3)", 1),
        ("_Generic(&arr, int (*)[3]: 2, default: 3)", 2),
        ("_Generic(fn, int (*)(int): 1, default: 3)", 1),
        ("_Generic(*fn, int (*)(int): 1, default: 3)", 1),
        ("_Generic(fp, int (*)(int): 1, int (*)(long): 3)", 1),
        ("_Generic(cip, char *: 1, default: 2)", 2),
        ("_Generic(ci, int: 1, const int: 3, default: 2)", 1),
        ("_Generic(vp, void *: 1, default: 2)", 1),
        ("_Generic(opp, void *: 1, struct op *: 3)", 3),
        ("_Generic('a', char: 1, int: 2)", 2),
        ("_Generic(L'a', wchar_t: 1, default: 2)", 1),
        ("_Generic(sizeof 1, size_t: 1, default: 2)", 1),
        ("_Generic(1.0f, float: 1, double: 2)", 1),
        ("_Generic(1.0f + 1, float: 1, double: 2)", 1),
        ("_Generic(1.0L, double: 1, long double: 2)", 2),
        ("_Generic(uc, unsigned char: 1, int: 2)", 1),
        ("_Generic(uc << 1, unsigned char: 1, int: 2)", 2),
        ("_Generic(1 ? ip : vp, int *: 1, void *: 2)", 2),
        ("_Generic(1 ? ip : 0, int *: 1, void *: 2)", 1),
        ("_Generic(1 ? ip : (void *)0, int *: 1, void *: 2)", 1),
        ("_Generic(ip - ip, ptrdiff_t: 1, default: 2)", 1),
        ("_Generic(iv == 1, int: 1, default: 2)", 1),
        ("_Generic((char)1, char: 1, signed char: 2)", 1),
        ("_Generic((_Bool)1, _Bool: 1, int: 2)", 1),
        ("_Generic(0, default: 4, int: _Generic(1.0, double: 7))", 7),
        ("sizeof(_Generic(0, int: (char)1, long: 2L))", 1),
        ("_Generic(0, int: 1 / 1, long: 1 / 0)", 1),
        ("_Generic(fn(1), int: 1, default: 2)", 1),
        ("_Generic(&iv, int *: 1, default: 2)", 1),
        ("_Generic(*ip, int: 1, default: 2)", 1),
        ("_Generic(&arr[0], int *: 1, default: 2)", 1),
        ("_Generic((struct s){ 0 }, struct s: 1, default: 0)", 1),
        ("_Generic(sarr, struct s *: 1, default: 0)", 1),
        ("_Generic(csp->x, int: 1, default: 0)", 1),
        ("_Generic(ip, int: 1, default: 0)", 0),
        ("_Generic(~(unsigned short)1, int: 1, default: 0)", 1),
        ("_Generic(f, _Float32: 1, float: 2)", 2),
        ("_Generic(1, default: 3)", 3),
    ] {
        assert_eq!(
            integer(text, DataModel::LINUX_X86_64),
            Some(value),
            "{text}"
        );
    }
    for (text, value) in [
        ("_Generic(1L + 1u, long: 2, unsigned long: 3)", 3),
        ("_Generic(2147483648, long: 1, long long: 2, default: 3)", 2),
        (
            "_Generic(sizeof 1, unsigned long: 1, unsigned long long: 2)",
            2,
        ),
        ("_Generic(L'a', unsigned short: 1, int: 2)", 1),
    ] {
        assert_eq!(integer(text, DataModel::WINDOWS_GNU), Some(value), "{text}");
    }
}

/// Qualifiers are not kept: where they decide, a selection is no constant, and never the wrong one.
#[test]
fn what_qualifiers_decide_is_no_constant() {
    for text in [
        "_Generic(sv.cs, const char *: 1, char *: 2)",
        "_Generic(sv.n, struct s *: 1, default: 2)",
        "_Generic(\"a\", const char *: 1, default: 2)",
        "_Generic(cip, int *: 1, const int *: 2)",
        "_Generic(cip, int *: 1, default: 2)",
        "_Generic(ci, const int: 1, default: 2)",
        "_Generic(&ci, int *: 1, default: 2)",
        "_Generic(&*cip, int *: 1, default: 2)",
        "_Generic(*cpp, int *: 1, default: 2)",
        "_Generic(&csp->x, int *: 1, default: 2)",
        "_Generic(&sv.x, int *: 1, default: 2)",
        "_Generic(names, char **: 1, default: 2)",
        "_Generic(up, u *: 1, const u *: 2)",
        "_Generic(1 ? cip : vp, void *: 1, default: 2)",
        "_Generic(1.0f32, float: 1, default: 2)",
        // So do pointers of members to what is defined behind them.
        "sizeof(*h.p)",
        "sizeof(h.p->a)",
        // Enumerators that are no `int` have no type that compilers agree about.
        "_Generic(WIDE, long: 1, unsigned long: 2)",
        // And what C has no value for.
        "(iv = 1)",
        "(iv++)",
        "_Generic(0, int: 1, int: 2)",
        "_Generic(0, long: 1)",
        "_Generic(ev, unsigned: 1, enum e: 2)",
        "_Generic(unknown, int: 1, default: 2)",
        "(1, 2)",
        "__builtin_choose_expr(iv, 1, 2)",
        "__builtin_types_compatible_p(int *, const int *)",
        "__builtin_types_compatible_p(int[], int[3])",
    ] {
        let value = integer(text, DataModel::LINUX_X86_64);
        let is_right = value == Some(1) && text.contains("(up, ");
        assert!(value.is_none() || is_right, "{text}: {value:?}");
    }
}

#[test]
fn types_are_compared() {
    for (text, value) in [
        ("__builtin_types_compatible_p(int, int)", 1),
        ("__builtin_types_compatible_p(int, const int)", 1),
        ("__builtin_types_compatible_p(typeof(iv), int)", 1),
        ("__builtin_types_compatible_p(typeof(sv), t)", 1),
        ("__builtin_types_compatible_p(enum e, unsigned)", 1),
        ("__builtin_types_compatible_p(long, long long)", 0),
        ("__builtin_types_compatible_p(int[2], int[3])", 0),
        (
            "__builtin_types_compatible_p(char *, const unsigned char *)",
            0,
        ),
        ("__builtin_choose_expr(sizeof(int) == 4, 7, 1 / 0)", 7),
        ("sizeof(__builtin_choose_expr(0, 1, (char)2))", 1),
        (
            "_Generic(__builtin_choose_expr(1, iv, f), int: 1, default: 2)",
            1,
        ),
        ("sizeof((1, 2, (char)3))", 1),
        ("sizeof((1, arr))", 8),
        ("1 ? 2 : (3, 4)", 2),
        ("sizeof(*(1 ? (void *)(0 * 5l) : (int *)8))", 4),
        ("sizeof(*(1 ? (int *)8 : (void *)0))", 4),
        ("sizeof(*(1 ? (void *)(iv * 0l) : (int *)8))", 1),
        ("sizeof(*(1 ? (int *)8 : (void *)1))", 1),
        ("sizeof(*(1 ? (int *)0 : (void *)(void *)0))", 1),
        ("sizeof(*(0 ? arr : (void *)0))", 4),
        ("sizeof(*(0 ? arr : 0))", 4),
        ("sizeof(*(0 ? 0 : ip))", 4),
        // What a pointer points to may be defined behind it.
        ("sizeof(*lp)", 20),
        ("sizeof(lp->a[0])", 4),
        ("sizeof(*vp)", 1),
        ("sizeof(*(struct later *)0)", 20),
        ("_Generic(*lp, struct later: 1, default: 2)", 1),
        ("sizeof(fps[0]())", 2),
        ("sizeof((*fps[0])())", 2),
        ("sizeof(3[ip])", 4),
        ("sizeof(uc = 5)", 1),
        ("sizeof(uc += 5L)", 1),
        ("sizeof(uc++)", 1),
        ("sizeof(--uc)", 1),
        ("sizeof(- -uc)", 4),
        ("sizeof(*ip++)", 4),
        ("sizeof((ip = 0, uc))", 1),
        ("2 - -1", 3),
        ("!__builtin_types_compatible_p(int[3], typeof(&arr[0]))", 1),
    ] {
        assert_eq!(
            integer(text, DataModel::LINUX_X86_64),
            Some(value),
            "{text}"
        );
    }
}

#[test]
fn macros_and_types_are_chosen() {
    let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    let text = "
#define IS_LONG _Generic((size_t)0, unsigned long: 1, default: 0)
        typeof(_Generic(0, int: 1.0f, default: (char)0)) x;
        char a[_Generic(1L, int: 1, long: 2)];
        _Static_assert(_Generic(x, float: 1, default: 0), \"\");
    ";
    declarations.parse(text).expect("it is C");
    let value = declarations.constant("IS_LONG").expect("it is one").value;
    assert_eq!(value.integer(), Some(1));
    let ty = |name: &str| {
        declarations
            .variable(name)
            .map(|found| found.ty.to_string())
    };
    assert_eq!(ty("x").as_deref(), Ok("f32"));
    assert_eq!(ty("a").as_deref(), Ok("[char; 2]"));
}

/// Types in types in types, each of which a choice asks for.
#[test]
fn no_choice_takes_long() {
    let mut ty = "int *".to_string();
    for _ in 0..10 {
        ty = format!("typeof(0 ? ({ty})0 : (void *)0)");
    }
    let text = format!("sizeof(*(1 ? ({ty})0 : (void *)0))");
    assert_eq!(integer(&text, DataModel::LINUX_X86_64), Some(4));
    let mut generic = "1".to_string();
    for _ in 0..20 {
        generic = format!("_Generic({generic}, int: 1 ? 2 : x, default: 3)");
    }
    assert_eq!(integer(&generic, DataModel::LINUX_X86_64), Some(2));
}
