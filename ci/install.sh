#!/usr/bin/env bash
# Installs the Debian packages that the tests need and that are missing: two C compilers, one for the C++ that
# fuzzing is run by, two libraries that the tests call, with their headers, the libffi that ours is compared with,
# and strace. Says nothing when all are there.
set -euo pipefail

packages=(gcc clang g++ libsqlite3-dev zlib1g-dev libffi-dev pkg-config strace)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "install: this is not Debian; install what corresponds to: ${packages[*]}" >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    # One line for each architecture that it is known for.
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

if ((EUID != 0)); then
    echo "install: these packages are missing, and installing them needs root: ${missing[*]}" >&2
    echo "install: as root, run: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
echo "install: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
