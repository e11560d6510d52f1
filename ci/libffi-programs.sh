#!/usr/bin/env bash
# Proves that programs of the system that are linked to libffi run on ours: each does something real with both
# libraries, and must print the same. Ends with a table of the programs, their versions and what they loaded.
# What is not installed is skipped, and says so. On Debian:
#
#     apt-get install ruby php-cli guile-3.0 python3-gi gir1.2-glib-2.0 python3-cffi libpython3.11-testsuite gjs \
#         libffi-platypus-perl lua5.3 lua-lgi p11-kit p11-kit-modules weston wayland-utils
#
#     ci/libffi-programs.sh            builds and installs the library below target/libffi-prefix
#     ci/libffi-programs.sh PREFIX     takes the one that is installed there
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${1:-}
if [[ -z $prefix ]]; then
    prefix=$PWD/target/libffi-prefix
    ci/libffi.sh "$prefix"
fi
library=$(cd "$prefix/lib" && pwd)
programs=$PWD/ci/libffi-programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rows=() failed=0
row() {
    rows+=("$(printf '%-16s %-22s %s' "$1" "$2" "$3")")
}

# Runs a command with either library and compares what it prints, through a filter for what differs anyway.
compare() {
    local name=$1 version=$2 filter=$3
    shift 3
    echo "==== $name $version"
    local status_system=0 status_ours=0
    timeout 600 "$@" >"$work/system" 2>&1 || status_system=$?
    LD_LIBRARY_PATH=$library timeout 600 "$@" >"$work/ours" 2>&1 || status_ours=$?
    "$filter" <"$work/system" >"$work/system.filtered"
    "$filter" <"$work/ours" >"$work/ours.filtered"
    if ! loads_ours "$@"; then
        row "$name" "$version" "FAILED: does not load the library"
        failed=1
    elif ((status_system != status_ours)) || ! diff "$work/system.filtered" "$work/ours.filtered"; then
        row "$name" "$version" "FAILED: differs (status $status_system, ours $status_ours)"
        failed=1
    elif ((status_system != 0)); then
        tail -5 "$work/ours"
        row "$name" "$version" "FAILED with either library: status $status_system"
        failed=1
    else
        row "$name" "$version" "same: $(wc -l <"$work/ours.filtered") lines"
    fi
}

# Whether the command loads our library, itself or in a process that it starts.
loads_ours() {
    LD_LIBRARY_PATH=$library LD_DEBUG=files LD_DEBUG_OUTPUT=$work/loaded timeout 600 "$@" >/dev/null 2>&1 || true
    local found=1
    grep -lqF "$library/libffi.so.8" "$work"/loaded.* && found=0
    rm -f "$work"/loaded.*
    return "$found"
}

same() {
    cat
}

# Verdicts of Python's tests, one by one, without their times.
verdicts() {
    grep -E '^(test|Ran|OK|FAILED)|\.\.\. ' | sed -E 's/ in [0-9.]+s$//; s/0x[0-9a-f]+/0x/g' | sort
}

has() {
    command -v "$1" >/dev/null 2>&1 && return
    row "$1" "-" "skipped: not installed"
    return 1
}

# CPython's own tests of ctypes, on each interpreter here that has them.
pythons() {
    local python version suite
    while IFS= read -r python; do
        version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
        suite=$("$python" - 2>/dev/null <<'PYTHON'
import importlib.util
for name in ("test.test_ctypes", "ctypes.test"):
    try:
        if importlib.util.find_spec(name):
            print(name)
            break
    except ImportError:
        pass
PYTHON
        ) || true
        if [[ -z $suite ]]; then
            row "ctypes" "CPython $version" "skipped: this Python comes without its tests"
        # Not `grep -q`, which leaves before ldd has written all: that is a failure of the pipe.
        elif ! ldd "$("$python" -c 'import _ctypes; print(_ctypes.__file__)')" | grep 'libffi\.so\.8' >/dev/null; then
            row "ctypes" "CPython $version" "skipped: it is linked to another libffi"
        elif [[ $suite == ctypes.test ]]; then
            compare "ctypes" "CPython $version" verdicts "$python" -m unittest discover -v \
                -s "$("$python" -c 'import ctypes.test; print(ctypes.test.__path__[0])')" \
                -t "$("$python" -c 'import ctypes, os; print(os.path.dirname(os.path.dirname(ctypes.__file__)))')"
        else
            compare "ctypes" "CPython $version" verdicts "$python" -m unittest -v "$suite"
        fi
    done < <({
        for name in python3 python3.{8..15}; do
            type -ap "$name" || true
        done
        compgen -G "$HOME/.pyenv/versions/3.*/bin/python3" || true
    } | while IFS= read -r path; do "$path" -c 'import sys; print(sys.executable)' 2>/dev/null || true; done |
        xargs -r -n1 readlink -f | sort -u)
}

pythons
if has ruby; then
    compare "Ruby Fiddle" "$(ruby -e 'puts RUBY_VERSION')" same ruby "$programs/fiddle.rb"
fi
if has php; then
    compare "PHP FFI" "$(php -r 'echo PHP_VERSION;')" same php -d ffi.enable=1 "$programs/ffi.php"
fi
if has guile; then
    compare "Guile" "$(guile -c '(display (version))')" same guile --no-auto-compile "$programs/foreign.scm"
fi
if /usr/bin/python3 -c 'import gi' 2>/dev/null; then
    compare "PyGObject" "$(/usr/bin/python3 -c 'import gi; print(gi.__version__)')" same /usr/bin/python3 "$programs/signals.py"
else
    row "PyGObject" "-" "skipped: not installed"
fi
if /usr/bin/python3 -c 'import cffi' 2>/dev/null; then
    compare "Python cffi" "$(/usr/bin/python3 -c 'import cffi; print(cffi.__version__)')" same /usr/bin/python3 "$programs/cffi_calls.py"
else
    row "Python cffi" "-" "skipped: not installed"
fi
if has gjs; then
    compare "gjs" "$(gjs --version | sed 's/[^0-9.]//g')" same gjs "$programs/signals.js"
fi
if perl -MFFI::Platypus -e 1 2>/dev/null; then
    compare "FFI::Platypus" "$(perl -MFFI::Platypus -e 'print FFI::Platypus->VERSION')" same perl "$programs/platypus.pl"
else
    row "FFI::Platypus" "-" "skipped: not installed"
fi
if has lua5.3; then
    compare "Lua lgi" "$(lua5.3 -e 'print(require("lgi")._VERSION)')" same lua5.3 "$programs/lgi.lua"
fi
if has p11-kit; then
    compare "p11-kit" "$(dpkg-query -W -f '${Version}' p11-kit 2>/dev/null || echo '?')" same p11-kit list-modules
fi
if has weston && has wayland-info; then
    compare "Wayland" "weston $(weston --version | sed 's/weston //')" same "$programs/wayland.sh"
fi

echo
printf '%s\n' "${rows[@]}"
exit "$failed"
