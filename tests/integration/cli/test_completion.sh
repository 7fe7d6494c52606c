#!/bin/bash
# Completion in bash: what the program itself says of commands, options and keys.
source "$(dirname "$0")/common.sh"
source "$source_folder/scripts/completion/counterpart.bash"

# complete_words WORD...: what would be offered for the last of the words
complete_words() {
    COMP_WORDS=("$program" "$@")
    COMP_CWORD=$#
    _counterpart
    printf '%s\n' "${COMPREPLY[@]}" >out
}
offers() { grep -qxF -- "$1" out || fail "'$1' is not offered: $(tr '\n' ' ' <out)"; }
offers_not() { ! grep -qxF -- "$1" out || fail "'$1' is offered"; }

complete_words ''
for command in check run compare show describe keys; do offers $command; done
offers_not the
complete_words de
offers describe
offers_not run
complete_words run --se
offers --seed
offers --set
offers_not --json
complete_words run x.cfg --p
offers --partitions
complete_words show --j
offers --json
complete_words keys conditions.arr
offers conditions.arrivals
offers conditions.arrivals.rate
complete_words --v
offers --version
complete_words run scen
[ ! -s out ] || [ "$(cat out)" = "" ] || fail "files are left to bash"
complete_words run x.cfg -o some
[ "$(cat out)" = "" ] || fail "files are left to bash"
[[ $(complete -p counterpart) == *'-o default'* ]] || fail "files are not offered"
exit 0
