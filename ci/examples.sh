#!/usr/bin/env bash
# Proves that every example of the library runs to its end.
set -euo pipefail
cd "$(dirname "$0")/.."

count=0
for file in crates/trampette/examples/*.rs; do
    [[ -e $file ]] || continue
    name=$(basename "$file" .rs)
    echo "== $name"
    cargo run --quiet --release -p trampette --example "$name"
    count=$((count + 1))
done
if ((count == 0)); then
    echo "examples: there is none in crates/trampette/examples" >&2
    exit 1
fi
echo "examples: $count ran"
