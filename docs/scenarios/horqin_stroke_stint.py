"""The blocks of horqin_stroke_stint.md: functions of a Lab, for scripts/scenario-page (which brings number,
interval, table, band, TOP and Problem)."""

import os
import re
import subprocess
import sys

import numpy as np
from PIL import Image

import scenario_blocks
import scenario_text

ALSO = ("README.md",)
BASE, STINT = "horqin_no_stint", "horqin_stroke_stint"
BANNER, HOME, ELSEWHERE = "banner", "aerospace", "changchun"
BANNER_PLACE = "152221"
FITTED_AT = "conditions.stenosis.arrivals.factors"
TREATED = ("treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere")


# --- Reading results: arrays (replication)


def during(run, name, start=None, end=None, **where):
    """Sum of a field over the steps that begin in [start, end), where said, and over all else."""
    values = run.data[name].sel(**where)
    times = run.data["time"]
    after = np.datetime64(start or warm_from(run))
    inside = (times >= after) & (times < np.datetime64(end)) if end else times >= after
    values = values.isel(time=np.flatnonzero(inside.values))
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def warm_from(run):
    return np.datetime64(run.data.attrs["start"]) + np.timedelta64(int(run.data.attrs["warmup_days"]), "D")


def at_end_of(run, name, month, **where):
    """A level, or a mean, of the step that begins at `month`, summed over what is not said."""
    values = run.data[name].sel(time=month, **where)
    return np.asarray(values.sum([d for d in values.dims if d != "replication"]).values, dtype=float)


def treated(run, *period, **where):
    return sum(during(run, name, *period, **where) for name in TREATED)


def mean(values):
    return interval(*band(values))


def ratio(above, below):
    """Of the sums over replications, for people."""
    return above.sum() / below.sum() if below.sum() > 0 else np.nan


# --- Facts


FACTS = ("D1", "D2", "D3", "D4", "D5", "D6")


# --- From population to procedures


def first_number(text):
    return float(re.match(r'"?([-+.0-9e]+)', text)[1])


def block_demand(lab, old):
    written = lab.settings()
    run = lab.run(STINT)
    here = run.data.place_prefecture.values == "兴安盟"
    people = float(run.data.place_population.values[here].sum())
    incidence = first_number(written["conditions.acute_stroke.arrivals.incidence"])
    old_share, ischaemic = (float(x) for x in written["conditions.acute_stroke.arrivals.factors"])
    fitted = float(written[FITTED_AT][2])
    vessel = first_number(written["conditions.acute_stroke.classes.large_vessel.share"])
    by_delay = {scenario_text.shown(q["value"]): float(q["p"])
                for q in written["conditions.acute_stroke.delay"]["quantiles"]}
    routes = {(r["only"].strip('"'), r["to"].strip('"')): float(r["share"])
              for r in written["conditions.acute_stroke.pathway.emergency.next"]}
    backlog = written["conditions.stenosis.arrivals.backlog"].strip('"')
    strokes = people * old_share * incidence / 1e5
    clots = strokes * ischaemic
    large = clots * vessel
    in_time = large * by_delay["24 h"]
    thrombectomy = in_time * routes["large_vessel", "thrombectomy"]
    lysed = clots * by_delay["4.5 h"] * routes["other", "thrombolysis"]
    planned = clots * fitted

    def row(what, factor, source, result, least=0):
        return what, factor, source, number(result, least=least)

    rows = [
        row("people in the six counties of Hinggan League", "", "counties.csv, 2020 census", people),
        row("aged 40 and over", f"× {old_share:g}", "assumed", people * old_share),
        row("strokes a year", f"× {incidence:g} per 100,000", "F9", strokes),
        row("ischaemic", f"× {ischaemic:g}", "F10", clots),
        ("**The acute stream**", "", "", ""),
        row("with a large vessel closed", f"× {vessel:g}", "F11: 0.35 to 0.40", large),
        row("come within 24 h", f"× {by_delay['24 h']:g}", "assumed; F14: 0.405 within 6 h; F15", in_time),
        row("get a thrombectomy where it is offered", f"× {routes['large_vessel', 'thrombectomy']:g}",
            "from F13 (1.84% of ischaemic strokes in tertiary hospitals)", thrombectomy, 1),
        row("for comparison: thrombolysed", f"{clots:,.0f} × {by_delay['4.5 h']:g} × "
            f"{routes['other', 'thrombolysis']:g}", "F14; from F12 (5.64%)", lysed),
        ("**The planned stream**", "", "", ""),
        row("need and want a stent, a year", f"{clots:,.0f} × {fitted:g}", "**fitted to D2**", planned, 1),
        row(f"wait at the start of the run ({backlog} of them)", f"× {first_number(backlog):g}", "assumed",
            planned * first_number(backlog), 1),
    ]
    return table(("step", "factor", "source", "people, or cases a year"), rows, "lllr")


