#!/bin/bash
# One replication, so that threads share the partitions of one world, cut in every way: the same bytes.
#   test_cut.sh BINARY SCENARIO
set -eu
binary=$(realpath "$1")
scenario=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

run() { "$binary" run "$scenario" -r 1 "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }; }

run --partitions=one -j 1 -o "$scratch/one.h5"
for cut in place prefecture province; do
    for threads in 1 2 4; do
        run --partitions=$cut -j $threads -o "$scratch/other.h5"
        cmp "$scratch/one.h5" "$scratch/other.h5" || { echo "--partitions=$cut -j $threads shows"; exit 1; }
        rm -f "$scratch"/other.h5*
    done
done
# Another replication is another file: the comparison can fail.
run --partitions=one -j 1 --seed 99 -o "$scratch/other.h5"
! cmp -s "$scratch/one.h5" "$scratch/other.h5"
