# Sourced by every test: the program, a scenario, an empty folder to work in, and ways to say what is expected.
# Usage of a test: test_x.sh PROGRAM SOURCE_FOLDER

set -u
[ $# -eq 2 ] || { echo "usage: $0 PROGRAM SOURCE_FOLDER" >&2; exit 2; }
program=$(realpath "$1")
source_folder=$(realpath "$2")
scenario=$source_folder/scenarios/queues/mm1.cfg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

fail() {
    echo "FAILED: $*" >&2
    [ -s err ] && sed 's/^/  stderr: /' err >&2
    [ -s out ] && head -20 out | sed 's/^/  stdout: /' >&2
    exit 1
}

# expect CODE ARGUMENT...: runs the program with its streams in the files out and err.
expect() {
    local code=$1 got=0
    shift
    "$program" "$@" >out 2>err </dev/null || got=$?
    [ "$got" -eq "$code" ] || fail "counterpart $* ended with $got instead of $code"
}

# A good run outside a terminal has nothing to say on stderr.
expect_quiet() {
    expect 0 "$@"
    [ ! -s err ] || fail "counterpart $* wrote to stderr"
}

says() { # FILE PATTERN
    grep -q -e "$2" "$1" || fail "no '$2' in $1"
}

says_not() { # FILE PATTERN
    ! grep -q -e "$2" "$1" || fail "'$2' in $1"
}

same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
differ() { ! cmp -s "$1" "$2" || fail "$1 and $2 are the same"; }

# python CODE ARGUMENT...: checks with Debian's Python, whatever comes first on PATH.
python() {
    local code=$1
    shift
    /usr/bin/python3 -c "$code" "$@" || fail "a check in Python failed"
}

no_leftovers() {
    local left
    left=$(find . -name '*.partial' -o -name '*.probe')
    [ -z "$left" ] || fail "left behind: $left"
}
