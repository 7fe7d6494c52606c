#!/bin/bash
# A run that is saved and gone on from in another process gives the same bytes; what does not fit is refused.
source "$(dirname "$0")/common.sh"

horqin=$source_folder/scenarios/horqin_stroke_stint.cfg
no_stint=$source_folder/scenarios/horqin_no_stint.cfg
crossing=$source_folder/tests/unit/data/crossing.cfg
queues=$source_folder/scenarios/queues

# goes_on SCENARIO REPLICATIONS TIME...: from each time on, with whatever threads and partitions.
goes_on() {
    local scenario=$1 replications=$2
    shift 2
    expect_quiet run "$scenario" -r "$replications" -o whole.h5
    for at in "$@"; do
        expect_quiet run "$scenario" -r "$replications" -o saving.h5 --save-state s.state --at "$at"
        same whole.h5 saving.h5
        for how in '-j 1' '-j 2 --partitions place' '-j 4 --partitions one'; do
            expect_quiet run "$scenario" -r "$replications" -o on.h5 --from-state s.state $how
            same whole.h5 on.h5
        done
    done
    # The cut cannot be seen in the state either.
    expect_quiet run "$scenario" -r "$replications" -o saving.h5 --save-state t.state --at "$at" -j 3 --partitions place
    same s.state t.state
}

# During the warm-up, at its end, while the policy is at work, afterwards.
goes_on "$horqin" 3 2019-07-11 2020-01-01 '2020-08-19 13:05' 2023-12-31
goes_on "$crossing" 2 '7 d' '20 d' '45.3 d' 2020-03-01
goes_on "$queues/D9_shift_interrupts_resample.cfg" 1 '9 h'
goes_on "$queues/D11_overtime.cfg" 1 '8 h'
goes_on "$queues/D13_blocking_chain.cfg" 1 '150 min'
goes_on "$queues/D14_batch_and_cyclic_shift.cfg" 1 '7 h'
goes_on "$queues/D15_system_capacity.cfg" 1 '2 h'
goes_on "$queues/T5c_mmc_preemptive_resume_c3.cfg" 2 '100 h'
goes_on "$queues/T6b_mmc_plus_G_lognormal.cfg" 2 '100 h'
goes_on "$queues/T7_jackson3.cfg" 2 '100 h'
goes_on "$queues/T13_simultaneous_resources_loss_2.cfg" 2 '100 h'
goes_on "$queues/T17_transient_mmc_c2.cfg" 2 '30 min'

# A state of a state.
expect_quiet run "$crossing" -o whole.h5
expect_quiet run "$crossing" -o a.h5 --save-state a.state --at '10 d'
expect_quiet run "$crossing" -o a.h5 --from-state a.state --save-state b.state --at '60 d'
same whole.h5 a.h5
expect_quiet run "$crossing" -o a.h5 --from-state b.state
same whole.h5 a.h5
expect 2 run "$crossing" -o a.h5 --from-state b.state --save-state c.state --at '59 d'
says err 'is before the state'

# Branches of one warm-up, with fewer replications too.
expect_quiet run "$no_stint" -r 3 -o base.h5 --save-state base.state --at 2020-05-01
for stint in '7 month' '14 month'; do
    expect_quiet run "$horqin" -r 3 -o whole.h5 --set "policies.stint.stint=$stint"
    expect_quiet run "$horqin" -r 3 -o branch.h5 --set "policies.stint.stint=$stint" --from-state base.state
    same whole.h5 branch.h5
done
expect_quiet run "$no_stint" -r 3 -o on.h5 --from-state base.state
same base.h5 on.h5
expect_quiet run "$horqin" -r 2 -o whole.h5
expect_quiet run "$horqin" -r 2 -o branch.h5 --from-state base.state
same whole.h5 branch.h5

