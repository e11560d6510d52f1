#!/usr/bin/env bash
# Proves that the packages compile for targets other than this machine's: type checks, nothing runs.
# A target needs its standard library, or a toolchain with the sources to build it from; what has
# neither is skipped, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(
    aarch64-unknown-linux-gnu
    aarch64-apple-darwin
    x86_64-apple-darwin
    x86_64-pc-windows-gnu
    x86_64-pc-windows-msvc
    aarch64-pc-windows-msvc
    x86_64-unknown-freebsd
    i686-unknown-linux-gnu
)
packages=(--workspace --exclude trampette-tests --exclude trampette-benches)

# Toolchains differ here from the one that fills the usual folder.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/targets

# The toolchain that has the standard library's sources, as `+name`; empty if there is none.
toolchain_with_sources() {
    local name sysroot
    for name in $(rustup toolchain list 2>/dev/null | sed 's/ .*//'); do
        sysroot=$(rustc "+$name" --print sysroot 2>/dev/null) || continue
        if [[ -e $sysroot/lib/rustlib/src/rust/library/Cargo.lock ]]; then
            echo "+$name"
            return
        fi
    done
}

builder=$(toolchain_with_sources)
checked=0 skipped=0 failed=0
for target in "${targets[@]}"; do
    # A standard library is fetched where that can be done.
    rustup target add "$target" >/dev/null 2>&1 || true
    if compgen -G "$(rustc --print sysroot)/lib/rustlib/$target/lib/libcore-*.rlib" >/dev/null; then
        check=(cargo check --target "$target")
    elif [[ -n $builder ]]; then
        check=(env RUSTC_BOOTSTRAP=1 cargo "$builder" check -Zbuild-std --target "$target")
    else
        echo "skipped: $target: no standard library for it, and no toolchain has the sources of one" \
            "(rustup target add $target, or rustup component add rust-src)"
        skipped=$((skipped + 1))
        continue
    fi
    if "${check[@]}" "${packages[@]}"; then
        echo "checked: $target"
        checked=$((checked + 1))
    else
        echo "failed: $target" >&2
        failed=$((failed + 1))
    fi
done
echo "targets: $checked checked, $skipped skipped, $failed failed"
((failed == 0))
