#!/usr/bin/python3
"""A day of the people of a small province in scenarios/national_2024_outpatients.cfg: as many visits as are to be expected, all
groups among them, the same result on one thread, on two and from a state of the day's middle; and its tables are those that scripts/national-outpatients
writes.

    test_outpatients.py PROGRAM SOURCE
"""

import filecmp
import json
import os
import subprocess
import sys
import tempfile

PROVINCE = "宁夏回族自治区"
PEOPLE, VISITS = 7_202_654, 10.25e9 / 1_409_778_724 / 366
GROUPS = {"tertiary": 0.1, "secondary": 0.05, "primary": 0.005, "ungraded": 0.004, "grassroots": 0.3, "other": 0.01, "online": 0.003}


def call(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.returncode}: {done.stderr}"
    return done.stdout


def run(program, source, path, threads, *options):
    call(program, "run", os.path.join(source, "scenarios/national_2024_outpatients.cfg"), "-r", "1", "-j", str(threads), "-o", path,
         f'--set=places.province=["{PROVINCE}"]', "--set=scenario.length=1 d", "--set=scenario.step=none", "--set=targets=()", *options)


def check(metrics):
    # 143,000 visits have a standard deviation of 380: 2% are 7.5 of them. A few per cent are on the way at the end.
    aim = PEOPLE * VISITS
    assert abs(metrics["patients"] / aim - 1) < 0.02, f"{metrics['patients']} visits, {aim:.0f} expected"
    assert 0.93 < metrics["treated"] / metrics["patients"] < 1, "most who set out are seen within the day"
    assert metrics["treated_in_county_share"] > 0.5, "most go far"
    for group, least in GROUPS.items():
        share = metrics[f"group/{group}/admissions_share"]
        assert share > least, f"{group}: {share:.4f} of the visits"


def tables(source):
    with tempfile.TemporaryDirectory() as folder:
        call(os.path.join(source, "scripts/national-outpatients"), "-o", folder)
        for name in ("data/outpatient_facts.csv", "common/outpatient_groups.cfg", "common/outpatient_targets.cfg"):
            kept = os.path.join(source, "scenarios", name)
            assert filecmp.cmp(kept, os.path.join(folder, name), shallow=False), f"{name} is stale: scripts/national-outpatients"


def main():
    program, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    tables(source)
    with tempfile.TemporaryDirectory() as folder:
        one, two = os.path.join(folder, "1.h5"), os.path.join(folder, "2.h5")
        run(program, source, one, 1)
        check({name: metric["mean"] for name, metric in json.loads(call(program, "show", "--json", "--all", one))["metrics"].items()})
        run(program, source, two, 2)
        assert filecmp.cmp(one, two, shallow=False), "the number of threads shows in the result"
        state = os.path.join(folder, "state")
        run(program, source, two, 1, "--save-state", state, "--at", "2024-01-01 13:17")
        assert filecmp.cmp(one, two, shallow=False), "a state that was saved on the way shows in the result"
        run(program, source, two, 1, "--from-state", state)
        assert filecmp.cmp(one, two, shallow=False), "a run that goes on from a state has another result"
    print("a day of visits is as expected")


main()
