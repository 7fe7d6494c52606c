#!/bin/bash
# Before its policies start, a world differs from the world without them by exactly nothing: every field of every month,
# of every place, facility, condition, service, expert and pair of provinces that both have. Afterwards something does.
source "$(dirname "$0")/common.sh"

scenarios=$source_folder/scenarios
pairs='horqin_no_stint:horqin_stroke_stint
taijiang_icu_pairing_without:taijiang_icu_pairing
zhejiang_guizhou_pairing_without:zhejiang_guizhou_pairing
chongqing_infertility_alliance_without:chongqing_infertility_alliance
jinjiang_without:jinjiang_regional_centre'

compared=0
for pair in $pairs; do
    for world in ${pair/:/ }; do
        expect_quiet run "$scenarios/$world.cfg" -r 1 -o "$world.h5"
    done
    python '
import sys, json, datetime, h5py, numpy

base, other = (h5py.File(name + ".h5") for name in sys.argv[1].split(":"))
start = datetime.datetime.fromisoformat(other.attrs["start"].decode() if isinstance(other.attrs["start"], bytes)
                                        else str(other.attrs["start"]))
periods = json.loads(other.attrs["policy_periods"])
begun = json.loads(base.attrs["policy_periods"]) # those of the base are in both
names = {p["name"] for p in begun}
first = min(datetime.datetime.fromisoformat(p["from"]) for p in periods if p["name"] not in names)
until = (first - start) / datetime.timedelta(days=1)
steps = int((other["time_end"][:] <= until).sum())
assert steps > 0, "no step ends before the first policy"

def axes(variable):
    return [d[0].name.lstrip("/") if len(d) else None for d in variable.dims]

def labels(file, dim):
    return list(zip(file["flow_place"][:], file["flow_facility"][:])) if dim == "flow" else list(file[dim][:])

def common(dim):
    mine, its = labels(base, dim), labels(other, dim)
    both = [label for label in mine if label in set(its)]
    return [mine.index(label) for label in both], [its.index(label) for label in both]

fields, changed = 0, 0
for name in base:
    variable = base[name]
    dims = axes(variable) if variable.ndim > 1 else []
    if dims[:2] != ["replication", "time"] or name not in other:
        continue
    a, b = variable[:], other[name][:]
    for axis, dim in enumerate(dims[2:], start=2):
        mine, its = common(dim)
        a, b = a.take(mine, axis), b.take(its, axis)
    assert numpy.array_equal(a[:, :steps], b[:, :steps], equal_nan=True), (sys.argv[1], name)
    changed += not numpy.array_equal(a[:, steps:], b[:, steps:], equal_nan=True)
    fields += 1
assert fields > 20, fields
assert changed > 0, (sys.argv[1], "nothing differs afterwards either")
print(sys.argv[1], steps, "steps", fields, "fields equal;", changed, "differ later")
' "$pair" || exit 1
    compared=$((compared + 1))
    rm -f ./*.h5
done
[ "$compared" -eq 5 ] || fail "$compared pairs instead of 5"
exit 0
