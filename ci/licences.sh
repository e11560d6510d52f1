#!/usr/bin/env bash
# Proves that every dependency may be used under one of the licences in this list, and prints them.
set -euo pipefail
cd "$(dirname "$0")/.."

allowed=(
    Apache-2.0 MIT MIT-0 0BSD BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 ISC MPL-2.0
    Unicode-3.0 Unicode-DFS-2016 Unlicense Zlib
)

# Whether a licence expression holds: each allowed licence is 1, any other 0, AND and OR are themselves.
permits() {
    local expression=${1//\// OR } word value=""
    # The exception only allows more.
    expression=${expression//"Apache-2.0 WITH LLVM-exception"/Apache-2.0}
    expression=${expression//(/ ( }
    expression=${expression//)/ ) }
    for word in $expression; do
        case $word in
            AND) value+="&&" ;;
            OR) value+="||" ;;
            "(" | ")") value+=$word ;;
            *) if is_allowed "$word"; then value+="1"; else value+="0"; fi ;;
        esac
    done
    [[ -n $value ]] && ((value))
}

is_allowed() {
    local licence
    for licence in "${allowed[@]}"; do
        [[ $1 != "$licence" ]] || return 0
    done
    return 1
}

tree=$(cargo tree --workspace --all-features --target all --prefix none --format '{l}|{p}')
refused=0
count=0
while IFS='|' read -r licence package; do
    package=${package%% (*}
    count=$((count + 1))
    printf '%-44s %s\n' "$licence" "$package"
    if ! permits "$licence"; then
        echo "licences: not allowed: '$licence' of $package" >&2
        refused=$((refused + 1))
    fi
done < <(sed -e 's/ (\*)$//' -e '/^$/d' <<<"$tree" | sort -u)

((refused == 0)) || exit 1
echo "licences: $count packages, all allowed"
