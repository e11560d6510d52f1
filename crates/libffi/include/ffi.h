/* The C interface of libffi 3.4, and what 3.5 to 3.8 added, on the FFI engine Trampette.

   Written for Trampette from the documented interface of libffi; names, numbers and the layout of structs are
   those that programs know.
   SPDX-License-Identifier: MIT OR Apache-2.0 */

#ifndef LIBFFI_H
#define LIBFFI_H

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Types ------------------------------------------------------------ */

#define FFI_TYPE_VOID 0
#define FFI_TYPE_INT 1
#define FFI_TYPE_FLOAT 2
#define FFI_TYPE_DOUBLE 3
#if (defined(_MSC_VER) && !defined(__MINGW32__)) || defined(_M_ARM64) \
    || (defined(__aarch64__) && (defined(_WIN32) || defined(__APPLE__)))
#define FFI_TYPE_LONGDOUBLE FFI_TYPE_DOUBLE
#else
#define FFI_TYPE_LONGDOUBLE 4
#endif
#define FFI_TYPE_UINT8 5
#define FFI_TYPE_SINT8 6
#define FFI_TYPE_UINT16 7
#define FFI_TYPE_SINT16 8
#define FFI_TYPE_UINT32 9
#define FFI_TYPE_SINT32 10
#define FFI_TYPE_UINT64 11
#define FFI_TYPE_SINT64 12
#define FFI_TYPE_STRUCT 13
#define FFI_TYPE_POINTER 14
#define FFI_TYPE_COMPLEX 15
#define FFI_TYPE_UINT128 16
#define FFI_TYPE_SINT128 17
#define FFI_TYPE_VECTOR 18
#define FFI_TYPE_LAST FFI_TYPE_VECTOR

#include <ffitarget.h>

#ifndef FFI_GO_CLOSURES
#define FFI_GO_CLOSURES 0
#endif

#ifndef LIBFFI_ASM

#include <limits.h>
#include <stddef.h>

/* A struct is a type of FFI_TYPE_STRUCT whose elements end with NULL; size and alignment are zero, and set when
   it is first used. A vector is the same with FFI_TYPE_VECTOR, and as many times one element as it has lanes. */
typedef struct _ffi_type {
  size_t size;
  unsigned short alignment;
  unsigned short type;
  struct _ffi_type **elements;
} ffi_type;

#if defined(_MSC_VER)
#if defined(FFI_BUILDING_DLL)
#define FFI_API __declspec(dllexport)
#elif defined(FFI_BUILDING) || defined(FFI_STATIC_BUILD)
#define FFI_API
#else
#define FFI_API __declspec(dllimport)
#endif
#else
#define FFI_API
#endif

#define FFI_EXTERN extern FFI_API

#if defined(__GNUC__)
#define FFI_DEPRECATED_ __attribute__((__deprecated__))
#else
#define FFI_DEPRECATED_
#endif

#ifndef LIBFFI_HIDE_BASIC_TYPES

#define ffi_type_uchar ffi_type_uint8
#define ffi_type_schar ffi_type_sint8
#define ffi_type_ushort ffi_type_uint16
#define ffi_type_sshort ffi_type_sint16
#define ffi_type_uint ffi_type_uint32
#define ffi_type_sint ffi_type_sint32
#if LONG_MAX == 2147483647
#define ffi_type_ulong ffi_type_uint32
#define ffi_type_slong ffi_type_sint32
#else
#define ffi_type_ulong ffi_type_uint64
#define ffi_type_slong ffi_type_sint64
#endif

FFI_EXTERN ffi_type ffi_type_void;
FFI_EXTERN ffi_type ffi_type_uint8;
FFI_EXTERN ffi_type ffi_type_sint8;
FFI_EXTERN ffi_type ffi_type_uint16;
FFI_EXTERN ffi_type ffi_type_sint16;
FFI_EXTERN ffi_type ffi_type_uint32;
FFI_EXTERN ffi_type ffi_type_sint32;
FFI_EXTERN ffi_type ffi_type_uint64;
FFI_EXTERN ffi_type ffi_type_sint64;
FFI_EXTERN ffi_type ffi_type_float;
FFI_EXTERN ffi_type ffi_type_double;
FFI_EXTERN ffi_type ffi_type_longdouble;
FFI_EXTERN ffi_type ffi_type_pointer;

