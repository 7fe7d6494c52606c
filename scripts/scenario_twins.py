"""What the pages of programmes share: reported facts, targets, years beside the twin without the programme."""

import csv
import os

import numpy as np

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def facts():
    with open(os.path.join(TOP, "scenarios", "data", "programme_facts.csv"), encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def reported(table, ids):
    rows = []
    for fact in ids:
        row = facts()[fact]
        bounds = f"{row['low']} to {row['high']}" if row["low"] else ""
        rows.append((fact, row["quantity"], row["value"], row["unit"], bounds, row["role"], row["note"]))
    return table(("fact", "quantity", "value", "unit", "range", "role", "note"), rows, "llrllll")


def targets(table, interval, run):
    rows = []
    for target in run.shown["targets"]:
        low, high = target["low"], target["high"]
        mean, ci = target["simulated"], target["ci95"]
        half = (ci[1] - ci[0]) / 2 if ci else np.nan
        met = {True: "yes", False: "no", None: "-"}[target["met"]]
        rows.append((target["fact"], target["role"], target["quantity"],
                     "" if target["reported"] is None else f"{target['reported']:g}",
                     f"{low:g} to {high:g}" if low is not None else "", interval(mean, half, 2), met))
    return table(("fact", "role", "quantity", "reported", "range", "simulated", "met"), rows, "lllrlrl")


def in_year(run, name, year, **where):
    """Sum of a count over the steps of a year and all that is not said; an array over replications."""
    values = run.data[name].sel(**where).sel(time=str(year))
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def at_end(run, name, year, **where):
    """A level at the end of a year."""
    values = run.data[name].sel(**where).sel(time=f"{year}-12-01")
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def years(table, interval, band, base, run, rows, first, last):
    """A table of (label, function of a run and a year), with, without and the paired difference."""
    lines = []
    for label, value in rows:
        for year in range(first, last + 1):
            with_it, without = value(run, year), value(base, year)
            lines.append((label if year == first else "", str(year), interval(*band(without)),
                          interval(*band(with_it)), interval(*band(with_it - without))))
    return table(("", "year", "without", "with", "difference"), lines, "llrrr")


def plots():
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    return plt


def keep(figure, name):
    from PIL import Image
    path = os.path.join(TOP, "docs", "pictures", name)
    figure.savefig(path, dpi=110, bbox_inches="tight")
    Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
