//! The C functions that are called, compiled into a shared library as a host would load one.

use std::path::Path;
use std::process::Command;

use trampette::Library;

const SOURCE: &str = r"
typedef struct { double x, y; } point;
void nothing(void) {}
int add(int a, int b) { return a + b; }
long six(long a, long b, long c, long d, long e, long f) { return a + b + c + d + e + f; }
double eight(double a, double b, double c, double d, double e, double f, double g, double h) {
    return a + b + c + d + e + f + g + h;
}
double sixteen(int a, double b, int c, double d, int e, double f, int g, double h,
               int i, double j, int k, double l, int m, double n, int o, double p) {
    return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p;
}
point swap(point p) { return (point){p.y, p.x}; }
";

/// Compiles and loads the C functions.
///
/// # Panics
///
/// Without a C compiler, or when it fails.
#[must_use]
pub fn load() -> Library {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (source, library) = (
        folder.path().join("calls.c"),
        folder.path().join("calls.so"),
    );
    std::fs::write(&source, SOURCE).expect("the source is written");
    compile(&source, &library);
    // SAFETY: the library has no initialisers.
    unsafe { Library::open(&library) }.expect("the compiled library loads")
}

fn compile(source: &Path, library: &Path) {
    let status = Command::new("cc")
        .args(["-O2", "-shared", "-fPIC", "-o"])
        .args([library, source])
        .status()
        .expect("`cc`, a C compiler, runs");
    assert!(status.success(), "cc fails");
}
