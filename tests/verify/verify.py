#!/usr/bin/python3
"""Compares what `counterpart` simulates with what is known: theory, published models, cases computed by hand.

cases.csv says which metric of which scenario of scenarios/queues is compared with which number of expected.json:

  scenario  name of the file without .cfg
  metric    as in `counterpart show --json`, or computed from the shares of time with 0, 1, 2 ... present:
            above STATION N            more than N are present
            quantile STATION P         the least N that is exceeded for at most the share 1 - P of the time
            delay STATION N            p(delay) with N beds as published: exactly N of those times with at most N
            overflow A N B M SHARED    N beds of A, M of B, and those that both share are all needed, A's own N
                                       among them, where A and B are independent
  factor    times the simulated value, to the unit of the case: a number or a fraction
  case      id in expected.json
  entry     where its numbers stand, parted by "/"
  expected  an expression of them
  se        largest standard error as a share of the expected value, or "exact": one in 1e9
  scale     an expression instead of the expected value, of which se is the share

A comparison is met when the simulated value is within 3.5 standard errors of the expected one and the standard
error is small enough. The short form runs half of the replications and allows twice the standard error.
What is computed has the standard error of the jackknife over replications.
"""

import argparse
import ast
import concurrent.futures
import csv
import json
import math
import operator
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SCENARIOS = os.path.join(HERE, "..", "..", "scenarios", "queues")
ERRORS_ALLOWED = 3.5
EXACT = 1e-9
FULL, SHORT = 60, 30  # replications; scenarios/queues/queue.cfg has the full number, where a scenario has no other
SHORT_SLACK = 2.0  # the root of 2, and room for the luck of an SE that is itself estimated from few replications


class Wrong(Exception):
    """What the user or the data got wrong."""


# ---- expressions of the numbers of a case ----

FUNCTIONS = {
    "count": len,
    "sum": math.fsum,
    "mean": lambda values: math.fsum(values) / len(values),
    "variance": lambda values: math.fsum((v - math.fsum(values) / len(values)) ** 2 for v in values) / len(values),
}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate(node, numbers):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return numbers[node.id]
    if isinstance(node, ast.Attribute):
        return evaluate(node.value, numbers)[node.attr]
    if isinstance(node, ast.Subscript):
        return evaluate(node.value, numbers)[evaluate(node.slice, numbers)]
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](evaluate(node.left, numbers), evaluate(node.right, numbers))
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return FUNCTIONS[node.func.id](evaluate(node.args[0], numbers))
    raise KeyError(ast.dump(node))


def expression(text, numbers):
    try:
        return float(evaluate(ast.parse(text, mode="eval").body, numbers))
    except (SyntaxError, KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        raise Wrong(f'"{text}" cannot be computed: {error!r}') from error


def entry_of(case, path):
    numbers = case
    for step in path.split("/"):
        numbers = numbers[int(step) if isinstance(numbers, list) else step]
    return numbers


# ---- numbers computed from the occupancy ----


def levels(station, shares):
    """Shares of time with 0, 1, 2 ... present; the last is that of all above."""
    prefix = station + "/occupancy_distribution/"
    count = sum(name.startswith(prefix) for name in shares)
    if count < 2:
        raise Wrong(f"{station} has no distribution of its occupancy; see stations.occupancy_to")
    return [shares[prefix + str(n)] for n in range(count - 1)] + [shares[prefix + "more"]]


def above(shares, station, n):
    return math.fsum(levels(station, shares)[int(n) + 1:])


def quantile(shares, station, p):
    present = levels(station, shares)
    return next(n for n in range(len(present)) if math.fsum(present[:n + 1]) >= float(p))


def delay(shares, station, n):
    present = levels(station, shares)
    return present[int(n)] / math.fsum(present[:int(n) + 1])


def overflow(shares, own_station, own, other_station, other, shared):
    first, second = levels(own_station, shares), levels(other_station, shares)
    at_least = [math.fsum(second[n:]) for n in range(len(second))]
    total = []
    for n in range(int(own), len(first)):
        short = int(shared) - (n - int(own))
        total.append(first[n] * (1.0 if short <= 0 else at_least[int(other) + short]))
    return math.fsum(total)


COMPUTED = {"above": above, "quantile": quantile, "delay": delay, "overflow": overflow}


def computed(metric, shares):
    name, *arguments = metric.split()
    try:
        return float(COMPUTED[name](shares, *arguments))
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, StopIteration) as error:
        raise Wrong(f'"{metric}" cannot be computed: {error!r}') from error


def jackknife(metric, replications):
    """The number computed from the means over replications ({metric: values}), and its standard error."""
    count = len(next(iter(replications.values())))
    sums = {name: math.fsum(values) for name, values in replications.items()}
    whole = computed(metric, {name: total / count for name, total in sums.items()})
    if count < 2:
        return whole, 0.0
    without = [computed(metric, {name: (total - replications[name][i]) / (count - 1) for name, total in sums.items()})
               for i in range(count)]
    middle = math.fsum(without) / count
    return whole, math.sqrt((count - 1) / count * math.fsum((value - middle) ** 2 for value in without))