#ifdef FFI_TARGET_HAS_COMPLEX_TYPE
FFI_EXTERN ffi_type ffi_type_complex_float;
FFI_EXTERN ffi_type ffi_type_complex_double;
FFI_EXTERN ffi_type ffi_type_complex_longdouble;
#endif

#ifdef FFI_TARGET_HAS_INT128
FFI_EXTERN ffi_type ffi_type_uint128;
FFI_EXTERN ffi_type ffi_type_sint128;
#endif

#endif /* LIBFFI_HIDE_BASIC_TYPES */

/* ---- Call interfaces -------------------------------------------------- */

typedef enum {
  FFI_OK = 0,
  FFI_BAD_TYPEDEF,
  FFI_BAD_ABI,
  FFI_BAD_ARGTYPE
} ffi_status;

typedef struct {
  ffi_abi abi;
  unsigned nargs;
  ffi_type **arg_types;
  ffi_type *rtype;
  unsigned bytes; /* this library's own, like flags */
  unsigned flags;
#ifdef FFI_EXTRA_CIF_FIELDS
  FFI_EXTRA_CIF_FIELDS;
#endif
} ffi_cif;

/* The types must stay as long as the interface is used. */
FFI_API ffi_status ffi_prep_cif(ffi_cif *cif, ffi_abi abi, unsigned int nargs, ffi_type *rtype,
                                ffi_type **atypes);

/* The arguments behind the first nfixedargs stand for `...`: of no type that C promotes there. */
FFI_API ffi_status ffi_prep_cif_var(ffi_cif *cif, ffi_abi abi, unsigned int nfixedargs,
                                    unsigned int ntotalargs, ffi_type *rtype, ffi_type **atypes);

/* avalue points to the arguments. An integer result smaller than ffi_arg is written as an ffi_arg or ffi_sarg. */
FFI_API void ffi_call(ffi_cif *cif, void (*fn)(void), void *rvalue, void **avalue);

FFI_API ffi_status ffi_get_struct_offsets(ffi_abi abi, ffi_type *struct_type, size_t *offsets);

#define FFI_FN(f) ((void (*)(void))f)
#define FFI_CL(f) ((void *)(f))

/* ---- Call plans, since 3.7 -------------------------------------------- */

typedef struct ffi_call_plan ffi_call_plan;

FFI_API ffi_call_plan *ffi_call_plan_alloc(ffi_cif *cif);
FFI_API void ffi_call_plan_invoke(ffi_call_plan *plan, void (*fn)(void), void *rvalue, void **avalue);
FFI_API void ffi_call_plan_free(ffi_call_plan *plan);
FFI_API size_t ffi_call_plan_size(ffi_call_plan *plan);

/* ---- The library itself, since 3.5 ------------------------------------ */

#define FFI_VERSION_STRING "3.8.0"
#define FFI_VERSION_NUMBER 30800

FFI_API const char *ffi_get_version(void);
FFI_API unsigned long ffi_get_version_number(void);
FFI_API unsigned int ffi_get_default_abi(void);
FFI_API size_t ffi_get_closure_size(void);

/* ---- Raw calls: the arguments as words in a row ----------------------- */

typedef union {
  ffi_sarg sint;
  ffi_arg uint;
  float flt;
  char data[FFI_SIZEOF_ARG];
  void *ptr;
} ffi_raw;

typedef ffi_raw ffi_java_raw;

FFI_API void ffi_raw_call(ffi_cif *cif, void (*fn)(void), void *rvalue, ffi_raw *avalue);
FFI_API void ffi_ptrarray_to_raw(ffi_cif *cif, void **args, ffi_raw *raw);
FFI_API void ffi_raw_to_ptrarray(ffi_cif *cif, ffi_raw *raw, void **args);
FFI_API size_t ffi_raw_size(ffi_cif *cif);

/* Where each integer of 64 bits and each double takes up two words. */
FFI_API void ffi_java_raw_call(ffi_cif *cif, void (*fn)(void), void *rvalue, ffi_java_raw *avalue)
    FFI_DEPRECATED_;
