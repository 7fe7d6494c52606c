#!/bin/bash
# Runs: files, streams, and bytes that depend on the seed and on nothing else.
source "$(dirname "$0")/common.sh"

expect_quiet run "$scenario" -r 3 -o a.h5
[ "$(head -n 1 out)" = a.h5 ] || fail "the first line is not the file"
says out '3 replications'
[ -s a.h5 ] && [ -s a.h5.run.json ] || fail "no result"
[ "$(ls | sort | tr '\n' ' ')" = 'a.h5 a.h5.run.json err out ' ] || fail "there are other files: $(ls)"
python '
import json, sys
facts = json.load(open("a.h5.run.json"))
assert facts["result"] == "a.h5", facts
assert facts["command"][0] == "counterpart run", facts
assert facts["wall_seconds"] > 0 and facts["threads"] >= 1 and facts["events"] > 0, facts
'

expect_quiet run "$scenario" -r 3 -o b.h5
same a.h5 b.h5
expect_quiet run "$scenario" -r 3 -j 1 -o one.h5
expect_quiet run "$scenario" -r 3 -j 2 -o two.h5
same one.h5 two.h5
same a.h5 one.h5
mkdir elsewhere
(cd elsewhere && cp -r "$(dirname "$scenario")" copy && "$program" run copy/mm1.cfg -r 3 -o ../moved.h5) \
    >out 2>err || fail "the copy does not run"
same a.h5 moved.h5
expect_quiet run "$scenario" -r 3 --seed 99 -o other.h5
differ a.h5 other.h5
expect_quiet run "$scenario" -r 3 --set 'scenario.seed="99"' -o set.h5
same other.h5 set.h5
expect_quiet run "$scenario" -r 4 -o four.h5
differ a.h5 four.h5

# The replications that two runs share are the same.
/usr/bin/python3 - a.h5 four.h5 <<'EOF' || fail "replications depend on how many there are"
import h5py, sys
import numpy as np
three, four = (h5py.File(name) for name in sys.argv[1:])
a, b = three["metric_value"][:], four["metric_value"][:3]
assert a.size > 0 and np.isfinite(a).any()
assert np.array_equal(a, b, equal_nan=True)
assert not np.array_equal(b[0], b[1], equal_nan=True), "replications are all the same"
EOF

# Where the result goes when nobody says.
expect_quiet run "$scenario" -r 1
[ "$(head -n 1 out)" = mm1.h5 ] && [ -s mm1.h5 ] || fail "not in the present folder"
mkdir results
expect_quiet run "$scenario" -r 1
[ "$(head -n 1 out)" = results/mm1.h5 ] && [ -s results/mm1.h5 ] || fail "not in results/"
same mm1.h5 results/mm1.h5

# A terminal is told how far the run is.
script -qec "timeout -s INT 1 '$program' run '$scenario' -r 20000 -o never.h5" /dev/null >terminal </dev/null
says terminal '%.*left'
[ ! -e never.h5 ] || fail "a stopped run wrote a result"
no_leftovers
exit 0
