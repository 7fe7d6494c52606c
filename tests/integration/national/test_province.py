#!/usr/bin/python3
"""A month of the people of a small province in scenarios/national_2024.cfg: they are all treated, mostly near home, in
all six groups, in the shares that the fit expects; the result is the same on one thread and on two; and the variants
with policies load.

    test_province.py PROGRAM SCENARIOS
"""

import filecmp
import json
import os
import subprocess
import sys
import tempfile

PROVINCE = "宁夏回族自治区"
PEOPLE = 7_202_654
# Shares are compared with those that scripts/national.py computes. A group's share of about 140,000 admissions has a
# standard deviation of at most 0.0014; five of them are 0.007: six shares, a false alarm in 200,000.
MOST = 0.007
VARIANTS = ("regional_76", "all")


def call(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.returncode}: {done.stderr}"
    return done.stdout


def run(program, scenario, path, threads):
    call(program, "run", scenario, "-r", "1", "-j", str(threads), "-o", path, f'--set=places.province=["{PROVINCE}"]',
         "--set=scenario.warmup=28 d", "--set=scenario.length=28 d", "--set=scenario.step=none", "--set=targets=()")


def expected(scenarios):
    sys.path.insert(0, os.path.join(scenarios, "..", "scripts"))
    import national
    model = national.Model(national.fitted(), among=lambda i, place: place.province == PROVINCE)
    model.as_written()
    return model.group_shares()


def check(metrics, shares):
    patients = metrics["patients"]
    aim = PEOPLE * 311.92e6 / 1_409_778_724 * 28 / 366
    assert abs(patients / aim - 1) < 0.02, f"{patients} patients, {aim:.0f} expected"
    assert metrics["treated"] > 0.99 * patients, "many are not treated"
    assert metrics["met_locally_share"] > 0.5, "most go far"
    for group, share in shares.items():
        found = metrics[f"group/{group}/admissions_share"]
        assert abs(found - share) < MOST, f"{group}: {found:.4f} of the admissions, {share:.4f} expected"
    assert 7.4 < metrics["group/tertiary/stay_mean"] < 8.2, metrics["group/tertiary/stay_mean"]
    services = [name for name in metrics if name.startswith("facility/t640104_1/")]
    assert not services, f"metrics of a generated hospital: {services[:3]}"


def main():
    program, scenarios = os.path.abspath(sys.argv[1]), sys.argv[2]
    scenario = os.path.join(scenarios, "national_2024.cfg")
    with tempfile.TemporaryDirectory() as folder:
        one, two = os.path.join(folder, "1.h5"), os.path.join(folder, "2.h5")
        run(program, scenario, one, 1)
        shown = json.loads(call(program, "show", "--json", "--all", one))
        check({name: metric["mean"] for name, metric in shown["metrics"].items()}, expected(scenarios))
        run(program, scenario, two, 2)
        assert filecmp.cmp(one, two, shallow=False), "the number of threads shows in the result"
    for name in VARIANTS:
        said = call(program, "check", os.path.join(scenarios, f"national_{name}.cfg"))
        assert "Policies" in said and "none" not in said.split("Policies")[1].splitlines()[0], f"{name} has no policies"
    print(f"{len(VARIANTS)} variants load; the province is as expected")


main()
