#!/bin/bash
# Result files as tables, JSON and CSV; files that are not results.
source "$(dirname "$0")/common.sh"

expect_quiet run "$scenario" -r 4 -o a.h5
expect_quiet show a.h5
says out '^metric  *unit  *mean  *95% interval  *sd$'
expect_quiet show a.h5 --json
python '
import json, math, sys
import h5py, numpy as np

def refuse(word):
    raise ValueError(word + " is not JSON")

shown = json.load(open("out"), parse_constant=refuse)
assert list(shown) == ["file", "scenario", "replications", "metrics", "targets"], list(shown)
assert shown["file"] == "a.h5" and shown["scenario"] == "mm1.cfg" and shown["replications"] == 4
assert shown["metrics"], "no metrics"
file = h5py.File("a.h5")
values = file["metric_value"][:]
names = [name.decode() for name in file["metric"][:]]
assert list(shown["metrics"]) == names
T = 3.182446305284263  # Student, 3 degrees of freedom, 97.5%
checked = 0
for i, (name, metric) in enumerate(shown["metrics"].items()):
    assert list(metric) == ["unit", "mean", "sd", "ci95"], metric
    assert isinstance(metric["unit"], str)
    column = values[:, i]
    column = column[np.isfinite(column)]
    if len(column) == 0:
        assert metric["mean"] is None and metric["sd"] is None and metric["ci95"] is None, name
        continue
    assert math.isclose(metric["mean"], column.mean(), rel_tol=1e-12, abs_tol=1e-300), name
    if len(column) == 4:
        sd = column.std(ddof=1)
        assert math.isclose(metric["sd"], sd, rel_tol=1e-9, abs_tol=1e-9), name
        low, high = metric["ci95"]
        assert math.isclose((high - low) / 2, T * sd / 2, rel_tol=1e-6, abs_tol=1e-9), name
        checked += 1
assert checked > 0, "no metric is defined"
assert isinstance(shown["targets"], list)
for target in shown["targets"]:
    assert list(target) == ["fact", "role", "quantity", "reported", "low", "high", "simulated", "ci95", "met"]
    assert target["met"] in (True, False, None)
'
expect_quiet show a.h5 --csv
python '
import csv
import h5py
rows = list(csv.DictReader(open("out", newline="")))
assert list(rows[0]) == ["metric", "unit", "n", "mean", "sd", "ci95_low", "ci95_high"], rows[0]
assert len(rows) == len(h5py.File("a.h5")["metric"])
'

# Headlines first; the metrics of every part only when asked for.
expect_quiet run "$source_folder/scenarios/horqin_stroke_stint.cfg" -r 2 -o parts.h5
expect_quiet show parts.h5
says out 'by part'
says_not out '^facility/banner/'
expect_quiet show parts.h5 --all
says out '^facility/banner/neurointervention/procedures '
says_not out 'by part'
expect_quiet compare parts.h5 parts.h5 --all
says out '^facility/banner/neurointervention/procedures '

# Not results: refused with a reason, nothing on stdout.
head -c 1000 a.h5 >short.h5
echo 'no result' >text.h5
: >empty.h5
for file in short.h5 text.h5 empty.h5 missing.h5 .; do
    expect 1 show "$file"
    [ ! -s out ] || fail "show $file wrote to stdout"
    says err 'counterpart: '
done
/usr/bin/python3 -c 'import h5py; h5py.File("foreign.h5", "w")["x"] = [1.0, 2.0]' || fail "h5py"
expect 1 show foreign.h5

# A field over time: it adds up to the metric, background conditions left out; as text, CSV and JSON.
expect 0 run "$source_folder/scenarios/horqin_stroke_stint.cfg" -r 3 -o series.h5
expect_quiet show series.h5 --json
cp out metrics.json
expect_quiet show series.h5 --series patients --csv
cp out patients.csv
expect_quiet show series.h5 --series patients --json
python '
import csv, json
rows = list(csv.DictReader(open("patients.csv", newline="")))
steps = json.load(open("out"))
assert steps["unit"] == "1" and len(steps["steps"]) == len(rows) == 60
for row, step in zip(rows, steps["steps"]):
    assert row["from"] == step["from"] and float(row["mean"]) == step["mean"]
    assert abs(float(row["ci95_low"]) - step["ci95"][0]) < 1e-9
after = sum(step["mean"] for step in steps["steps"] if step["from"] >= "2020-01-01")
assert abs(after - json.load(open("metrics.json"))["metrics"]["patients"]["mean"]) < 1e-6
'
expect_quiet show series.h5 --series treated_in_county
says out '^2020-05-01  *[0-9.]* .*█'
says out '^2019-01-01  *0$'
expect 1 show series.h5 --series patient
says err 'did you mean patients'
expect 1 show series.h5 --series place_lon
expect 1 show series.h5 --series proficiency
expect 2 show series.h5 --series ''
exit 0
