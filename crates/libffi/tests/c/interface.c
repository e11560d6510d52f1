/* Uses the whole interface of libffi 3.4, and prints what comes out: the same with every library and header. */

#define _GNU_SOURCE
#include "common.h"

#include <complex.h>
#include <errno.h>
#include <stddef.h>

#if !defined(_WIN32)
#include <sys/mman.h>
#endif

static ffi_cif prepared(ffi_type *result, unsigned count, ffi_type **types) {
  ffi_cif cif;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, count, result, types) == FFI_OK);
  return cif;
}

/* ---- layouts ---------------------------------------------------------- */

#define OFFSET(type, member) printf(" " #member " %zu", offsetof(type, member))
#define TYPE(name)                                                             \
  printf(#name ": size %zu, alignment %u, code %u\n", name.size,               \
         (unsigned)name.alignment, (unsigned)name.type)

static void layouts(void) {
  printf("ffi_type %zu:", sizeof(ffi_type));
  OFFSET(ffi_type, size), OFFSET(ffi_type, alignment), OFFSET(ffi_type, type), OFFSET(ffi_type, elements);
  printf("\nffi_cif %zu:", sizeof(ffi_cif));
  OFFSET(ffi_cif, abi), OFFSET(ffi_cif, nargs), OFFSET(ffi_cif, arg_types), OFFSET(ffi_cif, rtype);
  OFFSET(ffi_cif, bytes), OFFSET(ffi_cif, flags);
  printf("\nffi_closure %zu:", sizeof(ffi_closure));
  OFFSET(ffi_closure, tramp), OFFSET(ffi_closure, cif), OFFSET(ffi_closure, fun), OFFSET(ffi_closure, user_data);
  printf("\nffi_raw_closure %zu:", sizeof(ffi_raw_closure));
  OFFSET(ffi_raw_closure, cif), OFFSET(ffi_raw_closure, translate_args);
  OFFSET(ffi_raw_closure, this_closure), OFFSET(ffi_raw_closure, fun), OFFSET(ffi_raw_closure, user_data);
  printf("\nffi_java_raw_closure %zu\n", sizeof(ffi_java_raw_closure));
#if FFI_GO_CLOSURES
  printf("ffi_go_closure %zu:", sizeof(ffi_go_closure));
  OFFSET(ffi_go_closure, tramp), OFFSET(ffi_go_closure, cif), OFFSET(ffi_go_closure, fun);
  printf("\n");
#endif
  printf("ffi_arg %zu, ffi_raw %zu, ffi_java_raw %zu, ffi_status %zu\n", sizeof(ffi_arg),
         sizeof(ffi_raw), sizeof(ffi_java_raw), sizeof(ffi_status));
  printf("conventions %d %d %d\n", FFI_FIRST_ABI, FFI_DEFAULT_ABI, FFI_LAST_ABI);
#if defined(__x86_64__) && !defined(_WIN32)
  printf("conventions of x86-64 %d %d %d %d\n", FFI_UNIX64, FFI_WIN64, FFI_EFI64, FFI_GNUW64);
#endif
  printf("trampoline %d, raw api %d, closures %d, sizes %d %d\n", FFI_TRAMPOLINE_SIZE,
         FFI_NATIVE_RAW_API, FFI_CLOSURES, FFI_SIZEOF_ARG, FFI_SIZEOF_JAVA_RAW);
  TYPE(ffi_type_void), TYPE(ffi_type_uint8), TYPE(ffi_type_sint8), TYPE(ffi_type_uint16);
  TYPE(ffi_type_sint16), TYPE(ffi_type_uint32), TYPE(ffi_type_sint32), TYPE(ffi_type_uint64);
  TYPE(ffi_type_sint64), TYPE(ffi_type_float), TYPE(ffi_type_double), TYPE(ffi_type_longdouble);
  TYPE(ffi_type_pointer), TYPE(ffi_type_complex_float), TYPE(ffi_type_complex_double);
  TYPE(ffi_type_complex_longdouble), TYPE(ffi_type_ulong), TYPE(ffi_type_slong), TYPE(ffi_type_uchar);
  CHECK(ffi_type_complex_float.elements[0] == &ffi_type_float && !ffi_type_complex_float.elements[1]);
}

