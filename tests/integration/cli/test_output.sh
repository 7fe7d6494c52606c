#!/bin/bash
# Output that cannot be written: exit code 1, soon, and what was there stays.
source "$(dirname "$0")/common.sh"

cannot() {
    expect 1 "$@"
    [ ! -s out ] || fail "counterpart $* wrote to stdout"
    says err 'counterpart: '
}
long=(-r 20000)
echo old >old.txt
mkdir folder
cannot run "$scenario" "${long[@]}" -o missing/x.h5
cannot run "$scenario" "${long[@]}" -o old.txt/x.h5
cannot run "$scenario" "${long[@]}" -o folder
cannot compare "$scenario" "$scenario" "${long[@]}" -o missing/x.h5
[ "$(cat old.txt)" = old ] && [ -z "$(ls folder)" ] || fail "something was touched"
if [ "$(id -u)" -ne 0 ]; then
    chmod 555 folder
    cannot run "$scenario" "${long[@]}" -o folder/x.h5
    chmod 755 folder
fi

# A file system that is full at the end of the run (a limit on file size stands in for it).
expect_quiet run "$scenario" -r 2 -o kept.h5
cp kept.h5 before.h5
(ulimit -f 1 && trap '' XFSZ && "$program" run "$scenario" -r 2 --seed 5 -o kept.h5) >out 2>err </dev/null
[ $? -eq 1 ] || fail "a result that does not fit was not noticed"
same kept.h5 before.h5

# Standard output that is full.
for arguments in "run $scenario -r 1 -o y.h5" "show kept.h5" "show kept.h5 --json" "check $scenario" "keys" "--help" \
    "--version" "compare kept.h5 kept.h5"; do
    # shellcheck disable=SC2086
    "$program" $arguments >/dev/full 2>err </dev/null
    [ $? -eq 1 ] || fail "counterpart $arguments >/dev/full did not end with 1"
    says err 'standard output'
done
no_leftovers
exit 0