def block_stint_by_stream(lab, old):
    run, stint = lab.run(STINT), ("2020-05-01", "2020-12-01")
    rows = []
    for condition, name in (("acute_stroke", "thrombectomies"), ("stenosis", "stents")):
        own = during(run, "treated_in_county", *stint, condition=condition)
        others = during(run, "treated_in_prefecture", *stint, condition=condition)
        rows.append((name, mean(own), mean(others), mean(own + others)))
    procedures = during(run, "procedures_by_visitors", *stint, facility=BANNER)
    months = [during(run, "procedures_by_visitors", f"2020-{m:02}-01", f"2020-{m + 1:02}-01", facility=BANNER)
              for m in (5, 6, 10, 11)]
    waiting = at_end_of(run, "waiting_at_home", "2020-04-01", condition="stenosis")
    after = at_end_of(run, "waiting_at_home", "2020-11-01", condition="stenosis")
    new = during(run, "patients", *stint, condition="stenosis")
    text = table(("in the seven months, at the banner's hospital", "people of the banner",
                  "of the five other counties", "together"), rows + [("all", "", "", mean(procedures))], "lrrr")
    text += "\n" + table(("the flow behind it", "mean"), [
        ("patients with stenosis who wait at home, mean of April 2020", mean(waiting)),
        ("new patients with stenosis in the seven months", mean(new)),
        ("patients with stenosis who wait at home, mean of November 2020", mean(after)),
        ("procedures in May and June 2020, a month", mean((months[0] + months[1]) / 2)),
        ("procedures in October and November 2020, a month", mean((months[2] + months[3]) / 2)),
    ], "lr")
    return text


# --- Inputs


def block_inputs(lab, old):
    """Keeps the rows of the table as they are and fills in the values; every number of the scenario must have a row."""
    written = lab.settings()
    covered, lines = set(), []
    for line in old.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        paths = re.findall(r"`([^`]+)`", cells[-1])
        if paths:
            texts = [scenario_text.below(written, path) for path in paths]
            if None in texts:
                raise Problem(f"inputs: the scenario says nothing at {paths[texts.index(None)]}")
            if len(set(texts)) > 1:
                raise Problem(f"inputs: different values in one row: {line}")
            covered.update(full for full in written for path in paths if (full + ".").startswith(path + "."))
            cells[1] = texts[0]
            line = "| " + " | ".join(cells) + " |"
        lines.append(line)
    left = [path for path in scenario_text.numbers(written) if path not in covered]
    if left:
        raise Problem(f"inputs: no row for {', '.join(left)}")
    return "\n".join(lines) + "\n"


# --- What the model says


EFFECTS = (
    ("condition/stenosis/treated", "stents", 1),
    ("condition/stenosis/treated_in_county", "… at home, in the banner", 1),
    ("condition/stenosis/treated_in_prefecture", "… in the banner, people of the other five counties", 1),
    ("condition/stenosis/treated_elsewhere", "… in Changchun", 1),
    ("condition/stenosis/gave_up", "gave up waiting for a stent", 1),
    ("condition/stenosis/waiting_at_home", "wait at home for a stent, mean over the four years", 1),
    ("condition/acute_stroke/treated", "thrombectomies", 1),
    ("condition/acute_stroke/untreated", "needed a thrombectomy, in time, and had none", 1),
    ("transfers", "acute patients driven on to the banner", 1),
    ("condition/stenosis/wait_mean", "mean wait of those who got a stent, days", 1),
    ("deaths", "deaths", 1),
    ("complications", "dependence, or a stroke while waiting or treated", 1),
    ("daly", "DALY lost", 1),
    ("patient_cost", "paid by patients, million CNY", 1e-6),
    ("insurer_cost", "paid by insurers, million CNY", 1e-6),
)


def block_effects(lab, old):
    scenario_blocks.check_equal_before(scenario_text, lab.run(BASE), lab.run(STINT), "2020-05-01")
    metrics = lab.compare(lab.run(BASE), lab.run(STINT))
    rows = []
    for name, words, scale in EFFECTS:
        base, stint, difference = ((m * scale, h * scale) for m, h in metrics[name])
        rows.append((words, number(*base), number(*stint), interval(*difference)))
    return table(("2020 to 2023, six counties", "without", "with the stint", "difference"), rows, "lrrr")


HEADLINES = (("treated", "treated anywhere"), ("treated_in_county", "… in their own county"),
             ("treated_in_prefecture", "… in another county of the league"), ("treated_elsewhere", "… in another province"),
             ("gave_up", "gave up waiting"))


