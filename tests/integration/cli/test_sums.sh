#!/bin/bash
# What would be larger than scenario.max_file_size is added up over the replications: the file says the same, cell by cell,
# on any number of threads and with any number of replications that --until asks for.
source "$(dirname "$0")/common.sh"

stint=$source_folder/scenarios/horqin_stroke_stint.cfg
small='scenario.max_file_size=2 MB' # two replications

expect_quiet run "$stint" -r 5 -o whole.h5
expect_quiet run "$stint" -r 5 -j 1 --set "$small" -o one.h5
expect_quiet run "$stint" -r 5 -j 3 --set "$small" -o three.h5
cmp -s one.h5 three.h5 || fail "sums differ on one and on three threads"

expect_quiet check "$stint" -r 5 --set "$small"
says out 'sums and squares (scenario.max_file_size)'
expect_quiet check "$stint" -r 2 --set "$small"
says_not out max_file_size

# With the number found while running, the file is that of a run of so many.
expect 1 run "$stint" -r 1 --until 'treated<0.01%' --limit 5 --set "$small" -o until.h5
python '
import sys, h5py, numpy
sys.path.append(sys.argv[1])
import counterpart_results as results

whole, added = h5py.File("whole.h5"), h5py.File("one.h5")
fields = [name for name, field in whole.items()
          if field.ndim > 2 and [d[0].name for d in field.dims][:2] == ["/replication", "/time"]]
assert len(fields) > 50, fields
for name in fields:
    values = whole[name][...].astype(float)
    if name == "treated_at":
        assert name not in added
        continue
    assert name not in added, name
    numpy.testing.assert_allclose(added[name + "_sum"][...], values.sum(axis=0), rtol=1e-12, err_msg=name)
    numpy.testing.assert_allclose(added[name + "_squares"][...], (values ** 2).sum(axis=0), rtol=1e-12, err_msg=name)
assert (whole["metric_value"][...] == added["metric_value"][...])[~numpy.isnan(whole["metric_value"][...])].all()
until = h5py.File("until.h5")
for name in added:
    if added[name].dtype.kind == "f":
        assert added[name][...].tobytes() == until[name][...].tobytes(), name

for name, by in (("admissions", "facility"), ("treated", "place"), ("wait_mean", ())):
    a, b = (results.open(path).series(name, by=by) for path in ("whole.h5", "one.h5"))
    numpy.testing.assert_allclose(a["mean"], b["mean"], rtol=1e-12, err_msg=name)
    assert b["low"].isna().all() and a.attrs["unit"] == b.attrs["unit"], name
' "$source_folder/scripts"

expect_quiet show whole.h5 --series admissions --csv
cut -d, -f1,4 out >whole.csv
expect_quiet show one.h5 --series admissions --csv
cut -d, -f1,4 out | cmp -s - whole.csv || fail "show --series of sums has other means"
