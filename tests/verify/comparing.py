#!/usr/bin/python3
"""Whether intervals cover what they say, whether `select` keeps its promise, and how much noise pairing removes.

  coverage   many small studies of two queues whose means are known exactly: how often the 95% intervals of
             `counterpart compare` (mean, paired difference, relative change) and of `run --until` hold the truth
  selection  many searches for the best of four queues, three of which are worse by the indifference exactly, the
             hardest case: how often `counterpart select` finds the best
  pairing    the variance of paired differences over that of independent runs, in three scenarios and their twins, or
             in one (--pair), and then the file (--json) keeps what it has of the others
  branching  what three alternatives cost that part from their base after the first half of the run, as a multiple of one
             run of the base: user time of `compare` over that of `run`, in turns, and the events of both
  report     writes what the others have kept (--json) into a page, between <!-- computed: comparing --> and <!-- end -->,
             and what pairing removes between <!-- computed: pairing --> and <!-- end -->

The queues start empty, patients come for ten hours, and the number present at the end of the tenth hour is looked at,
over thirty such cycles a replication, each of which has ended long before the next begins. Its expectation is that of
the transient queue, which uniformisation gives to the last digits: no run is long enough for a mean "in the long run",
and none is needed. Each study has a seed of its own: 1, 2, 3 ...
"""

import argparse
import concurrent.futures
import csv
import io
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
QUEUE = os.path.join(ROOT, "scenarios", "queues", "queue.cfg")
RATE, HOURS, CYCLES = 1.5, 10, 30
METRIC = f"station/desk/at/{HOURS}h/present"
INDIFFERENCE, PROMISE = 0.1, 0.9

VARIANT = """base = "{base}";
change: (
  {{ path = "scenario.warmup"; value = "0 h"; }},
  {{ path = "scenario.length"; value = "{length} h"; }},
  {{ path = "scenario.replications"; value = 10; }},
  {{ path = "scenario.fine_quantiles"; value = false; }},
  {{ path = "scenario.observe_cycle"; value = "{cycle} h"; }},
  {{ path = "scenario.observe"; value = [ "{hours} h" ]; }},
  {{ path = "stations.desk.servers"; value = {servers}; }},
  {{ path = "conditions.customers.pathway.service.duration.mean"; value = "{mean:.9f} h"; }},
  {{ path = "conditions.customers.arrivals"; value = {{ profile: {{ cycle = "{cycle} h";
    rates = [ "{rate} per h", "0 per h", "0 per h", "0 per h", "0 per h" ]; }}; }}; }}
);
"""


def present_mean(servers, service_hours):
    """The expected number in an M/M/c queue HOURS after it was empty."""
    states, rate = 120, 1 / service_hours
    fastest = RATE + servers * rate
    shares, mean, weight = [1.0] + [0.0] * (states - 1), 0.0, math.exp(-fastest * HOURS)
    for step in range(int(fastest * HOURS + 20 * math.sqrt(fastest * HOURS) + 40)):
        mean += weight * math.fsum(n * p for n, p in enumerate(shares))
        following = [0.0] * states
        for n, p in enumerate(shares):
            up = RATE / fastest if n + 1 < states else 0
            down = min(n, servers) * rate / fastest
            following[n] += p * (1 - up - down)
            if up:
                following[n + 1] += p * up
            if n:
                following[n - 1] += p * down
        shares = following
        weight *= fastest * HOURS / (step + 1)
    return mean


def service_hours_for(servers, mean):
    low, high = 0.01, 20.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if present_mean(servers, middle) < mean else (low, middle)
    return low


def write_queue(folder, name, servers, mean):
    path = os.path.join(folder, name + ".cfg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(VARIANT.format(base=QUEUE, cycle=5 * HOURS, hours=HOURS, length=5 * HOURS * CYCLES, servers=servers,
                                  mean=mean, rate=RATE))
    return path


