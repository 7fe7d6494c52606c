#!/bin/bash
# A sweep: alone, in shares, twice, stopped, damaged; what is refused.
source "$(dirname "$0")/common.sh"

small_design 12

expect_quiet sweep $design -o alone -j 1
says out '^alone: 8 shards whole, 8 of them made now$'
expect_quiet status alone
says out '24 tasks in 8 shards'
says out '^8 shards are there (100.0% of the tasks), 0 are missing$'
expect_quiet status alone --json
says out '"shards_present": 8'
expect_quiet merge alone -o alone.h5

# Twice changes nothing; threads and shares give the same bytes.
cp -r alone before
expect_quiet sweep $design -o alone --resume
says out ' 0 of them made now'
diff -r alone before || fail "running twice changed something"
expect_quiet sweep $design -o threads -j 3
for i in 2 0 1; do expect_quiet sweep $design -o shares --share $i/3; done
for id in 10 12; do
    SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=2 expect_quiet sweep $design -o array
done
for rank in 0 1; do OMPI_COMM_WORLD_RANK=$rank OMPI_COMM_WORLD_SIZE=2 expect_quiet sweep $design -o ranks; done
for folder in threads shares array ranks; do
    same_shards alone $folder
    expect_quiet merge $folder -o $folder.h5
    same alone.h5 $folder.h5
done
python '
import xarray

merged = xarray.open_dataset("alone.h5")
assert dict(merged.sizes) == {"scenario": 2, "point": 12, "replication": 2, "factor": 3, "metric": 2}
assert merged.metric_value.notnull().all()
'
# The same numbers as all in memory.
expect_quiet sensitivity $design -o memory.h5
python '
import xarray

swept, memory = (xarray.open_dataset(name) for name in ("alone.h5", "memory.h5"))
assert swept.metric_value.equals(memory.metric_value) and swept.factor_value.equals(memory.factor_value)
'

# The picture of docs/cluster.md.
cp alone.h5 result.h5
sed -n '/^    import matplotlib/,/savefig/s/^    //p' "$source_folder/docs/cluster.md" >plot.py
MPLBACKEND=Agg /usr/bin/python3 plot.py || fail "the picture of docs/cluster.md"
[ -s wait.png ] || fail "no picture"

# A share alone leaves gaps, which a merge refuses unless it is told otherwise.
expect_quiet sweep $design -o half --share 0/2
expect 1 merge half -o half.h5
says err 'shard 1 of 8 is missing or damaged'
says err 'resume, or merge what there is with --gaps'
[ ! -e half.h5 ] || fail "a merge with gaps was written"
expect_quiet merge half -o half.h5 --gaps
says out 'from 4 of 8 shards'
expect_quiet status half
says out '^4 shards are there (50.0% of the tasks), 4 are missing$'

# Damage of any kind is mended.
truncate -s 1000 alone/shard-000002.h5
printf x | dd of=alone/shard-000003.h5 bs=1 seek=5000 conv=notrunc 2>/dev/null
cp alone/shard-000005.h5 alone/shard-000004.h5
rm alone/shard-000007.h5
: >alone/shard-000006.h5.1-0.partial
expect 1 merge alone -o damaged.h5
says err 'shard 2 of 8'
expect_quiet sweep $design -o alone --resume
says out '^alone: 8 shards whole, 4 of them made now$'
diff -r alone before || fail "damage was not mended"
truncate -s 100 alone/sweep.h5
expect_quiet sweep $design -o alone
diff -r alone before || fail "the plan was not mended"
printf x | dd of=alone/manifest.sha256 bs=1 seek=200 conv=notrunc 2>/dev/null
expect_quiet merge alone -o mended.h5
same alone.h5 mended.h5
expect_quiet sweep $design -o alone
diff -r alone before || fail "the manifest was not mended"

# A shard that is whole by its own checksum, but not what a manifest lists: another build made it.
cp -r alone foreign
/usr/bin/python3 - foreign <<'END' || fail "no such folder"
import sys
name = sys.argv[1] + "/manifest.sha256"
with open(name, encoding="ascii") as file:
    lines = file.read().splitlines(keepends=True)
lines[3] = ("0" if lines[3][0] != "0" else "1") + lines[3][1:]
body = "".join(lines[:-1]).encode()
total = 0
for at in range(0, len(body), 8):  # as sim/checksum.c
    total = (total ^ int.from_bytes(body[at:at + 8], "little")) * 0x9E3779B97F4A7C15 % 2**64
    total ^= total >> 29
total = (total ^ len(body)) * 0x9E3779B97F4A7C15 % 2**64
with open(name, "wb") as file:
    file.write(body + lines[-1][:-17].encode() + f"{total:016x}\n".encode())
