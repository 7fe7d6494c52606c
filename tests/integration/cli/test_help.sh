#!/bin/bash
# Help, version and wrong usage.
source "$(dirname "$0")/common.sh"

expect_quiet --help
for command in check run compare select warmup sensitivity sweep status merge show describe keys; do
    says out "^  $command "
done
says out 'Exit codes'

expect_quiet --version
grep -qE '^counterpart [0-9]+\.[0-9]+\.[0-9]+$' out || fail "the version is not one"

for command in check run compare select warmup sensitivity sweep status merge show describe keys; do
    expect_quiet $command --help
    says out "^Usage: counterpart $command "
    says out '^EXAMPLE$'
    says out "^  counterpart $command "
done

wrong() {
    expect 2 "$@"
    [ ! -s out ] || fail "counterpart $* wrote to stdout"
    says err 'counterpart'
}
wrong
wrong nonsense
wrong rnu x.cfg
says err "did you mean 'run'"
wrong --nonsense
for command in check run show warmup describe sensitivity sweep status merge; do
    wrong $command
    wrong $command a b
    wrong $command --nonsense x
done
wrong compare
wrong compare one
wrong select one
wrong keys a b
wrong run x.cfg -j 0
wrong run x.cfg -j many
wrong run x.cfg -j 99999999999999999999
wrong run x.cfg -r 0
wrong run x.cfg -r -1
wrong run x.cfg -r 1.5
wrong run x.cfg --seed -1
wrong run x.cfg --seed 18446744073709551616
wrong run x.cfg --set novalue
wrong run x.cfg -o ''
wrong show x.h5 --json --csv
exit 0
