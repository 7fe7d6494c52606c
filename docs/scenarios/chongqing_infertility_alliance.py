"""The blocks of chongqing_infertility_alliance.md: functions of a Lab, for scripts/scenario-page (which brings number,
interval, table, band, TOP and Problem)."""

import csv
import os

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

NAME = "chongqing_infertility_alliance"
WITHOUT = NAME + "_without"
CLINIC = "clinic"


def facts():
    with open(os.path.join(TOP, "scenarios", "data", "programme_facts.csv"), encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def block_reported(lab, old):
    rows = []
    for fact in (f"A{n}" for n in range(1, 10)):
        row = facts()[fact]
        bounds = f"{row['low']} to {row['high']}" if row["low"] else ""
        rows.append((fact, row["quantity"], row["value"], row["unit"], bounds, row["role"], row["note"]))
    return table(("fact", "quantity", "value", "unit", "range", "role", "note"), rows, "llrllll")


def block_targets(lab, old):
    rows = []
    for fact, target in lab.run(NAME).targets.items():
        half = (target["ci95"][1] - target["ci95"][0]) / 2
        bounds = "" if target["low"] is None else f"{target['low']:g} to {target['high']:g}"
        met = {True: "yes", False: "**no**", None: ""}[target["met"]]
        role = {"fit": "fitted", "predict": "predicted", "input": "input, as it comes out"}[target["role"]]
        rows.append((fact, facts()[fact]["quantity"], role, f"{target['reported']:g}", bounds,
                     interval(target["simulated"], half, 0 if target["simulated"] > 10 else 2), met))
    return table(("fact", "quantity", "role", "reported", "range", "simulated", "within"), rows, "lllrlrl")


def during(run, name, year, **where):
    values = run.data[name].sel(**where).sel(time=str(year))
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def block_counts(lab, old):
    """What the report counts, counted in the scenario as built."""
    run = lab.run(NAME)
    ids = [str(f) for f in run.data.facility.values]
    members = [f for f in ids if f != "hub"]
    places = {str(p) for p in run.data.place.values} - {"500112"}
    if len(members) != 36 or len(places) != 22:
        raise Problem(f"{len(members)} members in {len(places)} counties, not 36 in 22 (A1, A2)")
    return table(("counted in the scenario", "", "fact"), [("members", len(members), "A1"),
                                                            ("counties", len(places), "A2")], "lrl")


EFFECTS = (
    ("transfers", "couples referred to the centre", 1),
    ("treated", "begin assisted reproduction", 1),
    ("successes", "live births of those treated", 1),
    ("wait_mean", "days from seeking help to its begin, mean", 1),
    ("consultations", "visits with somebody at the centre, from afar", 1),
    ("travel_time", "hours on the way to and from hospitals, one way", 1),
)


def block_effects(lab, old):
    base, with_it = lab.run(WITHOUT), lab.run(NAME)
    before = with_it.data["time"] < np.datetime64("2022-01-01")
    for name, values in base.data.items():
        if "time" in values.dims and "replication" in values.dims and not np.array_equal(
                values.isel(time=before.values).values, with_it.data[name].isel(time=before.values).values, equal_nan=True):
            raise Problem(f"the worlds differ before 2022: {name}")
    metrics = lab.compare(base, with_it)
    rows = []
    for name, words, scale in EFFECTS:
        a, b, difference = ((m * scale, h * scale) for m, h in metrics[name])
        rows.append((words, number(*a), number(*b), interval(*difference)))
    return table(("2021 and 2022", "without", "with the alliance", "difference"), rows, "lrrr")


def block_referred(lab, old):
    """Who of those referred in 2022 had been seen before the alliance began."""
    base, run = lab.run(WITHOUT), lab.run(NAME)
    seen = during(run, "procedures_guided", 2022, service=CLINIC) + during(
        run, "procedures_by_locals", 2022, service=CLINIC) - during(run, "procedures_remote", 2022, service=CLINIC)
    all_of_them = during(run, "transfers", 2022)
    by_clinics = seen * (0.16435 + 0.05 * 0.5)
    rows = [("referred in 2022", interval(*band(all_of_them))),
            ("… expected of the patients seen at members' clinics: 0.189 of them", interval(*band(by_clinics))),
            ("… the rest: couples who had come before 2022 and found their own way",
             interval(*band(all_of_them - by_clinics))),
            ("referred in 2022 without the alliance", interval(*band(during(base, "transfers", 2022))))]
    return table(("", "couples"), rows, "lr")


def block_sensitivity(lab, old):
    """A6 with other numbers of cycles a couple has in a year; A8 with other losses."""
    rows = []
    for cycles in (1.4, 1.7, 2.0, 2.3):
        share = 0.173 * 1.7 / cycles
        workup, alone = round(0.95 * share, 5), round(share / 2, 5)
        next_ = (f'( {{ to = "opinion"; share = 0.05; }}, {{ to = "workup"; share = {workup:.5f}; }}, '
                 f'{{ to = "treatment"; share = {0.95 - workup:.5f}; }} )')
        sets = [] if cycles == 1.7 else [
            f"conditions.infertility.pathway.clinic.next={next_}",
            f'conditions.infertility.pathway.unaided.next=( {{ to = "workup"; share = {alone:.5f}; }}, '
            f'{{ share = {1 - alone:.5f}; }} )']
        targets = lab.run(NAME, *sets).targets
        rows.append((f"{cycles:g}" + (" (as in the scenario)" if cycles == 1.7 else ""), f"{share:.3f}",
                     number(targets["A6"]["simulated"]), {True: "yes", False: "no"}[targets["A6"]["met"]]))
    return table(("cycles a couple has in a year", "share who need them", "A6: referred in 2022", "within"), rows, "lrrl")


def draw(lab):
    run, base = lab.run(NAME), lab.run(WITHOUT)
    months = run.data["time"].values
    figure, axes = plt.subplots(figsize=(6.2, 3.0), constrained_layout=True)
    guided = run.data["procedures_guided"].sel(service=CLINIC).sum("facility").mean("replication")
    members = [f for f in run.data.facility.values if f != "hub"]
    own = run.data["procedures_by_locals"].sel(service=CLINIC, facility=members).sum("facility").mean("replication")
    axes.plot(months, guided, color="#0072B2", label="seen at members, under guidance")
    axes.plot(months, own, color="#D55E00", linestyle=(0, (4, 1.5)), label="seen at members, by their own doctors")
    for result, style, words in ((run, "-", "referred to the centre"), (base, ":", "… without the alliance")):
        axes.plot(months, result.data["transfers"].sum(("place", "condition")).mean("replication"), color="#009E73",
                  linestyle=style, label=words)
    axes.axvline(np.datetime64("2022-01-01"), color="#777777", linewidth=0.8)
    axes.set_ylabel("couples a month")
    axes.set_ylim(bottom=0)
    axes.set_xlim(np.datetime64("2021-01-01"), np.datetime64("2023-01-01"))
    axes.tick_params(axis="x", labelsize=7)
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(os.path.join(TOP, "docs", "pictures", "chongqing_alliance.png"), dpi=150,
                   metadata={"Software": None})
    plt.close(figure)
