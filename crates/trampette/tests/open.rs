//! Opening libraries: why one cannot be opened, and what its symbols are.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod fixture;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use fixture::Fixture;
use trampette::{CType, Error, Function, Library, Signature, Value};

const ONE: &str = "int one(void) { return 1; }";

fn try_open(name: impl AsRef<OsStr>) -> Result<Library, Error> {
    // SAFETY: the libraries of these tests run nothing when they are loaded.
    unsafe { Library::open(name) }
}

fn open(path: &Path) -> Library {
    try_open(path).unwrap()
}

/// The error, after checking that its message names the library and has the loader's own words.
fn refused(name: impl AsRef<OsStr>, words: &str) -> Error {
    let name = name.as_ref();
    let error = try_open(name).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&*name.to_string_lossy()), "{message}");
    assert!(message.contains(words), "{message}");
    error
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

#[test]
fn a_name_that_the_loader_does_not_know_is_not_found() {
    let error = refused("libno.so.such", "cannot open shared object file");
    assert!(matches!(error, Error::LibraryNotFound { library, .. } if library == "libno.so.such"));
}

#[test]
fn a_path_without_a_file_is_not_found() {
    let fixture = Fixture::new();
    let error = refused(fixture.path("libabsent.so"), "No such file or directory");
    assert_eq!(error.code(), "library-not-found");
    let error = refused(
        "no/such/directory/libabsent.so",
        "No such file or directory",
    );
    assert_eq!(error.code(), "library-not-found");
}

#[cfg(feature = "exports")]
#[test]
fn a_file_that_is_no_library_is_told() {
    let fixture = Fixture::new();
    let program = "int main(void) { return 0; }";
    let files = [
        (
            fixture.file("text.so", "int one(void) { return 1; }\n".repeat(9)),
            "invalid ELF header",
        ),
        (fixture.file("empty.so", ""), "file too short"),
        (fixture.path("."), "Is a directory"),
        (
            fixture.compile("object.o", ONE, &["-c"]),
            "only ET_DYN and ET_EXEC can be loaded",
        ),
        (
            fixture.compile("fixed", program, &["-no-pie"]),
            "cannot dynamically load",
        ),
        (
            fixture.compile("movable", program, &["-pie", "-fPIE"]),
            "cannot dynamically load",
        ),
    ];
    for (path, words) in files {
        let error = refused(&path, words);
        assert_eq!(error.code(), "not-a-library", "{error}");
    }
}

#[test]
fn a_directory_with_a_slash_is_no_missing_library() {
    let fixture = Fixture::new();
    let name = format!("{}/", fixture.path("").display());
    assert_eq!(refused(name, "Is a directory").code(), "not-a-library");
}

#[test]
fn a_damaged_library_fails_in_the_loaders_words() {
    let fixture = Fixture::new();
    let whole = fs::read(fixture.library("libone.so", ONE, &[])).unwrap();
    let error = refused(fixture.file("libcut.so", &whole[..200]), "libcut.so");
    assert_eq!(error.code(), "load-failed", "{error}");
}

