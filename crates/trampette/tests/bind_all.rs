//! A library bound with the declarations of a header.
#![cfg(all(feature = "cdecl", any(target_os = "linux", windows)))]

use std::thread;

use trampette::cdecl::{Declarations, Options};
use trampette::{Aggregate, Bound, Library, MODEL, Value};

fn bound(text: &str) -> Bound {
    let mut declarations = Declarations::new(Options::new(MODEL));
    declarations.parse(text).expect("it is C");
    Library::process().bind_all(&declarations)
}

#[test]
fn functions_are_called_by_name_and_structs_read_by_theirs() {
    let libc = bound(
        "typedef struct { int quot; int rem; } div_t;
        div_t div(int, int);
        static inline int twice(int x) { return 2 * x; }
        int absolute(int) __asm__(\"abs\");
        extern int no_such_variable;
        int no_such_function(_Complex int);",
    );
    assert_eq!(libc.functions().collect::<Vec<_>>(), ["absolute", "div"]);
    assert_eq!(libc.missing(), ["no_such_variable"]);
    let div = libc.function("div").expect("the C library has it");
    // SAFETY: these are the types of `div`, and the divisor is not zero.
    let result = unsafe { div.call(&[Value::from(7), Value::from(2)]) };
    let result = result.expect("it is called");
    let result = result.as_aggregate().expect("a struct");
    let field = |result: &Aggregate, name| result.field(name).expect("a field");
    assert_eq!(field(result, "quot"), Value::I32(3));
    assert_eq!(field(result, "rem"), Value::I32(1));
    let absolute = libc.function("absolute").expect("by its other name");
    // SAFETY: these are the types of `abs`.
    let result = unsafe { absolute.call(&[Value::from(-3)]) };
    assert_eq!(result.ok(), Some(Value::I32(3)));
}

#[test]
fn what_cannot_be_bound_says_why() {
    let libc =
        bound("int abs(int); int frobnicate(int); _Decimal64 half(_Decimal64); extern int abs_;");
    let code = |name: &str| libc.function(name).map(drop).map_err(|error| error.code());
    assert_eq!(code("abs"), Ok(()));
    assert_eq!(code("frobnicate"), Err("symbol-not-found"));
    assert_eq!(code("half"), Err("unsupported"));
    assert_eq!(code("abs_"), Err("wrong-declaration"));
    assert_eq!(code("bas"), Err("undeclared"));
    let code = |name: &str| libc.variable(name).map(drop).map_err(|error| error.code());
    assert_eq!(code("abs_"), Err("symbol-not-found"));
    assert_eq!(code("abs"), Err("wrong-declaration"));
}

#[test]
fn threads_share_what_is_bound() {
    let libc = bound(
        "int toupper(int); int tolower(int); unsigned long strtoul(const char *, char **, int);",
    );
    libc.prepare().expect("there is executable memory");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let toupper = libc.function("toupper").expect("the C library has it");
                // SAFETY: these are the types of `toupper`.
                let upper = unsafe { toupper.call(&[Value::from(97)]) };
                assert_eq!(upper.ok(), Some(Value::I32(65)));
            });
        }
    });
}
