// What the C library has no functions for.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int exported_variable = 7;

bool negate(bool value) { return !value; }
int8_t next_i8(int8_t value) { return value + 1; }
uint8_t same_u8(uint8_t value) { return value; }
uint64_t same_u64(uint64_t value) { return value; }
int64_t same_i64(int64_t value) { return value; }
__int128 same_i128(__int128 value) { return value; }
unsigned __int128 same_u128(unsigned __int128 value) { return value; }
long double same_long_double(long double value) { return value; }
float _Complex same_complex(float _Complex value) { return value; }
typedef short four_shorts __attribute__((vector_size(8)));
four_shorts same_vector(four_shorts value) { return value; }
float half(float value) { return value / 2; }
float same_float(float value) { return value; }
double same_double(double value) { return value; }
const char *same_text(const char *text) { return text; }
void *same_pointer(void *pointer) { return pointer; }
void nothing(void) {}
double no_prototype(number, single) int number; float single; { return number + single; }

struct point { float x; double y; };
struct point swap(struct point p) { return (struct point){ (float)p.y, p.x }; }

struct deep { struct point at; int numbers[3]; char name[4]; };
struct deep same_deep(struct deep value) { return value; }

union number { int32_t i; float f; };
union number same_union(union number value) { return value; }

struct named { const char *name; int id; };
int name_length(struct named value) { return value.name ? (int)strlen(value.name) + value.id : -1; }

struct pair { int a; int b; };
void fill(struct pair *pairs, int count) {
    for (int i = 0; i < count; i++) pairs[i] = (struct pair){ i, 10 * i };
}

void put_bytes(unsigned char *bytes) { bytes[0] = 0; bytes[1] = 0xff; }

struct view { void *bytes; size_t size; };
void put_text(struct view view) { snprintf(view.bytes, view.size, "inside"); }

void print_unflushed(void) { printf("from C"); }

static void *resolve(void) { return 0; }
int absent(void) __attribute__((ifunc("resolve")));
