/* Nothing is read behind an argument, nor written behind a result: each ends where the memory does. */

#define _GNU_SOURCE
#include "common.h"

#include <sys/mman.h>
#include <unistd.h>

/* Memory whose last byte is the last before a page that nobody may touch. */
static char *end_of_memory(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *memory = (char *)mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED && mprotect(memory + page, page, PROT_NONE) == 0);
  return memory + page;
}

/* Whether two values are the same, where all bytes count. */
static int is_same(ffi_type *type, const void *a, const void *b) {
  size_t counted = 0;
  for (size_t i = 0; type->elements && type->elements[i]; i++)
    counted += type->elements[i]->size;
  int has_padding = type->type == FFI_TYPE_STRUCT && counted != type->size;
  return has_padding || memcmp(a, b, type->size) == 0;
}

static char *argument_end, *result_end, *pointers_end;

/* One argument and a result of a type, alone and with all registers taken. */
#define VALUE(type_, description)                                                                       \
  {                                                                                                     \
    ffi_type *types[20];                                                                                \
    void **arguments = (void **)pointers_end - 19;                                                      \
    double number = 1.5;                                                                                \
    long long whole = 7;                                                                                \
    for (int i = 0; i < 18; i++) {                                                                      \
      types[i] = i % 2 ? &ffi_type_double : &ffi_type_sint64;                                           \
      arguments[i] = i % 2 ? (void *)&number : (void *)&whole;                                          \
    }                                                                                                   \
    types[18] = &description;                                                                           \
    arguments[18] = argument_end - sizeof(type_);                                                       \
    fill(arguments[18], sizeof(type_), 5);                                                              \
    int is_small = description.type != FFI_TYPE_STRUCT && description.type != FFI_TYPE_FLOAT            \
                   && description.type < FFI_TYPE_COMPLEX;                                              \
    size_t room = is_small && sizeof(type_) < sizeof(ffi_arg) ? sizeof(ffi_arg) : sizeof(type_);        \
    ffi_cif cif;                                                                                        \
    memset(result_end - room, 0, room);                                                                 \
    CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 19, &description, types) == FFI_OK);                      \
    ffi_call(&cif, FFI_FN(last_##description), result_end - room, arguments);                           \
    CHECK(is_same(&description, result_end - room, arguments[18]));                                     \
    memset(result_end - room, 0, room);                                                                 \
    CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &description, types + 18) == FFI_OK);                  \
    ffi_call(&cif, FFI_FN(same_##description), result_end - room, arguments + 18);                      \
    CHECK(is_same(&description, result_end - room, arguments[18]));                                     \
  }

#define FUNCTIONS(type, description)                                                                       \
  static type same_##description(type x) { return x; }                                                     \
  static type last_##description(long long a, double b, long long c, double d, long long e, double f,      \
                                 long long g, double h, long long i, double j, long long k, double l,      \
                                 long long m, double n, long long o, double p, long long q, double r,      \
                                 type x) {                                                                 \
    CHECK(a + c + e + g + i + k + m + o + q == 63 && b + d + f + h + j + l + n + p + r == 13.5);           \
    return x;                                                                                              \
  }

#define SCALARS(X)                                                                                \
  X(int8_t, ffi_type_sint8) X(uint8_t, ffi_type_uint8) X(int16_t, ffi_type_sint16)                \
  X(uint16_t, ffi_type_uint16) X(int32_t, ffi_type_sint32) X(uint32_t, ffi_type_uint32)           \
  X(int64_t, ffi_type_sint64) X(float, ffi_type_float) X(double, ffi_type_double)                 \
  X(void *, ffi_type_pointer) X(float _Complex, ffi_type_complex_float)                           \
  X(double _Complex, ffi_type_complex_double)
#define STRUCT_FUNCTIONS(name, ...) FUNCTIONS(name, name##_type)
#define STRUCT(name, ...) VALUE(name, name##_type)

SCALARS(FUNCTIONS)
STRUCTS(STRUCT_FUNCTIONS)

int main(void) {
  argument_end = end_of_memory(), result_end = end_of_memory(), pointers_end = end_of_memory();
  SCALARS(VALUE)
  STRUCTS(STRUCT)
  printf("all hold\n");
  return 0;
}
