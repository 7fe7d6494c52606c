#!/bin/bash
# The same shards from mpirun, where it is installed; a rank killed in mid-run, then gone on. Skipped (77) without it.
source "$(dirname "$0")/../integration/cli/common.sh"

command -v mpirun >/dev/null || { echo "skipped: mpirun is not installed (Debian: openmpi-bin)"; exit 77; }
cp -r "$source_folder/scenarios/queues" "$source_folder/scenarios/designs" .
sed -i 's/task_time = "100 ms"/task_time = "3 s"/; s/points = 250/points = 48/; s/replications = 4/replications = 2/' designs/small.cfg
design=designs/small.cfg
launch() { mpirun --oversubscribe --allow-run-as-root -n 4 "$program" sweep $design -j 1 -o "$1" >out 2>err </dev/null; }

expect_quiet sweep $design -o alone
launch ranks || fail "mpirun failed"
diff -r -x 'lock*' alone ranks || fail "other bytes"

launch killed &
job=$!
for _ in $(seq 200); do [ -e killed/shard-000000.h5 ] && break; sleep 0.02; done
victim=$(pgrep -P "$(pgrep -P $job -x mpirun || echo $job)" -x counterpart | head -n 1)
[ -z "$victim" ] || kill -9 "$victim"
wait $job
launch killed || fail "it did not go on"
diff -r -x 'lock*' alone killed || fail "other bytes after a kill"
exit 0
