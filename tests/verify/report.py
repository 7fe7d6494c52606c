#!/usr/bin/python3
"""Writes docs/validation.md from what verify.py --json has kept.

usage: report.py NUMBERS.json VERSION > docs/validation.md
"""

import json
import sys

import verify

TITLES = {
    "T1_mmc_erlangC": "Queues with several servers (Erlang C)",
    "T2_erlangB": "Beds without a waiting line (Erlang B)",
    "T3_mmcK": "Queues with finite room",
    "T4_mg1_pk": "One server, nine distributions of service (Pollaczek and Khinchine)",
    "T5a_mmc_nonpreemptive_priority_cobham": "Priorities (Cobham)",
    "T5b_mg1_priority_classes": "Priorities with service times of their own",
    "T5c_mmc_preemptive_resume": "Priorities that interrupt",
    "T6a_erlangA": "Impatience, exponential (Erlang A)",
    "T6b_mmc_plus_G": "Impatience, other distributions",
    "T7_jackson3": "A network with feedback (Jackson)",
    "T8a_Mt_M_inf": "Arrivals in a wave, exponential stay",
    "T8b_Mt_D_inf": "Arrivals in a wave, fixed stay",
    "T8c_Mt_LN_inf": "Arrivals in a wave, lognormal stay",
    "T8d_Mt_M_inf_hourly_profile": "Arrivals by the hour of the day",
    "T9_mginf": "Servers without limit",
    "T13_simultaneous_resources_loss": "Several resources at once, lost if any is short",
    "T16_gm1": "Arrivals that are not at random",
    "T17_transient_mmc": "From empty to the long run",
    "T19_Mt_M_c": "Arrivals in a wave before a limited number of servers",
    "D16_priority_mm1": "Two priorities, as in Ciw's tests",
    "D17_simmer_mm23": "M/M/2/3, as simmer explains it",
    "S1_monks2016_stroke": "Stroke beds (Monks and others, 2016)",
    "S4_pydesrap_mms": "Nurse visits (pydesrap)",
}

HEAD = """# Validation

Version {version}. Written by `scripts/validate`; do not edit by hand.

{met} of {count} comparisons with {cases} published or exact cases are met: {statistical} are statistical, {exact} exact.

## How to read and repeat it

- `scripts/validate` builds the program, runs every scenario of `scenarios/queues/` that is a case, compares, and writes
  this page. That takes some ten minutes of processor time.
- `tests/verify/expected.json` holds the cases with their parameters and the expected numbers, by id;
  `tests/verify/cases.csv` says which metric of which scenario is compared with which number; `tests/verify/verify.py`
  compares.
- **The rule.** {replications} independent replications give a mean and its standard error (SE). A comparison is met when
  the mean is within 3.5 SE of the expected value *and* the SE is small: at most 0.5% of the value; 1% at a utilisation
  of 95% or more and for the lowest priority; 2% for probabilities below 0.1 and for values at set times (T17, T19, T8a from
  empty). A wide interval is not a pass.
- **Variances.** The SE rule holds for the standard deviation of the wait or occupancy, so that its square, which is
  compared, may have an SE of twice as much.
- **Medians near zero.** Where little more than half of the customers wait, the median wait is a small remainder: its SE
  is then taken as a share of the mean wait. Where exactly half wait (M/M/1 at 50%) it is not compared.
- **From the occupancy.** `above`, `quantile`, `delay` and `overflow` are computed from the shares of time with 0, 1, 2 ...
  present (`occupancy_distribution`), as `tests/verify/verify.py` explains; their SE is that of the jackknife over
  replications. Quantiles of numbers of people are whole numbers and must be equal. `delay` and `overflow` are the published
  methods of case S1: from numbers present in units without limit, not from simulated waiting.
- **From empty.** T17 wants the means of thousands of runs that start empty. Here each run has hundreds of cycles: patients
  come for as long as the case looks, then nobody does until long after the last has left. T8a from empty has 600 short runs.
- **Shares of nearly 1.** Where fewer than one customer in 10,000 finds a free server (T6a with 5 arrivals an hour, T6b with
  fixed patience of 6 h) the idle moments are a handful a run and their share is far from normal: it is not compared.
- **Ends of a run.** Waits count when they end; leaving out those still waiting at the end takes about Var(wait) / length
  off a mean wait, here by estimate at most half an SE.
- **False alarms.** A correct program misses 3.5 SE by chance with probability {p_full:.1e} a comparison (Student's t,
  {freedom_full} degrees of freedom; {p_short:.1e} in the short form), so that {alarms:.2f} misses are expected by chance
  on this page, fewer independent ones, because the quantities of one scenario move together. Seeds are fixed in the
  scenarios: a pass stays a pass until the model changes. A miss after a change is decided by another seed and four
  times the replications (`counterpart run SCENARIO --seed S -r 240`), not by trying seeds until one passes.
- **The short form** in the tests (`ctest -L verify`) runs the first {short} of the {replications} replications and allows
  twice the SE; the 3.5 SE stay (half of the 600 of T8a from empty likewise). Tests also show that 2% too many arrivals are noticed.
- **Conventions.** An hour is the cases' unit of time unless the case says otherwise. Waits are of those whose service
  began; "all" (`wait_all_mean`) and the share that waited at all (`wait_any`) include those who lost patience. Shares
  lost or abandoned are counts over the expected number of arrivals. `system/present_mean` is everybody in the system.
- **Cases by hand** are deterministic and must agree to 1e-9 (times in hours); their lists of times are compared through
  counts, means and variances.
"""


