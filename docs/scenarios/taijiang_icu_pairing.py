"""The blocks of taijiang_icu_pairing.md: functions of a Lab, for scripts/scenario-page."""

import scenario_twins as twins

WITH, WITHOUT = "taijiang_icu_pairing", "taijiang_icu_pairing_without"
FACTS = ("C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13")
SERVICES = {"icu": "intensive care", "surgery": "surgery", "gastro": "gastroenterology", "gynae": "gynaecology",
            "cardio": "cardiology", "crrt": "renal replacement"}


def block_reported(lab, old):
    return twins.reported(table, FACTS)


def block_targets(lab, old):
    return twins.targets(table, interval, lab.run(WITH))


def block_years(lab, old):
    def transferred(run, year):
        return twins.in_year(run, "transfers", year, condition="inpatient") / \
            twins.in_year(run, "patients", year, condition="inpatient")

    rows = [("outpatient and emergency visits to the county hospital",
             lambda run, year: twins.in_year(run, "admissions", year, facility="taijiang")),
            ("share of inpatients transferred", transferred),
            ("planned operations in the county",
             lambda run, year: twins.in_year(run, "treated_in_county", year, condition="operation"))]
    return twins.years(table, interval, band, lab.run(WITHOUT), lab.run(WITH), rows, 2016, 2020)


def block_people(lab, old):
    run = lab.run(WITH)
    rows = []
    for year in range(2016, 2021):
        rows.append((str(year), *(interval(*band(twins.at_end(run, name, year, facility="taijiang")))
                                  for name in ("experts_visiting", "staff_independent", "trainees", "studying")),
                     interval(*band(twins.in_year(run, "hours_away", year))),
                     interval(*band(twins.in_year(run, "hours_teaching", year)))))
    return table(("end of", "visiting experts", "independent local staff", "trainees", "away for study",
                  "experts' hours there", "of teaching"), rows, "lrrrrrr")


def draw(lab):
    plt = twins.plots()
    data = lab.run(WITH).data[["experts_visiting", "staff_independent"]].sel(facility="taijiang").mean("replication")
    figure, axes = plt.subplots(figsize=(7.2, 2.8))
    axes.stackplot(data["time"].values, *(data["experts_visiting"].sel(service=s).values for s in SERVICES if s != "crrt"),
                   labels=[SERVICES[s] for s in SERVICES if s != "crrt"], step="post")
    axes.axhspan(8, 12, color="0.85", zorder=0)
    axes.text(data["time"].values[2], 11.2, "reported for 2020 (C6)", fontsize=8)
    axes.set_ylabel("visiting experts at month's end")
    axes.legend(frameon=False, fontsize=8, loc="center left")
    twins.keep(figure, "policy_dispatch.png")
    figure, axes = plt.subplots(figsize=(7.2, 2.8))
    for service, name in SERVICES.items():
        axes.plot(data["time"].values, data["staff_independent"].sel(service=service).values, label=name,
                  drawstyle="steps-post")
    axes.set_ylabel("independent local staff")
    axes.legend(frameon=False, fontsize=8)
    twins.keep(figure, "policy_training.png")
