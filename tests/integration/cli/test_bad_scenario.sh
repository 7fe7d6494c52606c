#!/bin/bash
# A scenario with problems: each on a line, their number, exit code 2, and nothing written.
source "$(dirname "$0")/common.sh"

cat >bad.cfg <<'EOF'
scenario: { title = "Bad"; start = "2019-01-01"; length = 4; nonsense = 1; replications = -3; };
EOF
for command in check run; do
    expect 2 $command bad.cfg
    [ ! -s out ] || fail "problems belong to stderr"
    says err '^[^ ]*bad.cfg:1: '
    says err 'nonsense'
    tail -n 1 err | grep -qE '^[0-9]+ problems?$' || fail "the last line does not count the problems"
    number=$(tail -n 1 err | grep -oE '^[0-9]+')
    [ "$(wc -l <err)" -eq $((number < 20 ? number + 1 : 21)) ] || fail "$number problems are not so many lines"
done
expect 2 run missing.cfg
says err 'missing.cfg'
expect 2 compare "$scenario" bad.cfg
expect 2 run "$scenario" --set scenario.nonsense=1
says err 'nonsense'
[ ! -e bad.h5 ] && [ ! -e mm1.h5 ] || fail "a result without a run"
no_leftovers
exit 0
