#!/usr/bin/env bash
# Goes through the interleavings of the lock-free bookkeeping of thunks, with loom.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
RUSTFLAGS="--cfg loom" cargo test --release -p trampette-exec --test loom