END
expect 1 merge foreign -o foreign.h5
says err 'shard 2 of 8 is missing or damaged (it has other bytes than a manifest'
expect 1 sweep $design -o foreign
says err 'foreign: shard 2 has other bytes than a manifest of the folder lists'
cp alone/manifest.sha256 foreign/manifest-0-of-1.sha256
expect 1 sweep $design -o foreign
says err 'lists other bytes for shard 2 than another list'

# Another design, other options: another folder.
expect 1 sweep $design -o alone --points 13
says err 'alone: holds a sweep of another design'
expect 1 sweep $design -o alone --set stations.desk.servers=3
says err 'alone: holds a sweep of another design'
expect 1 sweep $design -o nowhere --resume
says err 'nowhere: has no sweep to be resumed'
[ ! -e nowhere ] || fail "a folder was made"
expect 1 sweep $design -o no/where
says err 'no/where: the folder cannot be made'
expect 1 sweep $design -o out
says err 'out: is not a folder'
expect 1 status queues
says err 'queues: has no sweep in it'
expect 1 merge queues -o x.h5
for share in 3/3 x 1 1/0 -1/2 1/2/3; do
    expect 2 sweep $design -o alone --share=$share
    says err 'is no share'
done
expect 2 sweep $design
says err 'add -o FOLDER'
expect 2 merge alone
sed 's/desk.utilisation/desk\/utilization/' $design >designs/wrong.cfg
expect 1 sweep designs/wrong.cfg -o wrong
says err 'metrics.#2: .* is no metric'

# Two at once: who works alone locks others out; members of a job do not.
expect_quiet sweep $design -o alone --points 12
(
    flock -x 9
    expect 1 sweep $design -o alone
    says err 'another process is at work in this folder'
    expect 1 sweep $design -o alone --share 0/2
) 9<>alone/lock || exit 1
(
    flock -s 9
    expect 1 sweep $design -o alone
    expect 0 sweep $design -o alone --share 0/2
) 9<>alone/lock || exit 1

# Stopped: whole shards, exit code 1, a hint; then on from there.
for signal in INT TERM USR1; do
    rm -rf stopped
    "$program" sweep $design --points 600 -o stopped >out 2>err </dev/null &
    pid=$!
    for _ in $(seq 200); do [ -e stopped/shard-000001.h5 ] && break; sleep 0.05; done
    [ $signal = INT ] && signal=HUP # a job in the background does not hear Ctrl-C
    kill -s $signal $pid
    got=0
    wait $pid || got=$?
    [ $got -eq 1 ] || fail "SIG$signal: ended with $got"
    says err 'shards in stopped are whole. The same command goes on from there'
    left=$(find stopped -name '*.partial')
    [ -z "$left" ] || fail "left behind: $left"
done
no_leftovers

# How far it is, on a terminal, though no task is done yet.
sed -i 's/length = "80000 d"/length = "350000 d"/' queues/mm1.cfg
cat >designs/long.cfg <<END
kind = "factorial"; replications = 1; metrics = ["station/desk/wait_mean"];
scenarios: ( { id = "one"; file = "../queues/mm1.cfg"; } );
factors: ( { id = "servers"; path = "stations.desk.servers"; values = [1, 2]; } );
END
script --quiet --return --command "'$program' sweep designs/long.cfg -o long -j 1" terminal >/dev/null </dev/null || fail "sweep on a terminal"
says terminal 'long.cfg: 0 of 2 tasks, .* tasks/s, - left'
says terminal 'long.cfg: 1 of 2 tasks, .* tasks/s, [0-9]*:[0-9][0-9] left'

# The scripts for Slurm, without Slurm: a task's share; at the signal before the time limit back into the queue.
mkdir bin
printf '#!/bin/sh\necho "$@" >>requeued\n' >bin/scontrol
chmod +x bin/scontrol
export COUNTERPART=$program PATH=$PWD/bin:$PATH SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_JOB_ID=77
for id in 0 1; do
    SLURM_ARRAY_TASK_ID=$id bash "$source_folder/scripts/cluster/array.sbatch" $design scripted >out 2>err || fail "array.sbatch"
done
same_shards before scripted
[ ! -e requeued ] || fail "requeued without need"
bash "$source_folder/scripts/cluster/collect.sbatch" scripted scripted.h5 >out 2>err || fail "collect.sbatch"
same alone.h5 scripted.h5
for signal in TERM USR1; do
    rm -rf limited
    SLURM_ARRAY_TASK_ID=1 bash "$source_folder/scripts/cluster/array.sbatch" $design limited --points 600 >out 2>err &
    pid=$!
    for _ in $(seq 200); do [ -e limited/shard-000001.h5 ] && break; sleep 0.05; done
    [ ! -e requeued ] || fail "requeued by SIGTERM, which scancel sends"
    kill -s $signal $pid
    got=0
    wait $pid || got=$?
    [ $got -eq 1 ] || fail "array.sbatch: ended with $got at SIG$signal"
done
[ "$(cat requeued)" = 'requeue 77_1' ] || fail "not requeued"
no_leftovers
exit 0
