"""The blocks of zhejiang_guizhou_pairing.md: functions of a Lab, for scripts/scenario-page."""

import csv
import io

import scenario_blocks as blocks

WITH, WITHOUT = "zhejiang_guizhou_pairing", "zhejiang_guizhou_pairing_without"
FACTS = ("C1", "C2", "C3", "F1", "F2", "F3", "F4", "F17", "F18", "F19")
CONDITIONS = (("planned", "planned procedures"), ("infarction", "infarctions"), ("cancer", "cancer"),
              ("inpatient", "other inpatients, one in ten"), ("leaving", "... who leave the province, one in ten"))


def helped(run):
    """Whether each facility has a partner, in 2019."""
    return run.data["helped"].sel(time="2019-01-01").isel(replication=0).values > 0


def block_counts(lab, old):
    run = lab.run(WITH)
    data = run.data
    prefecture = dict(zip(data["place"].values, data["place_prefecture"].values))
    places = data["facility_place"].values[helped(run)]
    helpers = data["helping"].sel(time="2019-01-01").isel(replication=0).values > 0
    return table(("fact", "", "reported", "simulated"), [
        ("C1", "hospitals that help", blocks.facts()["C1"]["value"], int(helpers.sum())),
        ("C2", "institutions that are helped", blocks.facts()["C2"]["value"], int(helped(run).sum())),
        ("C3", "prefectures in which these are", blocks.facts()["C3"]["value"], len({prefecture[p] for p in places})),
    ], "llrr")


def block_years(lab, old):
    def share(run, year):
        in_county = blocks.in_year(run, "treated_in_county", year, condition="planned")
        return in_county / blocks.in_year(run, "patients", year, condition="planned")

    def hours(run, year):
        return blocks.in_year(run, "travel_time", year, condition="planned") / \
            blocks.in_year(run, "patients", year, condition="planned")

    rows = [("treated in their county, of those who fell ill", share), ("travel, hours a patient", hours),
            ("ended untreated", lambda run, year: blocks.in_year(run, "untreated", year, condition="planned")),
            ("independent specialists in Guizhou's county hospitals at the end of the year",
             lambda run, year: blocks.at_end(run, "staff_independent", year, service="specialist")),
            ("experts' hours away", lambda run, year: blocks.in_year(run, "hours_away", year)),
            ("infarctions that end in death, Taijiang", lambda run, year: blocks.in_year(
                run, "deaths", year, condition="infarction", place="522630")),
            ("procedures at the example hospital in Hangzhou",
             lambda run, year: blocks.in_year(run, "procedures_by_locals", year, facility="zhejiang.330102"))]
    return blocks.years(PAGE, lab.run(WITHOUT), lab.run(WITH), rows, (2018, 2020))


def block_conditions(lab, old):
    """What each condition adds, a replication, without and with."""
    compared = lab.compare(lab.run(WITHOUT), lab.run(WITH))
    rows = []
    for condition, words in CONDITIONS:
        cells = [words]
        for metric in ("patients", "treated", "treated_elsewhere", "deaths"):
            base, _, difference = compared[f"condition/{condition}/{metric}"]
            cells.append(number(*base))
            if metric != "patients":
                cells.append(interval(*difference))
        base, _, difference = compared[f"condition/{condition}/travel_to_treatment_mean"]
        cells += [number(*base, least=2), interval(*difference, least=2)]
        rows.append(cells)
    return table(("", "patients", "treated", "+/-", "in another province", "+/-", "deaths", "+/-", "way, h", "+/-"), rows,
                 "lrrrrrrrrr")


def block_people(lab, old):
    """Of the same people, over two replications."""
    shown = lab.call("compare", lab.scenario(WITHOUT), lab.scenario(WITH), "--patients", "--csv", "-r", "2")
    means = {(row["group"], row["change"]): float(row["mean"]) for row in csv.DictReader(io.StringIO(shown))
             if row["group"] in ("all", "placebo") and row["alternative"] == WITH}
    rows = [("patients", "patients"), ("touched", "anything else happens to"), ("saved", "saved: die without, not with"),
            ("lost", "lost: die with, not without"), ("treatment_gained", "treated with, not without"),
            ("treatment_lost", "treated without, not with"), ("nearer", "treated in both, nearer home"),
            ("farther", "treated in both, farther from home"), ("sooner", "treated in both, sooner"),
            ("later", "treated in both, later")]
    return table(("a replication", "of the same people", "placebo"),
                 [(words, number(means["all", name], least=1), number(means.get(("placebo", name), float("nan")), least=1))
                  for name, words in rows], "lrr")


def draw(lab):
    figure, axes = blocks.picture()
    for name, label in ((WITH, "paired"), (WITHOUT, "not paired")):
        data = lab.run(name).data[["patients", "treated_in_county"]].sel(condition="planned").sum(["place", "replication"])
        axes.plot(data["time"].values, data["treated_in_county"].values / data["patients"].values, label=label,
                  drawstyle="steps-post")
    axes.set_ylabel("treated in their county,\nof those who fell ill")
    axes.set_ylim(0, 1.05)
    axes.legend(loc="center right")
    blocks.keep(figure, "policy_pairing.png")
