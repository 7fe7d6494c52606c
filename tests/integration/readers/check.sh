#!/bin/sh
# Opens a result file with the programs that users read it with. Each must find what is in it, say nothing on
# stderr and agree with the others.
#
#   check.sh FILE             any result file: what must hold for all of them
#   check.sh --sample PROGRAM the file that make_sample (PROGRAM) writes: its values as well
set -u
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# need PROGRAM PACKAGE
need() {
    command -v "$1" >/dev/null 2>&1 || { fail "$1 is missing: install the package $2"; return 1; }
}

# quietly NAME COMMAND...: its output goes to $work/NAME; it must succeed and leave stderr empty.
quietly() {
    name=$1
    shift
    if ! "$@" >"$work/$name" 2>"$work/$name.stderr"; then
        fail "$name: $(cat "$work/$name.stderr" "$work/$name" | tail -3)"
        return 1
    fi
    if [ -s "$work/$name.stderr" ]; then
        fail "$name is not silent: $(head -5 "$work/$name.stderr")"
        return 1
    fi
    echo "$name: ok"
}

# says NAME TEXT...: the output must have each of the texts.
says() {
    name=$1
    shift
    for text in "$@"; do
        grep -qF -- "$text" "$work/$name" || fail "$name does not say: $text"
    done
}

case ${1-} in
--sample)
    [ $# -eq 2 ] || { echo "usage: check.sh FILE | --sample PROGRAM" >&2; exit 2; }
    file=$work/sample.h5
    sample=sample
    "$2" "$file" || exit 1
    ;;
"" | -*)
    echo "usage: check.sh FILE | --sample PROGRAM" >&2
    exit 2
    ;;
*)
    file=$1
    sample=any
    ;;
esac

if need h5dump hdf5-tools; then
    quietly h5dump h5dump -p "$file" && says h5dump 'DATASET "' 'ATTRIBUTE "NAME"'
    [ $sample = any ] || says h5dump '"station/desk/wait_mean"' '"18446744073709551615"' 'H5T_STD_I8LE' 'COMPRESSION DEFLATE'
fi
if need ncdump netcdf-bin; then
    quietly ncdump ncdump -h "$file" && says ncdump 'dimensions:' ':title = '
    grep -q phony_dim "$work/ncdump" && fail "ncdump: a dimension has no name"
    if [ $sample = sample ]; then
        says ncdump 'double waited(replication, time, place)' 'waited:units = "h"' 'waited:_FillValue = NaN' \
            'time:units = "days since 2019-01-01"' 'time:calendar = "proleptic_gregorian"' \
            'metric_met:flag_values = 0b, 1b' 'string place_name(place)' 'int64 patients(replication, time)'
        quietly ncdump_time ncdump -t -v time "$file" && says ncdump_time '"2019-02-01"' '"2020-12-14"'
        quietly ncdump_names ncdump -v place_name "$file" && says ncdump_names '"科尔沁右翼前旗 119"'
    fi
fi
python=/usr/bin/python3
[ -x $python ] || python=python3
if need $python python3; then
    for module in xarray:python3-xarray netCDF4:python3-netcdf4 h5netcdf:python3-h5netcdf h5py:python3-h5py; do
        $python -c "import ${module%%:*}" 2>/dev/null || fail "${module%%:*} is missing: install ${module##*:}"
    done
    quietly python $python "$here/check.py" "$file" $sample
fi
if need Rscript r-base-core; then
    if Rscript -e 'quit(status = !requireNamespace("ncdf4", quietly = TRUE))' 2>/dev/null; then
        quietly R Rscript "$here/check.R" "$file" $sample
    else
        fail "ncdf4 is missing: install the package r-cran-ncdf4"
    fi
fi
[ $failures -eq 0 ]
