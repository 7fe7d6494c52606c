# Sourced by the tests of this folder: those of commands, and ways to skip, to wait, and to have a small sweep.
source "$(dirname "${BASH_SOURCE[0]}")/../integration/cli/common.sh"

# skip REASON: where something cannot be installed or started; with COUNTERPART_CLUSTER=required that is a failure.
skip() {
    [ "${COUNTERPART_CLUSTER:-}" != required ] || fail "this test must not be skipped here: $*"
    echo "SKIPPED: $*"
    exit 77
}

# small_design POINTS: the design of two replications in ./designs, of which three tasks make a shard, as $design
small_design() {
    cp -r "$source_folder/scenarios/queues" "$source_folder/scenarios/designs" .
    sed -i "s/task_time = \"100 ms\"/task_time = \"3 s\"/; s/points = 250/points = $1/; s/replications = 4/replications = 2/" designs/small.cfg
    design=designs/small.cfg
}

# wait_until SECONDS COMMAND...: as soon as it holds
wait_until() {
    local tries=$(($1 * 50))
    shift
    while ! "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.02
    done
}

shards() { find "$1" -name 'shard-*.h5' 2>/dev/null | wc -l; }

# has FOLDER COUNT: so many shards are there
has() { [ "$(shards "$1")" -ge "$2" ]; }

# same_shards FOLDER FOLDER: all shards, byte for byte, and lists that fit
same_shards() {
    diff -r -x 'lock*' -x 'manifest*' "$1" "$2" || fail "$2: other bytes than $1"
    (cd "$2" && cat manifest*.sha256 | sha256sum --check --quiet --strict) || fail "$2: the manifest does not fit"
}

# Every shard that is to be seen is that of the undisturbed sweep.
whole_so_far() { # DUE FOLDER
    local shard
    for shard in "$2"/shard-*.h5; do
        [ ! -e "$shard" ] || same "$shard" "$1/${shard##*/}"
    done
}
