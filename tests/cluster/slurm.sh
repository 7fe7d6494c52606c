# Sourced by tests: a Slurm of one machine, for one test, in a folder of its own: its own munge key and socket, its own
# ports, nothing in /etc or /var. slurm_start ends the test as skipped, with the reason, where that does not work.

slurm_programs() {
    local name
    PATH=$PATH:/usr/sbin:/sbin
    for name in munged slurmctld slurmd sbatch srun scancel squeue scontrol; do
        command -v $name >/dev/null || skip "$name is not installed (Debian: slurmctld slurmd slurm-client munge)"
    done
}

free_port() {
    /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

slurm_configure() { # FOLDER PROCESSORS
    local host
    host=$(hostname -s)
    cat >"$1/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
MpiDefault=pmix
ReturnToService=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
KillWait=5
MinJobAge=300
NodeName=$host NodeAddr=127.0.0.1 CPUs=$2 RealMemory=1000
PartitionName=all Nodes=ALL Default=YES MaxTime=60 State=UP
END
}

slurm_is_up() { [ "$(sinfo -h -o %t 2>/dev/null)" = idle ]; }

# slurm_start FOLDER PROCESSORS: the folder is made; slurm_stop belongs at the end of the test, however it ends
slurm_start() {
    local folder=$1
    slurm_programs
    mkdir -p "$folder/state" "$folder/spool"
    chmod 755 "$folder"
    slurm_folder=$folder
    slurm_configure "$folder" "$2"
    export SLURM_CONF=$folder/slurm.conf
    (umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
    # Should the test be killed, they go with it.
    local with_us=(setpriv --pdeathsig TERM)
    "${with_us[@]}" munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
        --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" --num-threads=2 >"$folder/munged.out" 2>&1 &
    slurm_pids=$!
    wait_until 10 test -S "$folder/munge.socket" || skip "munged does not start: $(tail -n 1 "$folder/munged.out")"
    "${with_us[@]}" slurmctld -D >"$folder/slurmctld.out" 2>&1 &
    slurm_pids="$slurm_pids $!"
    "${with_us[@]}" slurmd -D >"$folder/slurmd.out" 2>&1 &
    slurm_pids="$slurm_pids $!"
    wait_until 40 slurm_is_up ||
        skip "Slurm does not start: $(tail -qn 1 "$folder/slurmctld.out" "$folder/slurmd.out" | tr '\n' ' ')"
}

slurm_stop() {
    local pid
    [ -n "${slurm_pids:-}" ] || return 0
    scancel --user="$(id -un)" >/dev/null 2>&1
    wait_until 10 slurm_is_empty
    for pid in $(tr ' ' '\n' <<<"$slurm_pids" | tac); do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    slurm_pids=
}

slurm_is_empty() { [ -z "$(squeue -h 2>/dev/null)" ]; }
