#!/bin/bash
# Ctrl-C and SIGTERM: exit code 1, nothing left behind, an old result untouched.
source "$(dirname "$0")/common.sh"

expect_quiet run "$scenario" -r 1 -o x.h5
cp x.h5 old.h5
cp x.h5.run.json old.json
for signal in INT TERM HUP; do
    timeout --foreground --preserve-status -s $signal 2 "$program" run "$scenario" -r 20000 -o x.h5 >out 2>err </dev/null
    [ $? -eq 1 ] || fail "SIG$signal: the exit code is not 1"
    [ ! -s out ] || fail "SIG$signal: something on stdout"
    says err 'stopped'
    same x.h5 old.h5
    same x.h5.run.json old.json
done
timeout --foreground --preserve-status -s INT 2 "$program" compare "$scenario" "$scenario" -r 20000 -o c.h5 >out 2>err </dev/null
[ $? -eq 1 ] || fail "compare: the exit code is not 1"
timeout --foreground --preserve-status -s INT 2 "$program" check "$scenario" --targets -r 20000 >out 2>err </dev/null
[ $? -eq 1 ] || fail "check --targets: the exit code is not 1"
# The whole group of processes, as a shell does it: the program is told twice and may go at once.
timeout --preserve-status -s INT 2 "$program" run "$scenario" -r 20000 -o x.h5 >out 2>err </dev/null
[ $? -eq 1 ] || fail "twice: the exit code is not 1"
says err 'stopped'
[ "$(ls | sort | tr '\n' ' ')" = 'err old.h5 old.json out x.h5 x.h5.run.json ' ] || fail "left behind: $(ls)"
exit 0
