/* A process whose heap is full: what can be told by a status is, and when there is memory again all goes on. */

#define _GNU_SOURCE
#include "common.h"

#include <sys/resource.h>

static struct block {
  struct block *next;
} *blocks;

enum { MANY = 300 };
typedef struct { signed char bytes[2000]; } row;

/* Takes what is left of the heap, large blocks first. */
static void take_all(void) {
  for (size_t size = 1 << 20; size >= 16; size /= 2)
    for (struct block *block; (block = malloc(size)); blocks = block)
      block->next = blocks;
}

static void give_back(void) {
  for (struct block *block; (block = blocks);) {
    blocks = block->next;
    free(block);
  }
}

static void nothing(ffi_cif *cif UNUSED, void *result UNUSED, void **arguments UNUSED, void *data UNUSED) {}

static void count(ffi_cif *cif, void *result, void **arguments UNUSED, void *data UNUSED) { *(ffi_arg *)result = cif->nargs; }
static void raw_count(ffi_cif *cif, void *result, ffi_raw *raw, void *data UNUSED) { *(ffi_arg *)result = cif->nargs + raw[MANY - 1].uint; }
static int add(int a, int b) { return a + b; }
static int ends(row x) { return x.bytes[0] + x.bytes[sizeof x - 1]; }

/* Calls have no status: what needs no memory any more is done, and nothing else is called. */
static void calls(void) {
  ffi_type *ints[MANY], *chars[sizeof(row) + 1], row_type = {0, 0, FFI_TYPE_STRUCT, chars}, *rows[] = {&row_type};
  void *values[MANY], *code, *raw_code;
  int one = 1;
  row x = {{3}};
  ffi_raw raw[MANY];
  for (int i = 0; i < MANY; i++)
    ints[i] = &ffi_type_sint, values[i] = &one, raw[i].uint = 1;
  for (size_t i = 0; i < sizeof x; i++)
    chars[i] = &ffi_type_schar;
  chars[sizeof x] = NULL;
  ffi_cif two, many, one_row;
  CHECK(ffi_prep_cif(&two, FFI_DEFAULT_ABI, 2, &ffi_type_sint, ints) == FFI_OK);
  CHECK(ffi_prep_cif(&many, FFI_DEFAULT_ABI, MANY, &ffi_type_sint, ints) == FFI_OK);
  CHECK(ffi_prep_cif(&one_row, FFI_DEFAULT_ABI, 1, &ffi_type_sint, rows) == FFI_OK);
  ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof(ffi_closure), &code);
  ffi_raw_closure *raw_closure = (ffi_raw_closure *)ffi_closure_alloc(sizeof(ffi_raw_closure), &raw_code);
  CHECK(closure && ffi_prep_closure_loc(closure, &many, count, NULL, code) == FFI_OK);
  CHECK(raw_closure && ffi_prep_raw_closure_loc(raw_closure, &many, raw_count, NULL, raw_code) == FFI_OK);

  for (int is_warm = 0; is_warm < 2; is_warm++) {
    ffi_arg sum = 7, counted = 7, ended = 7;
    take_all();
    ffi_call(&two, FFI_FN(add), &sum, values);
    ffi_call(&many, FFI_FN(code), &counted, values);
    ffi_call(&one_row, FFI_FN(ends), &ended, (void *[]){&x});
    CHECK(sum == (is_warm ? 2 : 7) && counted == (is_warm ? MANY : 7) && (ended == 7 || (is_warm && ended == 3)));
    if (is_warm) {
      ffi_raw_call(&many, FFI_FN(code), &counted, raw);
      ffi_raw_call(&many, FFI_FN(raw_code), &sum, raw);
      CHECK(counted == MANY && sum == MANY + 1);
    } else {
      CHECK(!ffi_call_plan_alloc(&two));
    }
    give_back();
    ffi_call(&two, FFI_FN(add), &sum, values);
    ffi_call(&many, FFI_FN(code), &counted, values);
    ffi_call(&one_row, FFI_FN(ends), &ended, (void *[]){&x});
    CHECK(sum == 2 && counted == MANY && ended == 3);
  }
  ffi_closure_free(closure);
  ffi_closure_free(raw_closure);
}

int main(void) {
  ffi_type *types[] = {&ffi_type_sint8, &ffi_type_double, &ffi_type_uint16};
  ffi_type *others[] = {&ffi_type_float, &ffi_type_pointer};
  ffi_type *parts[] = {&ffi_type_float, &ffi_type_sint8, NULL};
  ffi_type record = {0, 0, FFI_TYPE_STRUCT, parts};
  ffi_type *records[] = {&record};
  ffi_cif known, cif;
  CHECK(ffi_prep_cif(&known, FFI_DEFAULT_ABI, 2, &ffi_type_sint32, others) == FFI_OK);
  void *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  CHECK(closure);

  struct rlimit limit = {256 << 20, RLIM_INFINITY};
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
  take_all();
  /* Or compilers would take it that there is memory. */
  void *volatile probe = malloc(64);
  CHECK(!probe);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 3, &ffi_type_void, types) == FFI_BAD_TYPEDEF);
  CHECK(ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, 2, &ffi_type_void, others + 0) != FFI_OK);
  CHECK(ffi_prep_closure_loc((ffi_closure *)closure, &known, nothing, NULL, code) != FFI_OK);
  CHECK(ffi_prep_cif(&known, FFI_DEFAULT_ABI, 2, &ffi_type_sint32, others) == FFI_OK);
  give_back();

  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 3, &ffi_type_void, types) == FFI_OK);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &record, records) == FFI_OK);
  CHECK(ffi_prep_closure_loc((ffi_closure *)closure, &known, nothing, NULL, code) == FFI_OK);
  ffi_closure_free(closure);
  calls();
  puts("all hold");
  return 0;
}
