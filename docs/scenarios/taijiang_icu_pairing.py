"""What is computed in taijiang_icu_pairing.md, for scripts/scenario-page."""

import scenario_blocks as blocks
from plot import PALETTE

WITH, WITHOUT = "taijiang_icu_pairing", "taijiang_icu_pairing_without"
FACTS = ("C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13")
SERVICES = {"icu": "intensive care", "surgery": "surgery", "gastro": "gastroenterology", "gynae": "gynaecology",
            "cardio": "cardiology", "crrt": "renal replacement"}


def block_years(lab, old):
    def transferred(run, year):
        return blocks.in_year(run, "transfers", year, condition="inpatient") / \
            blocks.in_year(run, "patients", year, condition="inpatient")

    rows = [("outpatient and emergency visits to the county hospital",
             lambda run, year: blocks.in_year(run, "admissions", year, facility="taijiang")),
            ("share of inpatients transferred", transferred),
            ("planned operations in the county",
             lambda run, year: blocks.in_year(run, "treated_in_county", year, condition="operation"))]
    return blocks.years(PAGE, lab.run(WITHOUT), lab.run(WITH), rows, (2016, 2020))


def block_platform(lab, old):
    """The programme without the platform, and with it."""
    off, on = lab.run(WITH, "policies.platform.active=false"), lab.run(WITH)
    blocks.check_equal_before(PAGE, off, on, "2020-01-01")

    def count(name):
        return lambda run, year: blocks.in_year(run, name, year, condition="inpatient")

    def all_of(name):
        return lambda run, year: blocks.in_year(run, name, year)

    rows = [("watched in intensive care", all_of("watched")), ("asked in Hangzhou", all_of("consultations")),
            ("inpatients transferred", count("transfers")), ("deaths of the critically ill", count("deaths"))]
    return blocks.years(PAGE, off, on, rows, (2020, 2020), ("without the platform", "with it"))


def block_people(lab, old):
    run = lab.run(WITH)
    rows = []
    for year in range(2016, 2021):
        rows.append((str(year), *(interval(*band(blocks.at_end(run, name, year, facility="taijiang")))
                                  for name in ("experts_visiting", "staff_independent", "trainees", "studying")),
                     interval(*band(blocks.in_year(run, "hours_away", year))),
                     interval(*band(blocks.in_year(run, "hours_teaching", year)))))
    return table(("end of", "visiting experts", "independent local staff", "trainees", "away for study",
                  "experts' hours there", "of teaching"), rows, "lrrrrrr")


def draw(lab):
    data = lab.run(WITH).data[["experts_visiting", "staff_independent"]].sel(facility="taijiang").mean("replication")
    figure, axes = blocks.picture()
    visiting = {name: data["experts_visiting"].sel(service=s).values for s, name in SERVICES.items()}
    visiting = {name: values for name, values in visiting.items() if values.any()}
    axes.stackplot(data["time"].values, *visiting.values(), labels=visiting, step="post", colors=PALETTE)
    axes.axhline(8, color="0.3", linewidth=0.8, linestyle=":")
    axes.axhline(12, color="0.3", linewidth=0.8, linestyle=":")
    axes.text(data["time"].values[2], 12.2, "reported for 2020: 8 to 12 (C6)", fontsize=8)
    axes.set(ylabel="visiting experts at month's end", ylim=(0, 13.5))
    axes.legend(loc="lower left")
    blocks.keep(figure, "policy_dispatch.png")
    figure, axes = blocks.picture()
    for service, name in SERVICES.items():
        axes.plot(data["time"].values, data["staff_independent"].sel(service=service).values, label=name,
                  drawstyle="steps-post")
    axes.set_ylabel("independent local staff")
    axes.legend()
    blocks.keep(figure, "policy_training.png")
