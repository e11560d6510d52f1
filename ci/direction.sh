#!/usr/bin/env bash
# Proves the boundaries between the packages: dependencies point only where this table lets them, the
# packages without unsafe code and without platform conditions say so, libffi is a peer in benches and
# nowhere else, and no source file has grown past 600 lines.
set -euo pipefail
cd "$(dirname "$0")/.."

failures=0
fail() {
    echo "direction: $1" >&2
    failures=$((failures + 1))
}

# Package -> the packages of the workspace that it may depend on, development included.
pure="trampette-types trampette-cdecl trampette-abi trampette-x86_64 trampette-aarch64"
declare -A allowed=(
    [trampette-types]=""
    [trampette-cdecl]="trampette-types"
    [trampette-abi]="trampette-types"
    [trampette-x86_64]="trampette-types trampette-abi"
    [trampette-aarch64]="trampette-types trampette-abi"
    [trampette-exec]=""
    [trampette]="$pure trampette-exec"
    [trampette-libffi]="$pure trampette-exec trampette"
    [trampette-fuzz]="$pure trampette-exec trampette"
    [trampette-cli]="$pure trampette-exec trampette trampette-fuzz"
    [trampette-tests]="$pure trampette-exec trampette trampette-fuzz trampette-cli"
    [trampette-benches]="$pure trampette-exec trampette trampette-fuzz trampette-cli"
)

# The names of all dependencies in a manifest, of every kind and for every target.
dependencies() {
    awk '
        /^\[/ {
            header = $0
            gsub(/[][ "]/, "", header)
            within = header ~ /(^|\.)(dev-|build-)?dependencies$/ && header !~ /^workspace/
            if (header ~ /(^|\.)(dev-|build-)?dependencies\.[A-Za-z0-9_-]+$/ && header !~ /^workspace/) {
                sub(/.*\./, "", header)
                print header
            }
            next
        }
        within && /^[A-Za-z0-9_"-]+[ ]*[.=]/ {
            name = $0
            sub(/[ .=].*/, "", name)
            gsub(/"/, "", name)
            print name
            # A dependency under another name.
            if (match($0, /package *= *"[^"]+"/)) {
                name = substr($0, RSTART, RLENGTH)
                gsub(/package *= *|"/, "", name)
                print name
            }
        }
    ' "$1"
}

package_name() {
    awk -F'"' '/^name *=/ { print $2; exit }' "$1"
}

members=$(awk -F'"' '/^members *=/ { within = 1 } within && NF > 1 { print $2 } within && /\]/ { exit }' Cargo.toml)
[[ -n $members ]] || fail "no members found in Cargo.toml"

arrows=0
for member in $members; do
    manifest=$member/Cargo.toml
    package=$(package_name "$manifest")
    if [[ -z ${allowed[$package]+known} ]]; then
        fail "$manifest: $package is not in the table of ci/direction.sh"
        continue
    fi
    for dependency in $(dependencies "$manifest"); do
        if [[ $dependency == libffi* && $member != benches ]]; then
            fail "$manifest depends on $dependency, which only benches may"
        fi
        [[ $dependency == trampette* ]] || continue
        arrows=$((arrows + 1))
        if [[ " ${allowed[$package]} " != *" $dependency "* ]]; then
            fail "$manifest: $package must not depend on $dependency"
        fi
    done
done
((arrows >= 5)) || fail "only $arrows arrows found: this script no longer reads the manifests"

for member in crates/types crates/cdecl crates/abi arch/*; do
    grep -qx '#!\[forbid(unsafe_code)\]' "$member/src/lib.rs" ||
        fail "$member/src/lib.rs does not say #![forbid(unsafe_code)]"
    # What a platform is like is data there; conditions on the host would hide code from its tests.
    if conditions=$(grep -rnE 'cfg!?\(.*(target_|windows|unix)' "$member/src" | grep -vE ':[0-9]+: *//'); then
        fail "conditional code for a platform: $conditions"
    fi
done
for member in crates/types crates/abi; do
    grep -qx '#!\[no_std\]' "$member/src/lib.rs" || fail "$member/src/lib.rs does not say #![no_std]"
done

while IFS= read -r file; do
    lines=$(wc -l <"$file")
    ((lines <= 600)) || fail "$file has $lines lines: a file is one thought"
done < <(find arch benches crates tests -name '*.rs' -not -path '*/target/*')

if ((failures > 0)); then
    echo "direction: $failures failures" >&2
    exit 1
fi
echo "direction: $arrows arrows, all of them allowed"
