#!/usr/bin/python3
"""Each scenario and its twin load; the scenario with the twin's policies switched off gives the twin's result, byte for
byte; and the twin leaves no policy of the programme on.

    test_twins.py PROGRAM SCENARIOS
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np

# What is there in both worlds: what had been reached before the programme.
IN_BOTH = {("county_standard_2025", "reached")}
LENGTH = "5 week"


def call(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.returncode}: {done.stderr}"
    return done.stdout


def text_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for name in re.findall(r'@include\s+"([^"]+)"', text):
        text += text_of(os.path.join(os.path.dirname(path), name))
    return text


def policies(program, scenario):
    """{name: whether it is active}, as the program says."""
    shown = call(program, "check", scenario)
    return {name: state == "active" for name, state in re.findall(r"(\S+) \(\w+\): (active|not active)", shown)}


def run(program, scenario, folder, name, sets, seed=None):
    """The values of a short run, without targets: their dates lie beyond it."""
    path = os.path.join(folder, name + ".h5")
    short = ["targets=()", f"scenario.length={LENGTH}", 'scenario.warmup=0 d', "scenario.step=none", "scenario.title=t"]
    arguments = [f"--set={change}" for change in [*short, *sets]] + ([f"--seed={seed}"] if seed else [])
    call(program, "run", scenario, "-r", "1", "-o", path, *arguments)
    values = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda at, item: values.update({at: item[()]}) if isinstance(item, h5py.Dataset) else None)
    os.unlink(path)
    return values


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) if one[name].dtype == object else
        one[name].dtype == other[name].dtype and one[name].tobytes() == other[name].tobytes() for name in one)


def check_twin(program, twin, folder):
    base = re.search(r'^base\s*=\s*"([^"]+)"', text_of(twin), re.M)[1]
    scenario, name = os.path.join(os.path.dirname(twin), base), base[:-len(".cfg")]
    with_it, without = policies(program, scenario), policies(program, twin)
    assert with_it.keys() == without.keys(), f"{twin}: other policies than {base}"
    off = [policy for policy in with_it if not without[policy]]
    left = {policy for policy in with_it if without[policy] and (name, policy) not in IN_BOTH}
    assert off and not left, f"{twin} leaves on: {left}"
    expected = run(program, twin, folder, "twin", [])
    found = run(program, scenario, folder, "base", [f"policies.{policy}.active=false" for policy in off])
    assert same(expected, found), f"{base} without {', '.join(off)[:80]} differs from {os.path.basename(twin)}"
    assert not same(expected, run(program, twin, folder, "other", [], seed="77")), "the comparison cannot fail"
    print(f"{os.path.basename(twin)}: {len(off)} policies off, {len(expected)} variables equal")
    return base


def main():
    program, scenarios = os.path.abspath(sys.argv[1]), sys.argv[2]
    # Whose base has no policies, and is the whole country: see ../national.
    paths = sorted(path for path in glob.glob(os.path.join(scenarios, "*.cfg")) if not os.path.basename(path).startswith("national_"))
    twins = [path for path in paths if re.search(r"^base\s*=", text_of(path), re.M)]
    with tempfile.TemporaryDirectory() as folder:
        bases = {check_twin(program, twin, folder) for twin in twins}
    alone = {os.path.basename(path) for path in paths if path not in twins} - bases
    assert not alone, f"without a twin: {alone}"
    assert len(bases) >= 9, f"only {len(bases)} scenarios"


main()
