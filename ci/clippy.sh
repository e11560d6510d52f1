#!/usr/bin/env bash
# Proves that clippy and the compiler have nothing to say about any target of any package.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo clippy --workspace --all-targets --all-features -- -D warnings
