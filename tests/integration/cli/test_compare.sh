#!/bin/bash
# Comparisons: of scenarios, of files, of both; what cannot be paired.
source "$(dirname "$0")/common.sh"

cp -r "$(dirname "$scenario")" queues
cp queues/mm1.cfg queues/again.cfg
expect_quiet compare queues/mm1.cfg queues/again.cfg -r 3
says out '^Base  *mm1: '
says out '^Alternative  *again: '
expect_quiet compare queues/mm1.cfg queues/again.cfg -r 3 --json -o c.h5
cp out runs.json
python '
import json

def refuse(word):
    raise ValueError(word + " is not JSON")

shown = json.load(open("runs.json"), parse_constant=refuse)
assert shown["base"] == "mm1" and shown["alternatives"] == ["again"] and shown["replications"] == 3
checked = 0
for name, metric in shown["metrics"].items():
    other = metric["alternatives"][0]
    if metric["base"]["mean"] is None:
        continue
    assert other["difference"]["mean"] == 0 and other["difference"]["ci95"] == [0, 0], name
    checked += 1
assert checked > 0
'

# The same from files, from a file and a scenario, and from what was written.
expect_quiet run queues/mm1.cfg -r 3 -o mm1.h5
expect_quiet run queues/again.cfg -r 3 -o again.nc
expect_quiet compare mm1.h5 again.nc --json
same out runs.json
expect_quiet compare mm1.h5 queues/again.cfg -r 3 -j 1 --json
same out runs.json
expect_quiet show c.h5 --json
same out runs.json
expect_quiet compare mm1.h5 again.nc
cp out table
expect_quiet show c.h5
same out table
expect_quiet compare mm1.h5 again.nc --csv
says out '^metric,unit,base,alternative,n,'
[ -s c.h5.run.json ] || fail "nothing beside the comparison"

# Other luck, other numbers of replications.
expect_quiet run queues/mm1.cfg -r 3 --seed 5 -o seed.h5
expect_quiet run queues/mm1.cfg -r 2 -o two.h5
for other in seed.h5 two.h5; do
    expect 2 compare mm1.h5 $other
    [ ! -s out ] || fail "a comparison of what cannot be paired"
    says err "mm1.h5.*$other"
done
expect 2 compare mm1.h5 queues/again.cfg -r 4
expect 1 compare mm1.h5 missing.h5
no_leftovers
exit 0
