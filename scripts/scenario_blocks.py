"""Blocks that pages about scenarios share, for docs/scenarios/NAME.py: what was reported, what is simulated beside
it, and what a scenario changes against its twin without the policies."""

import csv
import os

import numpy as np

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def facts():
    """{id: row} of all tables of facts."""
    rows = {}
    for name in ("programme_facts.csv", "calibration_facts.csv"):
        with open(os.path.join(TOP, "scenarios", "data", name), encoding="utf-8") as file:
            rows.update({row.get("id") or row.get("contentid"): row for row in csv.DictReader(file)})
    return rows


def reported(page, ids):
    """The table of these rows."""
    rows = []
    for fact in ids:
        row = facts()[fact]
        bounds = f"{row['low']} to {row['high']}" if row["low"] else ""
        rows.append((fact, row["quantity"], row["value"], row["unit"], bounds, row["role"]))
    return page["table"](("fact", "quantity", "value", "unit", "range", "role"), rows, "llrlll")


def targets(page, run):
    """Fitted and predicted apart."""
    text = []
    for title, role in (("Fitted", "fit"), ("Predicted", "predict"), ("Goals", "goal"), ("Inputs, as they come out", "input")):
        rows = []
        for fact, target in run.targets.items():
            if target["role"] != role:
                continue
            half = (target["ci95"][1] - target["ci95"][0]) / 2
            bounds = "" if target["low"] is None else f"{target['low']:g} to {target['high']:g}"
            met = {True: "yes", False: "no", None: ""}[target["met"]]
            value = "" if target["reported"] is None else f"{target['reported']:g}"
            rows.append((fact, facts()[fact]["quantity"], value, bounds, f"{target['simulated']:.4g} ± {half:.2g}", met))
        if rows:
            text.append(f"**{title}**\n\n" + page["table"](("fact", "quantity", "reported", "range", "simulated", "within"),
                                                           rows, "llrlrl"))
    return "\n".join(text)


def effects(page, lab, twin, metrics, before):
    """Metrics without and with; the worlds must be equal before that date."""
    base, other = lab.run(twin), lab.run(lab.name)
    early = np.flatnonzero((base.data["time"] < np.datetime64(before)).values)
    for name, values in base.data.items():
        if {"time", "replication"} <= set(values.dims):
            pair = [run.data[name].isel(time=early).values for run in (base, other)]
            if early.size == 0 or not np.array_equal(*pair, equal_nan=True):
                raise page["Problem"](f"the worlds differ before {before}: {name}")
    compared = lab.compare(base, other)
    rows = []
    for name, words, scale in metrics:
        cells = [(mean * scale, half * scale) for mean, half in compared[name]]
        rows.append((words, page["number"](*cells[0]), page["number"](*cells[1]), page["interval"](*cells[2])))
    return page["table"](("", "without", "with", "difference"), rows, "lrrr")
