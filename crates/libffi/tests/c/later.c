/* What versions after libffi 3.4 added: checked against itself, for system libraries mostly lack it. */

#include "common.h"

static double mixed(int a, double b, signed char c, float d, long long e) { return a + b + c + d + (double)e; }
static signed char negative(void) { return -3; }
static doubles3 triple(doubles3 x) { return (doubles3){3 * x.a, 3 * x.b, 3 * x.c}; }

static void plans(void) {
  ffi_type *types[] = {&ffi_type_sint, &ffi_type_double, &ffi_type_schar, &ffi_type_float, &ffi_type_sint64};
  int a = 1; double b = 0.5; signed char c = -2; float d = 0.25f; long long e = 1000;
  void *arguments[] = {&a, &b, &c, &d, &e};
  ffi_cif cif;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 5, &ffi_type_double, types) == FFI_OK);
  ffi_call_plan *plan = ffi_call_plan_alloc(&cif);
  CHECK(plan && ffi_call_plan_size(plan) > 0 && ffi_call_plan_size(plan) == ffi_call_plan_size(plan));
  double result = 0;
  for (int i = 0; i < 3; i++) {
    ffi_call_plan_invoke(plan, FFI_FN(mixed), &result, arguments);
    CHECK(result == mixed(a, b, c, d, e));
  }
  ffi_call_plan_free(plan);
  ffi_call_plan_free(NULL);
  CHECK(ffi_call_plan_size(NULL) == 0);

  ffi_arg word;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 0, &ffi_type_schar, NULL) == FFI_OK);
  plan = ffi_call_plan_alloc(&cif);
  ffi_call_plan_invoke(plan, FFI_FN(negative), &word, NULL);
  CHECK((ffi_sarg)word == -3);
  ffi_call_plan_invoke(plan, FFI_FN(negative), NULL, NULL);
  ffi_call_plan_free(plan);

  ffi_type *structs[] = {&doubles3_type};
  doubles3 x = {1, 2, 3}, y;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &doubles3_type, structs) == FFI_OK);
  plan = ffi_call_plan_alloc(&cif);
  ffi_call_plan_invoke(plan, FFI_FN(triple), &y, (void *[]){&x});
  CHECK(y.a == 3 && y.b == 6 && y.c == 9 && x.a == 1);
  ffi_call_plan_free(plan);
}

static void versions(void) {
  CHECK(strcmp(ffi_get_version(), FFI_VERSION_STRING) == 0);
  CHECK(ffi_get_version_number() == FFI_VERSION_NUMBER);
  CHECK(ffi_get_default_abi() == FFI_DEFAULT_ABI);
  CHECK(ffi_get_closure_size() == sizeof(ffi_closure));
}

#ifdef __SIZEOF_INT128__
static __int128 wide(int a, __int128 b, unsigned __int128 c) { return a + b - (__int128)c; }

static void wide_closure(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)user_data;
  *(__int128 *)result = wide(*(int *)arguments[0], *(__int128 *)arguments[1], *(unsigned __int128 *)arguments[2]);
}

static void integers_of_128_bits(void) {
  ffi_type *types[] = {&ffi_type_sint, &ffi_type_sint128, &ffi_type_uint128};
  int a = 5; __int128 b = -((__int128)7 << 70); unsigned __int128 c = (unsigned __int128)9 << 80; __int128 result;
  ffi_cif cif;
  CHECK(ffi_type_sint128.size == 16 && ffi_type_uint128.alignment == 16);
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 3, &ffi_type_sint128, types) == FFI_OK);
  ffi_call(&cif, FFI_FN(wide), &result, (void *[]){&a, &b, &c});
  CHECK(result == wide(a, b, c));
  void *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  CHECK(ffi_prep_closure_loc((ffi_closure *)closure, &cif, wide_closure, NULL, code) == FFI_OK);
  CHECK(((__int128(*)(int, __int128, unsigned __int128))code)(a, b, c) == wide(a, b, c));
  ffi_closure_free(closure);
}
#else
static void integers_of_128_bits(void) {}
#endif

#if !defined(_WIN32)
typedef float float4 __attribute__((vector_size(16)));

static float4 scaled(float4 x, float by) { return x * by; }
#ifdef __clang__
typedef float float3 __attribute__((ext_vector_type(3)));
static float3 scaled3(float3 x, float by) { return x * by; }
#endif
static void scaled_closure(ffi_cif *cif, void *result, void **arguments, void *user_data) {
  (void)cif, (void)user_data;
  *(float4 *)result = scaled(*(float4 *)arguments[0], *(float *)arguments[1]);
}

static void vectors(void) {
  ffi_type *lanes[] = {&ffi_type_float, &ffi_type_float, &ffi_type_float, &ffi_type_float, NULL};
  ffi_type vector = {0, 0, FFI_TYPE_VECTOR, lanes}, *types[] = {&vector, &ffi_type_float};
  float4 x = {1, 2, 3, 4}, y; float by = 2.5f;
  ffi_cif cif;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &vector, types) == FFI_OK);
  CHECK(vector.size == 16 && vector.alignment == 16);
  ffi_call(&cif, FFI_FN(scaled), &y, (void *[]){&x, &by});
  CHECK(y[0] == 2.5f && y[3] == 10);
  void *code, *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
  CHECK(ffi_prep_closure_loc((ffi_closure *)closure, &cif, scaled_closure, NULL, code) == FFI_OK);
  y = ((float4(*)(float4, float))code)(x, 3);
  CHECK(y[1] == 6 && y[2] == 9);
  ffi_closure_free(closure);

  /* Three lanes have the place of four, as Clang's ext_vector_type(3). */
  ffi_type three = {0, 0, FFI_TYPE_VECTOR, lanes + 1}, *threes[] = {&three, &ffi_type_float};
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &three, threes) == FFI_OK);
  CHECK(three.size == 16 && three.alignment == 16);
  ffi_call(&cif, FFI_FN(scaled), &y, (void *[]){&x, &by});
  CHECK(y[0] == 2.5f && y[2] == 7.5f);
#ifdef __clang__
  float3 z = {1, 2, 3}, w;
  ffi_call(&cif, FFI_FN(scaled3), &w, (void *[]){&z, &by});
  CHECK(w[0] == 2.5f && w[2] == 7.5f);
#endif
  three.size = 8;
  CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_void, threes) == FFI_BAD_TYPEDEF);

  ffi_type *uneven[] = {&ffi_type_float, &ffi_type_double, NULL}, *none[] = {NULL};
  ffi_type *no_lanes[] = {&ffi_type_longdouble, NULL}, *pointers[] = {&ffi_type_pointer, &ffi_type_pointer, NULL};
  ffi_type **wrong[] = {uneven, none, no_lanes, pointers, NULL};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    ffi_type bad = {0, 0, FFI_TYPE_VECTOR, wrong[i]}, *arguments[] = {&bad};
    CHECK(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, arguments) == FFI_BAD_TYPEDEF);
  }
}
#else
static void vectors(void) {}
#endif

int main(void) {
  plans();
  versions();
  integers_of_128_bits();
  vectors();
  printf("all hold\n");
  return 0;
}
