# Completion of counterpart's command line in bash: source this file, or copy it as "counterpart" to
# ~/.local/share/bash-completion/completions/. Commands, options and keys are asked of the program itself.

_counterpart_words() {
    local word=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]} command= at
    for ((at = 1; at < COMP_CWORD; at++)); do
        if [[ ${COMP_WORDS[at]} != -* ]]; then
            command=${COMP_WORDS[at]}
            break
        fi
    done
    program=${program/#\~/$HOME}
    if [[ -z $command ]]; then
        if [[ $word == -* ]]; then
            printf '%s\n' --help --usage --version
        else
            "$program" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'
        fi
    elif [[ $word == -* ]]; then
        "$program" "$command" --help 2>/dev/null | grep -oE -- '(^|[ ,])--[a-z-]+' | tr -d ' ,'
    elif [[ $command == keys ]]; then
        "$program" keys 2>/dev/null | grep -E '^[a-z_.()]+$'
    fi
}

_counterpart() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    [[ $before != -o && $before != --output ]] || return 0 # file names, by the default below
    mapfile -t COMPREPLY < <(compgen -W "$(_counterpart_words)" -- "$word")
}

# Whatever has no words of its own is a file.
complete -o default -o bashdefault -F _counterpart counterpart