def occupancies(path):
    """{metric: values of the replications} of a result file, for occupancies."""
    try:
        import h5py
        with h5py.File(path) as file:
            names = [name.decode() for name in file["metric"][:]]
            values = file["metric_value"][:]
    except ImportError:
        import netCDF4
        with netCDF4.Dataset(path) as file:
            names, values = list(file["metric"][:]), file["metric_value"][:].filled()
    return {name: [float(value) for value in values[:, i]]
            for i, name in enumerate(names) if "/occupancy_distribution/" in name}


# ---- what is compared ----


def full_replications(scenario):
    with open(os.path.join(SCENARIOS, scenario + ".cfg"), encoding="utf-8") as file:
        found = re.search(r'"scenario\.replications"; value = (\d+);', file.read())
    return int(found.group(1)) if found else FULL


def read_cases():
    with open(os.path.join(HERE, "expected.json"), encoding="utf-8") as file:
        known = json.load(file)["cases"]
    with open(os.path.join(HERE, "cases.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        try:
            numbers = entry_of(known[row["case"]], row["entry"])
        except (KeyError, IndexError, ValueError) as error:
            raise Wrong(f'{row["scenario"]}: no entry {row["case"]}/{row["entry"]}') from error
        numbers = numbers if isinstance(numbers, dict) else {}
        row["value"] = expression(row["expected"], numbers)
        row["of"] = abs(expression(row["scale"], numbers)) if row["scale"] else abs(row["value"])
        row["exact"] = row["se"] == "exact"
        row["se"] = 0.0 if row["exact"] else float(row["se"])
        row["factor"] = expression(row["factor"], {})
        row["full"] = full_replications(row["scenario"])
    return known, rows


def check_complete(known, rows):
    """Every scenario is compared with something, every case is compared or said to be left out."""
    compared = {row["scenario"] for row in rows}
    there = {name[:-4] for name in os.listdir(SCENARIOS) if name.endswith(".cfg") and name.split("_")[0] in
             {case.split("_")[0] for case in known}}
    if compared != there:
        raise Wrong("cases.csv and scenarios/queues differ: " + ", ".join(sorted(compared ^ there)))
    with open(os.path.join(HERE, "left_out.csv"), encoding="utf-8", newline="") as file:
        left_out = list(csv.DictReader(file))
    names = {row["case"] for row in left_out}
    if not names <= set(known):
        raise Wrong("left_out.csv names no case: " + ", ".join(sorted(names - set(known))))
    silent = set(known) - {row["case"] for row in rows} - names
    if silent:
        raise Wrong("neither compared nor left out: " + ", ".join(sorted(silent)))
    return left_out


# ---- running ----


def simulate(program, scenario, replications, sets, folder, with_occupancy):
    """The result of `show --json`, with the seconds that the run took."""
    output = os.path.join(folder, scenario + ".h5")
    command = [program, "run", os.path.join(SCENARIOS, scenario + ".cfg"), "-o", output, "-j", "1"]
    if replications is not None:
        command += ["-r", str(replications)]
    for change in sets:
        command += ["--set", change]
    began = time.monotonic()
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise Wrong(f"{scenario}: the run failed\n{run.stderr}")
    seconds = time.monotonic() - began
    shown = subprocess.run([program, "show", "--json", output], capture_output=True, text=True, check=False)
    if shown.returncode != 0:
        raise Wrong(f"{scenario}: the result cannot be shown\n{shown.stderr}")
    result = json.loads(shown.stdout)
    if with_occupancy:
        result["occupancies"] = occupancies(output)
    os.remove(output)
    result["seconds"] = seconds
    return result


def simulate_all(options, rows, folder):
    names = list(dict.fromkeys(row["scenario"] for row in rows))
    full = {row["scenario"]: row["full"] for row in rows}
    computing = {row["scenario"] for row in rows if " " in row["metric"]}
    exact = {row["scenario"] for row in rows if row["exact"]} - {row["scenario"] for row in rows if not row["exact"]}
    results = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = {
            pool.submit(simulate, options.program, name,
                        full[name] * SHORT // FULL if options.short and name not in exact else None,
                        options.set, folder, name in computing): name
            for name in names
        }
        for done in concurrent.futures.as_completed(waiting):
            results[waiting[done]] = done.result()
            print(f"{waiting[done]}: {results[waiting[done]]['seconds']:.1f} s", file=sys.stderr)
    return results


# ---- judging ----


def estimate(row, result):
    """Simulated value and its standard error, in the metric's own unit; (None, None) when undefined."""
    if " " in row["metric"]:
        return jackknife(row["metric"], result["occupancies"])
    metric = result["metrics"].get(row["metric"])
    if metric is None:
        raise Wrong(f'{row["scenario"]}: the result has no metric {row["metric"]}')
    if metric["mean"] is None:
        return None, None
    spread = metric["sd"] if metric["sd"] is not None else 0.0
    return metric["mean"], spread / math.sqrt(result["replications"])


def judge(row, result):
    simulated, error = estimate(row, result)
    replications = result["replications"]
    verdict = {key: row[key] for key in ("scenario", "metric", "case", "entry", "expected", "value", "exact")}
    verdict.update(replications=replications, simulated=None, error=None, share=None, allowed=None, near=False,
                   sharp=False)
    if simulated is None:
        return verdict
    simulated, error = simulated * row["factor"], abs(error * row["factor"])
    distance = abs(simulated - row["value"])
    slack = EXACT * max(1.0, row["of"])
    verdict.update(simulated=simulated, error=error)
    if row["exact"]:
        verdict.update(near=distance <= slack, sharp=error <= slack)
        return verdict
    share = error / row["of"]
    allowed = row["se"] * (SHORT_SLACK if replications < row["full"] else 1.0)
    verdict.update(share=share, allowed=allowed, near=distance <= ERRORS_ALLOWED * error + slack,
                   sharp=share <= allowed)
    return verdict


def passed(verdict):
    return verdict["near"] and verdict["sharp"]


def noticed(verdicts, metric):
    """Something is compared by the metric, and all of it is far off."""
    looked_at = [v for v in verdicts if v["metric"].endswith("/" + metric)]
    return bool(looked_at) and not any(v["near"] for v in looked_at)


def two_sided_t(t, freedom):
    """Probability of a value beyond +-t, by the finite series for whole degrees of freedom (Abramowitz and
    Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, term, total = math.cos(angle), 1.0, 0.0
    if freedom % 2 == 1:
        term = cosine
        for k in range(3, freedom + 1, 2):
            total += term
            term *= cosine * cosine * (k - 1) / k
        inside = 2 / math.pi * (angle + (math.sin(angle) * total if freedom > 1 else 0.0))
    else:
        for k in range(2, freedom + 1, 2):
            total += term
            term *= cosine * cosine * (k - 1) / k
        inside = math.sin(angle) * total
    return 1 - inside


def false_alarms(verdicts):
    return sum(two_sided_t(ERRORS_ALLOWED, v["replications"] - 1) for v in verdicts if not v["exact"])


# ---- telling ----


def number(value):
    return "-" if value is None else f"{value:.6g}"


def cells(verdict):
    simulated, error = verdict["simulated"], verdict["error"]
    interval = "-"
    if simulated is not None and not verdict["exact"]:
        interval = f"{simulated - ERRORS_ALLOWED * error:.6g} to {simulated + ERRORS_ALLOWED * error:.6g}"
    share = "exact" if verdict["exact"] else "-" if verdict["share"] is None else f'{100 * verdict["share"]:.3f}%'
    answer = "yes" if passed(verdict) else "NO: far off" if not verdict["near"] else "NO: not sharp"
    return [verdict["scenario"], verdict["metric"], verdict["expected"], number(verdict["value"]),
            number(simulated), interval, share, answer]


HEADINGS = ["scenario", "metric", "quantity", "expected", "simulated", "interval of 3.5 SE", "SE", "met"]


def print_table(verdicts):
    table = [HEADINGS] + [cells(v) for v in verdicts]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADINGS))]
    for line in table:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())


def summary(verdicts):
    missed = [v for v in verdicts if not passed(v)]
    return (f"{len(verdicts) - len(missed)} of {len(verdicts)} comparisons met; false alarms expected by chance: "
            f"{false_alarms(verdicts):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chosen", nargs="*", metavar="CASE", help="cases or scenarios; all when absent")
    parser.add_argument("--program", required=True, help="the program counterpart")
    parser.add_argument("--short", action="store_true", help="half of the replications")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="passed on to the runs")
    parser.add_argument("--must-miss", action="append", default=[], metavar="METRIC",
                        help="succeed when each of these metrics is far off, and no other way")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", metavar="FILE", help="keep the numbers")
    options = parser.parse_args()

    known, rows = read_cases()
    left_out = check_complete(known, rows)
    for name in options.chosen:
        if not any(name in (row["case"], row["scenario"]) for row in rows):
            raise Wrong(f"nothing to compare for {name}")
    if options.chosen:
        rows = [row for row in rows if row["case"] in options.chosen or row["scenario"] in options.chosen]
    with tempfile.TemporaryDirectory() as folder:
        results = simulate_all(options, rows, folder)
    verdicts = [judge(row, results[row["scenario"]]) for row in rows]
    print_table(verdicts)
    print(summary(verdicts))
    if options.json:
        seconds = {name: result["seconds"] for name, result in results.items()}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"comparisons": verdicts, "seconds": seconds, "left_out": left_out,
                       "false_alarms": false_alarms(verdicts)}, file, indent=1)
    if options.must_miss:
        return 0 if all(noticed(verdicts, metric) for metric in options.must_miss) else 1
    return 0 if all(passed(v) for v in verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Wrong, OSError) as wrong:
        print(f"verify.py: {wrong}", file=sys.stderr)
        sys.exit(2)
