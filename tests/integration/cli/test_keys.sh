#!/bin/bash
# The reference of the scenario language.
source "$(dirname "$0")/common.sh"

expect_quiet keys
says out 'replications'
cp out all
expect_quiet keys conditions.arrivals
says out 'incidence'
[ "$(wc -l <out)" -lt "$(wc -l <all)" ] || fail "a part is not shorter than the whole"
expect_quiet keys --markdown
says out '^#'
expect 2 keys conditions.arivals
says err 'arrivals'

expect_quiet keys --results
says out 'procedures_by_visitors'
expect_quiet keys --results --markdown
same out "$source_folder/docs/results.md"
expect 2 keys --results conditions
