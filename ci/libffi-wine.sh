#!/usr/bin/env bash
# Proves that the libffi interface works as a DLL of Windows: builds it with mingw, and runs the C programs that
# use the whole interface under wine. ci/cross-install.sh installs what that needs, on Debian.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/cross-install.sh windows
cache=${CROSS_CACHE:-/var/cache/rust-cross}
export WINEPREFIX=$cache/wineprefix WINEDEBUG=-all
export WINEDLLOVERRIDES='mscoree,mshtml=;winedbg.exe=d'
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/cross
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export CC=x86_64-w64-mingw32-gcc-win32
CARGO="cargo +web" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    ci/libffi.sh "$work" x86_64-pc-windows-gnu
for program in interface sized later refused; do
    # Its own printf knows long double and %zu.
    "$CC" -std=gnu11 -O2 -Wall -Wno-deprecated-declarations -D__USE_MINGW_ANSI_STDIO=1 \
        "crates/libffi/tests/c/$program.c" -o "$work/bin/$program.exe" \
        -I "$work/include" "$work/lib/libffi.dll.a" -lm
    if ! timeout 300 /usr/lib/wine/wine64 "$work/bin/$program.exe" >"$work/output" 2>&1; then
        cat "$work/output"
        echo "libffi-wine: $program failed" >&2
        exit 1
    fi
    echo "libffi-wine: $program ran, $(wc -l <"$work/output") lines"
done
