#!/bin/bash
# Where the start of a run is forgotten: from the whole run without policies.
source "$(dirname "$0")/common.sh"

scenarios=$source_folder/scenarios
none=$scenarios/horqin_no_stint.cfg
stint=$scenarios/horqin_stroke_stint.cfg

expect_quiet warmup "$none" -r 4 --metric treated
says out '^treated  *1/d  *[0-9]* d '
says out '^Proposed warm-up: '
expect_quiet warmup "$none" -r 4 --metric treated --json -j 1
cp out one.json
# Policies are left out, and threads do not matter.
expect_quiet warmup "$stint" -r 4 --metric treated --json -j 3
sed -i 's/horqin_stroke_stint/horqin_no_stint/' out
same out one.json
python '
import json
w = json.load(open("one.json"))
q = w["quantities"]["treated"]
assert w["step"] == "week" and w["replications"] == 4 and len(w["from_days"]) == len(q["values"])
assert w["proposed_days"] == q["warmup_days"] == w["from_days"][5 * min(
    range(len(q["mser"])), key=lambda i: float("inf") if q["mser"][i] is None else q["mser"][i])]
assert 0 < w["proposed_days"] < w["from_days"][-1] / 2
'
# The series is what a run counts.
expect_quiet run "$none" -r 4 -o m.h5
expect_quiet warmup "$none" -r 4 --metric treated --step month --csv
python '
import csv, h5py
rows = list(csv.DictReader(open("out")))
file = h5py.File("m.h5")
treated = ["treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere"]
own = [i for i, name in enumerate(file["condition"][:]) if name != b"aerospace_list"] # which is in the background
series = sum(file[name][:][:, :, :, own].sum(axis=(2, 3)) for name in treated).mean(axis=0)
days = file["time_end"][:] - file["time"][:]
assert len(rows) == len(series)
for row, value, length in zip(rows, series, days):
    assert abs(float(row["mean"]) - value / length) < 1e-9, (row, value / length)
'
expect 1 warmup "$none" -r 2 --metric waiting_at_home
says out 'too short'
says out '^The run is too short to tell'
expect 1 warmup "$scenario" -r 1 --set 'scenario.length="10000 h"'
says out '^Nothing of this varies'

expect 2 warmup "$none" --metric treat
says err "no field or quantity 'treat'"
expect 2 warmup "$none" --step fortnight
expect 2 warmup missing.cfg
expect 2 warmup
no_leftovers
exit 0
