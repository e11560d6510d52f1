/* What is no input: it is answered with a status or with nothing, and never with a crash. */

#include "common.h"

static void function(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)result, (void)arguments, (void)user_data;
}

static ffi_status prepare(ffi_type *type) {
  ffi_cif cif;
  ffi_type *types[] = {type};
  ffi_status argument = ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, types);
  ffi_status result = ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0, type, NULL);
  CHECK(argument == result);
  return argument;
}

static void types(void) {
  ffi_type *none[] = {NULL};
  ffi_type empty = {0, 0, FFI_TYPE_STRUCT, none}, without = {0, 0, FFI_TYPE_STRUCT, NULL};
  CHECK(prepare(NULL) == FFI_BAD_TYPEDEF);
  CHECK(prepare(&empty) == FFI_BAD_TYPEDEF);
  CHECK(prepare(&without) == FFI_BAD_TYPEDEF);
  ffi_type small = {16, 8, FFI_TYPE_STRUCT, NULL};
#if defined(_WIN32) && defined(__x86_64__)
  /* Microsoft's convention does not ask what a struct is made of. */
  CHECK(prepare(&small) == FFI_OK);
#else
  CHECK(prepare(&small) == FFI_BAD_TYPEDEF);
#endif

  /* A struct that is a part of itself, and one of a hundred levels. */
  ffi_type *itself[] = {NULL, NULL}, recursive = {0, 0, FFI_TYPE_STRUCT, itself};
  itself[0] = &recursive;
  CHECK(prepare(&recursive) == FFI_BAD_TYPEDEF);
  recursive.size = 8, recursive.alignment = 8;
  CHECK(prepare(&recursive) == FFI_BAD_TYPEDEF);
  enum { LEVELS = 100 };
  ffi_type deep[LEVELS], *parts[LEVELS][2];
  for (int i = 0; i < LEVELS; i++) {
    parts[i][0] = i ? &deep[i - 1] : &ffi_type_sint, parts[i][1] = NULL;
    deep[i] = (ffi_type){0, 0, FFI_TYPE_STRUCT, parts[i]};
  }
  CHECK(prepare(&deep[LEVELS - 1]) == FFI_BAD_TYPEDEF);

  /* Two of the one before, fifty times: 2^50 parts, if somebody looked at each. */
  enum { DOUBLINGS = 50 };
  ffi_type doubled[DOUBLINGS], *twice[DOUBLINGS][3];
  for (int i = 0; i < DOUBLINGS; i++) {
    twice[i][0] = twice[i][1] = i ? &doubled[i - 1] : &ffi_type_schar, twice[i][2] = NULL;
    doubled[i] = (ffi_type){0, 0, FFI_TYPE_STRUCT, twice[i]};
  }
  CHECK(prepare(&doubled[DOUBLINGS - 1]) == FFI_BAD_TYPEDEF);

  /* The same of nothing, in a struct that has a size. */
  ffi_type *nothing[] = {NULL}, *doubling[] = {&doubled[DOUBLINGS - 1], &ffi_type_sint, NULL};
  ffi_type hollow = {4, 4, FFI_TYPE_STRUCT, doubling};
  doubled[0].elements = nothing;
  for (int i = 0; i < DOUBLINGS; i++)
    doubled[i].size = 0;
  CHECK(prepare(&hollow) == FFI_BAD_TYPEDEF);

  /* Sizes that overflow, alignments that are none, codes that nobody knows. */
  ffi_type huge = {(size_t)1 << 63, 1, FFI_TYPE_STRUCT, ints2_elements}, *huges[] = {&huge, &huge, &huge, NULL};
  ffi_type overflowing = {0, 0, FFI_TYPE_STRUCT, huges};
  CHECK(prepare(&huge) == FFI_BAD_TYPEDEF);
  CHECK(prepare(&overflowing) == FFI_BAD_TYPEDEF);
  ffi_type crooked = {4, 3, FFI_TYPE_SINT32, NULL}, *crookeds[] = {&crooked, NULL};
  ffi_type around = {0, 0, FFI_TYPE_STRUCT, crookeds};
  CHECK(prepare(&around) == FFI_BAD_TYPEDEF);
  ffi_type *voids[] = {&ffi_type_void, NULL}, of_void = {0, 0, FFI_TYPE_STRUCT, voids};
  CHECK(prepare(&of_void) == FFI_BAD_TYPEDEF);
  for (unsigned code = FFI_TYPE_LAST + 1; code < 70; code++) {
    ffi_type unknown = {4, 4, (unsigned short)code, NULL};
    CHECK(prepare(&unknown) == FFI_BAD_TYPEDEF);
  }
  ffi_type masked = {8, 4, 0x100 + FFI_TYPE_STRUCT, ints2_elements};
  CHECK(prepare(&ints2_type) == FFI_OK && prepare(&masked) == FFI_BAD_TYPEDEF);
  ffi_type unsized_ = {0, 4, FFI_TYPE_SINT32, NULL};
  CHECK(prepare(&unsized_) == FFI_BAD_TYPEDEF);
  ffi_type half = {16, 8, FFI_TYPE_COMPLEX, NULL}, *of_struct[] = {&ints2_type, NULL};
  ffi_type odd = {16, 8, FFI_TYPE_COMPLEX, of_struct};
  CHECK(prepare(&half) == FFI_BAD_TYPEDEF && prepare(&odd) == FFI_BAD_TYPEDEF);
}

