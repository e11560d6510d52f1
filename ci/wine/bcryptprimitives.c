/* The one function that Rust's standard library takes from this library of Windows. */
#include <windows.h>

/* advapi32's RtlGenRandom. */
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T left) {
    while (left) {
        ULONG part = left > 0x10000000 ? 0x10000000 : (ULONG)left;
        if (!SystemFunction036(bytes, part))
            return FALSE;
        bytes += part;
        left -= part;
    }
    return TRUE;
}
