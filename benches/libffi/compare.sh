#!/usr/bin/env bash
# Measures the same programs with the system's libffi and with ours, side by side. The machine should have nothing
# else to do: the load is printed before and after.
#
#     benches/libffi/compare.sh            builds and installs our library below target/libffi-prefix
#     benches/libffi/compare.sh PREFIX     takes the one that is installed there
set -euo pipefail
cd "$(dirname "$0")/../.."

prefix=${1:-}
if [[ -z $prefix ]]; then
    prefix=$PWD/target/libffi-prefix
    ci/libffi.sh "$prefix"
fi
library=$(cd "$prefix/lib" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CC:-cc}" -O2 benches/libffi/overhead.c -o "$work/overhead" -lffi

both() {
    "$@" >"$work/system"
    LD_LIBRARY_PATH=$library "$@" >"$work/ours"
    paste "$work/system" "$work/ours" | sed -E 's/\t.* / /'
}

echo "nanoseconds: the system's libffi ($(pkg-config --modversion libffi)), then ours"
cut -d' ' -f1-3 /proc/loadavg
both "$work/overhead"
both "${PYTHON:-python3}" benches/libffi/ctypes_calls.py
cut -d' ' -f1-3 /proc/loadavg
