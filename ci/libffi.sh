#!/usr/bin/env bash
# Builds the libffi interface and installs it below a folder: lib/libffi.so.8 with libffi's symbol versions,
# lib/libffi.a, the headers, and lib/pkgconfig/libffi.pc. Programs that are linked to libffi take it with
#
#     ci/libffi.sh /opt/trampette
#     LD_LIBRARY_PATH=/opt/trampette/lib python3 -c 'import ctypes; print(ctypes.CDLL(None).abs(-7))'
#
# With the name of a Rust target behind the folder it is built for that one: CC is its compiler. For Windows it
# is bin/libffi-8.dll with its import library.
set -euo pipefail

prefix=${1:?usage: ci/libffi.sh PREFIX [TARGET]}
target=${2:-}
mkdir -p "$prefix"
prefix=$(cd "$prefix" && pwd)
cd "$(dirname "$0")/.."
source=crates/libffi
cc=${CC:-cc}

# One unit, so that what ffi_call calls becomes part of it.
export CARGO_PROFILE_RELEASE_LTO=${CARGO_PROFILE_RELEASE_LTO:-fat}
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=${CARGO_PROFILE_RELEASE_CODEGEN_UNITS:-1}
# A folder of its own: these are other settings than those of the rest.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/libffi
read -ra cargo <<<"${CARGO:-cargo}"
"${cargo[@]}" build --release --package trampette-libffi ${target:+--target "$target"}
archive=$CARGO_TARGET_DIR/${target:+$target/}release/libtrampette_libffi.a

mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
cp "$archive" "$prefix/lib/libffi.a"
cp "$source/include/ffi.h" "$source/include/ffitarget.h" "$prefix/include"
sed "s|@PREFIX@|$prefix|" "$source/libffi.pc.in" >"$prefix/lib/pkgconfig/libffi.pc"

if [[ $target == *windows* ]]; then
    mkdir -p "$prefix/bin"
    # Every name of the version script, and no other.
    definitions=$prefix/lib/libffi.def
    {
        echo EXPORTS
        # Types are data, which C takes by its address.
        sed -n 's/^    \(ffi_type_[a-z0-9_]*\);$/    \1 DATA/p; t; s/^    \(ffi_[a-z0-9_]*\);$/    \1/p' "$source/libffi.map"
    } >"$definitions"
    "$cc" -shared -static-libgcc -o "$prefix/bin/libffi-8.dll" "$definitions" "$archive" \
        -Wl,--out-implib,"$prefix/lib/libffi.dll.a" \
        -lkernel32 -lntdll -luserenv -lws2_32 -ldbghelp -lbcrypt -lsynchronization
    exit
fi

name=libffi.so.8.5.0
# What the version script names is taken from the archive, and what nobody needs is left out. It is never
# unloaded: the code that it makes leads back to it.
"$cc" -shared -o "$prefix/lib/$name" \
    -Wl,-soname,libffi.so.8 -Wl,--version-script="$source/libffi.map" \
    -Wl,--whole-archive "$archive" -Wl,--no-whole-archive \
    -Wl,--gc-sections -Wl,--strip-debug -Wl,-z,relro,-z,now,-z,noexecstack -Wl,-z,nodelete -Wl,--no-undefined \
    -lgcc_s -lpthread -ldl -lm -lc
ln -sf "$name" "$prefix/lib/libffi.so.8"
ln -sf libffi.so.8 "$prefix/lib/libffi.so"
