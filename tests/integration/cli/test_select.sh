#!/bin/bash
# The best of several worlds: with a promise, within a budget; the same whatever the threads.
source "$(dirname "$0")/common.sh"

scenarios=$source_folder/scenarios
none=$scenarios/horqin_no_stint.cfg
stint=$scenarios/horqin_stroke_stint.cfg
for months in 1 14; do
    printf 'base = "%s";\nchange: ( { path = "policies.stint.stint"; value = "%s month"; } );\n' "$stint" $months \
        >"stint$months.cfg"
done

expect_quiet select "$none" stint1.cfg "$stint" --metric deaths --indifference 2 -r 10
says out '^The smallest mean of deaths among 3 worlds'
says out '^The best is horqin_stroke_stint, or it is within 2 of the best'
says out 'excluded after 10$'
expect_quiet select "$none" stint1.cfg "$stint" --metric deaths --indifference 2 -r 10 --json -j 1
cp out one.json
expect_quiet select "$none" stint1.cfg "$stint" --metric deaths --indifference 2 -r 10 --json -j 3 -o best.h5
same out one.json
# The file says the same in every form.
expect_quiet show best.h5 --json
same out one.json
expect_quiet select "$none" stint1.cfg "$stint" --metric deaths --indifference 2 -r 10 -o again.h5
mv out one.txt
same again.h5 best.h5
expect_quiet show best.h5
same out one.txt
expect_quiet show best.h5 --csv
says out '^horqin_stroke_stint,deaths,1,1,,'
python '
import json
r = json.load(open("one.json"))
assert r["procedure"] == "KN" and r["decided"] and r["best"] == "horqin_stroke_stint" and r["promise"] == 0.95
assert r["replications"] == sum(w["replications"] for w in r["worlds"])
w = r["worlds"]
assert w[0]["replications"] <= w[2]["replications"] and w[2]["excluded_after"] is None
assert w[0]["from_best"] > 0 and w[2]["from_best"] == 0
open("n", "w").write(str(w[2]["replications"]))
'
# What it says of the best is what a run of so many replications says.
expect_quiet run "$stint" -r "$(cat n)" -o stint.h5
expect_quiet show stint.h5 --json
python '
import json
mean = json.load(open("out"))["metrics"]["deaths"]["mean"]
assert mean == json.load(open("one.json"))["worlds"][2]["mean"]
'
expect_quiet select "$none" stint1.cfg "$stint" --metric deaths --largest --indifference 2 -r 10
says out '^The best is horqin_no_stint,'

expect_quiet select "$none" "$stint" stint14.cfg --metric daly --budget 60 -r 10 --csv -o budget.h5
says out '^world,metric,unit,best,'
mv out budget.csv
expect_quiet show budget.h5 --csv
same out budget.csv
python '
import csv
rows = list(csv.DictReader(open("out")))
spent = {r["world"]: int(r["replications"]) for r in rows}
assert sum(spent.values()) == 60 and spent["horqin_no_stint"] == 10, spent
assert [r["world"] for r in rows if r["best"] == "1"] != ["horqin_no_stint"]
'

# The limit is kept; those that cannot be excluded are said.
expect 1 select "$stint" stint14.cfg --metric daly --indifference 0.01 -r 10 --limit 20 -o undecided.h5
says out '^Not decided within the limit: '
mv out undecided.txt
expect_quiet show undecided.h5
same out undecided.txt
says undecided.txt '^stint14  *20 .* not excluded$'

wrong() {
    expect 2 select "$@"
    [ ! -s out ] || fail "select $* wrote to stdout"
}
wrong "$none" "$stint" --metric death --indifference 2
says err "did you mean 'deaths'?"
wrong "$none" "$stint" --indifference 2
says err '[-]-metric'
wrong "$none" "$stint" --metric deaths
wrong "$none" "$stint" --metric deaths --indifference 2 --budget 100
wrong "$none" "$stint" --metric deaths --indifference 0
wrong "$none" "$stint" --metric deaths --indifference -1
wrong "$none" "$stint" --metric deaths --indifference nan
wrong "$none" "$stint" --metric deaths --indifference 2 --promise 1
wrong "$none" "$stint" --metric deaths --indifference 2 --promise 0.5
wrong "$none" "$stint" --metric deaths --indifference 2 --limit 5
wrong "$none" "$stint" --metric deaths --budget 25
wrong "$none" "$stint" --metric deaths --budget 0
wrong stint.h5 "$stint" --metric deaths --indifference 2
wrong "$none" --metric deaths --indifference 2
no_leftovers
exit 0
