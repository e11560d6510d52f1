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

/* Callbacks: each `repeat_` calls a function pointer that the compiler knows nothing about. */
typedef struct { long a, b, c; } triple;
static volatile int ints[2] = {1, 2};
static volatile double doubles[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static volatile long longs[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
void repeat_nothing(void (*volatile f)(void), unsigned long n) { while (n--) f(); }
int repeat_add(int (*volatile f)(int, int), unsigned long n) {
    int sum = 0;
    while (n--) sum = f(ints[0], ints[1]);
    return sum;
}
double repeat_eight(double (*volatile f)(double, double, double, double, double, double, double, double),
                    unsigned long n) {
    double sum = 0;
    while (n--) sum = f(doubles[0], doubles[1], doubles[2], doubles[3],
                        doubles[4], doubles[5], doubles[6], doubles[7]);
    return sum;
}
long repeat_twelve(long (*volatile f)(long, long, long, long, long, long,
                                      long, long, long, long, long, long), unsigned long n) {
    long sum = 0;
    while (n--) sum = f(longs[0], longs[1], longs[2], longs[3], longs[4], longs[5],
                        longs[6], longs[7], longs[8], longs[9], longs[10], longs[11]);
    return sum;
}
long repeat_turn(triple (*volatile f)(triple), unsigned long n) {
    long sum = 0;
    while (n--) sum = f((triple){longs[0], longs[1], longs[2]}).a;
    return sum;
}
double repeat_rest(double (*volatile f)(int, ...), unsigned long n) {
    double sum = 0;
    while (n--) sum = f(4, longs[0], doubles[1], longs[2], doubles[3]);
    return sum;
}
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
