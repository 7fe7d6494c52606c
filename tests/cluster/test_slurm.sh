#!/bin/bash
# The scripts for Slurm, on a Slurm: an array whose tasks are sent back into the queue, cancelled and submitted again, a
# collector that waits for it; ranks under srun and pmix. Skipped where Slurm cannot be started.
# usage: test_slurm.sh PROGRAM SOURCE_FOLDER [MPI_PROGRAM]
mpi_program=$(realpath -q "${3:-/nonexistent}")
set -- "$1" "$2"
source "$(dirname "$0")/common.sh"
source "$source_folder/tests/cluster/slurm.sh"
trap 'slurm_stop; rm -rf "$work"' EXIT

slurm_start "$work/slurm" 4
scripts=$source_folder/scripts/cluster
export COUNTERPART=$program COUNTERPART_MPI=$mpi_program
small_design 60
expect_quiet sweep $design -o alone
expect_quiet merge alone -o alone.h5

logs() { cat sweep-*.log merge-*.log 2>/dev/null; }
broken() { logs >&2; cat "$work/slurm/slurmctld.out" >&2; fail "$@"; }
submit() { sbatch --parsable --cpus-per-task=1 "$@"; }
state() { scontrol show job "$1" | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p' | sort -u | tr '\n' ' '; }
ended() { [ -z "$(squeue -h -j "$1" 2>/dev/null)" ]; }

# An array, and a collector when it has ended.
array=$(submit --array=0-3 "$scripts/array.sbatch" $design array) || broken "not submitted"
merge=$(submit --dependency=afterany:"$array" "$scripts/collect.sbatch" array array.h5) || broken "not submitted"
wait_until 60 ended "$merge" || broken "the array and its collector do not end"
[ "$(state "$array")$(state "$merge")" = 'COMPLETED COMPLETED ' ] || broken "array: $(state "$array") collector: $(state "$merge")"
same_shards alone array
same alone.h5 array.h5
[ "$(find array -name 'manifest-*-of-4.sha256' | wc -l)" -eq 4 ] || fail "not four shares"

# Cancelled in mid-run: whole shards, a collector that says what is missing; submitted again, it goes on.
longer() { sed 's/points = 60/points = 300/' $design >designs/longer.cfg; echo designs/longer.cfg; }
longer=$(longer)
array=$(submit --array=0-1 "$scripts/array.sbatch" "$longer" cancelled) || broken "not submitted"
merge=$(submit --dependency=afterany:"$array" "$scripts/collect.sbatch" cancelled cancelled.h5) || broken "not submitted"
wait_until 30 has cancelled 4 || broken "no shards"
scancel "$array"
wait_until 60 ended "$merge" || broken "cancelled: they do not end"
[ "$(state "$array")$(state "$merge")" = 'CANCELLED FAILED ' ] || broken "cancelled: $(state "$array") collector: $(state "$merge")"
grep -q 'is missing or damaged' merge-"$merge".log || broken "the collector does not say what is missing"
[ ! -e cancelled.h5 ] || fail "a merge with gaps"
has cancelled 200 && fail "nothing was left to do"
left=$(shards cancelled)

# The signal before the time limit: the task that gets it goes back into the queue and makes the rest.
array=$(submit --array=0-1 "$scripts/array.sbatch" "$longer" cancelled) || broken "not submitted"
wait_until 30 has cancelled $((left + 4)) || broken "it does not go on"
scancel --batch --signal=USR1 "${array}_1"
requeued() { scontrol show job "${array}_1" | grep -q 'Restarts=1'; }
wait_until 20 requeued || broken "not requeued"
# Slurm lets it wait for two minutes. A test does not, but in the same second the credentials of the task would be old.
sleep 2
begins_again() {
    scontrol update JobId="${array}_1" StartTime=now >/dev/null 2>&1
    ! scontrol show job "${array}_1" | grep -q 'JobState=PENDING' && ! scontrol show job "${array}_1" | grep -q COMPLETING
}
wait_until 30 begins_again || broken "requeued: it does not begin again"
wait_until 60 ended "$array" || broken "requeued: it does not end"
[ "$(state "$array")" = 'COMPLETED ' ] || broken "requeued: $(state "$array")"
[ "$(shards cancelled)" -eq 200 ] || broken "not all shards"
expect_quiet merge cancelled -o cancelled.h5
# Slurm calls a job complete a moment before its last process, which writes the manifest, has ended.
nothing_in_work() { [ -z "$(find cancelled -name '*.partial')" ]; }
wait_until 30 nothing_in_work || no_leftovers
no_leftovers

# Ranks under srun, with one of them killed; then ranks again.
[ -x "$mpi_program" ] || skip "all but MPI passed; counterpart-mpi was not built: no MPI was found (Debian: libopenmpi-dev)"
srun --mpi=list 2>&1 | grep -q pmix || skip "all but MPI passed; this Slurm has no pmix (Debian: libpmix2)"
job=$(submit --ntasks=4 "$scripts/mpi.sbatch" "$longer" ranks) || broken "not submitted"
wait_until 30 has ranks 4 || broken "no shards"
kill -KILL "$(pgrep -n -f "^$mpi_program sweep $longer -o ranks ")" || fail "no rank to be killed"
wait_until 60 ended "$job" || broken "ranks: the job does not end"
[ "$(state "$job")" = 'FAILED ' ] || broken "ranks: $(state "$job")"
has ranks 200 && fail "nothing was left to do"
whole_so_far cancelled ranks
job=$(submit --ntasks=4 "$scripts/mpi.sbatch" "$longer" ranks) || broken "not submitted"
merge=$(submit --dependency=afterany:"$job" "$scripts/collect.sbatch" ranks ranks.h5) || broken "not submitted"
wait_until 60 ended "$merge" || broken "ranks: they do not end"
[ "$(state "$job")$(state "$merge")" = 'COMPLETED COMPLETED ' ] || broken "ranks: $(state "$job") collector: $(state "$merge")"
same_shards cancelled ranks
same cancelled.h5 ranks.h5
exit 0
