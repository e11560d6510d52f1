/* Many threads prepare, call and make closures at once, with signatures that others make too; and a child goes on
   where it was forked from the midst of that. */

#define _GNU_SOURCE
#include "common.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, TURNS = 3000, MOST = 12 };

static ffi_type *kinds[] = {&ffi_type_sint64, &ffi_type_sint32, &ffi_type_sint16, &ffi_type_sint8};

static void sum(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  long long sum = *(long long *)user_data;
  for (unsigned i = 0; i < cif->nargs; i++)
    switch (cif->arg_types[i]->size) {
    case 1: sum += *(int8_t *)arguments[i]; break;
    case 2: sum += *(int16_t *)arguments[i]; break;
    case 4: sum += *(int32_t *)arguments[i]; break;
    default: sum += *(int64_t *)arguments[i];
    }
  *(long long *)result = sum;
}

static void turn(unsigned random) {
  ffi_type *types[MOST];
  void *arguments[MOST];
  long long value = -3, offset = random, result = 0;
  unsigned count = random % (MOST + 1);
  for (unsigned i = 0; i < count; i++)
    types[i] = kinds[(random >> (i % 8)) % COUNT(kinds)], arguments[i] = &value;
  ffi_cif cif;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, count, &ffi_type_sint64, types) == FFI_OK);
  void *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  CHECK(closure && ffi_prep_closure_loc((ffi_closure *)closure, &cif, sum, &offset, code) == FFI_OK);
  ffi_call(&cif, FFI_FN(code), &result, arguments);
  CHECK(result == offset - 3 * (long long)count);
  ffi_closure_free(closure);
}

static void *work(void *seed) {
  unsigned random = (unsigned)(uintptr_t)seed;
  for (int i = 0; i < TURNS; i++)
    turn((random = random * 1103515245 + 12345) >> 8);
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++)
    CHECK(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) {
      alarm(60);
      for (unsigned random = 0; random < 300; random++)
        turn(random * 7919);
      _exit(0);
    }
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
  }
  for (int i = 0; i < THREADS; i++)
    CHECK(pthread_join(threads[i], NULL) == 0);
  printf("all hold\n");
  return 0;
}
