#!/usr/bin/env bash
# Proves that the prover finds what is wrong: mistakes are planted in the engine one by one, each in a process
# of its own, and each must be found within 2,000 signatures; without any nothing must be. Prints a line for
# each, with the signature that gave it away.
#
#     ci/plants.sh                      natively, then AArch64's under qemu
#     ci/plants.sh native               natively alone
#     ci/plants.sh windows stub         under wine, those whose names contain `stub`
set -euo pipefail
cd "$(dirname "$0")/.."

test=(--release -p trampette-fuzz --features plant --test planted)

machines=(native aarch64)
if (($# > 0)); then
    machines=("$1")
    shift
fi
failed=0
for machine in "${machines[@]}"; do
    printf '==== %s\n' "$machine"
    case $machine in
    native) cargo test "${test[@]}" -- "$@" || failed=1 ;;
    *) ci/cross.sh "$machine" "${test[@]}" -- "$@" || failed=1 ;;
    esac
done
exit "$failed"
