"""Runs the cases of bench/run; the programs must have been built. Values are medians of repeated runs, times
are user time of the processor where nothing else is said."""

import argparse
import csv
import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
RESULTS = TOP / "bench" / "results.json"
MM1, MMC = TOP / "bench/mm1.cfg", TOP / "bench/mmc.cfg"
DOCUMENT = TOP / "docs" / "performance.md"
NATIONAL, COUNTIES = TOP / "scenarios/national_2024.cfg", TOP / "scenarios/data/counties.csv"
ADMISSIONS, PEOPLE = 311.92e6, 1_409_778_724  # of 2024; of the table of counties
OUTPATIENTS, VISITS = TOP / "scenarios/national_2024_outpatients.cfg", 10.25e9
BEGIN, END = "<!-- begin: written by bench/run -->", "<!-- end -->"


class Run:
    """One run of a program: its output by name, and what it used."""

    def __init__(self, *command):
        begun = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall_s = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, command))}: exit {process.returncode}")
        self.user_s = usage.ru_utime
        self.peak_mb = usage.ru_maxrss / 1024
        self.said = dict(line.split(None, 1) for line in output.splitlines() if len(line.split()) > 1)

    def number(self, name):
        return float(self.said[name])


class Table:
    """Rows of measured values, and the whole list as it is kept."""

    def __init__(self):
        self.rows = []

    def add(self, case, what, values):
        value = statistics.median(values)
        row = {"case": case, "what": what, "value": float(f"{value:.4g}"), "runs": len(values)}
        self.rows.append(row)
        print(f"{case:<20} {what:<18} {row['value']:>10g} {len(values):>5}   "
              f"{min(values):.4g} ... {max(values):.4g}", flush=True)

    def keep(self, whole):
        """Rows of cases that did not run now stay as they were, but for a whole run."""
        old = json.loads(RESULTS.read_text()) if RESULTS.exists() and not whole else []
        measured = {row["case"] for row in self.rows}
        rows = [row for row in old if row["case"] not in measured] + self.rows
        RESULTS.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
        return rows


def hold(kind, pending, holds, most_runs=None):
    def measure(table, case, runs):
        done = [Run(BUILD / "bench/bench_hold", kind, pending, holds) for _ in range(min(runs, most_runs or runs))]
        table.add(case, "ns_per_event", [run.number("ns_per_event") for run in done])
        table.add(case, "peak_mb", [run.peak_mb for run in done])

    return measure


