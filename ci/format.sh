#!/usr/bin/env bash
# Proves that every source file is formatted as rustfmt formats it by default.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