static void interfaces(void) {
  ffi_cif cif;
  ffi_type *ints[] = {&ffi_type_sint, &ffi_type_sint}, *voids[] = {&ffi_type_void}, *holes[] = {&ffi_type_sint, NULL};
  CHECK(ffi_prep_cif(NULL, FFI_DEFAULT_ABI, 0, &ffi_type_void, NULL) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_void, NULL) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_void, holes) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, voids) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0xFFFFFFFF, &ffi_type_void, ints) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 3, 2, &ffi_type_void, ints) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, 2, &ffi_type_void, holes) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif(&cif, (ffi_abi)12345, 0, &ffi_type_void, NULL) == FFI_BAD_ABI);
  CHECK(ffi_get_struct_offsets(FFI_DEFAULT_ABI, NULL, NULL) == FFI_BAD_TYPEDEF);
}

static int not_to_be_called(void) { exit(2); }

/* What could not be prepared is not called, whatever was in its memory; nor is a closure made of it. */
static void unprepared(void) {
  ffi_type *ints[] = {&ffi_type_sint, &ffi_type_sint}, *narrow[] = {&ffi_type_sint, &ffi_type_sshort};
  ffi_type *holes[] = {&ffi_type_sint, NULL};
  int one = 1;
  void *arguments[] = {&one, &one}, *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  CHECK(closure);
  for (int i = 0; i < 4; i++) {
    ffi_cif cif;
    ffi_arg result = 0x5555;
    memset(&cif, 0xA5, sizeof cif);
    ffi_status status = i == 0 ? ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, 2, &ffi_type_sint, narrow)
                        : i == 1 ? ffi_prep_cif(&cif, (ffi_abi)12345, 2, &ffi_type_sint, ints)
                        : i == 2 ? ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_sint, holes)
                                 : ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, NULL, ints);
    CHECK(status != FFI_OK);
    ffi_call(&cif, FFI_FN(not_to_be_called), &result, arguments);
    CHECK(result == 0x5555 && ffi_raw_size(&cif) == 0 && !ffi_call_plan_alloc(&cif));
    CHECK(ffi_prep_closure_loc((ffi_closure *)closure, &cif, function, NULL, code) == FFI_BAD_ABI);
  }
  ffi_closure_free(closure);
}

static void closures(void) {
  ffi_cif cif, zero;
  memset(&zero, 0, sizeof zero);
  void *code, *closure = ffi_closure_alloc(0, &code);
  CHECK(closure && ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0, &ffi_type_void, NULL) == FFI_OK);
  ffi_closure *place = (ffi_closure *)closure;
  CHECK(ffi_prep_closure_loc(NULL, &cif, function, NULL, code) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_closure_loc(place, NULL, function, NULL, code) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_closure_loc(place, &cif, NULL, NULL, code) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_closure_loc(place, &cif, function, NULL, NULL) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_closure_loc(place, &zero, function, NULL, code) == FFI_BAD_ABI);
  zero = cif, zero.abi = (ffi_abi)99;
  CHECK(ffi_prep_closure_loc(place, &zero, function, NULL, code) == FFI_BAD_ABI);
  ffi_closure_free(closure);
  ffi_closure_free(NULL);
  CHECK(!ffi_closure_alloc(sizeof(ffi_closure), NULL));
  CHECK(!ffi_closure_alloc((size_t)-1, &code));
  CHECK(!ffi_closure_alloc((size_t)1 << 62, &code));
#if FFI_GO_CLOSURES
  ffi_go_closure go;
  CHECK(ffi_prep_go_closure(NULL, &cif, function) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_go_closure(&go, NULL, function) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_go_closure(&go, &cif, NULL) == FFI_BAD_TYPEDEF);
#endif
}

static void calls(void) {
  ffi_cif cif, zero;
  ffi_arg result = 0x5555;
  memset(&zero, 0, sizeof zero);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0, &ffi_type_sint, NULL) == FFI_OK);
  ffi_call(&cif, NULL, &result, NULL);
  ffi_call(NULL, FFI_FN(calls), &result, NULL);
  ffi_call(&zero, FFI_FN(calls), &result, NULL);
  ffi_raw_call(&zero, FFI_FN(calls), &result, NULL);
  ffi_call_plan_invoke(NULL, FFI_FN(calls), &result, NULL);
  CHECK(result == 0x5555);
  CHECK(!ffi_call_plan_alloc(NULL) && !ffi_call_plan_alloc(&zero));
  CHECK(ffi_raw_size(&zero) == 0 && ffi_raw_size(NULL) == 0);
}

int main(void) {
  types();
  interfaces();
  unprepared();
  closures();
  calls();
  printf("all hold\n");
  return 0;
}
