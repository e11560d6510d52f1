#!/usr/bin/env bash
# Proves random signatures against the C compilers: here, for aarch64 Linux under qemu, or for x86_64
# Windows under wine. The seed is the date unless it is given, and what proves them is `trampette fuzz`.
#
# The campaign is 100,000 here and 20,000 on each of the others, which takes hours. It is proved shard by shard,
# and the summaries stay in target/campaign: one that was interrupted goes on with the shards that are not there
# yet. crates/fuzz/TYPES.md is written from them: which types travelled in which directions.
#
#     ci/prover.sh native 2000
#     ci/prover.sh aarch64 300
#     ci/prover.sh windows 300 20251128
#     ci/prover.sh campaign
#     ci/prover.sh campaign 20251128 windows
set -euo pipefail
cd "$(dirname "$0")/.."

machines=(native aarch64 windows)

usage() {
    echo "prover: ci/prover.sh native|aarch64|windows SIGNATURES [SEED]" >&2
    echo "prover: ci/prover.sh campaign [SEED [native|aarch64|windows]]" >&2
    exit 2
}

# `trampette fuzz` for a machine. The tests have built the command without optimisation, which is quick enough
# for a few: compilers take most of the time.
fuzz() {
    local machine=$1 profile=$2
    shift 2
    local command=(--quiet -p trampette-cli --profile "$profile" -- fuzz "$@")
    case $machine in
    native) cargo run "${command[@]}" ;;
    *) ci/cross.sh "$machine" run "${command[@]}" ;;
    esac
}

prove() {
    local machine=$1 signatures=$2 seed=$3
    echo "prover: $machine, $signatures signatures, seed $seed"
    fuzz "$machine" dev --signatures "$signatures" --seed "$seed"
}

# Proves a machine's part of the campaign, and writes its part of the page. Status 1 is a mismatch, and the
# summary is there.
campaign() {
    local machine=$1 seed=$2 signatures=20000 shards=10 failed=0
    [[ $machine != native ]] || signatures=100000
    local folder=target/campaign/$seed summaries=() shard status
    mkdir -p "$folder"
    for ((shard = 1; shard <= shards; shard++)); do
        local summary=$folder/$machine-$shard.json
        summaries+=("$summary")
        [[ ! -s $summary ]] || continue
        echo "prover: $machine, shard $shard of $shards of $signatures signatures, seed $seed"
        status=0
        fuzz "$machine" release --signatures "$signatures" --seed "$seed" --shard "$shard/$shards" --json \
            >"$summary.new" || status=$?
        ((status <= 1)) || return "$status"
        mv "$summary.new" "$summary"
    done
    fuzz "$machine" release --merge "${summaries[@]}" || failed=1
    fuzz "$machine" release --merge "${summaries[@]}" --types >"target/campaign/$machine.md" || failed=1
    return "$failed"
}

page() {
    cat <<'PAGE'
# Which types travel, how, and in which directions

Written by `ci/prover.sh campaign` from what was proved: random signatures against C compilers, native ones here,
GCC for AArch64 Linux under qemu, and GCC for Windows under wine. A number is how many times a value of such a
type was sent and received, a signature with a build of a compiler each: **call** when Rust calls C (by values
and by a frame), **callback** when C calls a closure over a frame, **relay** when C calls a callback that calls C,
**typed** when the Rust side has Rust's own types, calling and called. A record is of several classes. A letter
stands for the reason why there is no number.

Conventions that no machine here runs, `apple-arm64` and `win-arm64`, have no table: their rows and code are
compared with what was looked at once (`arch/aarch64/tests/goldens`), and their HFAs, slots and variadics with the
twins of compilers that can write them (`tests/tests/apple_arm64.rs`, `tests/tests/win_arm64.rs`).

PAGE
    local machine
    for machine in "${machines[@]}"; do
        [[ ! -f target/campaign/$machine.md ]] || cat "target/campaign/$machine.md"
    done
}

today=$(date -u +%Y%m%d)
case ${1:-} in
native | aarch64 | windows)
    (($# == 2 || $# == 3)) && [[ $2 =~ ^[0-9]+$ ]] || usage
    prove "$1" "$2" "${3:-$today}"
    ;;
campaign)
    (($# <= 3)) || usage
    failed=0
    for machine in ${3:-"${machines[@]}"}; do
        campaign "$machine" "${2:-$today}" || failed=1
    done
    page >crates/fuzz/TYPES.md
    exit "$failed"
    ;;
*) usage ;;
esac
