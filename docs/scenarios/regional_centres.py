"""What is computed in regional_centres.md, for scripts/scenario-page."""

import numpy as np

import scenario_blocks as blocks

TWIN, BEFORE = "regional_without", "2021-01-01"
FACTS = ("B1", "B2", "B3", "B4", "D7", "D8", "D9", "D10", "F1", "F7")
METRICS = (("treated_in_province", "treated in another prefecture of their province", 1),
           ("treated_elsewhere", "treated in another province", 1),
           ("travel_time_per_treated", "hours of travel a patient", 1),
           ("patient_cost", "paid by patients, million CNY", 1e-6),
           ("programme_cost", "paid by the programme, million CNY", 1e-6),
           ("consultations", "cases discussed with the national heart centre", 1),
           ("condition/heart_new/deaths", "deaths of rare and severe heart disease where a centre opened early", 1))


def is_centre(run, kind):
    return np.char.startswith(run.data["facility"].values.astype(str), kind + "_")


def opened(run, kind, year):
    """How many of them see patients, or could: those that are paid for, in any replication."""
    paid = run.data["programme_cost"].sel(time=slice(None, f"{year}-12-31")).sum("time").max("replication").values
    return int((is_centre(run, kind) & (paid > 0)).sum())


def block_counts(lab, old):
    """What is reported of the country, and what of it is in these provinces."""
    run = lab.run(lab.name)
    prefecture = dict(zip(run.data["place"].values, run.data["place_prefecture"].values))
    provincial = is_centre(run, "provincial")
    capitals = {prefecture[p] for p in run.data["facility_place"].values[is_centre(run, "tertiary")]}
    outside = [prefecture[p] not in capitals for p in run.data["facility_place"].values[provincial]]
    return page_table((
        ("B1, D7", "national centres: categories of disease, at so many hospitals",
         f"13, at {is_centre(run, 'national').sum()}"),
        ("B2", "regional centres opened by the end of 2022", opened(run, "regional", 2022)),
        ("D8", "regional centres opened by the end of 2024", opened(run, "regional", 2024)),
        ("D9", "provincial centres in these 25 provinces, of 114 in the country", opened(run, "provincial", 2024)),
        ("D10", "share of these outside the capital", f"{np.mean(outside):.2f}")))


def page_table(rows):
    return table(("fact", "", "in the scenario"), rows, "llr")


def draws(lab, level):
    """Settings that make a bed of a regional centre draw so much."""
    conditions = lab.run(lab.name).data["condition"].values
    return [f"conditions.{c}.choice.level.regional={level}" for c in conditions]


def block_sensitivity(lab, old):
    rows = []
    for level, words in ((1.0, "2.7"), (2.0, "7.4, as in the scenario"), (3.0, "20"), (4.0, "55")):
        target = lab.run(lab.name, *([] if level == 2.0 else draws(lab, level))).targets["F7"]
        rows.append((words, interval(target["simulated"], (target["ci95"][1] - target["ci95"][0]) / 2, 2),
                     blocks.MET[target["met"]]))
    return table(("a bed of a regional centre draws like so many others", "F7", "within"), rows, "lrl")


def block_heart(lab, old):
    """The three centres of B4, at the end of each year."""
    run = lab.run(lab.name)
    names = {"regional_53_1": "Yunnan", "regional_41_1": "Henan", "regional_44_1": "Guangdong"}
    rows = []
    for facility, words in names.items():
        level = run.data["proficiency"].sel(facility=facility, service="heart").mean("replication")
        rows.append((words, *(f"{float(level.sel(time=str(y)).values.item()):.2f}" for y in range(2021, 2025))))
    return table(("proficiency at the end of", "2021", "2022", "2023", "2024"), rows, "lrrrr")
