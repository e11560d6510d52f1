# Python's cffi in its ABI mode: structs by value, callbacks, variadic functions.
import cffi

ffi = cffi.FFI()
ffi.cdef(
    """
    typedef struct { int quot, rem; } div_t;
    typedef struct { long quot, rem; } ldiv_t;
    div_t div(int, int);
    ldiv_t ldiv(long, long);
    int snprintf(char *, size_t, const char *, ...);
    void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
    double strtod(const char *, char **);
    long double strtold(const char *, char **);
    """
)
c = ffi.dlopen(None)
small, large = c.div(17, 5), c.ldiv(-(10**12) - 7, 1000)
print(small.quot, small.rem, large.quot, large.rem)
text = ffi.new("char[64]")
arguments = (ffi.cast("int", 42), ffi.new("char[]", b"text"), ffi.cast("double", 1.5), ffi.cast("long", -7))
print(c.snprintf(text, 64, b"%d %s %.2f %ld", *arguments), ffi.string(text))
print(c.strtod(b"1.25", ffi.NULL), float(c.strtold(b"2.5", ffi.NULL)))


@ffi.callback("int(const void *, const void *)")
def compare(a, b):
    return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]


numbers = ffi.new("int[]", [index * 7919 % 503 for index in range(60)])
c.qsort(numbers, 60, 4, compare)
print(list(numbers))
for name, value in {
    "signed char": -5, "unsigned char": 250, "short": -500, "unsigned short": 60000, "int": -50000,
    "unsigned int": 4 * 10**9, "long": -(2**50), "unsigned long": 2**64 - 1, "float": 0.5, "double": -1.5e100,
}.items():
    print(name, ffi.callback(f"{name}({name}, double, {name})", lambda a, b, c: c)(value, 2.0, value))