# What does not fit. One line says what was found and what to do.
rm -f never.h5*
refuses() { # CODE PATTERN ARGUMENT...
    local code=$1 pattern=$2
    shift 2
    expect "$code" run "$@" -o never.h5
    says err "$pattern"
    [ "$(wc -l <err)" -eq 1 ] || fail "more than one line"
    [ ! -e never.h5 ] || fail "a result all the same"
}
refuses 2 'base.state: has 3 replications and 4 are to be run; use -r 3' "$horqin" -r 4 --from-state base.state
refuses 2 'base.state: was saved with seed 20200401 and this run has 9; use --seed' "$horqin" -r 3 --seed 9 --from-state base.state
refuses 2 'base.state: was saved from another scenario' "$horqin" -r 3 --set travel.detour=1.1 --from-state base.state
refuses 2 'base.state: was saved with seed' "$crossing" --from-state base.state
refuses 2 'without policy "stint", which starts on 2020-04-30; save the state earlier' "$horqin" -r 3 --set 'policies.stint.start=2020-04-30' --from-state base.state
expect_quiet run "$horqin" -r 1 -o whole.h5 --save-state late.state --at 2020-05-02
refuses 2 'after policy "stint" had started' "$no_stint" -r 1 --from-state late.state
refuses 1 'missing.state: cannot be opened: No such file' "$horqin" --from-state missing.state
refuses 1 'base.h5: is not a saved state; name a file' "$horqin" --from-state base.h5
refuses 1 'is not a regular file' "$horqin" --from-state .
: >empty.state
refuses 1 'empty.state: is not a saved state' "$horqin" --from-state empty.state
size=$(stat -c %s base.state)
for part in 12 100 $((size / 2)) $((size - 1)); do
    head -c "$part" base.state >cut.state
    refuses 1 'cut.state: is .*cut off' "$horqin" --from-state cut.state
done
for at in 9 40 1000 $((size / 3)) $((size - 3)); do
    cp base.state bad.state
    printf '\xa5' | dd of=bad.state bs=1 seek="$at" conv=notrunc status=none
    cmp -s base.state bad.state && continue
    refuses 1 'bad.state: is damaged' "$horqin" --from-state bad.state
done
# Another version, with a checksum that fits.
python '
import sys
data = bytearray(open("base.state", "rb").read()[:-8])
at = 8 + 28 + 8
length = int.from_bytes(data[at - 8:at], "little")
data[at:at + length] = b"9.9.9"[:length].ljust(length, b"0")
mask, total = (1 << 64) - 1, 0
for i in range(0, len(data), 8):
    total = ((total ^ int.from_bytes(data[i:i + 8], "little")) * 0x9E3779B97F4A7C15) & mask
    total ^= total >> 29
total = ((total ^ len(data)) * 0x9E3779B97F4A7C15) & mask
open("version.state", "wb").write(data + total.to_bytes(8, "little"))
'
refuses 1 'version.state: was saved by counterpart 9.9.9, and this is' "$horqin" --from-state version.state
for at in 2018-12-31 2019-01-01 2024-01-01 2030-01-01 '0 d' '10 y'; do
    refuses 2 'is not within the run, which goes from 2019-01-01 to 2024-01-01; name a time between' "$horqin" --save-state x.state --at "$at"
done
refuses 2 'has no such month' "$horqin" --save-state x.state --at 2020-13-01
refuses 2 'a time needs a unit' "$horqin" --save-state x.state --at 12
refuses 1 'x.state: cannot be written' "$horqin" --save-state nowhere/x.state --at 2020-02-01
expect 1 run "$horqin" -o x.state --save-state x.state --at 2020-02-01
says err 'is the result file already'
for wrong in '--save-state x.state' '--at 2020-01-01' '--from-state' \
             '--trace t.csv --from-state base.state' '--trace t.csv --save-state x.state --at 2020-01-01'; do
    expect 2 run "$horqin" -o never.h5 $wrong
done
[ ! -e x.state ] || fail "a state all the same"
no_leftovers
exit 0
