#!/usr/bin/env bash
# Proves random signatures against the C compilers: here, for aarch64 Linux under qemu, or for x86_64
# Windows under wine. The seed is the date unless it is given, and what proves them is `trampette fuzz`.
#
#     ci/prover.sh native 2000
#     ci/prover.sh aarch64 300
#     ci/prover.sh windows 300 20251128
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    echo "prover: ci/prover.sh native|aarch64|windows SIGNATURES [SEED]" >&2
    exit 2
}

(($# == 2 || $# == 3)) || usage
machine=$1 signatures=$2 seed=${3:-$(date -u +%Y%m%d)}
[[ $signatures =~ ^[0-9]+$ ]] || usage

# The tests have built the command without optimisation, which is quick enough for a few: compilers take
# most of the time.
options=(--quiet -p trampette-cli)
((signatures < 5000)) || options+=(--release)
command=("${options[@]}" -- fuzz --signatures "$signatures" --seed "$seed")

echo "prover: $machine, $signatures signatures, seed $seed"
case $machine in
native) cargo run "${command[@]}" ;;
aarch64 | windows) ci/cross.sh "$machine" run "${command[@]}" ;;
*) usage ;;
esac