def run(program, *arguments, codes=(0,), threads=1):
    done = subprocess.run([program, *arguments, "-j", str(threads)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode not in codes:
        sys.exit(f"comparing.py: {program} {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def in_parallel(jobs, work, count):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(work, range(1, count + 1)))


def share_line(name, hits, count, least, most):
    """A share of hits, with its 95% interval (Wilson)."""
    z, p = 1.959964, hits / count
    middle = (p + z * z / 2 / count) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(p * (1 - p) / count + z * z / 4 / count / count)
    return {"what": name, "count": count, "hits": hits, "share": p, "low": middle - half, "high": middle + half,
            "least": least, "most": most, "met": least <= p <= most}


# ---- coverage ----

def coverage(options):
    with tempfile.TemporaryDirectory() as folder:
        base, other = write_queue(folder, "base", 2, 1.0), write_queue(folder, "other", 2, 0.9)
        of_base, of_other = present_mean(2, 1.0), present_mean(2, 0.9)
        truth = {"mean": of_base, "difference": of_other - of_base, "relative": of_other / of_base - 1}

        def study(seed):
            out = run(options.program, "compare", base, other, "--seed", str(seed), "--json")
            metric = json.loads(out)["metrics"][METRIC]
            difference = metric["alternatives"][0]["difference"]
            ranges = {"mean": metric["base"]["ci95"], "difference": difference["ci95"],
                      "relative": difference["relative_ci95"]}
            held = {name: low <= truth[name] <= high for name, (low, high) in ranges.items()}
            held["ratio"] = difference["variance_ratio"]
            if seed > options.number / 4:  # these take several times as long
                return held
            path = os.path.join(folder, f"{seed}.h5")
            run(options.program, "run", base, "--seed", str(seed), "--until", METRIC + "<5%", "--limit", "2000", "-o", path)
            shown = json.loads(run_show(options.program, path))
            low, high = shown["metrics"][METRIC]["ci95"]
            os.remove(path)
            os.remove(path + ".run.json")
            return held | {"until": low <= of_base <= high, "spent": shown["replications"]}

        studies = in_parallel(options.jobs, study, options.number)
    # A short form is to be missed once in 15,000 tests at most; the full one has the bounds that are wanted.
    least, most = (0.94, 0.96) if options.number >= 2000 else (0.95 - 4 * math.sqrt(0.95 * 0.05 / options.number), 1)
    names = {"mean": "mean of 10 replications", "difference": "paired difference, 10 replications",
             "relative": "relative change, 10 replications"}
    lines = [share_line(label, sum(s[name] for s in studies), len(studies), least, most) for name, label in names.items()]
    grown = [s for s in studies if "until" in s]
    spent = sorted(s["spent"] for s in grown)
    # One or two of a hundred are lost by looking again and again; 4 standard deviations more would be an error.
    lines.append(share_line(f"mean, `--until` its interval is +-5% ({spent[0]} to {spent[-1]} replications)",
                            sum(s["until"] for s in grown), len(grown),
                            0.93 - 4 * math.sqrt(0.93 * 0.07 / len(grown)), 1))
    return {"lines": lines, "truth": truth, "ratio": sum(s["ratio"] for s in studies) / len(studies)}


def run_show(program, path):
    return subprocess.run([program, "show", path, "--json"], capture_output=True, text=True, check=True).stdout


# ---- selection ----

def selection(options):
    best_mean = present_mean(2, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        worlds = [write_queue(folder, "best", 2, 1.0)]
        for servers in (1, 3, 4):
            worlds.append(write_queue(folder, f"desks{servers}", servers,
                                      service_hours_for(servers, best_mean + INDIFFERENCE)))

        def search(seed):
            out = run(options.program, "select", *worlds[1:], worlds[0], "--metric", METRIC, "--indifference",
                      str(INDIFFERENCE), "--promise", str(PROMISE), "--seed", str(seed), "--json")
            return json.loads(out)

        searches = in_parallel(options.jobs, search, options.number)
    least = PROMISE if options.number >= 500 else PROMISE - 4 * math.sqrt(PROMISE * (1 - PROMISE) / options.number)
    found = sum(s["best"] == "best" and s["decided"] for s in searches)
    spent = [s["replications"] for s in searches]
    return {"lines": [share_line("the best of four is found", found, len(searches), least, 1)],
            "spent": sum(spent) / len(spent), "most": max(spent)}


# ---- pairing ----

WITHIN = tuple(f"condition/planned/{name}" for name in (
    "deaths", "cross_province_share", "travel_to_treatment_mean", "patients", "treated",
    "treated_elsewhere"))
METRICS = ("deaths", "complications", "daly", "cross_province_share", "travel_to_treatment_mean", "treated", "patient_cost")
PAIRS = (("zhejiang_guizhou_pairing_without", "zhejiang_guizhou_pairing"),
         ("horqin_no_stint", "horqin_stroke_stint"),
         ("taijiang_icu_pairing_without", "taijiang_icu_pairing"))
PAIRED = PAIRS[0][1]
TENTH = {(PAIRED, "deaths"), (PAIRED, "cross_province_share"),
         ("horqin_stroke_stint", "deaths"), ("horqin_stroke_stint", "complications"), ("horqin_stroke_stint", "daly"),
         ("horqin_stroke_stint", "patient_cost"), ("taijiang_icu_pairing", "deaths"), ("taijiang_icu_pairing", "treated")}


def pairing(options):
    rows = []
    if options.pair is not None and options.json and os.path.exists(options.json):
        with open(options.json, encoding="utf-8") as file:
            rows = [row for row in json.load(file)["rows"] if row["alternative"] != options.pair]
    for pair in PAIRS[1:2] if options.short else [pair for pair in PAIRS if options.pair in (None, pair[1])]:
        base, other = (os.path.join(ROOT, "scenarios", name + ".cfg") for name in pair)
        out = run(options.program, "compare", base, other, "-r", str(options.number), "--csv", threads=options.jobs)
        found = {row["metric"]: row for row in csv.DictReader(io.StringIO(out))}
        for name in METRICS + (("treated_elsewhere", "patients") + WITHIN if pair[1] == PAIRED else ()):
            row = found.get(name)
            if row is not None:
                row["wanted"] = (pair[1], name) in TENTH
                row["met"] = not row["wanted"] or float(row["variance_ratio_high"] or "inf") <= 0.1
                rows.append(row)
    order = [pair[1] for pair in PAIRS]
    rows.sort(key=lambda row: order.index(row["alternative"]))
    return {"rows": rows, "replications": options.number}


# ---- branching ----

BRANCH_REPLICATIONS, BRANCH_WANTED = 100, 2.6
BRANCH = """base = "{base}";
change: (
  {{ path = "scenario.warmup"; value = "2 y"; }},
  {{ path = "scenario.length"; value = "2 y"; }},
  {{ path = "policies.stint.active"; value = {active}; }},
  {{ path = "policies.stint.start"; value = "2021-01-01"; }},
  {{ path = "policies.stint.stint"; value = "{months} month"; }}
);
"""


def cost(program, *arguments):
    """User seconds and events of a command that writes a result file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.h5")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        run(program, *arguments, "-r", str(BRANCH_REPLICATIONS), "-o", path)
        user_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        with open(path + ".run.json", encoding="utf-8") as file:
            return user_s, json.load(file)["events"]


def branching(options):
    with tempfile.TemporaryDirectory() as folder:
        def world(name, active, months):
            path = os.path.join(folder, name + ".cfg")
            with open(path, "w", encoding="utf-8") as file:
                file.write(BRANCH.format(base=os.path.join(ROOT, "scenarios", "horqin_stroke_stint.cfg"), active=active,
                                         months=months))
            return path

        base, worlds = world("base", "false", 7), [world(f"stint{months}", "true", months) for months in (4, 7, 10)]
        pairs = [(cost(options.program, "run", base), cost(options.program, "compare", base, *worlds))
                 for _ in range(options.number)]
    ratios = sorted(many[0] / one[0] for one, many in pairs)
    ratio = statistics.median(ratios)
    return {"pairs": len(pairs), "ratio": ratio, "least": ratios[0], "most": ratios[-1], "events": pairs[0][1][1] / pairs[0][0][1],
            "met": ratio <= BRANCH_WANTED}


# ---- the page ----

HEAD = """## Comparisons

Written by `scripts/validate-comparing`. `tests/verify/comparing.py` explains the queues: they start empty, and the
expectation of what is looked at is known exactly. Every study has a seed of its own, 1, 2, 3 ...

| what | of | share | 95% interval | wanted |
|---|--:|--:|--:|--:|"""

BRANCHED = """### What alternatives cost that share their first half

Three alternatives to `horqin_stroke_stint` without its policy, which begins when half of the run is over, at the end of the
warm-up, and lasts four, seven and ten months: `compare` with {replications} replications takes {ratio:.2f} times ({least:.2f} to {most:.2f}; {pairs} pairs in
turns) the user time of one `run` of the base, and {events:.2f} times its events; five halves of a run are 2.5, and 2.6 is wanted at most{verdict}.
"""

AFTER = """
A share of {count} that is 95% in truth lies between 94% and 96% with a probability of 96%. Whoever stops as soon as an
interval is narrow enough covers a little less than 95%: small spreads stop the search. The search for the best takes
{spent:.0f} replications of all four queues on average, {most} at most; the three others are worse by the indifference
exactly, which is the hardest case, and the procedure promises for that case whatever the dependence of the queues."""

REMOVED = """### What pairing removes

Variance of the paired difference over that of independent runs (the sum of both variances), {replications} replications,
with its 95% interval: 0.01 means that independent runs would take a hundred times as many replications.

| scenario, against its twin | metric | base | difference | ratio of variances | 95% interval |
|---|---|--:|--:|--:|--:|"""

WHY = """
A dash: nothing of the kind varies. Where the ratio is small, the policy leaves most patients as they are, and what happens
to those drops out: deaths and complications in Horqin are those of thousands of patients, of whom the visit reaches some
hundreds. Where it is near 1 there is little to drop out, and no way of pairing could do much better: one of the two worlds
hardly varies, or the policy changes the answer for nearly everybody whom the metric is about.

{paired}- **Horqin, travel and where patients are treated.** Without the visit a hundred patients are treated, all of them in another
  province, with it five hundred, nearly all of them in their own league: the two groups have few patients in common.
- **Taijiang.** Deaths and treated patients pair well; about one patient in a million crosses a province."""


PAIRED_WHY = """- **Zhejiang and Guizhou.** The programme reaches {touched:,.0f} of {patients:,.0f} patients. All others are the same people with
  the same fate in both worlds, and drop out. *Deaths*: {fewer:,.0f} fewer of {deaths:,.0f}, nearly all of which the programme has
  no part in. *Another province*: {planned:,.0f} of the {leave:,.0f} who leave without it do not with it, and the others leave all the
  same; if people leave independently of one another that alone gives {planned:,.0f} / (2 x {leave:,.0f} - {planned:,.0f}) =
  {poisson:.3f}. *Mean travel* was to be a tenth or less as well and is {travel:.2g}: {of_treated:.0f}% of those treated have
  {of_hours:.0f}% of the hours on the way, and it is their ways that change, by {shorter:.1f} h on average and for each by
  another amount, which is the way to wherever they went before.
  Within the patients of the procedure (`condition/planned/...`) little drops out: who leaves the province, and how far the way
  is, is another matter for nearly each of them, and one world has next to nothing of it that varies. Other inpatients are a
  sample of one in ten; with all of them the last two ratios should be smaller still, since the same changes would stand
  among ten times as many who leave and travel as before (reckoned, not run).
"""
NOT_MEASURED = "- **Zhejiang and Guizhou** has not been measured with so many replications since it was extended.\n"


def number(text, digits=4):
    return "-" if text in ("", None) else f"{float(text):.{digits}g}"


def report(options):
    kept = {}
    for what in ("coverage", "selection", "pairing", "branching"):
        path = os.path.join(options.folder, what + ".json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept[what] = json.load(file)
    if "coverage" in kept and "selection" in kept:
        write_block(options.page, "comparing", comparing_lines(kept))
    if "branching" in kept:
        found = kept["branching"]
        write_block(options.page, "branching", [BRANCHED.format(
            replications=BRANCH_REPLICATIONS, verdict="" if found["met"] else ": **missed**",
            **{name: found[name] for name in ("ratio", "least", "most", "pairs", "events")})])
    if "pairing" in kept:
        write_block(options.page, "pairing", pairing_lines(kept["pairing"]))
    return {}


def comparing_lines(kept):
    lines = [HEAD]
    for row in kept["coverage"]["lines"] + kept["selection"]["lines"]:
        wanted = f"{100 * row['least']:.1f}%" + (" or more" if row["most"] == 1 else f" to {100 * row['most']:.1f}%")
        lines.append(f"| {row['what']} | {row['count']} | {100 * row['share']:.1f}%{'' if row['met'] else ' **missed**'} | "
                     f"{100 * row['low']:.1f}% to {100 * row['high']:.1f}% | {wanted} |")
    lines.append(AFTER.format(count=kept["coverage"]["lines"][0]["count"],
                              **{key: kept["selection"][key] for key in ("spent", "most")}))
    return lines


def pairing_lines(kept):
    lines = [REMOVED.format(replications=kept["replications"])]
    for row in kept["rows"]:
        if row["metric"] in ("patients", "treated_elsewhere") or row["metric"] in WITHIN[3:]:
            continue  # of these only the numbers below
        low, high = number(row["variance_ratio_low"], 2), number(row["variance_ratio_high"], 2)
        lines.append(f"| {row['alternative']} | {row['metric'].replace('_', chr(92) + '_')} | {number(row['base_mean'])} | "
                     f"{number(row['difference'])} | {number(row['variance_ratio'], 2)} | "
                     f"{'-' if '-' in (low, high) else low + ' to ' + high} |")
    measured = any(row["alternative"] == PAIRED for row in kept["rows"])
    return lines + [WHY.format(paired=PAIRED_WHY.format(**numbers_of(kept["rows"])) if measured else NOT_MEASURED)]


def numbers_of(rows):
    """What the explanations count with, a replication."""
    of = {row["metric"]: row for row in rows if row["alternative"] == PAIRED}
    leave, planned = (float(of[name]["base_mean"]) for name in ("treated_elsewhere", "condition/planned/treated_elsewhere"))

    def hours(part):
        return float(of[part + "treated"]["base_mean"]) * float(of[part + "travel_to_treatment_mean"]["base_mean"])

    return {"patients": float(of["patients"]["base_mean"]), "touched": float(of["condition/planned/patients"]["base_mean"]),
            "deaths": float(of["deaths"]["base_mean"]), "fewer": -float(of["deaths"]["difference"]), "leave": leave,
            "planned": planned, "poisson": planned / (2 * leave - planned),
            "of_treated": 100 * float(of["condition/planned/treated"]["base_mean"]) / float(of["treated"]["base_mean"]),
            "of_hours": 100 * hours("condition/planned/") / hours(""), "shorter": -float(
                of["condition/planned/travel_to_treatment_mean"]["difference"]),
            "travel": float(of["travel_to_treatment_mean"]["variance_ratio"])}


def write_block(path, name, lines):
    with open(path, encoding="utf-8") as file:
        page = file.read()
    block = f"<!-- computed: {name} -->\n" + "\n".join(lines) + "\n<!-- end -->\n"
    before, mark, rest = page.partition(f"<!-- computed: {name} -->\n")
    after = rest.partition("<!-- end -->\n")[2] if mark else ""
    with open(path, "w", encoding="utf-8") as file:
        file.write((before if mark else before.rstrip("\n") + "\n\n") + block + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("coverage", "selection", "pairing", "branching", "report"))
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "counterpart"))
    parser.add_argument("-n", "--number", type=int, default=200, help="studies, searches, replications or pairs")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="pairing: one scenario only")
    parser.add_argument("--pair", metavar="SCENARIO", choices=[pair[1] for pair in PAIRS], help="pairing: this one only")
    parser.add_argument("--json", metavar="FILE", help="keep the numbers for scripts/validate-comparing")
    parser.add_argument("--folder", help="report: where they are kept")
    parser.add_argument("--page", help="report: what is rewritten")
    options = parser.parse_args()
    found = {"coverage": coverage, "selection": selection, "pairing": pairing, "branching": branching, "report": report}[options.what](options)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)
    for row in found.get("lines", []):
        print(f"{row['what']}: {row['hits']} of {row['count']} = {row['share']:.4f} [{row['low']:.4f}, {row['high']:.4f}], "
              f"wanted {row['least']:.4f} to {row['most']:.4f}: {'met' if row['met'] else 'MISSED'}")
    for row in found.get("rows", []):
        print(row["alternative"], row["metric"], row["difference"], row["variance_ratio"], row["variance_ratio_low"],
              row["variance_ratio_high"], "" if not row["wanted"] else "met" if row["met"] else "MISSED: more than 0.1")
    if "ratio" in found and "pairs" in found:
        print(f"{found['ratio']:.2f} runs ({found['least']:.2f} to {found['most']:.2f}), wanted at most {BRANCH_WANTED}: "
              f"{'met' if found['met'] else 'MISSED'}")
    return 0 if all(row["met"] for row in found.get("lines", []) + found.get("rows", [])) and found.get("met", True) else 1


if __name__ == "__main__":
    sys.exit(main())
