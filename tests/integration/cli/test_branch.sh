#!/bin/bash
# A comparison simulates once what its worlds share; what it says is the same as of runs from the start.
source "$(dirname "$0")/common.sh"

scenarios=$source_folder/scenarios
variant() { # NAME CHANGE...
    local name=$1
    shift
    printf 'base = "%s/horqin_stroke_stint.cfg";\nchange: ( %s );\n' "$scenarios" "$*" >"$name.cfg"
}
cp "$scenarios/horqin_no_stint.cfg" .
sed -i "s|base = \"|&$scenarios/|" horqin_no_stint.cfg
variant early '{ path = "policies.stint.start"; value = "2020-02-01"; }'
variant late '{ path = "policies.stint.start"; value = "2022-06-01"; }'
variant other '{ path = "travel.detour"; value = 1.1; }'

worlds='horqin_no_stint late early other late'
for world in horqin_no_stint late early other; do
    expect_quiet run "$world.cfg" -r 4 -o "$world.h5"
done
expect_quiet compare $(printf '%s.h5 ' $worlds) --csv
cp out files.csv
for threads in 1 3; do
    expect_quiet compare $(printf '%s.cfg ' $worlds) -r 4 -j $threads --csv -o all.h5
    same out files.csv
done

# It is less work: of a warm-up of nearly the whole run and three branches.
expect_quiet compare horqin_no_stint.cfg late.cfg late.cfg late.cfg -r 4 -o shared.h5
python '
import json
whole = json.load(open("horqin_no_stint.h5.run.json"))["events"]
shared = json.load(open("shared.h5.run.json"))["events"]
assert whole < shared < 2.6 * whole, (whole, shared)
'
exit 0