FFI_API void ffi_java_ptrarray_to_raw(ffi_cif *cif, void **args, ffi_java_raw *raw) FFI_DEPRECATED_;
FFI_API void ffi_java_raw_to_ptrarray(ffi_cif *cif, ffi_java_raw *raw, void **args) FFI_DEPRECATED_;
FFI_API size_t ffi_java_raw_size(ffi_cif *cif) FFI_DEPRECATED_;

/* ---- Closures --------------------------------------------------------- */

#if defined(__GNUC__)
#define FFI_ALIGNED_ __attribute__((__aligned__(8)))
#else
#define FFI_ALIGNED_
#endif

#if defined(_MSC_VER)
__declspec(align(8))
#endif
typedef struct {
#if defined(__aarch64__) && defined(__APPLE__)
  void *trampoline_table;
  void *trampoline_table_entry;
#else
  union {
    char tramp[FFI_TRAMPOLINE_SIZE];
    void *ftramp;
  };
#endif
  ffi_cif *cif;
  void (*fun)(ffi_cif *, void *, void **, void *);
  void *user_data;
} ffi_closure FFI_ALIGNED_;

#define FFI_CLOSURE_PTR(X) (X)
#define FFI_RESTORE_PTR(X) (X)

/* *code is the function pointer. Memory that is executable and writable is not needed for it, nor made. */
FFI_API void *ffi_closure_alloc(size_t size, void **code);
FFI_API void ffi_closure_free(void *closure);

FFI_API ffi_status ffi_prep_closure_loc(ffi_closure *closure, ffi_cif *cif,
                                        void (*fun)(ffi_cif *, void *, void **, void *),
                                        void *user_data, void *codeloc);

/* For memory that is executable by itself: use ffi_prep_closure_loc instead. */
FFI_API ffi_status ffi_prep_closure(ffi_closure *closure, ffi_cif *cif,
                                    void (*fun)(ffi_cif *, void *, void **, void *),
                                    void *user_data) FFI_DEPRECATED_;

typedef struct {
#if defined(__aarch64__) && defined(__APPLE__)
  void *trampoline_table;
  void *trampoline_table_entry;
#else
  char tramp[FFI_TRAMPOLINE_SIZE];
#endif
  ffi_cif *cif;
  void (*translate_args)(ffi_cif *, void *, void **, void *);
  void *this_closure;
  void (*fun)(ffi_cif *, void *, ffi_raw *, void *);
  void *user_data;
} ffi_raw_closure;

typedef ffi_raw_closure ffi_java_raw_closure;

FFI_API ffi_status ffi_prep_raw_closure(ffi_raw_closure *closure, ffi_cif *cif,
                                        void (*fun)(ffi_cif *, void *, ffi_raw *, void *),
                                        void *user_data);
FFI_API ffi_status ffi_prep_raw_closure_loc(ffi_raw_closure *closure, ffi_cif *cif,
                                            void (*fun)(ffi_cif *, void *, ffi_raw *, void *),
                                            void *user_data, void *codeloc);
FFI_API ffi_status ffi_prep_java_raw_closure(ffi_java_raw_closure *closure, ffi_cif *cif,
                                             void (*fun)(ffi_cif *, void *, ffi_java_raw *, void *),
                                             void *user_data) FFI_DEPRECATED_;
FFI_API ffi_status ffi_prep_java_raw_closure_loc(ffi_java_raw_closure *closure, ffi_cif *cif,
                                                 void (*fun)(ffi_cif *, void *, ffi_java_raw *, void *),
                                                 void *user_data, void *codeloc) FFI_DEPRECATED_;

/* ---- Closures as Go has them ------------------------------------------ */

#if FFI_GO_CLOSURES

/* Called with its own address in a register: r10, or x18 on AArch64. */
typedef struct {
  void *tramp;
  ffi_cif *cif;
  void (*fun)(ffi_cif *, void *, void **, void *);
} ffi_go_closure;

FFI_API ffi_status ffi_prep_go_closure(ffi_go_closure *closure, ffi_cif *cif,
                                       void (*fun)(ffi_cif *, void *, void **, void *));
FFI_API void ffi_call_go(ffi_cif *cif, void (*fn)(void), void *rvalue, void **avalue, void *closure);

#endif

#endif /* LIBFFI_ASM */

#ifdef __cplusplus
}
#endif

#endif
