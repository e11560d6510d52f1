#!/usr/bin/env bash
# Proves that the public documentation builds, with every link leading somewhere.
set -euo pipefail
cd "$(dirname "$0")/.."

RUSTDOCFLAGS="-D warnings" cargo doc --workspace --all-features --no-deps
