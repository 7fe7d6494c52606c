#!/bin/bash
# Every broken scenario of this folder must be refused: exit 2, each line of its .expected file in stderr, every
# message with advice, and no result file.
#   run.sh BINARY [NAME-PREFIX]
set -u
binary=$(realpath "$1")
prefix=${2:-}
folder=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
cases=0

fail() {
    printf '%s (%s): %s\n' "$name" "$command" "$1"
    sed 's/^/    /' "$scratch/stderr"
    failed=$((failed + 1))
}

# A message is "file:line: path: what; what to do" ("file: what; ..." for a whole file); "did you mean ...?" is advice.
has_form() {
    ! grep -vE '^[^:]+(:[0-9]+: [^:]+)?: .+(; .+|\(.*\))|^--set |^[0-9]+ problems?( |$)' "$scratch/stderr" | grep -q .
}

check() {
    local status=$1 line
    if [ "$status" -ne 2 ]; then
        fail "exit $status, not 2"
        return
    fi
    while IFS= read -r line; do
        grep -qF -- "$line" "$scratch/stderr" || { fail "not in stderr: $line"; return; }
    done <"$folder/$name.expected"
    has_form || { fail "a message has another form"; return; }
    if [ -e "$scratch/out.h5" ]; then
        fail "a result file was written"
        rm -f "$scratch"/out*
    fi
}

cd "$folder" || exit 1
for expected in "$prefix"*.expected; do
    name=${expected%.expected}
    scenario=$name.cfg
    [ -d "$name" ] && scenario=$name/main.cfg
    cases=$((cases + 1))
    command=check
    timeout 60 "$binary" check "$scenario" >"$scratch/stdout" 2>"$scratch/stderr"
    check $?
    command=run
    timeout 60 "$binary" run "$scenario" -o "$scratch/out.h5" >"$scratch/stdout" 2>"$scratch/stderr"
    check $?
done
echo "$cases broken scenarios, $failed failures"
[ "$failed" -eq 0 ] && [ "$cases" -ge "$([ -z "$prefix" ] && echo 60 || echo 1)" ]
