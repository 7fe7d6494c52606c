#!/bin/bash
# What a scenario says, without a run.
source "$(dirname "$0")/common.sh"

expect_quiet check "$scenario"
for head in Title Scenario Time Replications Places Facilities Conditions Policies Partitions Events; do
    says out "^$head "
done
says out 'mm1.cfg'
expect_quiet check "$scenario" -r 17 --seed 4
says out '^Replications  *17, seed 4$'
expect_quiet check "$scenario" --targets -r 2
[ "$(ls | sort | tr '\n' ' ')" = 'err out ' ] || fail "check writes files: $(ls)"
exit 0
