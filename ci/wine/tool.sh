#!/usr/bin/env bash
# Runs a program of this machine for one under wine (tool.c), whose paths it has to translate, and
# writes down what came of it beside the file ANSWER: output, complaints, and last the status.
#
#     tool.sh ANSWER gcc -shared -o 'C:\fixture.dll' 'C:\fixture.c'
set -uo pipefail

# A path of wine's anywhere in the text, as one of this machine.
translate() {
    local text=$1
    while [[ $text =~ ^(.*)([A-Za-z]):(\\.*)$ ]]; do
        local drive=${BASH_REMATCH[2],,}
        text=${BASH_REMATCH[1]}$WINEPREFIX/dosdevices/$drive:${BASH_REMATCH[3]//\\//}
    done
    printf '%s' "$text"
}

answer=$(translate "$1")
program=x86_64-w64-mingw32-$2
shift 2
words=()
for word; do
    words+=("$(translate "$word")")
done

"$program" "${words[@]}" >"$answer.out" 2>"$answer.err"
echo $? >"$answer.part"
mv "$answer.part" "$answer.status"
