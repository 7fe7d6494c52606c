#!/usr/bin/python3
"""The tables of scenarios/national_2024.cfg are those that scripts/national-data writes.

    test_tables.py SOURCE
"""

import filecmp
import glob
import os
import subprocess
import sys
import tempfile

MADE_BY_HAND = {"national_centers.csv", "national_conditions.csv", "national_fitted.csv", "national_totals.csv"}


def main():
    source = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(source, "scripts", "national-data"), "-o", folder], check=True)
        kept = {os.path.relpath(path, os.path.join(source, "scenarios"))
                for part in ("data", "common") for path in glob.glob(os.path.join(source, "scenarios", part, "national_*"))
                if os.path.basename(path) not in MADE_BY_HAND}
        made = {os.path.relpath(path, folder) for path in glob.glob(os.path.join(folder, "*", "*"))}
        assert kept == made, f"kept or made only: {kept ^ made}"
        stale = [name for name in sorted(kept)
                 if not filecmp.cmp(os.path.join(folder, name), os.path.join(source, "scenarios", name), shallow=False)]
        assert not stale, f"stale, run scripts/national-data: {stale}"
        print(f"{len(kept)} tables are as scripts/national-data writes them")


main()
