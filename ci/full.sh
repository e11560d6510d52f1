#!/usr/bin/env bash
# Proves what takes long: the quick tier, the tests of the prover and of the command on other machines, the
# checks for other targets, licences, sanitizers, the models of lock-free code, libffi's tests and programs on our
# interface, packages, the campaigns of the tests, the machine's headers, planted mistakes, fuzzing, and the
# prover's campaign. Goes on after a failure, and ends with a table of what passed. Given names, it takes these
# steps alone.
#
#     ci/full.sh
#     ci/full.sh headers 'planted mistakes'
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck disable=SC2329 # `step` calls it
campaign() {
    TRAMPETTE_CAMPAIGN=1 cargo test --release --workspace
}

wanted=("$@") is_partial=$(($# > 0))
names=() results=() failed=0

# Whether a step was asked for. Strikes it off the list.
is_wanted() {
    local index
    ((is_partial)) || return 0
    for index in "${!wanted[@]}"; do
        if [[ ${wanted[index]} == "$1" ]]; then
            unset "wanted[index]"
            return 0
        fi
    done
    return 1
}

step() {
    local name=$1 start=$SECONDS result=passed
    shift
    is_wanted "$name" || return 0
    printf '\n==== %s\n' "$name"
    "$@" || result=FAILED
    [[ $result == passed ]] || failed=1
    names+=("$name")
    results+=("$result after $((SECONDS - start)) s")
}

step "quick tier" .ci/run
step "prover on aarch64" ci/cross.sh aarch64 -p trampette-fuzz -p trampette-cli
step "prover on windows" ci/cross.sh windows -p trampette-fuzz -p trampette-cli
step "other targets" ci/targets.sh
step "licences" ci/licences.sh
step "sanitizers" ci/sanitize.sh
step "interleavings" ci/loom.sh
step "tests of libffi" ci/libffi-suite.sh
step "programs on libffi" ci/libffi-programs.sh
step "libffi as a DLL" ci/libffi-wine.sh
step "packages" ci/package.sh
step "campaigns" campaign
step "headers" ci/headers.sh
step "planted mistakes" ci/plants.sh
step "fuzzing" ci/fuzz.sh 600
step "prover" ci/prover.sh campaign

for name in "${wanted[@]}"; do
    echo "full: there is no step '$name'" >&2
    failed=1
done

printf '\n'
for index in "${!names[@]}"; do
    printf '%-17s %s\n' "${names[index]}" "${results[index]}"
done
exit "$failed"
