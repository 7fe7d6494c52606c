#!/bin/bash
# compare --patients and --worth: tables that agree with the metrics, in every form, however the work is cut.
source "$(dirname "$0")/common.sh"

scenarios=$source_folder/scenarios
base=$scenarios/horqin_no_stint.cfg
other=$scenarios/horqin_stroke_stint.cfg

expect_quiet compare "$base" "$other" -r 3 -j 2 --patients --worth --json -o c.h5
mv out two.json
expect_quiet compare "$base" "$other" -r 3 -j 1 --patients --worth --json
same out two.json
expect_quiet show c.h5 --json
same out two.json
python '
import json, math
import xarray as xr

shown = json.load(open("two.json"))
people, worth = shown["patients"], shown["worth"]
assert people["luck"] == "common" and set(people["placebo"]) == {"horqin_no_stint", "horqin_stroke_stint"}
changes = people["alternatives"][0]["changes"]

def metric(name):
    row = shown["metrics"][name]
    return row["base"]["mean"], row["alternatives"][0]["mean"]

def mean(name):
    return changes[name]["mean"]

deaths = metric("deaths")
assert math.isclose(mean("died_in_both") + mean("saved"), deaths[0])
assert math.isclose(mean("died_in_both") + mean("lost"), deaths[1])
paid = metric("patient_cost")
assert math.isclose(mean("paid_more_fen") / 100, paid[1] - paid[0])
for name in ("saved", "lost", "treatment_gained", "treatment_lost"):
    low, high = changes[name]["margins_allow"]
    inner = changes[name]["margins_allow_within_classes"]
    assert low <= inner[0] <= mean(name) <= inner[1] <= high, name
where = people["alternatives"][0]["where"]
for name, label in (("treated_in_county", "county"), ("treated_in_prefecture", "prefecture"),
                    ("treated_elsewhere", "elsewhere")):
    assert math.isclose(sum(where[label].values()), metric(name)[0]), name
    assert math.isclose(sum(row[label] for row in where.values()), metric(name)[1]), name
for group in (people["alternatives"][0]["by_condition"], people["alternatives"][0]["by_home"].values()):
    for name in changes:
        assert math.isclose(sum(row[name] for row in group), mean(name), abs_tol=1e-6), name

data = xr.open_dataset("c.h5", engine="netcdf4", decode_timedelta=False)
assert data.attrs["worth_perspective"] == "society" and data.attrs["price_year"] == 2022
other = data.sel(scenario="horqin_stroke_stint")
saved = other.patient_changes.sel(change="saved")
assert int(saved.sum()) == changes["saved"]["sum"] > 0
assert int(data.patient_changes.sel(scenario="horqin_no_stint", change="touched").sum()) == 0
assert (other.patient_changes.sum("replication") == other.patient_changes_by_home.sum("home")).all()
assert (other.patient_changes.sum("replication") == other.patient_changes_by_class.sum("patient_class")).all()
assert int(other.patient_where.sum()) == changes["patients"]["sum"]
assert data.patient_placebo.dims == ("scenario", "replication", "change")

alternative = worth["alternatives"][0]
assert math.isclose(float(other.worth_cost.mean()), alternative["cost"]["mean"])
assert math.isclose(alternative["cost_per_daly_averted"]["value"],
                    alternative["cost"]["mean"] / alternative["dalys_averted"]["mean"])
assert alternative["verdict"] == "costs more and averts DALYs"
budget = sum(row["insurers"]["mean"] for row in alternative["budget"])
insurers = metric("insurer_cost")
assert len(alternative["budget"]) == 4 and math.isclose(budget, insurers[1] - insurers[0])
curve = [point["chance"] for point in alternative["acceptability"]]
assert curve == sorted(curve) and curve[0] == 0 and curve[-1] == 1
assert list(other.acceptability.values) == curve
' || exit 1

# The tables for people and for spreadsheets.
expect_quiet compare "$base" "$other" -r 3 --patients --worth
mv out tables
expect_quiet show c.h5
same out tables
says out '^Patient by patient, under common luck: horqin_stroke_stint against horqin_no_stint$'
says out '^  treatment_gained '
says out '^What it is worth: horqin_stroke_stint against horqin_no_stint$'
says out 'costs more and averts DALYs: .* CNY per DALY averted'
expect_quiet compare "$base" "$other" -r 3 --patients --csv
mv out tables
expect_quiet show c.h5 --csv
same out tables
says out '^alternative,group,member,class,change,replications,sum,mean,ci95_low,ci95_high,margins_low,margins_high$'
says out '^horqin_stroke_stint,where,elsewhere,county,patients,3,'
says out '^horqin_no_stint,placebo,,,touched,3,'
expect_quiet compare "$base" "$other" -r 3 --worth --csv --perspective payer --threshold 50000 -o payer.h5
mv out tables
expect_quiet show payer.h5 --csv
same out tables
says out '^alternative,perspective,what,at,value,ci95_low,ci95_high$'
says out '^horqin_stroke_stint,payer,net_benefit,50000,'

# From a shared warm-up, which begins before the stint, and with no branch at all: the same people.
expect_quiet compare "$base" "$other" -r 2 --patients --csv
mv out shared.csv
expect_quiet compare "$base" "$other" "$base" -r 2 --patients --csv
grep '^horqin_stroke_stint' out >again.csv
grep '^horqin_stroke_stint' shared.csv >first.csv
same first.csv again.csv

# Worth can be had from files, what happened to each patient cannot.
expect_quiet run "$base" -r 3 -o base.h5
expect_quiet run "$other" -r 3 -o other.h5
expect_quiet compare base.h5 other.h5 --worth --json
python '
import json
ran, read = json.load(open("two.json")), json.load(open("out"))
assert ran["worth"] == dict(read["worth"], alternatives=[dict(read["worth"]["alternatives"][0],
                                                              scenario="horqin_stroke_stint")])
' || exit 1
expect 2 compare base.h5 "$other" -r 3 --patients
says err 'base.h5: a result file does not hold what happened to each patient; name the scenario'
expect 2 compare base.h5 other.h5 --threshold 5
says err '\-\-threshold and --perspective are about --worth'
expect 2 compare base.h5 other.h5 --worth --perspective mine
says err '\-\-perspective=mine is not one of society, payer and patients'
expect 2 compare base.h5 other.h5 --worth --threshold many
says err 'threshold'
expect 2 compare "$base" "$other" --worth --patients --csv
says err '\-\-csv is one table'
expect_quiet run "$other" -r 3 --set scenario.price_year=2019 -o cheap.h5
expect 1 compare base.h5 cheap.h5 --worth
says err 'prices of 2022 and cheap of 2019'
TMPDIR=$work/nowhere expect 1 compare "$base" "$other" -r 2 --patients
says err 'no temporary file can be made there'
no_leftovers
exit 0
