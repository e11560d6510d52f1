/* A process whose heap is full: what can be told by a status is, and when there is memory again all goes on. */

#define _GNU_SOURCE
#include "common.h"

#include <sys/resource.h>

static struct block {
  struct block *next;
} *blocks;

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
  puts("all hold");
  return 0;
}
