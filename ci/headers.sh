#!/usr/bin/env bash
# Proves that headers are read as compilers read them: every struct and union, with the place of every field, and
# every enumerator, of all headers in /usr/include that compile alone, of libraries' headers, and of Windows'.
# Installs the Debian packages with those libraries' headers where it may; what is missing then is named and left
# out. A folder as the argument narrows the first part: ci/headers.sh linux
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
    libcurl4-openssl-dev libgtk-3-dev libsdl2-dev libsqlite3-dev libssl-dev libx11-dev gcc-mingw-w64-x86-64-win32
    pkg-config python3-dev zlib1g-dev
)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]} > 0 && EUID == 0)); then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null || true
fi

cargo build --quiet --release -p trampette-tests --bin headers
failed=0
judge() {
    printf '== %s\n' "$*"
    target/release/headers "$@" || failed=1
}
# The headers of a library, if they are there.
library() {
    local name=$1
    shift
    local options
    if ! options=$(pkg-config --cflags-only-I "$name" 2>/dev/null); then
        echo "headers: the headers of $name are not here"
        return 0
    fi
    # shellcheck disable=SC2086 # they are words
    judge $options "$@"
}

judge "--under=/usr/include,${1:-}"
library zlib zlib.h
library sqlite3 sqlite3.h
library libcurl curl/curl.h
library openssl openssl/ssl.h openssl/evp.h openssl/x509v3.h openssl/cms.h
library sdl2 SDL.h
library x11 X11/Xlib.h X11/Xutil.h
library gtk+-3.0 gtk/gtk.h
library python3 Python.h
if command -v x86_64-w64-mingw32-gcc >/dev/null; then
    judge --compiler=x86_64-w64-mingw32-gcc windows.h
    judge --compiler=x86_64-w64-mingw32-gcc winsock2.h ws2tcpip.h shlobj.h stdio.h
else
    echo "headers: there is no compiler for Windows here"
fi
exit "$failed"
