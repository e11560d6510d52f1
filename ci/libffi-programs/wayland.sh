#!/usr/bin/env bash
# A compositor without a screen, and a client that asks it for everything it has: events and requests go through
# libffi on both sides.
set -euo pipefail
XDG_RUNTIME_DIR=$(mktemp -d)
export XDG_RUNTIME_DIR
trap 'kill "$compositor" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$XDG_RUNTIME_DIR"' EXIT
weston --backend=headless-backend.so --socket=display --idle-time=0 >"$XDG_RUNTIME_DIR/log" 2>&1 &
compositor=$!
for _ in $(seq 100); do
    [[ -S $XDG_RUNTIME_DIR/display ]] && break
    sleep 0.1
done
WAYLAND_DISPLAY=display wayland-info
