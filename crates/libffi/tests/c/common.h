/* What the programs share: checks, and types of many shapes. */

#include <ffi.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))
#define COUNT(array) (sizeof(array) / sizeof *(array))

#define CHECK(condition)                                                       \
  do                                                                           \
    if (!(condition)) {                                                        \
      printf("line %d: %s does not hold\n", __LINE__, #condition);             \
      fflush(stdout);                                                          \
      exit(1);                                                                 \
    }                                                                          \
  while (0)

/* Structs by classes: name, members, description, and how each member is printed. */
#define STRUCTS(X)                                                                          \
  X(char1, M(char a;), E(&ffi_type_schar), "%d", s.a)                                      \
  X(short1, M(short a;), E(&ffi_type_sshort), "%d", s.a)                                   \
  X(chars3, M(signed char a, b, c;),                                                       \
    E(&ffi_type_schar, &ffi_type_schar, &ffi_type_schar), "%d %d %d", s.a, s.b, s.c)        \
  X(int1, M(int a;), E(&ffi_type_sint), "%d", s.a)                                         \
  X(mixed5, M(int a; signed char b;), E(&ffi_type_sint, &ffi_type_schar), "%d %d", s.a, s.b) \
  X(shorts3, M(short a, b, c;),                                                            \
    E(&ffi_type_sshort, &ffi_type_sshort, &ffi_type_sshort), "%d %d %d", s.a, s.b, s.c)     \
  X(chars7, M(signed char a, b, c, d, e, f, g;),                                           \
    E(&ffi_type_schar, &ffi_type_schar, &ffi_type_schar, &ffi_type_schar, &ffi_type_schar,  \
      &ffi_type_schar, &ffi_type_schar),                                                    \
    "%d %d %d %d %d %d %d", s.a, s.b, s.c, s.d, s.e, s.f, s.g)                              \
  X(ints2, M(int a, b;), E(&ffi_type_sint, &ffi_type_sint), "%d %d", s.a, s.b)             \
  X(long1, M(long long a;), E(&ffi_type_sint64), "%lld", s.a)                              \
  X(float1, M(float a;), E(&ffi_type_float), "%g", s.a)                                    \
  X(floats2, M(float a, b;), E(&ffi_type_float, &ffi_type_float), "%g %g", s.a, s.b)       \
  X(floats3, M(float a, b, c;), E(&ffi_type_float, &ffi_type_float, &ffi_type_float),      \
    "%g %g %g", s.a, s.b, s.c)                                                              \
  X(floats4, M(float a, b, c, d;),                                                         \
    E(&ffi_type_float, &ffi_type_float, &ffi_type_float, &ffi_type_float), "%g %g %g %g",   \
    s.a, s.b, s.c, s.d)                                                                     \
  X(float_int, M(float a; int b;), E(&ffi_type_float, &ffi_type_sint), "%g %d", s.a, s.b)  \
  X(double1, M(double a;), E(&ffi_type_double), "%g", s.a)                                 \
  X(doubles2, M(double a, b;), E(&ffi_type_double, &ffi_type_double), "%g %g", s.a, s.b)   \
  X(doubles3, M(double a, b, c;), E(&ffi_type_double, &ffi_type_double, &ffi_type_double), \
    "%g %g %g", s.a, s.b, s.c)                                                              \
  X(doubles4, M(double a, b, c, d;),                                                       \
    E(&ffi_type_double, &ffi_type_double, &ffi_type_double, &ffi_type_double),              \
    "%g %g %g %g", s.a, s.b, s.c, s.d)                                                      \
  X(double_long, M(double a; long long b;), E(&ffi_type_double, &ffi_type_sint64),         \
    "%g %lld", s.a, s.b)                                                                    \
  X(long_double, M(long long a; double b;), E(&ffi_type_sint64, &ffi_type_double),         \
    "%lld %g", s.a, s.b)                                                                    \
  X(char_double, M(char a; double b;), E(&ffi_type_schar, &ffi_type_double), "%d %g", s.a, s.b) \
  X(longs2, M(long long a, b;), E(&ffi_type_sint64, &ffi_type_sint64), "%lld %lld", s.a, s.b) \
  X(int_longs, M(int a; long long b, c;),                                                  \
    E(&ffi_type_sint, &ffi_type_sint64, &ffi_type_sint64), "%d %lld %lld", s.a, s.b, s.c)   \
  X(pointer_char, M(void *a; char b;), E(&ffi_type_pointer, &ffi_type_schar), "%p %d", s.a, s.b) \
  X(large, M(long long a, b, c, d, e, f, g;),                                              \
    E(&ffi_type_sint64, &ffi_type_sint64, &ffi_type_sint64, &ffi_type_sint64,               \
      &ffi_type_sint64, &ffi_type_sint64, &ffi_type_sint64),                                \
    "%lld %lld %lld %lld %lld %lld %lld", s.a, s.b, s.c, s.d, s.e, s.f, s.g)                \
  X(nested, M(struct { char a; float b; } x; short c;),                                    \
    E(&char_float_type, &ffi_type_sshort), "%d %g %d", s.x.a, s.x.b, s.c)

static ffi_type *char_float_elements[] = {&ffi_type_schar, &ffi_type_float, NULL};
static ffi_type char_float_type = {0, 0, FFI_TYPE_STRUCT, char_float_elements};

#define E(...) {__VA_ARGS__, NULL}
#define M(...) {__VA_ARGS__}

#define DECLARE(name, members, elements, format, ...)                          \
  typedef struct name members name;                                           \
  static UNUSED ffi_type *name##_elements[] = elements;                        \
  static UNUSED ffi_type name##_type = {0, 0, FFI_TYPE_STRUCT, name##_elements};      \
  static UNUSED void print_##name(name s) { printf(format, __VA_ARGS__); }
STRUCTS(DECLARE)
#undef DECLARE

/* Bytes that are a sound value of any of these types, and differ. */
static UNUSED void fill(void *value, size_t size, unsigned seed) {
  unsigned char *bytes = (unsigned char *)value;
  for (size_t i = 0; i < size; i++)
    bytes[i] = (unsigned char)((i + 1) * 17 + seed * 5) & 0x7B;
}
