//! What symbols are, and what keeps them: hard cases 35 and 36. Windows has neither symbols of address
//! zero, nor resolvers, nor versions.
#![cfg(any(all(target_os = "linux", target_env = "gnu"), windows))]

mod fixture;

use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

use fixture::Fixture;
use trampette::{CType, Function, Library, Signature, Value};

#[cfg(target_os = "linux")]
const ONE: &str = "int one(void) { return 1; }";

fn open(path: &Path) -> Library {
    // SAFETY: the libraries of these tests run nothing that could do harm.
    unsafe { Library::open(path) }.unwrap()
}

fn signature(text: &str) -> Signature {
    text.parse().unwrap()
}

fn ty(text: &str) -> CType {
    text.parse().unwrap()
}

/// Calls a function without arguments.
fn call(function: &Function) -> Value {
    // SAFETY: the functions of these tests have the signatures that they are looked up with.
    unsafe { function.call(&[]) }.unwrap()
}

fn call_int(library: &Library, symbol: &str) -> Value {
    call(&library.function(symbol, &signature("() -> int")).unwrap())
}

const COUNTER: &str = r#"
    int counter = 40;
    int next(void) { return ++counter; }
    static int *gone;
    void tell(int *flag) { gone = flag; }
    __attribute__((destructor)) static void leave(void) { if (gone) *gone = 1; }
"#;

#[test]
fn hard_case_35_functions_and_variables_keep_their_library_loaded() {
    let fixture = Fixture::new();
    let library = open(&fixture.library("libcounter.so", COUNTER, &[]));
    let next = library.function("next", &signature("() -> int")).unwrap();
    let tell = library
        .function("tell", &signature("(ptr) -> void"))
        .unwrap();
    let counter = library.variable("counter", &ty("int")).unwrap();
    // The flag is static: the library writes to it when it is unloaded.
    static GONE: AtomicI32 = AtomicI32::new(0);
    let gone = GONE.as_ptr();
    // SAFETY: this is its signature, and the flag lives for ever.
    unsafe { tell.call(&[Value::from(gone.cast::<std::ffi::c_void>())]) }.unwrap();
    let unloaded = || GONE.load(Ordering::Relaxed);

    drop((library, tell));
    assert_eq!(unloaded(), 0);
    assert_eq!(call(&next), Value::I32(41));
    let again = next.clone();
    drop(next);
    assert_eq!(call(&again), Value::I32(42));
    drop(again);
    assert_eq!(unloaded(), 0);
    // SAFETY: it is an `int`, which nobody else uses.
    assert_eq!(unsafe { counter.read() }.unwrap(), Value::I32(42));
    // SAFETY: as above.
    unsafe { counter.write(&Value::I32(7)) }.unwrap();
    // SAFETY: as above.
    assert_eq!(unsafe { counter.clone().read() }.unwrap(), Value::I32(7));
    drop(counter);
    assert_eq!(unloaded(), 1, "nothing holds the library any more");
}

#[cfg(target_os = "linux")]
#[test]
fn hard_case_36_a_symbol_of_address_zero_is_told_from_an_absent_one() {
    let fixture = Fixture::new();
    let path = fixture.library("libzero.so", ONE, &["-Wl,--defsym=zero=0"]);
    let library = open(&path);
    let error = library.symbol("zero").unwrap_err();
    assert!(
        matches!(&error, trampette::Error::NullSymbol { symbol, .. } if symbol == "zero"),
        "{error:?}"
    );
    assert!(!library.has_symbol("zero"));
    assert_eq!(
        library
            .function("zero", &signature("() -> int"))
            .unwrap_err()
            .code(),
        "null-symbol"
    );
    assert_eq!(
        library.variable("zero", &ty("int")).unwrap_err().code(),
        "null-symbol"
    );
    assert_eq!(
        library.symbol("absent").unwrap_err().code(),
        "symbol-not-found"
    );
    assert!(library.has_symbol("one"));
}

#[cfg(target_os = "linux")]
#[test]
fn hard_case_36_a_resolver_that_chooses_nothing_is_a_null_symbol() {
    let fixture = Fixture::new();
    let source = r#"
        static void *choose(void) { return 0; }
        int nothing(void) __attribute__((ifunc("choose")));
    "#;
    let library = open(&fixture.library("libnothing.so", source, &["-w"]));
    assert_eq!(library.symbol("nothing").unwrap_err().code(), "null-symbol");
}

#[cfg(target_os = "linux")]
#[test]
fn hard_case_36_an_indirect_function_is_the_one_that_its_resolver_chooses() {
    let fixture = Fixture::new();
    let source = r#"
        static int plain(void) { return 1; }
        static int chosen(void) { return 2; }
        static int (*choose(void))(void) { return sizeof(void *) > 1 ? chosen : plain; }
        int indirect(void) __attribute__((ifunc("choose")));
        int direct(void) { return indirect(); }
    "#;
    let library = open(&fixture.library("libindirect.so", source, &[]));
    assert_eq!(call_int(&library, "indirect"), Value::I32(2));
    assert_eq!(call_int(&library, "direct"), Value::I32(2));
}

#[cfg(target_os = "linux")]
#[test]
fn hard_case_36_the_default_version_of_a_symbol_is_used() {
    let fixture = Fixture::new();
    let source = r#"
        int first(void) { return 1; }
        int second(void) { return 2; }
        int retired(void) { return 3; }
        __asm__(".symver first, answer@V_1");
        __asm__(".symver second, answer@@V_2");
        __asm__(".symver retired, withdrawn@V_1");
    "#;
    let script = fixture.file(
        "versions",
        "V_1 { global: answer; withdrawn; local: *; }; V_2 { global: answer; } V_1;",
    );
    let script = format!("-Wl,--version-script={}", script.display());
    let library = open(&fixture.library("libversions.so", source, &[&script]));
    assert_eq!(call_int(&library, "answer"), Value::I32(2));
    assert_eq!(
        library.symbol("withdrawn").unwrap_err().code(),
        "symbol-not-found"
    );
}

#[test]
fn hard_case_36_data_symbols_are_read_and_written_as_variables() {
    let fixture = Fixture::new();
    let source = r#"
        int number = -5;
        const char *text = "hello";
        const double ratio = 0.5;
        int read_number(void) { return number; }
    "#;
    let library = open(&fixture.library("libdata.so", source, &[]));
    let number = library.variable("number", &ty("int")).unwrap();
    let text = library.variable("text", &CType::String).unwrap();
    let ratio = library.variable("ratio", &ty("double")).unwrap();
    // SAFETY: these are their types, and nobody else uses them.
    assert_eq!(unsafe { number.read() }.unwrap(), Value::I32(-5));
    // SAFETY: as above.
    assert_eq!(unsafe { ratio.read() }.unwrap(), Value::F64(0.5));
    // SAFETY: as above.
    assert_eq!(unsafe { text.read() }.unwrap().to_string(), "hello");
    // SAFETY: as above.
    unsafe { number.write(&Value::I32(1 << 20)) }.unwrap();
    assert_eq!(call_int(&library, "read_number"), Value::I32(1 << 20));
}
