#!/bin/bash
# A run that was killed or stopped goes on with --resume, to the byte; nothing is left when it has ended.
source "$(dirname "$0")/common.sh"
scenario=$source_folder/tests/integration/memory/small.cfg

# Ends a run with a signal once it has kept some replications: end_with SIGNAL ARGUMENT...
end_with() {
    local signal=$1 kept=0
    shift
    "$program" "$@" >out 2>err </dev/null &
    local run=$!
    for _ in $(seq 600); do
        kept=$(find x.h5.parts -name 'part-*.h5' 2>find.err | wc -l)
        [ "$kept" -gt "$least" ] && break
        kill -0 $run 2>find.err || fail "the run ended before it could be stopped"
        sleep 0.05
    done
    kill -s "$signal" $run
    wait $run 2>find.err
    ended=$?
    least=$(find x.h5.parts -name 'part-*.h5' 2>find.err | wc -l) # it may have kept one more meanwhile
    rm find.err
}

expect 0 run "$scenario" -r 60 -o whole.h5
[ ! -e whole.h5.parts ] || fail "whole.h5.parts is left behind"
least=2
end_with KILL run "$scenario" -r 60 -o x.h5
[ ! -e x.h5 ] || fail "a killed run has written its file"
end_with TERM run "$scenario" -r 60 -o x.h5 -j 2 --resume
[ $ended -eq 1 ] || fail "SIGTERM: the exit code is $ended, not 1"
says err 'of 60 replications taken up from x.h5.parts'
says err 'what had finished is in x.h5.parts: go on with --resume'

# What is damaged is run again.
damaged=$(find x.h5.parts -name 'part-*.h5' | sort | head -1)
head -c 5000 "$damaged" >cut && mv cut "$damaged"
: >"x.h5.parts/$(basename "$damaged" .h5)9.h5"
expect 0 run "$scenario" -r 60 -o x.h5 -j 2 --resume
says err 'of 60 replications taken up'
same x.h5 whole.h5
[ ! -e x.h5.parts ] || fail "x.h5.parts is left behind: $(ls x.h5.parts)"

# Another seed, and other numbers of replications, are other runs; their parts stay.
least=2
end_with KILL run "$scenario" -r 60 -o x.h5
others=$(find x.h5.parts -name 'part-*.h5' | wc -l)
expect 0 run "$scenario" -r 3 -o x.h5 --resume
says err '^counterpart: 0 of 3 replications'
expect 0 run "$scenario" -r 60 --seed 9 -o x.h5 --resume
says err '^counterpart: 0 of 60 replications'
differ x.h5 whole.h5
[ "$(find x.h5.parts -name 'part-*.h5' | wc -l)" -eq "$others" ] || fail "parts of another run are gone"
# Nothing to run is left: all comes from parts.
expect 0 run "$scenario" -r 60 -o x.h5 --resume
same x.h5 whole.h5

expect 2 run "$scenario" -o y.h5 --resume --trace t.csv
says err 'keeps nothing on the way; leave one of them out'
# The folder cannot be made: the run fails, and says why.
: >z.h5.parts
expect 1 run "$scenario" -r 2 -o z.h5
says err 'z.h5.parts'
[ ! -e z.h5 ] || fail "z.h5 was written"
no_leftovers
