/* Structs to which C code has given a size: what they are made of is looked at no further than there is need. */

#include "common.h"

/* One that is too large for registers need not say what it is made of. */
typedef struct { char bytes[80]; } opaque;
static opaque opened(int a, opaque b) { return b.bytes[0] += a, b.bytes[79] -= a, b; }

static void opaques(void) {
  ffi_type type = {sizeof(opaque), 1, FFI_TYPE_STRUCT, NULL}, *types[] = {&ffi_type_sint, &type};
  ffi_cif cif;
  int a = 5;
  opaque b = {{0}}, c = {{0}};
  printf("opaque: %d", ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &type, types));
  ffi_call(&cif, FFI_FN(opened), &c, (void *[]){&a, &b});
  printf(" %d %d\n", c.bytes[0], c.bytes[79]);
}

/* GNU C's empty structs as members, as ctypes describes them. */
typedef struct { int a; double b; } pair;
static pair swapped(pair x) { return (pair){(int)x.b, x.a}; }

static void swap(ffi_cif *cif UNUSED, void *result, void **arguments, void *data UNUSED) {
  *(pair *)result = swapped(*(pair *)arguments[0]);
}

static void empties(void) {
  ffi_type *none[] = {NULL}, empty = {0, 1, FFI_TYPE_STRUCT, none};
  ffi_type *inner[] = {&empty, &empty, NULL}, hollow = {0, 1, FFI_TYPE_STRUCT, inner};
  ffi_type *members[] = {&empty, &ffi_type_sint, &hollow, &ffi_type_double, &empty, NULL};
  ffi_type type = {sizeof(pair), 8, FFI_TYPE_STRUCT, members}, *types[] = {&type};
  ffi_cif cif;
  pair x = {3, 4.5}, y = {0, 0};
  printf("empty: %d", ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &type, types));
  ffi_call(&cif, FFI_FN(swapped), &y, (void *[]){&x});
  printf(" %d %g", y.a, y.b);
  void *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  printf(" %d", ffi_prep_closure_loc((ffi_closure *)closure, &cif, swap, NULL, code));
  y = ((pair(*)(pair))code)(x);
  printf(" %d %g\n", y.a, y.b);
  ffi_closure_free(closure);
  ffi_type unsized_ = {0, 0, FFI_TYPE_STRUCT, members}, *unsized_types[] = {&unsized_};
  printf("of no size: %d", ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, unsized_types));
  types[0] = &hollow;
  printf(" %d\n", ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, types));
}

int main(void) {
  opaques();
  empties();
  return 0;
}
