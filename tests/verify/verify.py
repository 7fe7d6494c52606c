#!/usr/bin/python3
"""Compares what `counterpart` simulates with what is known: theory, published models, cases computed by hand.

cases.csv says which metric of which scenario of scenarios/queues is compared with which number of expected.json:

  scenario  name of the file without .cfg
  metric    as in `counterpart show --json`
  factor    times the simulated value, to the unit of the case: a number or a fraction
  case      id in expected.json
  entry     where its numbers stand, parted by "/"
  expected  an expression of them
  se        largest standard error as a share of the expected value, or "exact": one in 1e9
  scale     an expression instead of the expected value, of which se is the share

A comparison is met when the simulated value is within 3.5 standard errors of the expected one and the standard
error is small enough. The short form runs half of the replications and allows twice the standard error.
"""

import argparse
import ast
import concurrent.futures
import csv
import json
import math
import operator
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SCENARIOS = os.path.join(HERE, "..", "..", "scenarios", "queues")
ERRORS_ALLOWED = 3.5
EXACT = 1e-9
FULL, SHORT = 60, 30  # replications; scenarios/queues/queue.cfg has the full number
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


# ---- what is compared ----


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


def simulate(program, scenario, replications, sets, folder):
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
    os.remove(output)
    result = json.loads(shown.stdout)
    result["seconds"] = seconds
    return result


def simulate_all(options, rows, folder):
    names = list(dict.fromkeys(row["scenario"] for row in rows))
    exact = {row["scenario"] for row in rows if row["exact"]} - {row["scenario"] for row in rows if not row["exact"]}
    results = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = {
            pool.submit(simulate, options.program, name,
                        SHORT if options.short and name not in exact else None, options.set, folder): name
            for name in names
        }
        for done in concurrent.futures.as_completed(waiting):
            results[waiting[done]] = done.result()
            print(f"{waiting[done]}: {results[waiting[done]]['seconds']:.1f} s", file=sys.stderr)
    return results


# ---- judging ----


def judge(row, result):
    metric = result["metrics"].get(row["metric"])
    if metric is None:
        raise Wrong(f'{row["scenario"]}: the result has no metric {row["metric"]}')
    replications = result["replications"]
    verdict = {key: row[key] for key in ("scenario", "metric", "case", "entry", "expected", "value", "exact")}
    verdict.update(replications=replications, simulated=None, error=None, share=None, allowed=None, near=False,
                   sharp=False)
    if metric["mean"] is None:
        return verdict
    simulated = metric["mean"] * row["factor"]
    spread = metric["sd"] if metric["sd"] is not None else 0.0
    error = abs(spread * row["factor"]) / math.sqrt(replications)
    distance = abs(simulated - row["value"])
    slack = EXACT * max(1.0, row["of"])
    verdict.update(simulated=simulated, error=error)
    if row["exact"]:
        verdict.update(near=distance <= slack, sharp=error <= slack)
        return verdict
    share = error / row["of"]
    allowed = row["se"] * (SHORT_SLACK if replications < FULL else 1.0)
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
