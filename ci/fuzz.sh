#!/usr/bin/env bash
# Fuzzes everything that reads untrusted text or bytes, guided by coverage, for so many seconds in all: no
# input may make it panic, hang or contradict itself. Each target of crates/fuzz/targets has its share of the
# time, after that of the build.
#
#     ci/fuzz.sh 30
#     ci/fuzz.sh 600 rows
#
# What is found stays in a file, whose name is printed. Inputs of new coverage are kept in target/fuzz/corpus,
# for the next time. The targets are those of `cargo fuzz` (`--fuzz-dir crates/fuzz/targets`), and built as it
# builds them, but without a sanitizer, which needs no nightly compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    echo "usage: ci/fuzz.sh SECONDS [TARGET]..." >&2
    exit 2
}
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || usage
seconds=$1
shift
all=(signature prototype header layout rows argument image)
(($# > 0)) || set -- "${all[@]}"

sources=crates/fuzz/targets
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/fuzz
work=$(realpath -m "$CARGO_TARGET_DIR")
host=$(rustc -vV | sed -n 's/^host: //p')

build() {
    local flags=(
        -Cpasses=sancov-module
        -Cllvm-args=-sanitizer-coverage-level=4
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
        -Cllvm-args=-sanitizer-coverage-pc-table
        -Cllvm-args=-sanitizer-coverage-trace-compares
        -Ccodegen-units=1
        -Cdebug-assertions
        -Coverflow-checks
        --cfg=fuzzing
    )
    # With a target, flags are not for build scripts and macros.
    RUSTFLAGS=${flags[*]} cargo build --quiet --release --locked --target "$host" \
        --manifest-path "$sources/Cargo.toml"
}

# The lines of stdin as files, their escapes as what they stand for.
as_files() {
    local folder=$1 line count=0
    mkdir -p "$folder"
    while IFS= read -r line; do
        count=$((count + 1))
        printf '%b' "$line" >"$folder/$count"
    done
    ((count > 10)) || {
        echo "fuzz: only $count seeds in $folder: this script no longer reads the tables" >&2
        exit 1
    }
}

# The tables of the tests are the seeds.
seed() {
    rm -rf "$work/seeds"
    sed -nE 's/^    "(.*)",$/\1/p' crates/types/tests/texts/mod.rs | as_files "$work/seeds/signature"
    sed -nE 's/^[a-z]: //p' crates/cdecl/tests/suite/{accepted,refused}.txt | as_files "$work/seeds/prototype"
    cp -r "$work/seeds/prototype" "$work/seeds/header"
    # C and compact text, in files of other names.
    cp -r "$work/seeds/signature" "$work/seeds/layout"
    sed -nE 's/^[a-z]: //p' crates/cdecl/tests/suite/{accepted,refused}.txt | as_files "$work/seeds/layout/c"
    as_files "$work/seeds/argument" <"$sources/seeds/argument.txt"
    # Any bytes are a type tree.
    cp -r "$work/seeds/signature" "$work/seeds/rows"
    cp -r "$sources/seeds/image" "$work/seeds/image"
}

run() {
    local target=$1 time=$2 options=()
    [[ ! -e $sources/seeds/$target.dict ]] || options+=("-dict=$sources/seeds/$target.dict")
    mkdir -p "$work/corpus/$target" "$work/found"
    if ! "$work/$host/release/$target" -max_total_time="$time" -max_len=16384 -timeout=10 \
        -rss_limit_mb=2048 -artifact_prefix="$work/found/$target-" "${options[@]}" \
        "$work/corpus/$target" "$work/seeds/$target" >"$work/$target.log" 2>&1; then
        tail -n 40 "$work/$target.log" >&2
        echo "fuzz: $target: an input that it must survive is in $work/found: run it with" >&2
        echo "    $work/$host/release/$target FILE" >&2
        return 1
    fi
    grep -E '^Done ' "$work/$target.log" | sed "s/^/fuzz: $target: /"
}

build
seed
failed=0
share=$(((seconds + $# - 1) / $#))
for target; do
    run "$target" "$share" || failed=1
done
exit "$failed"