/* ---- one scalar, there and back, by call and by closure --------------- */

static int calls;

/* Gives the first argument back, widened where it is an integer. */
static void echo(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  calls++;
  CHECK(user_data == &calls);
  ffi_type *type = cif->rtype;
  switch (type->type) {
  case FFI_TYPE_UINT8: *(ffi_arg *)result = *(uint8_t *)arguments[0]; break;
  case FFI_TYPE_SINT8: *(ffi_sarg *)result = *(int8_t *)arguments[0]; break;
  case FFI_TYPE_UINT16: *(ffi_arg *)result = *(uint16_t *)arguments[0]; break;
  case FFI_TYPE_SINT16: *(ffi_sarg *)result = *(int16_t *)arguments[0]; break;
  case FFI_TYPE_UINT32: *(ffi_arg *)result = *(uint32_t *)arguments[0]; break;
  case FFI_TYPE_SINT32: *(ffi_sarg *)result = *(int32_t *)arguments[0]; break;
  default: memcpy(result, arguments[0], type->size);
  }
}

#define INTEGERS(X)                                                                              \
  X(uint8_t, ffi_type_uint8, 0xF1) X(int8_t, ffi_type_sint8, -7)                                 \
  X(uint16_t, ffi_type_uint16, 0xF123) X(int16_t, ffi_type_sint16, -700)                         \
  X(uint32_t, ffi_type_uint32, 0xF1234567u) X(int32_t, ffi_type_sint32, -70000)                  \
  X(uint64_t, ffi_type_uint64, 0xF123456789ABCDEFull) X(int64_t, ffi_type_sint64, -700000000000) \
  X(uintptr_t, ffi_type_pointer, 0xF1234567)

#define NUMBERS(X)                                                             \
  X(float, ffi_type_float, 1.25f)                                              \
  X(double, ffi_type_double, -1.5e300)                                         \
  X(long double, ffi_type_longdouble, 3.25e1000L)

#define COMPLEX(X)                                                             \
  X(float _Complex, ffi_type_complex_float, (1.5f + 2.5f * I))                 \
  X(double _Complex, ffi_type_complex_double, (-3.5 + 4.5 * I))

#define IDENTITY(type, description, value)                                     \
  static UNUSED type same_##description(type x) { return x; }                  \
  static UNUSED type last_##description(int a, type b, double c, type d, type e) {    \
    (void)a, (void)b, (void)c, (void)d;                                        \
    return e;                                                                  \
  }
INTEGERS(IDENTITY) NUMBERS(IDENTITY) COMPLEX(IDENTITY)
/* GNU C's complex integers, which have no object of their own. */
static ffi_type *complex_int_elements[] = {&ffi_type_sint, NULL}, *complex_long_elements[] = {&ffi_type_sint64, NULL};
static ffi_type complex_int = {8, 4, FFI_TYPE_COMPLEX, complex_int_elements};
static ffi_type complex_long = {16, 8, FFI_TYPE_COMPLEX, complex_long_elements};
typedef int _Complex int_complex;
typedef long long _Complex long_complex;
IDENTITY(int_complex, complex_int, 0) IDENTITY(long_complex, complex_long, 0)
IDENTITY(long double _Complex, ffi_type_complex_longdouble, 0)

