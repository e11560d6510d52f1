#!/usr/bin/env bash
# Proves random signatures against the C compilers: here, for aarch64 Linux under qemu, or for x86_64
# Windows under wine. The seed is the date unless it is given, and what proves them is `trampette fuzz`.
# The campaign is 100,000 here and 20,000 on each of the others, which takes hours.
#
#     ci/prover.sh native 2000
#     ci/prover.sh aarch64 300
#     ci/prover.sh windows 300 20251128
#     ci/prover.sh campaign
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    echo "prover: ci/prover.sh native|aarch64|windows SIGNATURES [SEED], or ci/prover.sh campaign [SEED]" >&2
    exit 2
}

prove() {
    local machine=$1 signatures=$2 seed=$3
    # The tests have built the command without optimisation, which is quick enough for a few: compilers
    # take most of the time.
    local options=(--quiet -p trampette-cli)
    ((signatures < 5000)) || options+=(--release)
    local command=("${options[@]}" -- fuzz --signatures "$signatures" --seed "$seed")

    echo "prover: $machine, $signatures signatures, seed $seed"
    case $machine in
    native) cargo run "${command[@]}" ;;
    *) ci/cross.sh "$machine" run "${command[@]}" ;;
    esac
}

today=$(date -u +%Y%m%d)
case ${1:-} in
native | aarch64 | windows)
    (($# == 2 || $# == 3)) && [[ $2 =~ ^[0-9]+$ ]] || usage
    prove "$1" "$2" "${3:-$today}"
    ;;
campaign)
    (($# <= 2)) || usage
    failed=0
    prove native 100000 "${2:-$today}" || failed=1
    prove aarch64 20000 "${2:-$today}" || failed=1
    prove windows 20000 "${2:-$today}" || failed=1
    exit "$failed"
    ;;
*) usage ;;
esac