def number(value):
    return "-" if value is None else f"{value:.6g}"


def line(v):
    if v["exact"]:
        judged = ["exact", ""]
    else:
        distance = (v["simulated"] - v["value"]) / v["error"] if v["error"] else 0.0
        judged = [f"{100 * v['share']:.2f}%", f"{distance:+.2f}"]
    met = "yes" if v["near"] and v["sharp"] else "**NO**"
    expected = v["expected"].replace("*", "\\*").replace("_", "\\_")
    return "| " + " | ".join([v["scenario"], f"`{v['metric']}`", expected, number(v["value"]), number(v["simulated"])] +
                             judged + [met]) + " |"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        kept = json.load(file)
    comparisons = kept["comparisons"]
    statistical = [v for v in comparisons if not v["exact"]]
    print(HEAD.format(
        version=sys.argv[2], met=sum(v["near"] and v["sharp"] for v in comparisons), count=len(comparisons),
        cases=len({v["case"] for v in comparisons}), statistical=len(statistical),
        exact=len(comparisons) - len(statistical), replications=verify.FULL, short=verify.SHORT, freedom_full=verify.FULL - 1,
        p_full=verify.two_sided_t(verify.ERRORS_ALLOWED, verify.FULL - 1),
        p_short=verify.two_sided_t(verify.ERRORS_ALLOWED, verify.SHORT - 1), alarms=kept["false_alarms"]))
    print("## Results\n")
    print("\"off by\" is the distance from the expected value in SE.\n")
    cases = list(dict.fromkeys(v["case"] for v in comparisons))
    cases.sort(key=lambda case: (not case.startswith("T"), not case.startswith("S"), len(case.split("_")[0]), case))
    for case in cases:
        print(f"### {case}{': ' + TITLES[case] if case in TITLES else ''}\n")
        print("| scenario | metric | quantity | expected | simulated | SE | off by | met |")
        print("|---|---|---|---|---|---|---|---|")
        for v in comparisons:
            if v["case"] == case:
                print(line(v))
        print()
    print("## Left out\n")
    print("| case | what | why |")
    print("|---|---|---|")
    for row in kept["left_out"]:
        print(f"| {row['case']} | {row['what'].replace('_', chr(92) + '_')} | {row['why']} |")


if __name__ == "__main__":
    main()
