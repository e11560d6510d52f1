#!/usr/bin/env bash
# Builds the workspace for another machine and runs its tests as if on it: for aarch64 Linux under
# qemu, for x86_64 Windows under wine. Without a name, for each machine; what follows the name goes to
# `cargo test`, or to `cargo run` behind the word `run`.
#
#     ci/cross.sh aarch64
#     ci/cross.sh windows
#     ci/cross.sh aarch64 -p trampette-tests --test matrix
#     ci/cross.sh windows run -p trampette-cli -- call self 'int abs(int)' -1
set -euo pipefail
cd "$(dirname "$0")/.."

machines=(aarch64 windows)
cache=${CROSS_CACHE:-/var/cache/rust-cross}

# Each toolchain fills a folder of its own. libffi, a peer in benches alone, is not built for others. What
# takes long where everything is emulated is for the full tier: the prover's own tests, and those of the command,
# but for what it does here: call, list, and say what is wrong.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/cross
packages=(--workspace --exclude trampette-benches --exclude trampette-fuzz --exclude trampette-cli)
command=(-p trampette-cli --test cli)

# Emulated processes are slow to find the names in a backtrace, so nothing is kept that would tell them: it
# takes up most of the disk.
export RUST_BACKTRACE=0 CARGO_PROFILE_DEV_DEBUG=none CARGO_PROFILE_DEV_STRIP=debuginfo
# And slow altogether: a little optimisation pays.
export CARGO_PROFILE_DEV_OPT_LEVEL=1

cargo_for() {
    local target=$1 verb=test
    shift
    if [[ ${1:-} == run ]]; then
        verb=run
        shift
    fi
    if (($# > 0)); then
        cargo +web "$verb" --target "$target" "$@"
    else
        cargo +web test --target "$target" "${packages[@]}"
        cargo +web test --target "$target" "${command[@]}"
    fi
}

aarch64() {
    local libraries=/usr/aarch64-linux-gnu
    # Processors with everything that the emulator knows: pages with landing pads, for one. The loader
    # is told where the libraries are, so that their names are true outside of the emulator as well.
    local emulator="$cache/bin/qemu-aarch64 -cpu max -L $libraries -E LD_LIBRARY_PATH=$libraries/lib"
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=$emulator
    # For tests that ask the system's compiler.
    export CC=aarch64-linux-gnu-gcc
    # For tests that start processes of this target, which the system cannot run by itself.
    export TRAMPETTE_EMULATOR=$emulator
    cargo_for aarch64-unknown-linux-gnu "$@"
}

windows() {
    local tools=$CARGO_TARGET_DIR/wine gcc=x86_64-w64-mingw32-gcc-win32
    export WINEPREFIX=$cache/wineprefix WINEDEBUG=-all
    # A crash is not to be looked into, nor anything to be installed.
    export WINEDLLOVERRIDES='mscoree,mshtml=;winedbg.exe=d'
    # Names of files may be in any language.
    export LC_ALL=C.UTF-8
    # Tests compile their fixtures: mingw's gcc is `gcc` there.
    mkdir -p "$tools"
    tools=$(realpath "$tools")
    $gcc -O1 -municode -DSCRIPT="L\"$PWD/ci/wine/tool.sh\"" -o "$tools/gcc.exe" ci/wine/tool.c
    export WINEPATH="Z:${tools//\//\\}"
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=$gcc
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=/usr/lib/wine/wine64
    # Its services outlive the first program, and keep what that printed to open.
    trap '/usr/lib/wine/wineserver --kill || true' EXIT
    /usr/lib/wine/wineserver --persistent </dev/null >/dev/null 2>&1 || true
    /usr/lib/wine/wine64 wineboot </dev/null >/dev/null 2>&1 || true
    cargo_for x86_64-pc-windows-gnu "$@"
}

if (($# > 0)); then
    machines=("$1")
    shift
fi
for machine in "${machines[@]}"; do
    ci/cross-install.sh "$machine"
    case $machine in
    aarch64) aarch64 "$@" ;;
    windows) windows "$@" ;;
    *)
        echo "cross: there is no machine $machine here: ${machines[*]}" >&2
        exit 1
        ;;
    esac
done