#[cfg(feature = "exports")]
#[test]
fn a_library_for_another_machine_is_told() {
    let fixture = Fixture::new();
    let whole = fs::read(fixture.library("libone.so", ONE, &[])).unwrap();
    let check = |name: &str, offset: usize, bytes: &[u8], machine: &str| {
        let mut patched = whole.clone();
        patched[offset..offset + bytes.len()].copy_from_slice(bytes);
        let error = refused(fixture.file(name, patched), name);
        let Error::WrongArchitecture {
            found, expected, ..
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!(
            (found.as_str(), *expected),
            (machine, std::env::consts::ARCH)
        );
    };
    // e_machine stands at 18, the class at 4 and the byte order at 5.
    check("libriscv.so", 18, &[243, 0], "riscv64");
    check("libodd.so", 18, &[0x34, 0x12], "machine 4660");
    if cfg!(target_arch = "x86_64") {
        check("libarm.so", 18, &[183, 0], "aarch64");
        check("libx32.so", 4, &[1], "x86_64 of another pointer width");
        check(
            "libbig.so",
            5,
            &[2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62],
            "x86_64 of the other byte order",
        );
    }

    // A 32-bit header of an i386 library, and nothing else.
    let mut header = vec![0; 0x200];
    header[..7].copy_from_slice(b"\x7fELF\x01\x01\x01");
    header[16..22].copy_from_slice(&[3, 0, 3, 0, 1, 0]);
    let error = refused(fixture.file("libold.so", header), "wrong ELF class");
    assert!(matches!(error, Error::WrongArchitecture { found, .. } if found == "x86"));
}

#[test]
fn a_missing_dependency_is_named_and_the_library_itself_is_not_blamed() {
    let fixture = Fixture::new();
    let inner = fixture.library("libinner.so", "int inner(void) { return 2; }", &[]);
    let source = "extern int inner(void); int outer(void) { return inner(); }";
    let outer = fixture.library(
        "libouter.so",
        source,
        &["-L.", "-linner", "-Wl,-rpath,$ORIGIN"],
    );
    assert_eq!(call_int(&open(&outer), "outer"), Value::I32(2));

    fs::write(&inner, "no library").unwrap();
    let Error::MissingDependency {
        library,
        dependency,
        ..
    } = refused(&outer, "libinner.so: file too short")
    else {
        panic!("a damaged dependency is one that cannot be loaded");
    };
    assert_eq!(
        (Path::new(&library), Path::new(&dependency)),
        (&*outer, &*inner)
    );

    fs::remove_file(&inner).unwrap();
    let error = refused(&outer, "libinner.so: cannot open shared object file");
    assert!(
        matches!(error, Error::MissingDependency { dependency, .. } if dependency == "libinner.so")
    );

    fs::remove_file(&outer).unwrap();
    let error = refused(&outer, "libouter.so: cannot open shared object file");
    assert_eq!(error.code(), "library-not-found");
}

#[test]
fn an_undefined_symbol_fails_in_the_loaders_words() {
    let fixture = Fixture::new();
    let source = "extern int nowhere(void); int uses(void) { return nowhere(); }";
    let path = fixture.library("libwants.so", source, &["-Wl,-z,now"]);
    let error = refused(&path, "undefined symbol: nowhere");
    assert!(
        matches!(&error, Error::LoadFailed { library, .. } if Path::new(library) == path),
        "{error:?}"
    );
}

#[test]
fn a_version_that_a_dependency_lacks_fails_in_the_loaders_words() {
    let fixture = Fixture::new();
    let version = |name: &str| {
        let script = fixture.file("versions", format!("{name} {{ global: *; }};"));
        format!("-Wl,--version-script={}", script.display())
    };
    fixture.library(
        "libinner.so",
        "int inner(void) { return 2; }",
        &[&version("NEW")],
    );
    let source = "extern int inner(void); int outer(void) { return inner(); }";
    let outer = fixture.library(
        "libouter.so",
        source,
        &["-L.", "-linner", "-Wl,-rpath,$ORIGIN"],
    );
    fixture.library(
        "libinner.so",
        "int inner(void) { return 2; }",
        &[&version("OLD")],
    );
    assert_eq!(
        refused(outer, "version `NEW' not found").code(),
        "load-failed"
    );
}

#[test]
fn a_nul_in_a_name_is_refused_before_the_loader_sees_it() {
    let error = try_open("libm.so.6\0.so").unwrap_err();
    assert!(matches!(error, Error::NulInString { position: 9 }));
    let error = Library::process().symbol("mal\0loc").unwrap_err();
    assert!(matches!(error, Error::NulInString { position: 3 }));
}

#[test]
fn a_path_that_is_no_text_opens_like_any_other() {
    use std::os::unix::ffi::OsStrExt;

    let fixture = Fixture::new();
    let odd = fixture.path("").join(OsStr::from_bytes(b"lib\xff.so"));
    fs::rename(fixture.library("libone.so", ONE, &[]), &odd).unwrap();
    let library = open(&odd);
    assert_eq!(call_int(&library, "one"), Value::I32(1));
    assert_eq!(library.path(), Some(odd.clone()));

    // Never under a loaded library, which would fault.
    drop(library);
    fs::write(&odd, "").unwrap();
    let error = try_open(&odd).unwrap_err();
    assert_ne!(error.code(), "library-not-found", "{error}");
}

#[test]
fn a_relative_path_is_kept_absolute() {
    let fixture = Fixture::new();
    let path = fixture.library("libone.so", ONE, &[]);
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(path.strip_prefix("/").unwrap());
    let found = open(&relative).path().unwrap();
    assert!(found.is_absolute());
    assert_eq!(found.canonicalize().unwrap(), path.canonicalize().unwrap());
}

#[test]
fn an_unknown_symbol_is_named_in_the_loaders_words() {
    let fixture = Fixture::new();
    let path = fixture.library("libone.so", ONE, &[]);
    let error = open(&path).symbol("two").unwrap_err();
    assert_eq!(error.code(), "symbol-not-found");
    assert!(
        error.to_string().contains("undefined symbol: two"),
        "{error}"
    );
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
    // The flag is leaked: the library writes to it when it is unloaded.
    let gone: *mut i32 = Box::into_raw(Box::new(0));
    // SAFETY: this is its signature, and the flag lives for ever.
    unsafe { tell.call(&[Value::from(gone.cast::<std::ffi::c_void>())]) }.unwrap();
    let unloaded = || {
        // SAFETY: the flag lives for ever, and only this thread unloads the library.
        unsafe { gone.read_volatile() }
    };

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

#[test]
fn hard_case_36_a_symbol_of_address_zero_is_told_from_an_absent_one() {
    let fixture = Fixture::new();
    let path = fixture.library("libzero.so", ONE, &["-Wl,--defsym=zero=0"]);
    let library = open(&path);
    let error = library.symbol("zero").unwrap_err();
    assert!(
        matches!(&error, Error::NullSymbol { symbol, .. } if symbol == "zero"),
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
