#!/bin/bash
# The same shards from mpirun, where it is installed; a rank killed in mid-run, then gone on. Skipped (77) without it.
source "$(dirname "$0")/../integration/cli/common.sh"

command -v mpirun >/dev/null || { echo "skipped: mpirun is not installed (Debian: openmpi-bin)"; exit 77; }
cp -r "$source_folder/scenarios/queues" "$source_folder/scenarios/designs" .
sed -i 's/task_time = "100 ms"/task_time = "3 s"/; s/points = 250/points = 150/; s/replications = 4/replications = 2/' designs/small.cfg
design=designs/small.cfg
launch() { mpirun --oversubscribe --allow-run-as-root -n 4 "$program" sweep $design -j 1 -o "$1" >out 2>err </dev/null; }

expect_quiet sweep $design -o alone
launch ranks || fail "mpirun failed"
diff -r -x 'lock*' alone ranks || fail "other bytes"

launch killed &
job=$!
for _ in $(seq 500); do [ -e killed/shard-000000.h5 ] && break; sleep 0.02; done
victim=$(pgrep -f -n "^$program sweep $design -j 1 -o killed") || fail "no rank to be killed"
kill -9 "$victim"
! wait $job || fail "mpirun did not notice that a rank was killed"
[ "$(find killed -name 'shard-*.h5' | wc -l)" -lt "$(find alone -name 'shard-*.h5' | wc -l)" ] || fail "nothing was left to do"
for shard in killed/shard-*.h5; do same "$shard" alone/"${shard#killed/}"; done
launch killed || fail "it did not go on"
diff -r -x 'lock*' alone killed || fail "other bytes after a kill"
exit 0
