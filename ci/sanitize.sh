#!/usr/bin/env bash
# Runs the facade's tests under the address and leak sanitizers: nothing is used after it was freed,
# nothing is lost. Needs the compiler's own sanitizer runtimes, which rustup's toolchains have.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/sanitize
export RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address

# Too much memory is refused with null, as it is elsewhere: there are tests of that.
export ASAN_OPTIONS=allocator_may_return_null=1

# Callbacks that a test leaks on purpose are reached only from memory that the leak sanitizer does not
# look into: the slots of thunks.
export LSAN_OPTIONS="suppressions=$PWD/ci/leaks.txt"

cargo test --target "$target" -p trampette --tests
