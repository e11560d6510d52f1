#!/usr/bin/env bash
# Proves that the first command of the README stands there as it is tried here, and does what it says.
set -euo pipefail
cd "$(dirname "$0")/.."

command="cargo run --release -p trampette-cli -- call libm.so.6 'double pow(double, double)' 2 10"
expected=1024

if ! grep -qxF "$command" README.md; then
    echo "readme: README.md has no line that is: $command" >&2
    exit 1
fi
if ! grep -qxF "cargo test --workspace" README.md; then
    echo "readme: README.md does not say how to run the tests: cargo test --workspace" >&2
    exit 1
fi
output=$(eval "$command")
if [[ $output != "$expected" ]]; then
    echo "readme: the command printed '$output', and the README says '$expected'" >&2
    exit 1
fi
echo "readme: the first command prints $expected"