#define SCALAR(type_, description, value_)                                                     \
  {                                                                                            \
    type_ value = (type_)value_, back;                                                         \
    union { ffi_arg word; type_ value; char room[64]; } result;                                \
    ffi_type *types[] = {&description};                                                        \
    void *arguments[] = {&value};                                                              \
    ffi_cif cif = prepared(&description, 1, types);                                            \
    memset(&result, 0x55, sizeof result);                                                      \
    ffi_call(&cif, FFI_FN(same_##description), &result, arguments);                            \
    int is_integer = sizeof(type_) <= 8 && description.type >= FFI_TYPE_UINT8;                 \
    if (is_integer && description.type <= FFI_TYPE_POINTER)                                    \
      printf(#description " %llx\n", (unsigned long long)result.word);                         \
    CHECK(result.value == value);                                                              \
    int a = 1; double c = 2; type_ zero = 0;                                                   \
    ffi_type *five[] = {&ffi_type_sint, &description, &ffi_type_double, &description, &description}; \
    void *all[] = {&a, &zero, &c, &zero, &value};                                              \
    ffi_cif cif5 = prepared(&description, 5, five);                                            \
    memset(&result, 0x55, sizeof result);                                                      \
    ffi_call(&cif5, FFI_FN(last_##description), &result, all);                                 \
    CHECK(result.value == value);                                                              \
    ffi_call(&cif5, FFI_FN(last_##description), NULL, all);                                    \
    void *code;                                                                                \
    ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof *closure, &code);           \
    CHECK(closure && ffi_prep_closure_loc(closure, &cif, echo, &calls, code) == FFI_OK);       \
    back = ((type_(*)(type_))code)(value);                                                     \
    CHECK(back == value);                                                                      \
    memset(&result, 0x55, sizeof result);                                                      \
    ffi_call(&cif, FFI_FN(code), &result, arguments);                                          \
    CHECK(result.value == value);                                                              \
    ffi_closure_free(closure);                                                                 \
  }

static void scalars(void) {
  INTEGERS(SCALAR) NUMBERS(SCALAR) COMPLEX(SCALAR)
#if !defined(_WIN32)
  SCALAR(long double _Complex, ffi_type_complex_longdouble, (1e1000L - 2e1000L * I))
#endif
  SCALAR(int_complex, complex_int, (-3 + 4 * (int_complex)I))
  SCALAR(long_complex, complex_long, (-3 + (1ll << 40) * (long_complex)I))
  printf("scalars: closures ran %d times\n", calls);
}

/* ---- structs of every class ------------------------------------------- */

/* Called with its own name, prints what it gets, and gives the last struct back. */
#define STRUCT_FUNCTIONS(name, ...)                                                         \
  static name give_##name(int a, name s, double b, name t, long long c, name u) {           \
    printf("%s %d {", #name, a);                                                            \
    print_##name(s), printf("} %g {", b), print_##name(t), printf("} %lld {", c);           \
    print_##name(u), printf("}\n");                                                         \
    return u;                                                                               \
  }                                                                                         \
  static void closure_##name(ffi_cif *cif, void *result, void **arguments, void *user_data) { \
    (void)cif, (void)user_data;                                                             \
    *(name *)result = give_##name(*(int *)arguments[0], *(name *)arguments[1],              \
                                  *(double *)arguments[2], *(name *)arguments[3],           \
                                  *(long long *)arguments[4], *(name *)arguments[5]);       \
  }
STRUCTS(STRUCT_FUNCTIONS)

#define STRUCT(name, ...)                                                                   \
  {                                                                                         \
    ffi_type *types[] = {&ffi_type_sint,   &name##_type,     &ffi_type_double,              \
                         &name##_type,     &ffi_type_sint64, &name##_type};                 \
    int a = 7; double b = 0.5; long long c = -9; name s, t, u;                              \
    union { name value; ffi_arg word; } result;                                             \
    fill(&s, sizeof s, 1), fill(&t, sizeof t, 2), fill(&u, sizeof u, 3);                    \
    void *arguments[] = {&a, &s, &b, &t, &c, &u};                                           \
    void *again[] = {&a, &s, &b, &t, &c, &u}; /* libffi 3.4 writes to the first ones */     \
    ffi_cif cif = prepared(&name##_type, COUNT(types), types);                              \
    CHECK(name##_type.size == sizeof(name));                                                \
    ffi_call(&cif, FFI_FN(give_##name), &result, arguments);                                \
    printf("  {"), print_##name(result.value), printf("}\n");                               \
    ffi_call(&cif, FFI_FN(give_##name), NULL, again);                                       \
    void *code;                                                                             \
    ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof *closure, &code);        \
    CHECK(ffi_prep_closure_loc(closure, &cif, closure_##name, NULL, code) == FFI_OK);       \
    name back = ((name(*)(int, name, double, name, long long, name))code)(a, s, b, t, c, u); \
    printf("  {"), print_##name(back), printf("}\n");                                       \
    ffi_closure_free(closure);                                                              \
    size_t offsets[8];                                                                      \
    CHECK(ffi_get_struct_offsets(FFI_DEFAULT_ABI, &name##_type, offsets) == FFI_OK);        \
    printf("  size %zu, alignment %u, offsets", name##_type.size, (unsigned)name##_type.alignment); \
    for (size_t i = 0; name##_type.elements[i]; i++)                                        \
      printf(" %zu", offsets[i]);                                                           \
    printf("\n");                                                                           \
  }

static void structs(void) { STRUCTS(STRUCT) }

/* ---- many arguments --------------------------------------------------- */

static double many(int a, double b, long long c, float d, short e, double f, void *g, double h, int i,
                   double j, long long k, float l, signed char m, double n, unsigned char o, double p,
                   unsigned short q, double r, int s, double t) {
  return a + b + c + d + e + f + (intptr_t)g + h + i + j + k + l + m + n + o + p + q + r + s + t;
}

static void sum(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)user_data;
  double sum = 0;
  for (unsigned i = 0; i < cif->nargs; i++)
    switch (cif->arg_types[i]->type) {
    case FFI_TYPE_UINT8: sum += *(uint8_t *)arguments[i]; break;
    case FFI_TYPE_SINT8: sum += *(int8_t *)arguments[i]; break;
    case FFI_TYPE_UINT16: sum += *(uint16_t *)arguments[i]; break;
    case FFI_TYPE_SINT16: sum += *(int16_t *)arguments[i]; break;
    case FFI_TYPE_INT: case FFI_TYPE_SINT32: sum += *(int *)arguments[i]; break;
    case FFI_TYPE_SINT64: sum += *(long long *)arguments[i]; break;
    case FFI_TYPE_FLOAT: sum += *(float *)arguments[i]; break;
    case FFI_TYPE_DOUBLE: sum += *(double *)arguments[i]; break;
    default: sum += (double)(intptr_t)*(void **)arguments[i];
    }
  *(double *)result = sum;
}

static long long weigh(long long *numbers, unsigned count) {
  long long weight = 0;
  for (unsigned i = 0; i < count; i++)
    weight += (i + 1) * numbers[i];
  return weight;
}

static void weigh_all(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  long long numbers[200];
  for (unsigned i = 0; i < cif->nargs; i++)
    numbers[i] = *(long long *)arguments[i];
  (void)user_data;
  *(long long *)result = weigh(numbers, cif->nargs);
}

static void much(void) {
  ffi_type *N = &ffi_type_sint, *D = &ffi_type_double, *L = &ffi_type_sint64, *F = &ffi_type_float;
  ffi_type *types[] = {N, D, L, F, &ffi_type_sshort, D, &ffi_type_pointer, D, N, D, L, F,
                       &ffi_type_schar, D, &ffi_type_uchar, D, &ffi_type_ushort, D, N, D};
  int a = -1; double b = 0.5; long long c = 1 << 20; float d = 0.25f; short e = -300;
  void *g = (void *)4096; signed char m = -5; unsigned char o = 250; unsigned short q = 65000;
  void *arguments[] = {&a, &b, &c, &d, &e, &b, &g, &b, &a, &b, &c, &d, &m, &b, &o, &b, &q, &b, &a, &b};
  ffi_cif cif = prepared(D, COUNT(types), types);
  double result = 0;
  ffi_call(&cif, FFI_FN(many), &result, arguments);
  printf("many: %.4f\n", result);
  void *code;
  ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof *closure, &code);
  CHECK(ffi_prep_closure_loc(closure, &cif, sum, NULL, code) == FFI_OK);
  result = ((double (*)(int, double, long long, float, short, double, void *, double, int, double, long long, float,
                        signed char, double, unsigned char, double, unsigned short, double, int, double))code)(
      a, b, c, d, e, b, g, b, a, b, c, d, m, b, o, b, q, b, a, b);
  printf("many: %.4f\n", result);
  ffi_closure_free(closure);

  /* More than anybody has registers, and more than fit into a small array. */
  enum { MOST = 150 };
  ffi_type *longs[MOST];
  long long numbers[MOST];
  void *pointers[MOST];
  for (int i = 0; i < MOST; i++)
    longs[i] = L, numbers[i] = 3 * i + 1, pointers[i] = &numbers[i];
  for (unsigned count = 0; count <= MOST; count += count < 12 ? 1 : 23) {
    ffi_cif cif = prepared(L, count, longs);
    long long weight = 0;
    ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof *closure, &code);
    CHECK(ffi_prep_closure_loc(closure, &cif, weigh_all, NULL, code) == FFI_OK);
    ffi_call(&cif, FFI_FN(code), &weight, pointers);
    CHECK(weight == weigh(numbers, count));
    ffi_closure_free(closure);
  }
}

/* ---- variadic functions ----------------------------------------------- */

static int describe(char *text, const char *kinds, ...) {
  va_list list;
  va_start(list, kinds);
  char *start = text;
  for (; *kinds; kinds++)
    switch (*kinds) {
    case 'i': text += sprintf(text, "%d ", va_arg(list, int)); break;
    case 'l': text += sprintf(text, "%lld ", va_arg(list, long long)); break;
    case 'd': text += sprintf(text, "%g ", va_arg(list, double)); break;
    case 'L': text += sprintf(text, "%g ", (double)va_arg(list, long double)); break;
    case 's': text += sprintf(text, "%s ", va_arg(list, char *)); break;
    case '2': { doubles2 pair = va_arg(list, doubles2); text += sprintf(text, "{%g %g} ", pair.a, pair.b); break; }
    case '3': { doubles3 three = va_arg(list, doubles3); text += sprintf(text, "{%g %g %g} ", three.a, three.b, three.c); }
    }
  va_end(list);
  return (int)(text - start);
}

static void variadic(void) {
  static const struct { const char *kinds; } cases[] = {{""}, {"i"}, {"d"}, {"idid"}, {"ddddddddddd"},
    {"iiiiiiiiii"}, {"lsdL"}, {"2"}, {"iiii2d"}, {"ddddddd2i"}, {"3i"}, {"LdLi"}};
  for (size_t n = 0; n < COUNT(cases); n++) {
    char text[512] = "", *to = text;
    const char *kinds = cases[n].kinds, *word = "word";
    int i = -3; long long l = 1ll << 40; double d = 1.5; long double L = 2.5L;
    doubles2 pair = {3.5, 4.5}; doubles3 three = {5.5, 6.5, 7.5};
    ffi_type *types[16] = {&ffi_type_pointer, &ffi_type_pointer};
    void *arguments[16] = {&to, &kinds};
    unsigned count = 2;
    for (const char *kind = kinds; *kind; kind++, count++)
      switch (*kind) {
      case 'i': types[count] = &ffi_type_sint, arguments[count] = &i; break;
      case 'l': types[count] = &ffi_type_sint64, arguments[count] = &l; break;
      case 'd': types[count] = &ffi_type_double, arguments[count] = &d; break;
      case 'L': types[count] = &ffi_type_longdouble, arguments[count] = &L; break;
      case 's': types[count] = &ffi_type_pointer, arguments[count] = &word; break;
      case '2': types[count] = &doubles2_type, arguments[count] = &pair; break;
      case '3': types[count] = &doubles3_type, arguments[count] = &three;
      }
    ffi_cif cif;
    CHECK(ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 2, count, &ffi_type_sint, types) == FFI_OK);
    ffi_arg length;
    ffi_call(&cif, FFI_FN(describe), &length, arguments);
    printf("%s: %d %s\n", kinds, (int)length, text);
  }
}

/* ---- Microsoft's convention beside the system's ----------------------- */

#if defined(__x86_64__) && !defined(_WIN32)
#define MS __attribute__((ms_abi))
static double MS ms_many(int a, double b, signed char c, float d, long long e, double f) {
  return a + 2 * b + 3 * c + 4 * d + 5 * (double)e + 6 * f;
}
static ints2 MS ms_small(ints2 a, ints2 b) { return (ints2){a.a + b.b, a.b - b.a}; }
static int_longs MS ms_large(int_longs a, int b) { a.a += b; return a; }
static shorts3 MS ms_odd(shorts3 a) { a.a++; return a; }

static void ms_closure(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)user_data;
  *(double *)result = ms_many(*(int *)arguments[0], *(double *)arguments[1], *(signed char *)arguments[2],
                              *(float *)arguments[3], *(long long *)arguments[4], *(double *)arguments[5]);
}

static void microsoft(void) {
  ffi_abi conventions[] = {FFI_WIN64, FFI_GNUW64, FFI_EFI64};
  for (size_t n = 0; n < COUNT(conventions); n++) {
    ffi_type *types[] = {&ffi_type_sint, &ffi_type_double, &ffi_type_schar, &ffi_type_float, &ffi_type_sint64, &ffi_type_double};
    int a = -1; double b = 0.5; signed char c = -2; float d = 0.25f; long long e = 100; double f = 8;
    void *arguments[] = {&a, &b, &c, &d, &e, &f};
    ffi_cif cif;
    CHECK(ffi_prep_cif(&cif, conventions[n], 6, &ffi_type_double, types) == FFI_OK);
    double result;
    ffi_call(&cif, FFI_FN(ms_many), &result, arguments);
    printf("ms: %g", result);
    void *code;
    ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof *closure, &code);
    CHECK(ffi_prep_closure_loc(closure, &cif, ms_closure, NULL, code) == FFI_OK);
    printf(" %g\n", ((double MS (*)(int, double, signed char, float, long long, double))code)(a, b, c, d, e, f));
    ffi_closure_free(closure);

    ints2 x = {1, 2}, y = {3, 4};
    union { ints2 small; int_longs large; shorts3 odd; ffi_arg word; } back;
    ffi_type *small[] = {&ints2_type, &ints2_type};
    CHECK(ffi_prep_cif(&cif, conventions[n], 2, &ints2_type, small) == FFI_OK);
    ffi_call(&cif, FFI_FN(ms_small), &back, (void *[]){&x, &y});
    printf("ms: {"), print_ints2(back.small), printf("}\n");
    int_longs large = {1, 2, 3};
    ffi_type *larges[] = {&int_longs_type, &ffi_type_sint};
    CHECK(ffi_prep_cif(&cif, conventions[n], 2, &int_longs_type, larges) == FFI_OK);
    ffi_call(&cif, FFI_FN(ms_large), &back, (void *[]){&large, &a});
    printf("ms: {"), print_int_longs(back.large), printf("} {"), print_int_longs(large), printf("}\n");
    shorts3 odd = {1, 2, 3};
    ffi_type *odds[] = {&shorts3_type};
    CHECK(ffi_prep_cif(&cif, conventions[n], 1, &shorts3_type, odds) == FFI_OK);
    ffi_call(&cif, FFI_FN(ms_odd), &back, (void *[]){&odd});
    printf("ms: {"), print_shorts3(back.odd), printf("}\n");
  }
}
#else
static void microsoft(void) {}
#endif

/* ---- raw calls -------------------------------------------------------- */

static double raw_sum(signed char a, double b, ints2 c, float d, unsigned short e, long long f) {
  return a + b + c.a + c.b + d + e + (double)f;
}
static double raw_target(signed char a, double b, float c, unsigned short d, long long e, int f) {
  return a + b + c + d + (double)e + f;
}
static void raw_closure(ffi_cif *cif, void *result, ffi_raw *raw, void *user_data) {
  (void)cif, (void)user_data;
  ints2 *pair = (ints2 *)raw[2].ptr;
  double b;
  memcpy(&b, &raw[1], sizeof b);
  *(double *)result = raw_sum((signed char)raw[0].sint, b, *pair, raw[3].flt, (unsigned short)raw[4].uint, raw[5].sint);
}
static void java_closure(ffi_cif *cif, void *result, ffi_java_raw *raw, void *user_data) {
  (void)cif, (void)user_data;
  double b;
  memcpy(&b, &raw[1], sizeof b);
  *(double *)result = raw_target((signed char)raw[0].sint, b, raw[3].flt, (unsigned short)raw[4].uint, raw[5].sint, (int)raw[7].sint);
}

static void raw_calls(void) {
  signed char a = -3; double b = 0.5; ints2 c = {10, 20}; float d = 0.25f; unsigned short e = 60000; long long f = -7;
  int g = -11;
  {
    ffi_type *types[] = {&ffi_type_schar, &ffi_type_double, &ints2_type, &ffi_type_float, &ffi_type_ushort, &ffi_type_sint64};
    void *arguments[] = {&a, &b, &c, &d, &e, &f}, *back[6];
    ffi_raw raw[16];
    ffi_cif cif = prepared(&ffi_type_double, 6, types);
    memset(raw, 0, sizeof raw);
    printf("raw: %zu bytes\n", ffi_raw_size(&cif));
    ffi_ptrarray_to_raw(&cif, arguments, raw);
    printf("raw: %lld %g %d %g %llu %lld\n", (long long)raw[0].sint, *(double *)&raw[1], raw[2].ptr == &c, raw[3].flt,
           (unsigned long long)raw[4].uint, (long long)raw[5].sint);
    ffi_raw_to_ptrarray(&cif, raw, back);
    CHECK(back[2] == &c && *(signed char *)back[0] == a && *(long long *)back[5] == f);
    double result;
    ffi_raw_call(&cif, FFI_FN(raw_sum), &result, raw);
    printf("raw: %g\n", result);
    void *code;
    ffi_raw_closure *closure = (ffi_raw_closure *)ffi_closure_alloc(sizeof *closure, &code);
    CHECK(ffi_prep_raw_closure_loc(closure, &cif, raw_closure, NULL, code) == FFI_OK);
    printf("raw: %g\n", ((double (*)(signed char, double, ints2, float, unsigned short, long long))code)(a, b, c, d, e, f));
    ffi_closure_free(closure);
  }
  {
    ffi_type *types[] = {&ffi_type_schar, &ffi_type_double, &ffi_type_float, &ffi_type_ushort, &ffi_type_sint64, &ffi_type_sint};
    void *arguments[] = {&a, &b, &d, &e, &f, &g}, *back[6];
    ffi_java_raw raw[16];
    ffi_cif cif = prepared(&ffi_type_double, 6, types);
    memset(raw, 0, sizeof raw);
    printf("java: %zu bytes\n", ffi_java_raw_size(&cif));
    ffi_java_ptrarray_to_raw(&cif, arguments, raw);
    printf("java: %lld %g %g %llu %lld %lld\n", (long long)raw[0].sint, *(double *)&raw[1], raw[3].flt,
           (unsigned long long)raw[4].uint, (long long)raw[5].sint, (long long)raw[7].sint);
    ffi_java_raw_to_ptrarray(&cif, raw, back);
    CHECK(*(signed char *)back[0] == a && *(long long *)back[4] == f && *(int *)back[5] == g);
    double result;
    ffi_java_raw_call(&cif, FFI_FN(raw_target), &result, raw);
    printf("java: %g\n", result);
    void *code;
    ffi_java_raw_closure *closure = (ffi_java_raw_closure *)ffi_closure_alloc(sizeof *closure, &code);
    CHECK(ffi_prep_java_raw_closure_loc(closure, &cif, java_closure, NULL, code) == FFI_OK);
    printf("java: %g\n", ((double (*)(signed char, double, float, unsigned short, long long, int))code)(a, b, d, e, f, g));
    ffi_closure_free(closure);
  }
}

/* ---- closures as Go has them ------------------------------------------ */

#if FFI_GO_CLOSURES
struct go { ffi_go_closure closure; int secret; };

static void go_function(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif;
  *(ffi_sarg *)result = ((struct go *)user_data)->secret + *(int *)arguments[0] + (int)*(double *)arguments[1];
}

static void go(void) {
  ffi_type *types[] = {&ffi_type_sint, &ffi_type_double};
  ffi_cif cif = prepared(&ffi_type_sint, 2, types);
  struct go go = {{0}, 1000};
  CHECK(ffi_prep_go_closure(&go.closure, &cif, go_function) == FFI_OK);
  int a = 7; double b = 2.5; ffi_arg result = 0;
  ffi_call_go(&cif, FFI_FN(go.closure.tramp), &result, (void *[]){&a, &b}, &go);
  printf("go: %d\n", (int)result);
  ffi_type *more[] = {&ffi_type_sint, &ffi_type_double, &doubles3_type, &ffi_type_double};
  doubles3 three = {1, 2, 3};
  cif = prepared(&ffi_type_sint, 4, more);
  CHECK(ffi_prep_go_closure(&go.closure, &cif, go_function) == FFI_OK);
  ffi_call_go(&cif, FFI_FN(go.closure.tramp), &result, (void *[]){&a, &b, &three, &b}, &go);
  printf("go: %d\n", (int)result);
}
#else
static void go(void) {}
#endif

/* ---- closures in memory that is executable by itself ------------------ */

static void own_memory(void) {
#if !defined(_WIN32)
  size_t size = 1 << 16;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0);
  if (memory == MAP_FAILED)
    return;
  ffi_type *types[] = {&ffi_type_sint, &ffi_type_double};
  ffi_cif cif = prepared(&ffi_type_double, 2, types);
  for (int i = 0; i < 3; i++) {
    ffi_closure *closure = (ffi_closure *)memory + i;
    CHECK(ffi_prep_closure_loc(closure, &cif, sum, NULL, closure) == FFI_OK);
    printf("own memory: %g\n", ((double (*)(int, double))(void *)closure)(i, 0.5));
  }
  CHECK(ffi_prep_closure((ffi_closure *)memory, &cif, sum, NULL) == FFI_OK);
  printf("own memory: %g\n", ((double (*)(int, double))memory)(40, 2));
  munmap(memory, size);
#endif
}

/* ---- closures that live on -------------------------------------------- */

static void nothing(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)arguments;
  *(ffi_arg *)result = 0; /* there is room, though nobody asks */
  ++*(int *)user_data;
  errno = 77;
}

static void frees_itself(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)arguments;
  ffi_closure_free(*(void **)user_data);
  *(ffi_sarg *)result = -5;
}

static void lives(void) {
  ffi_cif cif = prepared(&ffi_type_void, 0, NULL);
  int count = 0;
  void *codes[100], *closures[100];
  for (int i = 0; i < 100; i++) {
    closures[i] = ffi_closure_alloc(sizeof(ffi_closure) + i, &codes[i]);
    CHECK(ffi_prep_closure_loc((ffi_closure *)closures[i], &cif, nothing, &count, codes[i]) == FFI_OK);
  }
  errno = 0;
  for (int i = 0; i < 100; i++)
    ((void (*)(void))codes[i])();
  printf("closures: %d, errno %d\n", count, errno);
  /* Prepared anew, it runs something else. */
  CHECK(ffi_prep_closure_loc((ffi_closure *)closures[5], &cif, nothing, &calls, codes[5]) == FFI_OK);
  calls = 0;
  ((void (*)(void))codes[5])();
  printf("closures: %d %d\n", count, calls);
  for (int i = 0; i < 100; i++)
    ffi_closure_free(closures[i]);
  ffi_cif number = prepared(&ffi_type_sint, 0, NULL);
  void *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  CHECK(ffi_prep_closure_loc((ffi_closure *)closure, &number, frees_itself, &closure, code) == FFI_OK);
  printf("closures: %d\n", ((int (*)(void))code)());
}

/* ---- status codes ----------------------------------------------------- */

static void statuses(void) {
  ffi_cif cif;
  ffi_type *small[] = {&ffi_type_sint, &ffi_type_schar}, *single[] = {&ffi_type_sint, &ffi_type_float};
  ffi_type *none[] = {NULL}, empty = {0, 0, FFI_TYPE_STRUCT, none}, *empties[] = {&empty};
  printf("statuses:");
  for (int abi = -1; abi < 8; abi++)
    printf(" %d", ffi_prep_cif(&cif, (ffi_abi)abi, 0, &ffi_type_void, NULL));
  printf("; %d", ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, 2, &ffi_type_void, small));
  printf(" %d", ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, 2, &ffi_type_void, single));
  printf(" %d", ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 2, 2, &ffi_type_void, small));
  printf("; %d", ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, empties));
  printf(" %d", ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0, &empty, NULL));
  printf("; %d", ffi_get_struct_offsets((ffi_abi)99, &ints2_type, NULL));
  printf(" %d", ffi_get_struct_offsets(FFI_DEFAULT_ABI, &ffi_type_sint, NULL));
  printf(" %d\n", ffi_get_struct_offsets(FFI_DEFAULT_ABI, &ints2_type, NULL));
}

int main(void) {
  layouts();
  scalars();
  structs();
  much();
  variadic();
  microsoft();
  raw_calls();
  go();
  own_memory();
  lives();
  statuses();
  return 0;
}
