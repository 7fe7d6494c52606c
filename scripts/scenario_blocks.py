"""What pages about scenarios share, for docs/scenarios/NAME.py: what was reported, what is simulated beside it, what a
scenario changes against its twin without the policies, and pictures.

A page that has no function block_NAME gets the one here. These read the page's constants: FACTS (ids of rows), TWIN (the
name of the other scenario), BEFORE (the date before which both worlds are equal) and METRICS (name, words, factor)."""

import csv
import glob
import os

import numpy as np
from cycler import cycler
import xarray as xr
from PIL import Image

import plot

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROLES = (("Fitted", "fit"), ("Predicted", "predict"), ("Goals", "goal"), ("Inputs, as they come out", "input"))
MET = {True: "yes", False: "**no**", None: ""}


def facts():
    """{id: row} of all tables of facts."""
    rows = {}
    for name in sorted(glob.glob(os.path.join(TOP, "scenarios", "data", "*_facts.csv"))):
        with open(name, encoding="utf-8", newline="") as file:
            rows.update({row["id"]: row for row in csv.DictReader(file)})
    return rows


def bounds(low, high):
    return "" if low in ("", None) else f"{low} to {high}" if isinstance(low, str) else f"{low:,.15g} to {high:,.15g}"


# --- Blocks


def block_reported(page, lab):
    """The table of the page's facts."""
    rows = [(fact, row["quantity"], row["value"], row["unit"], bounds(row["low"], row["high"]), row["role"],
             row.get("note") or row.get("evidence", "")) for fact, row in ((fact, facts()[fact]) for fact in page.FACTS)]
    return page.table(("fact", "quantity", "value", "unit", "range", "role", "note"), rows, "llrllll")


def target_row(page, target):
    row = facts()[target["fact"]]
    half = (target["ci95"][1] - target["ci95"][0]) / 2 if target["ci95"] else np.nan
    value = target["simulated"]
    small = value is not None and abs(value) < 10
    reported = row["value"] if target["reported"] is None else f"{target['reported']:,.15g}"
    return (target["fact"], row["quantity"], reported, bounds(target["low"], target["high"]),
            page.interval(np.nan if value is None else value, half, 2 if small else 0), MET[target["met"]])


def block_targets(page, lab):
    """Fitted and predicted apart."""
    text = []
    for title, role in ROLES:
        rows = [target_row(page, target) for target in lab.run(lab.name).shown["targets"] if target["role"] == role]
        if rows:
            text.append(f"**{title}**\n\n" + page.table(
                ("fact", "quantity", "reported", "range", "simulated", "within"), rows, "llrlrl"))
    return "\n".join(text)


def early_series(run, name, early):
    """A series before a policy; flows, which are numbered by the pairs that ever occur, by their ends."""
    series = run.data[name].isel(time=early)
    if "flow" not in series.dims:
        return series
    ends = zip(run.data["flow_place"].values, run.data["flow_facility"].values)
    return series.assign_coords(flow=[f"{place} {facility}" for place, facility in ends])


def check_equal_before(page, base, other, date):
    """The worlds must be equal before that date, in every series."""
    early = np.flatnonzero((base.data["time"] < np.datetime64(date)).values)
    for name, values in base.data.items():
        if {"time", "replication"} <= set(values.dims):
            pair = [early_series(run, name, early) for run in (base, other)]
            if "flow" in values.dims:
                pair = xr.align(*pair, join="outer", fill_value=0)
            if early.size == 0 or not np.array_equal(*pair, equal_nan=True):
                raise page.Problem(f"the worlds differ before {date}: {name}")


def differences(page, lab, base, other, metrics):
    compared = lab.compare(base, other)
    rows = []
    for name, words, scale in metrics:
        cells = [(mean * scale, half * scale) for mean, half in compared[name]]
        rows.append((words, page.number(*cells[0]), page.number(*cells[1]), page.interval(*cells[2])))
    return rows


def block_effects(page, lab):
    """Metrics without and with."""
    base, other = lab.run(page.TWIN), lab.run(lab.name)
    check_equal_before(page, base, other, page.BEFORE)
    return page.table(("", "without", "with", "difference"), differences(page, lab, base, other, page.METRICS), "lrrr")


# --- Parts of results: arrays (replication)


def in_year(run, name, year, **where):
    """Sum of a count over the steps of a year and all that is not said."""
    values = run.data[name].sel(**where).sel(time=str(year))
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def at_end(run, name, year, **where):
    """A level at the end of a year."""
    values = run.data[name].sel(**where).sel(time=f"{year}-12-01")
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def years(page, base, run, rows, span, names=("without", "with")):
    """A table of (label, function of a run and a year): the two and the paired difference."""
    lines = []
    for label, value in rows:
        for year in range(span[0], span[1] + 1):
            pair = value(base, year), value(run, year)
            lines.append((label if year == span[0] else "", str(year), *(page.interval(*page.band(v)) for v in pair),
                          page.interval(*page.band(pair[1] - pair[0]))))
    return page.table(("", "year", *names, "difference"), lines, "llrrr")


# --- Pictures


def picture(width=7.2, height=2.8):
    """(figure, axes) in the colours of result files' pictures, with a dash for each that differs, too."""
    plot.plt.rcParams.update({
        "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
        "legend.fontsize": 8, "axes.prop_cycle": cycler(color=plot.PALETTE) + cycler(linestyle=(
            "-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1))))})
    return plot.plt.subplots(figsize=(width, height), layout="constrained")


def keep(figure, name):
    """In docs/pictures, as small as it can be."""
    path = os.path.join(TOP, "docs", "pictures", name)
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    plot.plt.close(figure)
    Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
