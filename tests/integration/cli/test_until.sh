#!/bin/bash
# Replications are added until an interval is narrow enough; the result is that of a run of so many.
source "$(dirname "$0")/common.sh"

scenarios=$source_folder/scenarios
none=$scenarios/horqin_no_stint.cfg
stint=$scenarios/horqin_stroke_stint.cfg

half_width() { # FILE: of the deaths, as a share of the mean
    expect_quiet show "$1" --json
    python '
import json
m = json.load(open("out"))["metrics"]["deaths"]
half = (m["ci95"][1] - m["ci95"][0]) / 2 / m["mean"]
assert half <= 0.01, half
'
}

expect_quiet run "$none" --until 'deaths<1%' -o a.h5
half_width a.h5
expect_quiet show a.h5 --json
n=$(python 'import json; print(json.load(open("out"))["replications"])')
[ "$n" -gt 30 ] || fail "$n replications are too few for this test"
expect_quiet run "$none" -r "$n" -o b.h5
same a.h5 b.h5
expect_quiet run "$none" --until 'deaths<1%' -j 3 -r 5 -o c.h5
same a.h5 c.h5
expect_quiet run "$none" --until 'deaths<1%' -r 40 -o c.h5
expect_quiet show c.h5 --json
python 'import json; n = json.load(open("out"))["replications"]; assert n >= 40, n'

# Paired differences need fewer; what worlds share is simulated once in every batch.
expect_quiet compare "$none" "$stint" --until 'deaths<4' --json -o d.h5
cp out d.json
python '
import json
c = json.load(open("d.json"))
low, high = c["metrics"]["deaths"]["alternatives"][0]["difference"]["ci95"]
assert high - low <= 8 and 20 < c["replications"] < 1000, c["replications"]
open("n", "w").write(str(c["replications"]))
'
expect_quiet compare "$none" "$stint" -r "$(cat n)" --json -o e.h5
same out d.json
same d.h5 e.h5

# The limit is kept, and what was not reached is said.
expect 1 run "$none" --until 'deaths<0.1' --limit 7 -o f.h5
says err 'deaths<0.1 is not reached: after 7 replications it is +-'
expect_quiet run "$none" -r 7 -o g.h5
same f.h5 g.h5

expect 2 run "$none" --until 'death<1%' -o f.h5
says err "did you mean 'deaths'?"
for wish in deaths 'deaths<' '<5' 'deaths<0' 'deaths<five' 'deaths<-1%'; do
    expect 2 run "$none" --until "$wish" -o f.h5
    says err 'counterpart: --until'
done
expect 2 run "$none" --limit 5
expect 2 run "$none" --until 'deaths<1' --limit 0
expect 2 run "$none" --until 'deaths<1' --trace t.csv
expect 2 compare a.h5 "$stint" -r 40 --until 'deaths<1'
says err 'result files'
no_leftovers
exit 0
