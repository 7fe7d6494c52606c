# What the scripts share; sourced by them with bash. Sets $top and goes there.

set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"

export LC_ALL=C.UTF-8 MPLBACKEND=Agg
jobs=$(nproc 2>/dev/null || echo 2)
log=$top/build/log/$(basename "$0").log
mkdir -p "$(dirname "$log")"
: >"$log"

# Debian's own Python has the modules of the list; another one may come first on PATH.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# step TITLE COMMAND...: one line with the time taken; the output goes to the log and is shown on failure.
step() {
    local title=$1 began=$SECONDS from status=0
    shift
    printf '%-60s ' "$title"
    from=$(($(wc -l <"$log") + 1))
    printf '## %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        printf 'FAILED (exit %d)\n' "$status"
        tail -n "+$from" "$log" | tail -n 60 >&2
        fail "$title: failed; the whole output is in ${log#"$top"/}"
    fi
    printf '%3d s\n' $((SECONDS - began))
}

# packages PURPOSE...: their names, one a line
packages() {
    local purpose name rest
    for purpose in "$@"; do
        while read -r name rest; do
            [ "$name" != "$purpose" ] || printf '%s\n' $rest
        done <"$top/scripts/packages"
    done
}

# packages_missing PURPOSE...: those of them that are not installed; asks no network
packages_missing() {
    local installed name
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p')
    for name in $(packages "$@"); do
        grep -qxF -- "$name" <<<"$installed" || printf '%s\n' "$name"
    done
}

# install PURPOSE...: what is missing and nothing else, so that a second time it is quick and needs no network.
# COUNTERPART_NO_INSTALL=1 leaves the machine as it is.
install() {
    local missing as_root=() hint
    [ -z "${COUNTERPART_NO_INSTALL:-}" ] || return 0
    hint="then start this again (with COUNTERPART_NO_INSTALL=1 where packages have other names)"
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "This machine has no apt-get. Install by hand what these packages of Debian 12 bring,"
        say "$hint:"
        packages "$@" | sed 's/^/    /'
        exit 1
    fi
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "Packages are missing, and this is neither root nor is there sudo. As root, run"
            say "    apt-get update && apt-get install --no-install-recommends" $missing
            say "$hint."
            exit 1
        fi
        # A password can be asked for on a terminal only, and before the output goes to the log.
        if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi || fail "sudo refused; install as root:" $missing
        as_root=(sudo -n)
    fi
    step "Installing $(wc -w <<<"$missing") packages" apt_install "${as_root[@]}" -- $missing
}

# apt_install [SUDO...] -- PACKAGE...
apt_install() {
    local as_root=() apt
    while [ "$1" != -- ]; do
        as_root+=("$1")
        shift
    done
    shift
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
    # One unreachable source of many does no harm: the installation tells.
    "${apt[@]}" update || true
    "${apt[@]}" install --no-install-recommends "$@"
}
