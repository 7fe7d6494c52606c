#!/bin/bash
# The workflow for Snakemake: from nothing, again, and after a share has failed. Skipped without Snakemake.
source "$(dirname "$0")/common.sh"
PATH=/usr/bin:$PATH
command -v snakemake >/dev/null || skip "snakemake is not installed (Debian: snakemake)"
export HOME=$work XDG_CACHE_HOME=$work/cache

small_design 12
workflow() { # FOLDER PROGRAM
    snakemake -s "$source_folder/scripts/cluster/Snakefile" -j 2 --nocolor --keep-going \
        --config design=$design folder="$1" shares=3 program="$2" >out 2>err </dev/null
}
expect_quiet sweep $design -o alone
expect_quiet merge alone -o alone.h5

# A share that fails the first time: what is whole stays, the rest comes with the next run.
cat >weak <<END
#!/bin/bash
if [[ "\$*" == *"--share 1/3"* && ! -e failed ]]; then
    touch failed
    exit 1
fi
exec "$program" "\$@"
END
chmod +x weak
! workflow steps ./weak || fail "a share that failed went unnoticed"
[ -e failed ] && [ ! -e steps.h5 ] || fail "merged with gaps"
[ "$(shards steps)" -eq 5 ] || fail "$(shards steps) shards instead of 5"
workflow steps ./weak || fail "it did not go on"
same_shards alone steps
same alone.h5 steps.h5
workflow steps ./weak || fail "it failed when all was done"
says err 'Nothing to be done'
exit 0
