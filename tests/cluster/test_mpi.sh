#!/bin/bash
# The same shards from mpirun as from one process: by ranks that are dealt shards, and by processes with fixed shares; one
# of four killed in mid-run, then gone on. Skipped without mpirun or without counterpart-mpi.
# usage: test_mpi.sh PROGRAM SOURCE_FOLDER [MPI_PROGRAM]
mpi_program=$(realpath -q "${3:-/nonexistent}")
set -- "$1" "$2"
source "$(dirname "$0")/common.sh"

command -v mpirun >/dev/null || skip "mpirun is not installed (Debian: openmpi-bin)"
[ -x "$mpi_program" ] || skip "counterpart-mpi was not built: no MPI was found (Debian: libopenmpi-dev)"
# Machines for tests have few processors, and containers only root.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_mpi_yield_when_idle=1
mpirun -n 2 true >out 2>err </dev/null || skip "mpirun does not work here: $(tail -n 1 err)"

small_design 90
launch() { # RANKS PROGRAM FOLDER [OPTION...]
    local ranks=$1 what=$2 folder=$3
    shift 3
    mpirun -n "$ranks" "$what" sweep $design -o "$folder" "$@" >out 2>err </dev/null
}

expect_quiet sweep $design -o alone
launch 4 "$mpi_program" dealt || fail "mpirun failed"
says out '^dealt: 60 shards whole, 60 of them made now$'
same_shards alone dealt
same alone/manifest.sha256 dealt/manifest.sha256
launch 2 "$mpi_program" dealt -j 2 || fail "mpirun failed the second time"
says out ' 0 of them made now'
launch 4 "$program" shares -j 1 || fail "mpirun failed"
same_shards alone shares

# Without mpirun it is the same program.
"$mpi_program" sweep $design -o single >out 2>err || fail "counterpart-mpi alone failed"
same_shards alone single

# A mistake is told once, not by every rank.
got=0
launch 3 "$mpi_program" wrong --set nothing.here=1 || got=$?
[ $got -eq 2 ] || fail "ended with $got"
[ "$(grep -c 'nothing' err)" -eq 1 ] || fail "the mistake is not told once"
got=0
launch 3 "$mpi_program" dealt --seed 7 || got=$?
[ $got -eq 1 ] || fail "ended with $got"
[ "$(grep -c 'holds a sweep of another design' err)" -eq 1 ] || fail "the refusal is not told once"

# kill_one HOW SIGNAL WHICH...: WHICH (head -n 1: rank 0; tail -n 1: the last) of four gets it in mid-run
kill_one() {
    local folder=killed$1 signal=$2 job victim
    shift 2
    mpirun -n 4 "$mpi_program" sweep $design -o $folder >out 2>err </dev/null &
    job=$!
    wait_until 30 has $folder 3 || fail "no shards"
    victim=$(pgrep -P $job -f counterpart-mpi | "$@") || fail "no rank to be killed"
    kill -s "$signal" "$victim" || fail "no rank to be killed"
    ! wait $job || fail "the job did not notice that a rank got SIG$signal"
    has $folder 60 && fail "nothing was left to do"
    whole_so_far alone $folder
    launch 4 "$mpi_program" $folder --resume || fail "it did not go on"
    same_shards alone $folder
}
kill_one last KILL tail -n 1
kill_one first KILL head -n 1

# A signal to one rank stops all of them, with whole shards and a hint.
kill_one gently TERM tail -n 1

# What one rank cannot do ends all, and is told once.
mkdir -p full
cat >rank <<END
#!/bin/bash
[ "\$OMPI_COMM_WORLD_RANK" != 2 ] || ulimit -f 0
exec "$mpi_program" "\$@"
END
chmod +x rank
got=0
launch 4 ./rank full || got=$?
[ $got -ne 0 ] || fail "a rank that cannot write went unnoticed"
whole_so_far alone full
launch 4 "$mpi_program" full || fail "it did not go on"
same_shards alone full
exit 0
