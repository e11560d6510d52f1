#!/usr/bin/env bash
# Proves that every published package is complete: each is packed, unpacked and built from its own files.
set -euo pipefail
cd "$(dirname "$0")/.."

# Packages that are not published are not packed; one person's uncommitted work does not matter here.
exclude=()
while IFS= read -r manifest; do
    name=$(awk -F'"' '/^name *=/ { print $2; exit }' "$manifest")
    exclude+=(--exclude "$name")
done < <(grep -lE '^publish *= *false' -- */Cargo.toml */*/Cargo.toml)

cargo package --workspace --allow-dirty "${exclude[@]}"