def run_scenario(scenario, *options):
    """A whole `counterpart run`, with its start and its result file; the run, its number of events, its result."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.h5"
        run = Run(BUILD / "counterpart", "run", scenario, "-o", result, *options)
        return run, json.loads(Path(f"{result}.run.json").read_text())["events"], hashlib.sha256(result.read_bytes())


def write_scenario(folder, writer, *arguments):
    """A scenario from one of the programs beside this one."""
    file = Path(folder) / "scenario.cfg"
    subprocess.run([sys.executable, TOP / "bench" / writer, file, *map(str, arguments)], check=True)
    return file


def mmc(table, case, runs):
    done = [run_scenario(MMC, "-j", 1) for _ in range(runs)]
    table.add(case, "ns_per_event", [1e9 * run.user_s / events for run, events, _ in done])
    table.add(case, "peak_mb", [run.peak_mb for run, _, _ in done])


def mm1(table, case, runs):
    """Beside SimPy in turns, so that both meet the same machine. A customer is two events."""
    ours, ratios, speedups, peaks = [], [], [], []
    for _ in range(runs):
        run, events, _ = run_scenario(MM1, "-j", 1)
        simpy = Run(sys.executable, TOP / "bench/mm1_simpy.py", 100000)
        ours.append(1e9 * run.user_s / events)
        ratios.append(simpy.number("ns_per_customer") / (2 * ours[-1]))
        peaks.append(run.peak_mb)
        alone = run_scenario(MM1, "-r", 4, "-j", 1)[0]
        together = run_scenario(MM1, "-r", 4, "-j", 2)[0]
        speedups.append(alone.wall_s / together.wall_s)
    table.add(case, "ns_per_event", ours)
    table.add(case, "ratio_to_simpy", ratios)
    table.add(case, "speedup_2_threads", speedups)
    table.add(case, "peak_mb", peaks)


def metrics_of(scenario, folder):
    """What the program finds on one thread, and its number of events."""
    result = Path(folder) / "result.h5"
    Run(BUILD / "counterpart", "run", scenario, "-o", result, "-j", 1)
    shown = subprocess.run([BUILD / "counterpart", "show", result, "--json"],
                           capture_output=True, text=True, check=True)
    return json.loads(shown.stdout)["metrics"], json.loads(Path(f"{result}.run.json").read_text())["events"]


def compare(case, run, metrics, events, most):
    """Stops when a program by hand counts anything else; `most` is how far means may be off, relatively."""
    for name in set(run.said) - {"ns_per_event", "events"}:
        found, wanted = run.number(name), metrics[name]["mean"]
        if abs(found - wanted) > most * abs(wanted):
            sys.exit(f"bench: {case}: {name} is {found}, and {wanted} by the program")
    if run.number("events") != events:
        sys.exit(f"bench: {case}: {run.said['events']} events, and {events} of the program")


def floor_mm1(table, case, runs):
    """By hand, beside the program in turns: it must count the same, to the last digit."""
    warmup_d, length_d = re.search(r'warmup = "(\d+) d"; length = "(\d+) d"', MM1.read_text()).groups()
    command = [BUILD / "bench/bench_floor_mm1", warmup_d, length_d]
    done = [Run(*command) for _ in range(runs)]
    with tempfile.TemporaryDirectory() as folder:
        metrics, events = metrics_of(MM1, folder)
    compare(case, done[0], metrics, events, 0)
    table.add(case, "ns_per_event", [run.number("ns_per_event") for run in done])


def floor_stations(hours):
    def measure(table, case, runs):
        done = [Run(BUILD / "bench/bench_floor_stations", hours) for _ in range(runs)]
        with tempfile.TemporaryDirectory() as folder:
            metrics, events = metrics_of(write_scenario(folder, "stations.py", hours), folder)
        compare(case, done[0], metrics, events, 1e-12)
        table.add(case, "ns_per_move", [run.number("ns_per_event") for run in done])

    return measure


def floor_country(share, warmup_d, length_d, most_runs):
    """By hand, beside one run of the program: it must count the same; means of levels are sums of quotients."""

    def measure(table, case, runs):
        with tempfile.TemporaryDirectory() as folder:
            scenario = write_scenario(folder, "country.py", share, f"{warmup_d} d", f"{length_d} d")
            done = [Run(BUILD / "bench/bench_floor_country", scenario) for _ in range(min(runs, most_runs))]
            metrics, events = metrics_of(scenario, folder)
        compare(case, done[0], metrics, events, 1e-12)
        table.add(case, "ns_per_event", [run.number("ns_per_event") for run in done])

    return measure


def partitions(customers, days):
    """One world cut into 31 on one thread and on two, in turns: the same must happen in both."""

    def measure(table, case, runs):
        program = [BUILD / "bench/bench_partitions", 31, customers, days]
        pairs = [(Run(*program, 1), Run(*program, 2)) for _ in range(runs)]
        if len({run.said["sum"] for pair in pairs for run in pair}) != 1:
            sys.exit(f"bench: {case}: the number of threads shows in what happens")
        table.add(case, "ns_per_event", [alone.number("ns_per_event") for alone, _ in pairs])
        table.add(case, "speedup_2_threads", [alone.number("wall_ns_per_event") / two.number("wall_ns_per_event")
                                              for alone, two in pairs])
        table.add(case, "peak_mb", [alone.peak_mb for alone, _ in pairs])

    return measure


def stations(hours):
    def measure(table, case, runs):
        with tempfile.TemporaryDirectory() as folder:
            scenario = write_scenario(folder, "stations.py", hours)
            done = [run_scenario(scenario, "-j", 1) for _ in range(runs)]
        table.add(case, "ns_per_move", [1e9 * run.user_s / events for run, events, _ in done])
        table.add(case, "peak_mb", [run.peak_mb for run, _, _ in done])

    return measure


def country(share, warmup_d, length_d, most_runs):
    """On one thread and on two, in turns: the result must be the same to the byte."""

    def measure(table, case, runs):
        ours, speedups, peaks, each = [], [], [], []
        patients = 300e6 * share * (warmup_d + length_d) / 365
        with tempfile.TemporaryDirectory() as folder:
            scenario = write_scenario(folder, "country.py", share, f"{warmup_d} d", f"{length_d} d")
            for _ in range(min(runs, most_runs)):
                run, events, result = run_scenario(scenario, "-j", 1)
                two, _, other = run_scenario(scenario, "-j", 2)
                if result.digest() != other.digest():
                    sys.exit(f"bench: {case}: the number of threads shows in the result")
                ours.append(1e9 * run.user_s / events)
                speedups.append(run.wall_s / two.wall_s)
                peaks.append(run.peak_mb)
                each.append(events / patients)
        table.add(case, "ns_per_event", ours)
        table.add(case, "speedup_2_threads", speedups)
        table.add(case, "peak_mb", peaks)
        table.add(case, "events_per_patient", each)

    return measure


def national(province=None):
    """scenarios/national_2024.cfg, once, on one thread and on two: the result must be the same to the byte."""

    def measure(table, case, runs):
        options = [f'--set=places.province=["{province}"]', "--set=targets=()"] if province else []
        run, events, result = run_scenario(NATIONAL, "-r", 1, "-j", 1, *options)
        two, _, other = run_scenario(NATIONAL, "-r", 1, "-j", 2, *options)
        if result.digest() != other.digest():
            sys.exit(f"bench: {case}: the number of threads shows in the result")
        people = sum(int(row["population"]) for row in csv.DictReader(open(COUNTIES, encoding="utf-8"))
                     if province in (None, row["province"]))
        admissions = ADMISSIONS * people / PEOPLE * (366 + 49) / 366
        table.add(case, "wall_s_1_thread", [run.wall_s])
        table.add(case, "wall_s_2_threads", [two.wall_s])
        table.add(case, "speedup_2_threads", [run.wall_s / two.wall_s])
        table.add(case, "ns_per_event", [1e9 * run.user_s / events])
        table.add(case, "events_per_admission", [events / admissions])
        table.add(case, "peak_mb", [two.peak_mb])

    return measure


def outpatients(table, case, runs):
    """A day of the visits of the whole country, behind four hours; what the year would take is extrapolated, as said there."""
    options = ("-r", 1, "--set=scenario.warmup=4 h", "--set=scenario.step=none", "--set=targets=()")
    short, _, _ = run_scenario(OUTPATIENTS, "-j", 1, "--set=scenario.length=1 h", *options)
    day, _, result = run_scenario(OUTPATIENTS, "-j", 1, "--set=scenario.length=25 h", *options)
    two, _, other = run_scenario(OUTPATIENTS, "-j", 2, "--set=scenario.length=25 h", *options)
    if result.digest() != other.digest():
        sys.exit(f"bench: {case}: the number of threads shows in the result")
    ns = 1e9 * (day.user_s - short.user_s) / (VISITS / 366)
    table.add(case, "wall_s_2_threads", [two.wall_s])
    table.add(case, "ns_per_visit", [ns])
    table.add(case, "year_processor_min_extrapolated", [ns * VISITS / 60e9])
    table.add(case, "peak_mb", [two.peak_mb])


CASES = {}
for exponent in (3, 4, 5, 6):
    for kind in ("own", "buckets"):
        CASES[f"hold_1e{exponent}/{kind}"] = hold(kind, 10**exponent, 5_000_000)
for kind in ("own", "buckets"):
    CASES[f"hold_1e7/{kind}"] = hold(kind, 10**7, 10_000_000, most_runs=1)
CASES.update({
    "mm1": mm1,
    "floor_mm1": floor_mm1,
    "mmc": mmc,
    "partitions_1e4": partitions(10_000, 500),
    "partitions_1e6": partitions(1_000_000, 10),
    "stations": stations(20_000),
    "floor_stations": floor_stations(20_000),
    "country_1": country(0.01, 20, 345, most_runs=3),
    "country_10": country(0.1, 20, 40, most_runs=3),
    "country_100": country(1, 8, 8, most_runs=1),
    "floor_country_10": floor_country(0.1, 20, 40, most_runs=3),
    "floor_country_100": floor_country(1, 8, 8, most_runs=1),
})
# Named apart: `bench/run national` runs the whole country and two provinces, `bench/run` alone does not.
NATIONAL_CASES = {"national_ningxia": national("宁夏回族自治区"), "national_sichuan": national("四川省"), "national_outpatients_day": outpatients,
                  "national": national()}


def chosen(names):
    known = {**CASES, **NATIONAL_CASES} if names else CASES
    for name in names:
        if not any(case.startswith(name) for case in known):
            sys.exit(f"bench: there is no case {name}; there are: {', '.join(known)}")
    return {case: measure for case, measure in known.items() if not names or any(map(case.startswith, names))}


def processor():
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return f"{model.group(1) if model else 'unknown processor'}, {os.cpu_count()} processors"


def write_document(rows, busy):
    version = subprocess.run([BUILD / "counterpart", "--version"], capture_output=True, text=True, check=True)
    lines = [BEGIN, f"Measured with {version.stdout.strip()} on {processor()}.",
             f"Load average of the machine before: {busy:.1f}.", "",
             "| Case | What | Value | Runs |", "|---|---|---:|---:|"]
    lines += [f"| {row['case']} | {row['what']} | {row['value']:g} | {row['runs']} |" for row in rows]
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(before + "\n".join(lines) + "\n" + END + after)


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--list", action="store_true", help="names the cases and ends")
    parser.add_argument("--runs", type=int, default=5, help="of each program (5)")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    if options.list:
        print("\n".join([*CASES, *NATIONAL_CASES]))
        return 0
    if options.runs < 1:
        parser.error("--runs needs 1 or more")
    cases = chosen(options.case)
    busy = os.getloadavg()[0]
    if busy > 0.5:
        print(f"Other programs are running (load average {busy:.1f}): wall times and speed-ups say little.")
    print(f"{'case':<20} {'what':<18} {'median':>10} {'runs':>5}   least ... most")
    table = Table()
    for case, measure in cases.items():
        measure(table, case, options.runs)
    rows = table.keep(whole=not options.case)
    if not options.case:
        write_document(rows, busy)
    return 0


sys.exit(main())
