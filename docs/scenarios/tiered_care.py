"""What is computed in tiered_care.md, for scripts/scenario-page."""

import numpy as np

import scenario_blocks as blocks

TWIN, BEFORE = "tiered_care_without", "2021-01-01"
FACTS = ("F5", "F6", "F8")
METRICS = (("treated_in_county", "treated in their own county", 1),
           ("transfers", "referrals", 1), ("transfers_back", "… of them back, nearer home", 1),
           ("travel_time_per_treated", "hours of travel a patient", 1),
           ("patient_cost", "paid by patients, million CNY", 1e-6), ("insurer_cost", "paid by insurers, million CNY", 1e-6))
LEVELS = (("township", "township health centres"), ("county", "county hospitals"), ("prefecture", "tertiary hospitals near by"),
          ("provincial", "tertiary hospitals of Wuhan"))
STRICT = ('policies.tiers.rule="strict"', "policies.tiers.unreferred=0.0")


def variants(lab):
    return (("neither", lab.run(TWIN)), ("shares alone", lab.run(lab.name, "policies.tiers.active=false")),
            ("shares and tiers", lab.run(lab.name)), ("… and strict ones", lab.run(lab.name, *STRICT)))


def of_level(run, level, year):
    facilities = run.data["facility"].values[run.data["facility_level"].values == level]
    return blocks.in_year(run, "admissions", year, facility=facilities)


def block_levels(lab, old):
    """Where people are admitted in 2023; who is sent back counts twice."""
    runs = variants(lab)
    rows = []
    for level, words in LEVELS:
        shares = [of_level(run, level, 2023) / sum(of_level(run, other, 2023) for other, _ in LEVELS) for _, run in runs]
        rows.append((words, *(interval(*band(share), 3) for share in shares)))
    return table(("share of admissions in 2023", *(words for words, _ in runs)), rows, "lrrrr")


def block_bypassing(lab, old):
    """F6, as it comes out: admitted above the nearest level, where nothing is done."""
    run = lab.run(TWIN)
    everywhere = sum(of_level(run, level, 2020) for level, _ in LEVELS)
    return table(("fact", "quantity", "reported", "in the scenario, 2020"), [
        ("F6", blocks.facts()["F6"]["quantity"], blocks.facts()["F6"]["value"],
         interval(*band(1 - of_level(run, "township", 2020) / everywhere), 3))], "llrr")


def draw(lab):
    figure, axes = blocks.picture(7.2, 3.0)
    for words, run in variants(lab):
        months = run.data["time"].values
        facilities = run.data["facility"].values[run.data["facility_level"].values == "township"]
        admissions = run.data["admissions"].mean("replication")
        axes.plot(months, admissions.sel(facility=facilities).sum("facility").values / admissions.sum("facility").values,
                  label=words)
    for date, words in (("2021-01-01", "shares"), ("2022-01-01", "tiers")):
        axes.axvline(np.datetime64(date), color="0.6", linewidth=0.8)
        axes.annotate(words, (np.datetime64(date), 0.75), xycoords=("data", "axes fraction"), xytext=(3, 0),
                      textcoords="offset points", fontsize=8, va="top")
    axes.set_ylabel("share of admissions that are\nto township health centres")
    axes.legend(loc="center left")
    blocks.keep(figure, "tiered_care.png")
