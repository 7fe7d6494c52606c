#!/usr/bin/python3
"""Measures sweeps: what they cost above their tasks, what merging costs, and what kills lose. With --write the table goes
into docs/performance.md. The program and libfault.so must be built (scripts/test does).
usage: bench/sweep.py [--build FOLDER] [--tasks N] [--slices N] [--kills N] [--write]"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(TOP, "docs", "performance.md")
BEGIN, END = "<!-- begin: written by bench/sweep.py -->", "<!-- end: bench/sweep.py -->"

SCENARIO = """scenario: {{ title = "One queue"; start = "2020-01-01"; length = "{hours} h"; step = "none"; replications = 1; seed = "1"; }};
stations: ( {{ id = "desk"; servers = 1; }} );
conditions: ( {{ id = "customers"; arrivals: {{ rate = "0.9 per h"; }};
  pathway: ( {{ stage = "service"; station = "desk"; duration: {{ dist = "exponential"; mean = "1 h"; }}; }} ); }} );
"""
# The rate varies so little that all points are of the same length, but each is a scenario of its own.
DESIGN = """kind = "latin_hypercube"; points = {points}; replications = {replications}; task_time = "{task}";
scenarios: ( {{ id = "one"; file = "one.cfg"; }} );
factors: ( {{ id = "demand"; path = "conditions.customers.arrivals.rate"; as = "{{}} per h"; low = 0.899; high = 0.901; }} );
"""


def run(*command, cwd):
    """What it took: processor, wall, peak memory in MB."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    complaint = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: {complaint}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def hours_of(program, folder, seconds):
    """So many hours take so long, by the difference between two runs, since reading and writing are no tasks."""
    times = []
    for hours in (20000, 220000):
        write(folder, "one.cfg", SCENARIO.format(hours=hours))
        times.append(min(run(program, "run", "one.cfg", "-r", "20", "-j", "1", "-o", "r.h5", cwd=folder)[0] for _ in range(3)))
    return int(200000 * seconds / ((times[1] - times[0]) / 20))


def overhead(program, folder, tasks, slices):
    """Pairs of a run of so many replications and a sweep of so many tasks, in turn."""
    write(folder, "one.cfg", SCENARIO.format(hours=hours_of(program, folder, 0.010)))
    rows = []
    for label, part, replications in (("of one replication each", tasks // slices, 1),
                                      ("of 50 replications each", tasks // slices // 5, 50)):
        points = part // replications
        write(folder, "design.cfg", DESIGN.format(points=points, replications=replications, task="10 ms"))
        pairs = []
        for i in range(slices):
            own = run(program, "run", "one.cfg", "-r", str(part), "-j", "2", "-o", "r.h5", cwd=folder)
            swept = run(program, "sweep", "design.cfg", "-j", "2", "-o", f"s{i}", cwd=folder)
            shutil.rmtree(os.path.join(folder, f"s{i}"))
            pairs.append((own, swept))
        millis = 1000 * sum(own[0] for own, _ in pairs) / (part * slices)
        processor = [swept[0] / own[0] - 1 for own, swept in pairs]
        wall = [swept[1] / own[1] - 1 for own, swept in pairs]
        rows.append((f"{part * slices} tasks of {millis:.1f} ms, points {label}, above the tasks' own time: processor",
                     f"{100 * statistics.median(processor):.1f}% ({100 * min(processor):.1f} to {100 * max(processor):.1f})",
                     "15%"))
        rows.append(("… by the clock, on two processors that others use too",
                     f"{100 * statistics.median(wall):.0f}% ({100 * min(wall):.0f} to {100 * max(wall):.0f})", "15%"))
    return rows


def merging(program, folder):
    write(folder, "one.cfg", SCENARIO.format(hours=100))
    write(folder, "design.cfg", DESIGN.format(points=10000, replications=1, task="1 s"))
    run(program, "sweep", "design.cfg", "--all", "-j", "2", "-o", "many", cwd=folder)
    shards = sum(name.startswith("shard") for name in os.listdir(os.path.join(folder, "many")))
    processor, wall, memory = run(program, "merge", "many", "-o", "many.h5", cwd=folder)
    return [(f"merge of {shards} shards of 10 tasks, by the clock", f"{wall:.1f} s (processor {processor:.1f} s)", "60 s"),
            ("… memory", f"{memory:.0f} MB", "500 MB")]


def kills(program, fault, number):
    test = os.path.join(TOP, "tests", "cluster", "test_faults.py")
    done = subprocess.run([sys.executable, test, program, TOP, fault], capture_output=True, text=True,
                          env={**os.environ, "RANDOM_KILLS": str(number)}, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    deeds = re.search(r"^kill: each of (\d+) deeds", done.stdout, re.M).group(1)
    full = re.search(r"^full: each of (\d+) deeds", done.stdout, re.M).group(1)
    random, partials = re.search(r"^random kills: (\d+), .*: (\d+)$", done.stdout, re.M).groups()
    return [(f"killed before each of {deeds} writes, syncs and renames: shards lost or damaged", "0", "0"),
            (f"disk full from each of {full} on: shards lost or damaged", "0", "0"),
            (f"killed at {random} random times: shards lost or damaged", "0", "0"),
            ("… half-written shards that one kill left; two were in work", partials, "2")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(TOP, "build"))
    parser.add_argument("--tasks", type=int, default=10000)
    parser.add_argument("--slices", type=int, default=5)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    program = os.path.join(os.path.abspath(options.build), "counterpart")
    fault = os.path.join(os.path.abspath(options.build), "tests", "cluster", "libfault.so")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        rows = overhead(program, folder, options.tasks, options.slices) + merging(program, folder)
    rows += kills(program, fault, options.kills)
    lines = [f"Load average of the machine before: {load:.1f}; medians, with the least and the most of {options.slices} pairs.", "",
             "| What | Measured | Wanted, at most |", "|---|---|---|"] + [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(page[:begin] + "\n" + text + page[end:])


if __name__ == "__main__":
    main()
