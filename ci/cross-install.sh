#!/usr/bin/env bash
# Installs what ci/cross.sh needs to build for another machine and to run what it built, on Debian:
# Debian's own Rust as the toolchain `web`, its standard library for the target, a C compiler, and an
# emulator. Says nothing and is quick when all is there.
#
#     ci/cross-install.sh aarch64
#     ci/cross-install.sh windows
set -euo pipefail
cd "$(dirname "$0")/.."

# What does not come as a package of this system: the emulator.
cache=${CROSS_CACHE:-/var/cache/rust-cross}

rust_packages=(rustc-web cargo-web rust-web-clippy)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
    echo "cross-install: $1" >&2
    exit 1
}

need_root() {
    ((EUID == 0)) || fail "$1 is missing, and installing it needs root"
}

is_installed() {
    # One line for each architecture that it is known for.
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

install_packages() {
    local missing=() package
    for package; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    need_root "${missing[*]}"
    echo "cross-install: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
}

# The mirror that this machine takes its packages from.
mirror() {
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sed -n 's|/debian$||p' | head -n 1
}

# Unpacks a package of another release or architecture. apt keeps its state in the folder: what the
# system knows about packages stays as it is.
#
#     unpack ARCHITECTURE FOLDER PACKAGE 'ARCHIVE SUITE'...
unpack() {
    local architecture=$1 folder=$2 package=$3 site
    shift 3
    site=$(mirror)
    [[ -n $site ]] || fail "no Debian mirror is configured"
    mkdir -p "$folder"/state/lists/partial "$folder"/cache/archives/partial
    : >"$folder/status"
    printf "deb [signed-by=$keyring] $site/%s main\n" "$@" >"$folder/sources"
    local options=(
        -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root
        -o APT::Architecture="$architecture" -o APT::Architectures="$architecture"
        -o Dir::Etc::SourceList="$folder/sources" -o Dir::Etc::SourceParts=-
        -o Dir::State="$folder/state" -o Dir::State::status="$folder/status"
        -o Dir::Cache="$folder/cache"
    )
    apt-get "${options[@]}" update
    (cd "$folder" && apt-get "${options[@]}" download "$package")
    dpkg-deb --extract "$folder"/*.deb "$folder/files"
}

# Debian's Rust under a name: beside the default toolchain, which has no standard library for the target.
name_toolchain() {
    command -v rustup >/dev/null || return 0
    rustup toolchain list | grep -q '^web\b' || rustup toolchain link web /usr
}

# Debian 12's own emulator takes the flush of the instruction cache for a hint, and so runs code that
# was there before.
install_emulator() {
    [[ ! -x $cache/bin/qemu-aarch64 ]] || return 0
    need_root qemu-aarch64
    echo "cross-install: qemu-aarch64"
    local folder
    folder=$(mktemp -d)
    unpack amd64 "$folder" qemu-user "debian trixie"
    install -D -m 755 "$folder/files/usr/bin/qemu-aarch64" "$cache/bin/qemu-aarch64"
    rm -rf "$folder"
}

# The standard library must be of the compiler's very version.
install_standard_library() {
    local target=$1 architecture=$2 version place folder
    version=$(dpkg-query -W -f '${Version}' rustc-web)
    place=$(/usr/bin/rustc --print sysroot)/lib/rustlib/$target
    [[ $(cat "$place/.version" 2>/dev/null) != "$version" ]] || return 0
    need_root "the standard library for $target"
    echo "cross-install: the standard library for $target"
    folder=$(mktemp -d)
    unpack "$architecture" "$folder" "libstd-rust-web-dev=$version" \
        "debian-security bookworm-security" "debian bookworm"
    rm -rf "$place"
    mv "$folder/files/usr/lib/rustlib/$target" "$place"
    echo "$version" >"$place/.version"
    rm -rf "$folder"
}

# The standard library for a target that Debian has none for: built once, from Debian's sources of it,
# which have all that it depends on beside them.
build_standard_library() {
    local target=$1 version libraries folder
    version=$(dpkg-query -W -f '${Version}' rustc-web)
    libraries=$(/usr/bin/rustc --print sysroot)/lib/rustlib
    [[ $(cat "$libraries/$target/.version" 2>/dev/null) != "$version" ]] || return 0
    need_root "the standard library for $target"
    echo "cross-install: the standard library for $target, from its sources"
    folder=$(mktemp -d)
    mkdir "$folder/src" "$folder/.cargo"
    : >"$folder/src/lib.rs"
    printf '[package]\nname = "empty"\nedition = "2024"\n[profile.release]\ndebug = 0\n' >"$folder/Cargo.toml"
    printf '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "%s"\n' \
        "$libraries/src/rust/library/vendor" >"$folder/.cargo/config.toml"
    (
        cd "$folder"
        unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
        CARGO_TARGET_DIR=$folder/target RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
            /usr/bin/cargo build --quiet --offline --release --target "$target" \
            -Zbuild-std=std,panic_unwind,panic_abort,proc_macro,test
    )
    rm -rf "${libraries:?}/$target"
    mkdir -p "$libraries/$target/lib"
    cp "$folder/target/$target/release/deps/"lib*.{rlib,rmeta} "$libraries/$target/lib/"
    rm -f "$libraries/$target/lib/"libempty*
    echo "$version" >"$libraries/$target/.version"
    rm -rf "$folder"
}

# What wine thinks is a Windows system, with the one library that Rust's standard library needs and
# Debian's wine has not.
make_windows() {
    local system=$cache/wineprefix/drive_c/windows/system32 folder
    [[ ! -e $system/bcryptprimitives.dll ]] || return 0
    need_root "a folder for wine"
    echo "cross-install: a folder for wine"
    WINEPREFIX=$cache/wineprefix WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= \
        /usr/lib/wine/wine64 wineboot --init </dev/null >/dev/null 2>&1 || true
    WINEPREFIX=$cache/wineprefix /usr/lib/wine/wineserver --wait || true
    folder=$(mktemp -d)
    x86_64-w64-mingw32-gcc-win32 -O2 -shared -o "$folder/bcryptprimitives.dll" \
        ci/wine/bcryptprimitives.c -ladvapi32
    mkdir -p "$system"
    mv "$folder/bcryptprimitives.dll" "$system/"
    rm -rf "$folder"
}

command -v apt-get >/dev/null || fail "this is not Debian"

case ${1:-} in
aarch64)
    install_packages "${rust_packages[@]}" g++-aarch64-linux-gnu libc6-dev-arm64-cross clang
    install_standard_library aarch64-unknown-linux-gnu arm64
    install_emulator
    name_toolchain
    ;;
windows)
    install_packages "${rust_packages[@]}" rust-web-src gcc-mingw-w64-x86-64-win32 wine64
    build_standard_library x86_64-pc-windows-gnu
    make_windows
    name_toolchain
    ;;
*) fail "for which machine? aarch64 or windows" ;;
esac
