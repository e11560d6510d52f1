/* What of ffi.h depends on the machine: calling conventions, the size of words and of trampolines.

   Written for Trampette from the documented interface of libffi; names and numbers are those that programs know.
   SPDX-License-Identifier: MIT OR Apache-2.0 */

#ifndef LIBFFI_TARGET_H
#define LIBFFI_TARGET_H

#ifndef LIBFFI_H
#error "Include ffi.h, which includes this file."
#endif

#if !defined(__x86_64__) && !defined(_M_X64) && !defined(__aarch64__) && !defined(_M_ARM64)
#error "This library calls functions on x86-64 and AArch64."
#endif

#define FFI_SIZEOF_ARG 8
#define FFI_SIZEOF_JAVA_RAW 8

#define FFI_CLOSURES 1
#define FFI_NATIVE_RAW_API 0

/* _Complex and __int128 are GNU C's. */
#if !defined(_MSC_VER) || defined(__clang__)
#define FFI_TARGET_HAS_COMPLEX_TYPE 1
#define FFI_TARGET_HAS_INT128 1
#endif
#define FFI_TARGET_HAS_VECTOR_TYPE 1

#if defined(__x86_64__) || defined(_M_X64)
#define FFI_TRAMPOLINE_SIZE 32
#define FFI_GO_CLOSURES 1
#elif defined(__APPLE__)
#define FFI_TRAMPOLINE_SIZE 16
#define FFI_EXTRA_CIF_FIELDS unsigned aarch64_nfixedargs
#define FFI_TARGET_SPECIFIC_VARIADIC
#else
#define FFI_TRAMPOLINE_SIZE 24
#define FFI_TARGET_SPECIFIC_VARIADIC
#if defined(_WIN32)
#define FFI_EXTRA_CIF_FIELDS unsigned is_variadic
#elif !defined(__ANDROID__)
#define FFI_GO_CLOSURES 1
#endif
#endif

#ifndef LIBFFI_ASM

/* Results that are smaller than a word are returned as one of these. */
#if defined(_WIN32)
typedef unsigned long long ffi_arg;
typedef long long ffi_sarg;
#else
typedef unsigned long ffi_arg;
typedef signed long ffi_sarg;
#endif

typedef enum ffi_abi {
#if defined(__aarch64__) || defined(_M_ARM64)
  FFI_FIRST_ABI = 0,
  FFI_SYSV = 1,
  FFI_WIN64 = 2,
  FFI_LAST_ABI = 3,
#if defined(_WIN32)
  FFI_DEFAULT_ABI = FFI_WIN64
#else
  FFI_DEFAULT_ABI = FFI_SYSV
#endif
#elif defined(_WIN32)
  FFI_FIRST_ABI = 0,
  FFI_WIN64 = 1,  /* long double is double, as in Microsoft C */
  FFI_GNUW64 = 2, /* long double has 80 bits, as in GNU C */
  FFI_LAST_ABI = 3,
#if defined(__GNUC__)
  FFI_DEFAULT_ABI = FFI_GNUW64
#else
  FFI_DEFAULT_ABI = FFI_WIN64
#endif
#else
  FFI_FIRST_ABI = 1,
  FFI_UNIX64 = 2,
  FFI_WIN64 = 3,
  FFI_EFI64 = FFI_WIN64,
  FFI_GNUW64 = 4,
  FFI_LAST_ABI = 5,
  FFI_DEFAULT_ABI = FFI_UNIX64
#endif
} ffi_abi;

#endif
#endif
