#!/usr/bin/env bash
# Proves that libffi's own tests pass on our library: those of the version that the benchmarks compare with, which
# cargo has fetched. They are compiled against our header; nothing of them is kept here.
#
#     ci/libffi-suite.sh            builds and installs the library below target/libffi-prefix
#     ci/libffi-suite.sh PREFIX     takes the one that is installed there
set -euo pipefail
cd "$(dirname "$0")/.."

# What fails, and why that is right, or known.
declare -A expected=(
    [closure_loc_fn0.c]="wants the closure's own bytes behind its function pointer: memory that is writable and executable"
)

prefix=${1:-}
if [[ -z $prefix ]]; then
    prefix=$PWD/target/libffi-prefix
    ci/libffi.sh "$prefix"
fi
prefix=$(cd "$prefix" && pwd)

manifest=$(cargo metadata --format-version 1 | grep -oE '"manifest_path":"[^"]*/libffi-sys-[^"]*/Cargo.toml"' | sed -n 1p | cut -d'"' -f4)
sources=${manifest%/Cargo.toml}/libffi
suite=$sources/testsuite
[[ -d $suite ]] || {
    echo "libffi-suite: there are no tests below $sources" >&2
    exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What the tests ask of libffi's own configuration.
printf '#define HAVE_LONG_DOUBLE 1\n#define HAVE_STDINT_H 1\n#define HAVE_INTTYPES_H 1\n#define STDC_HEADERS 1\n#define HAVE_ALLOCA_H 1\n' >"$work/fficonfig.h"
cp "$sources/include/ffi_common.h" "$work"

passed=0 known=0 failed=0
# Compiles one test with these definitions and runs it; what it prints goes to a file.
run() {
    local source=$1 compiler=gcc
    shift
    [[ $source == *.c ]] || compiler=g++
    "$compiler" -w -O0 -DFFI_HIDDEN= "$@" -I"$work" -I"$prefix/include" -I"$(dirname "$source")" \
        -I"$suite/libffi.call" -I"$suite/libffi.complex" "$source" -o "$work/test" \
        -L"$prefix/lib" -Wl,-rpath,"$prefix/lib" -lffi -lm -lpthread >"$work/output" 2>&1 &&
        timeout 60 "$work/test" >"$work/output" 2>&1
}

count() {
    local name=$1 result=$2
    if ((result == 0)) && [[ -z ${expected[$name]+known} ]]; then
        passed=$((passed + 1))
    elif ((result != 0)) && [[ -n ${expected[$name]+known} ]]; then
        known=$((known + 1))
        echo "known: $name ${expected[$name]}"
    else
        failed=$((failed + 1))
        echo "FAILED: $name: status $result"
        tail -3 "$work/output"
    fi
}

for source in "$suite"/libffi.{call,closures,complex,go}/*.c "$suite"/libffi.{call,closures}/*.cc; do
    [[ -f $source ]] || continue
    result=0
    run "$source" || result=$?
    count "$(basename "$source")" "$result"
done
# Bruno Haible's tests print what they expect and what they get, line by line.
for source in "$suite"/libffi.bhaible/test-{call,callback}.c; do
    for number in {1..81}; do
        result=0
        run "$source" "-DDGTEST=$number" || result=$?
        awk 'NR % 2 { line = $0; next } line != $0 { differs = 1 } END { exit differs }' "$work/output" || result=1
        count "$(basename "$source") $number" "$result"
    done
done
echo "libffi-suite: $passed passed, $known failed as they should, $failed failed"
((failed == 0 && known == ${#expected[@]} && passed > 300))