def block_headlines(lab, old):
    metrics = lab.compare(lab.run(BASE), lab.run(STINT))
    rows = [(words, number(*metrics[name][0]), number(*metrics[name][1]), interval(*metrics[name][2]))
            for name, words in HEADLINES]
    return table(("patients in four years, six counties", "no visit", "seven months of visit", "difference"), rows, "lrrr")


COUNTIES = {"152201": "Ulanhot", "152202": "Arxan", "152221": "Horqin Right Wing Front Banner",
            "152222": "Horqin Right Wing Middle Banner", "152223": "Jalaid Banner", "152224": "Tuquan"}


def block_counties(lab, old):
    base, stint = lab.run(BASE), lab.run(STINT)
    rows = []
    for place in base.data.place.values:
        if place not in COUNTIES:
            continue
        here = {"place": place, "condition": "stenosis"}
        acute = during(stint, "treated_in_county", place=place, condition="acute_stroke") + \
            during(stint, "treated_in_prefecture", place=place, condition="acute_stroke")
        need = acute + during(stint, "untreated", place=place, condition="acute_stroke")
        travel = [ratio(during(run, "travel_to_treatment", **here), treated(run, **here)) for run in (base, stint)]
        rows.append((COUNTIES[place], f"{float(base.data.place_population.sel(place=place)):,.0f}",
                     mean(treated(base, **here)), mean(treated(stint, **here)), number(travel[0], least=1),
                     number(travel[1], least=1), mean(acute), mean(need)))
    return table(("county", "people", "stents without", "with", "hours there, without", "with",
                  "thrombectomies with", "needed in time"), rows, "lrrrrrrr")


PERIODS = (("January to April 2020", "2020-01-01", "2020-05-01"), ("the stint: May to November 2020", "2020-05-01",
           "2020-12-01"), ("December 2020 to November 2021", "2020-12-01", "2021-12-01"),
           ("December 2021 to November 2022", "2021-12-01", "2022-12-01"),
           ("December 2022 to November 2023", "2022-12-01", "2023-12-01"))


def last_month(end):
    return str(np.datetime64(end, "M") - 1) + "-01"


def block_periods(lab, old):
    base, stint = lab.run(BASE), lab.run(STINT)
    rows = []
    for name, start, end in PERIODS:
        where = {"condition": "stenosis"}
        waits = []
        for run in (base, stint):
            waits.append(ratio(during(run, "waited", start, end, **where), treated(run, start, end, **where)) / 24)
        staff = at_end_of(stint, "staff_independent", last_month(end), facility=BANNER)
        proficiency = at_end_of(stint, "proficiency", last_month(end), facility=BANNER)[staff > 0]
        rows.append((name, mean(during(stint, "procedures_by_visitors", start, end, facility=BANNER)),
                     mean(during(stint, "procedures_by_locals", start, end, facility=BANNER)), mean(staff),
                     number(proficiency.mean() if proficiency.size else np.nan, least=2),
                     number(waits[0], least=1), number(waits[1], least=1)))
    return table(("period", "visitor's procedures", "local doctors' procedures", "independent doctors at the end",
                  "their proficiency", "mean wait for a stent, days, without", "with"), rows, "lrrrrrr")


def block_beijing(lab, old):
    base, stint = lab.run(BASE), lab.run(STINT)
    period = ("2020-05-01", "2020-12-01")
    rows = []
    for words, of in (
            ("procedures of the expert at home", lambda r: during(r, "procedures_at_home", *period)),
            ("procedures of the expert in the banner", lambda r: during(r, "procedures_away", *period)),
            ("the expert's patients treated at another hospital of Beijing",
             lambda r: during(r, "procedures_by_locals", *period, facility="tiantan")),
            ("hours of procedures, at home", lambda r: during(r, "hours_at_home", *period)),
            ("hours of procedures, away", lambda r: during(r, "hours_away", *period)),
            ("hours added by teaching", lambda r: during(r, "hours_teaching", *period))):
        rows.append((words, number(*band(of(base))), number(*band(of(stint))), mean(of(stint) - of(base))))
    return table(("May to November 2020", "without", "with the stint", "difference"), rows, "lrrr")


# --- What the predictions rest on


def with_share(written, share):
    factors = [*written[FITTED_AT][:2], f"{share:g}"]
    return f"{FITTED_AT}=[{', '.join(factors)}]"


def refit(lab, changes, reported):
    """The share, in thousandths as in the scenario, whose simulated D2 is nearest to the report.

    D2 grows with the share, nearly in proportion, so a few runs find it."""
    written = lab.settings()

    def miss(thousandths):
        found = lab.run(STINT, *changes, with_share(written, thousandths / 1000)).targets["D2"]["simulated"]
        return found - reported

    at = round(float(written[FITTED_AT][2]) * 1000)
    for _ in range(12):
        step = -1 if miss(at) > 0 else 1
        slope = abs(miss(at + step) - miss(at))
        if abs(miss(at + step)) >= abs(miss(at)):
            return at / 1000
        at += step * max(1, round(abs(miss(at)) / slope)) if slope > 0 else step
    raise Problem(f"no share fits D2 with {', '.join(changes)}")


