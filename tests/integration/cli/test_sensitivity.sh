#!/bin/bash
# Designs: one at a time, beliefs against luck, Sobol' indices; of values and of paired differences.
source "$(dirname "$0")/common.sh"

cp -r "$source_folder/scenarios/queues" "$source_folder/scenarios/designs" .
design=designs/small.cfg

# The kinds, on the terminal and for programs; the same on one thread and on several.
expect_quiet sensitivity $design --kind one_at_a_time -o one.h5
cp out table
says out '^station/desk/wait_mean, two - one: '
says out '^  demand .*[+]*|--'
expect_quiet sensitivity $design --kind one_at_a_time -j 1 -o again.h5
same out table
same one.h5 again.h5
[ -s one.h5.run.json ] || fail "nothing beside the result"
expect_quiet sensitivity $design --kind one_at_a_time --json
cp out one.json
expect_quiet sensitivity $design --kind one_at_a_time --csv
cp out one.csv
expect_quiet sensitivity $design --points 20 --json
cp out spread.json
expect_quiet sensitivity $design --points 20 --json -j 3
same out spread.json
expect_quiet sensitivity $design --points 20 -r 1
says out 'luck included'
expect_quiet sensitivity $design --kind sobol_indices --points 8 --json
cp out sobol.json
expect_quiet sensitivity $design --kind sobol_indices --points 8
says out '^  demand  .* to '
expect_quiet sensitivity $design --kind sobol_sequence --points 16 --csv
says out '^metric,unit,scenario,base,factor,mean,luck_half'

python '
import csv, json, math

one, spread, sobol = (json.load(open(name + ".json")) for name in ("one", "spread", "sobol"))
assert one["kind"] == "one_at_a_time" and one["points"] == 7 and one["replications"] == 4
assert one["scenarios"] == ["one", "two"] and [f["id"] for f in one["factors"]] == ["demand", "time", "weeks"]
wait = one["responses"][0]
assert wait["metric"] == "station/desk/wait_mean" and wait["scenario"] == "two" and wait["base"] == "one"
spans = [row["span"] for row in wait["tornado"]]
assert spans == sorted(spans, reverse=True) and wait["tornado"][0]["factor"] == "demand"
demand = wait["tornado"][0]
assert demand["low"] == "0.35 per h"
# more patients make the second doctor save more
assert demand["high_difference"]["ci95"][1] < 0 < demand["low_difference"]["ci95"][0]
swing = demand["high_difference"]["mean"] - demand["low_difference"]["mean"]
assert math.isclose(demand["swing"]["mean"], swing)
rows = list(csv.DictReader(open("one.csv")))
assert len(rows) == 6 and rows[0]["factor"] == "demand" and math.isclose(float(rows[0]["swing"]), swing)

assert spread["kind"] == "latin_hypercube" and spread["points"] == 20
wait = spread["responses"][0]
assert wait["parameters_95"][0] < wait["mean"] < wait["parameters_95"][1] < 0 and wait["luck_half"] > 0
assert wait["factors"][0]["rank_correlation"] < -0.3

assert sobol["points"] == 8 * 5 and sobol["responses"][0]["rows"] == 8
for index in sobol["responses"][0]["indices"]:
    assert index["total_ci95"][0] <= index["total"] + 1e-12
'
python '
import sys, xarray

one = xarray.open_dataset("one.h5")
assert one.metric_value.dims == ("scenario", "point", "replication", "metric")
assert dict(one.sizes) == {"scenario": 2, "point": 7, "replication": 4, "factor": 3, "metric": 2}
assert one.factor_value.isnull().sum() == 7 * 3 - 6
assert float(one.factor_value.sel(point=1, factor="demand")) == 0.35
assert one.attrs["design_kind"] == "one_at_a_time"
'

# Values of each scenario instead of differences, and of one scenario alone.
sed 's/^points = .*/points = 4; measure = "value";/' $design >designs/values.cfg
expect_quiet sensitivity designs/values.cfg
says out '^station/desk/wait_mean, one: '
says out '^station/desk/wait_mean, two: '

# Options change what is run at every point; factors come after them.
expect_quiet sensitivity $design --kind one_at_a_time --set stations.desk.servers=3
says out '^station/desk/wait_mean, two - one: 0'

# What is wrong is said before anything is run.
expect 2 sensitivity $design --kind sobol
says err '^--kind: kind: "sobol" is not a choice'
expect 2 sensitivity $design --kind factorial
says err 'small.cfg:[0-9]*: factors.demand.prior: has no levels'
expect 2 sensitivity $design --points 0
expect 2 sensitivity $design --points 1
says err 'points: 1 is out of range'
expect 2 sensitivity missing.cfg
says err '^missing.cfg: '
sed 's/desk.utilisation/desk\/utilization/' $design >designs/wrong.cfg
expect 2 sensitivity designs/wrong.cfg
says err 'wrong.cfg:[0-9]*: metrics.#2: .* did you mean "station/desk/utilisation"'
sed 's/arrivals.rate/arrivals.rat/' $design >designs/wrong.cfg
expect 2 sensitivity designs/wrong.cfg
says err 'point [0-9]*, scenario one: --set conditions.customers.arrivals.rat=.* did you mean "rate"'
sed 's/low = 26; high = 30/low = -2; high = 30/' $design >designs/wrong.cfg
expect 2 sensitivity designs/wrong.cfg
says err 'point [0-9]*, scenario one: --set scenario.length=-2 week'
sed 's/kind = .*/kind = "listed"; file = "points.csv";/' $design >designs/wrong.cfg
echo demand,time,weeks >designs/points.csv
echo 1,60,26 >>designs/points.csv
expect 2 sensitivity designs/wrong.cfg
says err 'kind: "listed" is a design for sweeps'
sed -i 's/scenario: {/scenario: { seed = "3";/' designs/clinic_two.cfg
expect 2 sensitivity $design
says err 'clinic_two.cfg.*run them with the same seed'
expect 0 sensitivity $design --seed 3 --points 2
expect 1 sensitivity $design --seed 3 --points 2 -o missing/x.h5
no_leftovers
exit 0
