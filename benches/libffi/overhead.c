/* What calls cost through the interface of libffi, whichever library has it: the least of several rounds. */

#include <ffi.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 40, CALLS = 100000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

#define MEASURE(name, ...)                                                     \
  do {                                                                         \
    double least = 1e18;                                                       \
    for (int round = 0; round < ROUNDS; round++) {                             \
      double start = now();                                                    \
      for (int call = 0; call < CALLS; call++) {                               \
        __VA_ARGS__;                                                           \
      }                                                                        \
      double each = (now() - start) / CALLS;                                   \
      least = each < least ? each : least;                                     \
    }                                                                          \
    printf("%-34s %8.1f\n", name, least);                                      \
  } while (0)

__attribute__((noinline)) static int add(int a, int b) { return a + b; }

__attribute__((noinline)) static double mixed(int a, double b, long c, float d, short e, double f, void *g, double h,
                                              int i, double j, long k, float l, signed char m, double n, void *o,
                                              double p) {
  return a + b + (double)c + d + e + f + (double)(long)g + h + i + j + (double)k + l + m + n + (double)(long)o + p;
}

static void add_closure(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)user_data;
  *(ffi_sarg *)result = *(int *)arguments[0] + *(int *)arguments[1];
}

static void mixed_closure(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)user_data;
  *(double *)result = *(int *)arguments[0] + *(double *)arguments[15];
}

typedef double (*mixed_function)(int, double, long, float, short, double, void *, double, int, double, long, float,
                                 signed char, double, void *, double);

int main(void) {
  ffi_type *i = &ffi_type_sint, *d = &ffi_type_double, *l = &ffi_type_slong, *f = &ffi_type_float;
  ffi_type *p = &ffi_type_pointer;
  ffi_type *two[] = {i, i}, *sixteen[] = {i, d, l, f, &ffi_type_sshort, d, p, d, i, d, l, f, &ffi_type_schar, d, p, d};
  int a = 3, b = 4;
  double part = 1.5;
  long large = 7;
  float small = 2.5f;
  short narrow = 3;
  signed char least = 1;
  void *pointer = (void *)16;
  void *of_two[] = {&a, &b};
  void *of_sixteen[] = {&a, &part, &large, &small, &narrow, &part, &pointer, &part,
                        &a, &part, &large, &small, &least,  &part, &pointer, &part};
  ffi_cif add_cif, mixed_cif;
  ffi_arg sum;
  double result;
  int (*volatile direct)(int, int) = add;
  volatile int kept = 0;
  volatile double kept_part = 0;

  printf("%-34s %8s\n", "", "ns");
  MEASURE("direct, 2 ints", kept += direct(3, 4));
  MEASURE("ffi_prep_cif, 2 ints", ffi_prep_cif(&add_cif, FFI_DEFAULT_ABI, 2, i, two));
  MEASURE("ffi_prep_cif, 16 mixed", ffi_prep_cif(&mixed_cif, FFI_DEFAULT_ABI, 16, d, sixteen));
  ffi_type *members[] = {i, d, NULL}, record = {0, 0, FFI_TYPE_STRUCT, members};
  ffi_type *records[] = {&record, i};
  ffi_cif record_cif;
  MEASURE("ffi_prep_cif, a struct and an int", ffi_prep_cif(&record_cif, FFI_DEFAULT_ABI, 2, &record, records));
  MEASURE("ffi_call, 2 ints", ffi_call(&add_cif, FFI_FN(add), &sum, of_two));
  MEASURE("ffi_call, 16 mixed", ffi_call(&mixed_cif, FFI_FN(mixed), &result, of_sixteen));
  MEASURE("ffi_prep_cif and ffi_call, 2 ints", ffi_prep_cif(&add_cif, FFI_DEFAULT_ABI, 2, i, two);
          ffi_call(&add_cif, FFI_FN(add), &sum, of_two));

  void *code;
  ffi_closure *closure = ffi_closure_alloc(sizeof *closure, &code);
  ffi_prep_closure_loc(closure, &add_cif, add_closure, NULL, code);
  int (*add_it)(int, int) = (int (*)(int, int))code;
  MEASURE("closure, 2 ints", kept += add_it(3, 4));
  ffi_closure *other = ffi_closure_alloc(sizeof *other, &code);
  ffi_prep_closure_loc(other, &mixed_cif, mixed_closure, NULL, code);
  mixed_function mix = (mixed_function)code;
  MEASURE("closure, 16 mixed", kept_part += mix(a, part, large, small, narrow, part, pointer, part, a, part, large,
                                                small, least, part, pointer, part));
  MEASURE("closure, made and freed", void *where; ffi_closure *made = ffi_closure_alloc(sizeof *made, &where);
          ffi_prep_closure_loc(made, &add_cif, add_closure, NULL, where); ffi_closure_free(made));
  return 0;
}