STINT_KEYS, SERVICE = "policies.stint.", "services.neurointervention."
ACUTE, STENT = "conditions.acute_stroke.", "conditions.stenosis."
VARIANTS = (
    ("4 trainees", [STINT_KEYS + "trainees=4"]),
    ("8 trainees", [STINT_KEYS + "trainees=8"]),
    ("a trainee is on duty for 60% of cases", [STINT_KEYS + "on_duty=0.6"]),
    ("a trainee is on duty for every case", [STINT_KEYS + "on_duty=1.0"]),
    ("cases go to the trainees in turn", [STINT_KEYS + 'assignment="rotating"']),
    ("cases go to the least advanced", [STINT_KEYS + 'assignment="least_advanced"']),
    ("3 trainees, cases in turn", [STINT_KEYS + "trainees=3", STINT_KEYS + 'assignment="rotating"']),
    ("4 trainees, cases in turn", [STINT_KEYS + "trainees=4", STINT_KEYS + 'assignment="rotating"']),
    ("independence at 30 cases", [SERVICE + 'independence={ dist = "fixed"; value = 30; }']),
    ("independence at 45 cases", [SERVICE + 'independence={ dist = "fixed"; value = 45; }']),
    ("independence at 50 cases", [SERVICE + 'independence={ dist = "fixed"; value = 50; }']),
    ("nobody leaves", [SERVICE + "staff_leave=0 per y"]),
    ("acute patients are driven up to 2 h", [ACUTE + "pathway.thrombectomy.reach=2 h"]),
    ("acute patients are driven up to 4 h", [ACUTE + "pathway.thrombectomy.reach=4 h"]),
    ("a backlog of half a year", [STENT + "arrivals.backlog=0.5 y"]),
    ("a backlog of two years", [STENT + "arrivals.backlog=2 y"]),
    ("patients wait for half as long", [STENT + "pathway.stenting.patience.mean=1 y"]),
    ("staying at home appeals more (-1.2)", [STENT + "choice.stay=-1.2"]),
    ("staying at home appeals less (-3.2)", [STENT + "choice.stay=-3.2"]),
    ("an hour of travel matters half as much", [STENT + "choice.travel=0.345"]),
    ("wards keep patients for 6 days", [STENT + "pathway.recovery.duration.mean=6 d",
                                        ACUTE + "pathway.ward.duration.mean=6 d"]),
)


def sensitivity_row(lab, words, changes, share):
    base, stint = lab.run(BASE, *changes), lab.run(STINT, *changes)
    cells = []
    for fact, least in (("D2", 1), ("D3", 2), ("D4", 2), ("D6", 1)):
        target = stint.targets[fact]
        text = number(target["simulated"], least=least)
        cells.append(text if target["met"] else f"**{text}**")
    gained = treated(stint) - treated(base)
    return (words, share, *cells, mean(gained))


def block_sensitivity(lab, old):
    fact = lab.run(STINT).targets["D2"]
    written = lab.settings()
    fitted = written[FITTED_AT][2]
    rows = [sensitivity_row(lab, "**as in the scenario**", [], fitted)]
    for words, changes in VARIANTS:
        rows.append(sensitivity_row(lab, words, changes, fitted))
        missed = abs(lab.run(STINT, *changes).targets["D2"]["simulated"] - fact["reported"])
        if missed > (fact["high"] - fact["low"]) / 4:
            share = refit(lab, changes, fact["reported"])
            changes = [*changes, with_share(written, share)]
            rows.append(sensitivity_row(lab, "… refitted to D2", changes, f"{share:g}"))
    return table(("what is changed", "fitted share", "D2 procedures", "D3 doctors", "D4 share met", "D6 days",
                  "treated more, 2020 to 2023"), rows, "lrrrrrr")


# --- Pictures


PICTURES = {"procedures": "horqin_procedures.png", "skill": "horqin_skill.png",
            "waiting-stenosis": "horqin_waiting.png"}


def draw(lab):
    folder = os.path.join(lab.folder.name, "pictures")
    subprocess.run([sys.executable, os.path.join(TOP, "scripts", "plot.py"), lab.run(STINT).path, "--other",
                    lab.run(BASE).path, "-o", folder, "--format", "png"], check=True, stdout=subprocess.DEVNULL)
    for name, kept in PICTURES.items():
        picture = Image.open(os.path.join(folder, f"{STINT}-{name}.png")).convert("RGB")
        few = picture.quantize(64, dither=Image.Dither.NONE)
        few.save(os.path.join(TOP, "docs", "pictures", kept), optimize=True)
