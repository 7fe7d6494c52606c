"""What is computed in chongqing_infertility_alliance.md, for scripts/scenario-page (which brings number, interval, table,
band and Problem)."""

import numpy as np

import scenario_blocks as blocks

NAME = "chongqing_infertility_alliance"
TWIN, BEFORE = NAME + "_without", "2022-01-01"
CLINIC = "clinic"
FACTS = tuple(f"A{n}" for n in range(1, 10))
METRICS = (
    ("transfers", "couples referred to the centre", 1),
    ("treated", "begin assisted reproduction", 1),
    ("successes", "live births of those treated", 1),
    ("wait_mean", "days from seeking help to its begin, mean", 1),
    ("consultations", "visits with somebody at the centre, from afar", 1),
    ("travel_time", "hours on the way to and from hospitals, one way", 1),
)


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


def block_referred(lab, old):
    """Who of those referred in 2022 had been seen before the alliance began."""
    base, run = lab.run(TWIN), lab.run(NAME)
    seen = blocks.in_year(run, "procedures_guided", 2022, service=CLINIC) + blocks.in_year(
        run, "procedures_by_locals", 2022, service=CLINIC) - blocks.in_year(run, "procedures_remote", 2022, service=CLINIC)
    all_of_them = blocks.in_year(run, "transfers", 2022)
    by_clinics = seen * (0.16435 + 0.05 * 0.5)
    rows = [("referred in 2022", interval(*band(all_of_them))),
            ("… expected of the patients seen at members' clinics: 0.189 of them", interval(*band(by_clinics))),
            ("… the rest: couples who had come before 2022 and found their own way",
             interval(*band(all_of_them - by_clinics))),
            ("referred in 2022 without the alliance", interval(*band(blocks.in_year(base, "transfers", 2022))))]
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
    run, base = lab.run(NAME), lab.run(TWIN)
    months = run.data["time"].values
    figure, axes = blocks.picture(7.2, 3.2)
    guided = run.data["procedures_guided"].sel(service=CLINIC).sum("facility").mean("replication")
    members = [f for f in run.data.facility.values if f != "hub"]
    own = run.data["procedures_by_locals"].sel(service=CLINIC, facility=members).sum("facility").mean("replication")
    axes.plot(months, guided, label="seen at members, under guidance")
    axes.plot(months, own, label="seen at members, by their own doctors")
    for result, words in ((run, "referred to the centre"), (base, "… without the alliance")):
        axes.plot(months, result.data["transfers"].sum(("place", "condition")).mean("replication"), label=words)
    axes.axvline(np.datetime64("2022-01-01"), color="#777777", linewidth=0.8)
    axes.set_ylabel("couples a month")
    axes.set_ylim(bottom=0)
    axes.set_xlim(np.datetime64("2021-01-01"), np.datetime64("2023-01-01"))
    axes.legend()
    blocks.keep(figure, "chongqing_alliance.png")
