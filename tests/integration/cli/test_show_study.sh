#!/bin/bash
# What a study has written is shown as the study itself was, and point by point where there is no analysis.
source "$(dirname "$0")/common.sh"

cp -r "$source_folder/scenarios/queues" "$source_folder/scenarios/designs" .

for kind in one_at_a_time latin_hypercube sobol_indices; do
    for form in "" --json --csv; do
        # shellcheck disable=SC2086
        expect_quiet sensitivity designs/small.cfg --kind $kind --points 8 -o study.h5 $form
        cp out said
        # shellcheck disable=SC2086
        expect_quiet show study.h5 $form
        same out said
    done
done

# A sweep over a grid.
cat >grid.cfg <<'CFG'
title = "A grid";
kind = "factorial";
replications = 3;
metrics = ["station/desk/wait_mean", "station/desk/utilisation"];
scenarios: ( { id = "one"; file = "designs/clinic.cfg"; }, { id = "two"; file = "designs/clinic_two.cfg"; } );
factors: ( { id = "demand"; path = "conditions.customers.arrivals.rate"; values = [0.3, 0.5]; as = "{} per h"; },
           { id = "room"; name = "chairs"; path = "stations.desk.room"; values = [1, 2, 3]; whole = true; } );
CFG
expect 0 sweep grid.cfg -o grid
expect 0 merge grid -o grid.h5
expect_quiet show grid.h5
says out '^6 points, 3 replications each'
says out '^  room: chairs'
says out '^ *point  *demand  *room  *one  *two'
says out '^ *5  *0.5 per h  *3  .* ± '
expect_quiet show grid.h5 --csv
cp out grid.csv
expect_quiet show grid.h5 --json
cp out grid.json
python '
import csv, json, math, xarray
data, rows, points = xarray.open_dataset("grid.h5"), list(csv.DictReader(open("grid.csv"))), json.load(open("grid.json"))["points"]
assert len(rows) == 6 * 2 * 2 and len(points) == 6
for row in rows:
    values = data.metric_value.sel(point=int(row["point"]), scenario=row["scenario"], metric=row["metric"])
    assert math.isclose(float(row["mean"]), float(values.mean())), row
    assert float(row["ci95_low"]) < float(row["mean"]) < float(row["ci95_high"])
    shown = points[int(row["point"])]["metrics"][row["metric"]]["scenarios"][row["scenario"]]
    assert math.isclose(shown["mean"], float(row["mean"])) and points[int(row["point"])]["values"]["room"] == row["room"]
'
# A long one shows its beginning.
sed 's/\[0.3, 0.5\]/[0.30, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 0.39, 0.40, 0.41, 0.42, 0.43]/; s/replications = 3/replications = 2/' \
    grid.cfg >long.cfg
expect 0 sweep long.cfg -o long
expect 0 merge long -o long.h5
expect_quiet show long.h5
says out 'The first 40 of 42 points'
expect_quiet show long.h5 --all
says out '^ *41  *0.43 per h  *3 '

# A file that only looks like one.
python '
import xarray
data = xarray.open_dataset("grid.h5").isel(point=slice(4))
data.attrs["design_kind"] = "one_at_a_time"
data.to_netcdf("cut.h5")
'
expect 1 show cut.h5
[ ! -s out ] || fail "something was shown"
python '
import xarray
data = xarray.open_dataset("grid.h5").load()
data["factor_form"][:] = ["", "%s%n"]
data.to_netcdf("forms.h5")
data.attrs["design_kind"] = "guesswork"
data.to_netcdf("kind.h5")
data.drop_vars("factor_value").to_netcdf("values.h5")
'
expect_quiet show forms.h5
says out '^ *5  *0.5  *3  '
expect 1 show kind.h5
expect 1 show values.h5
no_leftovers
