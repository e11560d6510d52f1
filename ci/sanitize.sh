#!/usr/bin/env bash
# Runs the facade's tests under the address and leak sanitizers: nothing is used after it was freed,
# nothing is lost. Needs the compiler's own sanitizer runtimes, which rustup's toolchains have.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/sanitize
export RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address

# Stubs, kinds and contexts of leaked callbacks are kept on purpose, and reachable.
cargo test --target "$target" -p trampette --tests
