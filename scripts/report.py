#!/usr/bin/python3
"""One page about result files, which explains itself and loads nothing: report.py [BASE] RESULT... -o report.html

Of several runs the first is the base, as in `counterpart compare`: they must have the same seed and replications. A
file that `counterpart compare -o` wrote gives a page without series and map, with what it costs after `--worth`. Studies
may come with them or alone: what `sensitivity` prints with --json, and the files of `sensitivity -o` and `merge`.
"""

import argparse
import base64
import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import counterpart_results as results  # noqa: E402
from counterpart_results import Problem, mean_band  # noqa: E402

D3 = ("/usr/share/javascript/d3/d3.min.js", "/usr/share/doc/libjs-d3/copyright")
MOST_MAP_BYTES = 6 << 20  # of the map's numbers, before they become text
GAP = 65535  # no value; others are of 0..65534
MOST_ROWS = 15  # counties in a table
MOST_ARCS = 600  # on the map
MOST_POINTS = 2000  # of a study

# Headline metrics, in order; whether more is better: 1, -1, 0 unsaid.
HEADLINES = (("treated", 1), ("treated_in_county", 1), ("met_share", 1), ("cross_province_share", -1), ("untreated", -1),
             ("gave_up", -1), ("wait_mean", -1), ("travel_to_treatment_mean", -1), ("deaths", -1), ("daly", -1),
             ("patient_cost_per_treated", -1), ("insurer_cost", 0), ("system/left", 0), ("system/sojourn_mean", -1))
# On the map and in series: quantity, or (field, people of the place that it is per).
PER_PEOPLE = ("patients", "treated", "untreated", "deaths", "complications", "daly", "gave_up", "transfers", "consultations", "too_late",
              "turned_away")
SHARES = ("met_share", "treated_in_county_share", "cross_province_share", "untreated_share", "wait_mean",
          "travel_to_treatment_mean", "patient_cost_per_treated", "death_share")
LEVELS = ("waiting_at_home",)


def numbers(values, digits=6):
    """For JSON: rounded to significant digits, None for what is undefined."""
    if isinstance(values, (list, tuple, np.ndarray)):
        return [numbers(value, digits) for value in values]
    value = float(values)
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def band(values):
    mean, half = mean_band(values)
    return {"mean": numbers(mean), "half": numbers(half)}


# --- Parts of the page


def headlines(worlds):
    """Metrics of each world, and their differences from the first."""
    table = []
    summaries = [world.summary().set_index("metric") if isinstance(world, results.Run) else None for world in worlds]
    if isinstance(worlds[0], results.Comparison):
        summary = worlds[0].summary()
        summaries = [summary[summary["scenario"] == label].set_index("metric") for label in worlds[0].scenarios]
        differences = worlds[0].differences()
    else:
        differences = results.Comparison.of(*worlds).differences() if len(worlds) > 1 else None
    names = [name for name, _ in HEADLINES if all(name in summary.index for summary in summaries)]
    better = dict(HEADLINES)
    if not names:
        names = [name for name in summaries[0].index if "/class/" not in name][:12]
    for name in names:
        rows = [summary.loc[name] for summary in summaries]
        if all(row["mean"] == 0 or np.isnan(row["mean"]) for row in rows):
            continue
        entry = {"name": name, "unit": rows[0]["unit"], "better": better.get(name, 0),
                 "worlds": [{"mean": numbers(r["mean"]), "half": numbers((r["high"] - r["low"]) / 2)} for r in rows]}
        if differences is not None:
            found = differences[differences["metric"] == name]
            entry["differences"] = [{"mean": numbers(r.difference), "half": numbers((r.high - r.low) / 2),
                                     "relative": numbers(r.relative)} for r in found.itertuples()]
        table.append(entry)
    return table


def targets(worlds):
    lists = []
    for world in worlds:
        rows = [] if not isinstance(world, results.Run) else world.targets().to_dict("records")
        lists.append([{key: (numbers(value) if isinstance(value, float) else value) for key, value in row.items()}
                      for row in rows])
    return lists


def after_warmup(run):
    """Where the steps after the warm-up are."""
    return np.flatnonzero(run.data["time"].values >= np.datetime64(run.warmup_end))


def people_of(run):
    """Conditions that count in sums over all."""
    return [c for c in run.data["condition"].values if c not in run.background]


def has(run, name):
    above, below = results.QUANTITIES.get(name, ((name,), ()))[:2]
    return all(field in run.data for field in (*above, *below))


def series(worlds):
    """By metric: mean and half width of each world by step, over all places."""
    charts = []
    at = [after_warmup(run) for run in worlds]
    for name in (*SHARES, "treated", "patients", "untreated", "gave_up", "deaths", "daly", "waiting_at_home", "in_line", "admissions",
                 "procedures", "procedures_by_visitors", "staff_independent", "programme_cost", "transfers", "consultations"):
        if not all(has(run, name) for run in worlds):
            continue
        curves = []
        for run, steps in zip(worlds, at):
            frame = run.series(name, condition=people_of(run)).iloc[steps]
            curves.append({"mean": numbers(frame["mean"].values), "half": numbers((frame["high"] - frame["mean"]).values)})
        if any(value for curve in curves for value in curve["mean"] if value):
            charts.append({"name": name, "unit": run.values(name)[3], "curves": curves})
    run = worlds[0]
    ends = run.data["time_end"].values[at[0]]
    return {"charts": charts, "begins": days(run.data["time"].values[at[0]]), "ends": days(ends)}


def days(dates):
    return [str(date)[:10] for date in dates.astype("datetime64[D]")]


def packed(values, least, most):
    """16 bits a number, for colours."""
    width = most - least if most > least else 1
    with np.errstate(invalid="ignore"):
        whole = np.where(np.isfinite(values), np.round((values - least) / width * (GAP - 1)), GAP)
    return base64.b64encode(whole.astype("<u2").tobytes()).decode()


def by_place(run, name, steps, group, selected):
    """[step group, place]: the mean over replications of what the map shows, and its unit."""
    above, below, scale, unit = run.values(name, by="place", condition=people_of(run))
    people = run.data["place_population"].values[selected]

    def grouped(array):
        mean = array.values.mean(axis=0)[np.ix_(steps, selected)]
        ends = range(0, len(steps), group)
        return np.array([mean[i:i + group].sum(axis=0) for i in ends])

    total = grouped(above) * scale
    if below is not None:
        under = grouped(below)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(under > 0, total / under, np.nan), unit
    if name in LEVELS:
        return total / group, unit
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(people > 0, total * 1e5 / people, np.nan), f"{unit}/100000" if unit != "1" else "/100000"


def places_of(run, selected):
    data = run.data
    texts = {name: [str(text) for text in data[f"place_{name}"].values[selected]] if f"place_{name}" in data
             else [""] * len(selected) for name in ("name", "name_en", "prefecture", "province")}
    return {"id": [str(code) for code in data["place"].values[selected]], **texts,
            "lon": numbers(data["place_lon"].values[selected]), "lat": numbers(data["place_lat"].values[selected]),
            "people": numbers(data["place_population"].values[selected], 9)}


def centres_of(run):
    """Facilities that the scenario names; those that a rule makes everywhere are not drawn."""
    if "facility" not in run.data.sizes or "facility_lon" not in run.data:
        return []
    frame = run.facilities()
    provinces = dict(zip(run.places()["place"], run.places().get("province", [])))
    if "origin" in frame:
        frame = frame[frame["origin"] == "named in the scenario"]
    return [{"id": row.facility, "name": str(row.name_), "level": str(row.level), "lon": numbers(row.lon),
             "lat": numbers(row.lat), "province": str(provinces.get(row.place, ""))} for row in frame.rename(columns={"name": "name_"}).itertuples()]


def periods_of(worlds, begins):
    """Before the first policy of any world and after, as indices of steps; one period where there is none."""
    starts = [period["from"] for world in worlds for period in json.loads(world.data.attrs.get("policy_periods") or "[]")]
    first = np.datetime64(min(starts)) if starts else None
    parts = [np.flatnonzero(begins < first), np.flatnonzero(begins >= first)] if first is not None else []
    if len(parts) == 2 and all(part.size for part in parts):
        return ["before", "after"], str(first), parts
    return ["all"], None, [np.arange(len(begins))]


def most_of(values):
    """Positions of the largest flows, in any world and period, and their share of all; values[from, to, world, period]."""
    most = values.max(axis=(2, 3))
    order = np.argsort(-most, axis=None, kind="stable")[:MOST_ARCS]
    pairs = [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, most.shape)) if most[i, j] > 0]
    shown = sum(values[i, j].sum() for i, j in pairs)
    return pairs, numbers(shown / max(values.sum(), 1e-300), 3)


def flows(worlds, steps, selected):
    """Arcs of the map: to facilities where the files tell them, else to provinces. None where they tell neither."""
    if all({"treated_at", "facility_lon"} <= set(world.data) for world in worlds):
        return flows_to_facilities(worlds, steps, selected)
    return flows_to_provinces(worlds, steps, selected)


def flows_to_facilities(worlds, steps, selected):
    """Who of each county is treated at which facility outside it, a step, in each world and period."""
    names, split, parts = periods_of(worlds, worlds[0].data["time"].values[steps])
    home = {str(worlds[0].data["place"].values[i]): at for at, i in enumerate(selected)}
    facilities, ends, cells = {}, [], {}
    for world in worlds:
        for row in world.facilities().itertuples():
            if row.facility not in facilities and np.isfinite(row.lon):
                facilities[row.facility] = (len(ends), row.place)
                ends.append({"name": str(getattr(row, "name", "") or row.facility), "lon": numbers(row.lon), "lat": numbers(row.lat)})
    for w, world in enumerate(worlds):
        counts = world.data["treated_at"].transpose("replication", "time", "flow").values[:, steps].mean(axis=0)
        pairs = zip(world.data["flow_place"].values, world.data["flow_facility"].values)
        for flow, (place, facility) in enumerate(pairs):
            to, stands = facilities.get(str(facility), (None, None))
            if str(place) in home and to is not None and stands != str(place):
                cell = cells.setdefault((home[str(place)], to), np.zeros((len(worlds), len(parts))))
                cell[w] = [counts[part, flow].mean() for part in parts]
    if not cells:
        return None
    keys = list(cells)
    largest, share = most_of(np.array([cells[key] for key in keys])[:, None])
    arcs = [{"place": keys[i][0], "to": keys[i][1], "values": numbers(cells[keys[i]], 5)} for i, _ in largest]
    used = sorted({arc["to"] for arc in arcs})
    for arc in arcs:
        arc["to"] = used.index(arc["to"])
    return {"arcs": arcs, "ends": [ends[i] for i in used], "periods": names, "split": split, "share": share}


def flows_to_provinces(worlds, steps, selected):
    """Out of their province: who of each county is treated in which other one, a step. The county's number is of the file;
    where people of a province go to several, it is split as the whole province is. None where the file has no flows."""
    if not all({"flow_treated", "treated_elsewhere", "place_province"} <= set(world.data) for world in worlds):
        return None
    run = worlds[0]
    names, split, parts = periods_of(worlds, run.data["time"].values[steps])
    provinces = [str(name) for name in run.data["province"].values]
    home = np.array([provinces.index(str(name)) if str(name) in provinces else -1
                     for name in run.data["place_province"].values[selected]])
    values = np.zeros((selected.size, len(provinces), len(worlds), len(parts)))
    for w, world in enumerate(worlds):
        between = world.data["flow_treated"].mean("replication").values[steps]
        leaving = world.values("treated_elsewhere", by="place", condition=people_of(world))[0].values.mean(axis=0)
        leaving = leaving[np.ix_(steps, selected)]
        for p, part in enumerate(parts):
            there = between[part].sum(axis=0)
            np.fill_diagonal(there, 0)
            total = there.sum(axis=1, keepdims=True)
            share = np.divide(there, total, out=np.zeros_like(there, dtype=float), where=total > 0)
            values[:, :, w, p] = np.where(home[:, None] >= 0, leaving[part].mean(axis=0)[:, None] * share[home], 0)
    pairs, share = most_of(values)
    arcs = [{"place": i, "to": provinces[j], "values": numbers(values[i, j], 5)} for i, j in pairs]
    return {"arcs": arcs, "periods": names, "split": split, "share": share}


def atlas(worlds):
    """What the map shows: places, centres, metrics by step, flows."""
    run = worlds[0]
    if "place" not in run.data.sizes or "place_lon" not in run.data or np.all(np.isnan(run.data["place_lon"].values)):
        return None
    selected = np.flatnonzero(run.data["place_selected"].values > 0) if "place_selected" in run.data \
        else np.arange(run.data.sizes["place"])
    if not selected.size or not all(np.array_equal(world.data["place"].values, run.data["place"].values) for world in worlds):
        return None
    steps = after_warmup(run)
    names = [name for name in (*SHARES, *PER_PEOPLE, *LEVELS) if all(has(world, name) for world in worlds)]
    group = 1
    while 2 * len(names) * len(worlds) * selected.size * -(-len(steps) // group) > MOST_MAP_BYTES and group < len(steps):
        group += 1
    metrics = []
    for name in names:
        pairs = [by_place(world, name, steps, group, selected) for world in worlds]
        values = np.array([pair[0] for pair in pairs])
        known = values[np.isfinite(values)]
        if not known.size or known.max() == 0:
            continue
        least, most = min(0.0, float(known.min())), float(known.max())
        metrics.append({"name": name, "unit": pairs[0][1], "least": least, "most": most,
                        "top": numbers(np.quantile(known, 0.98)), "values": [packed(v, least, most) for v in values]})
    begins, ends = run.data["time"].values[steps], run.data["time_end"].values[steps]
    return {"places": places_of(run, selected), "centres": centres_of(run), "metrics": metrics, "group": group,
            "begins": days(begins[::group]), "ends": days(ends[np.minimum(np.arange(0, len(steps), group) + group, len(steps)) - 1]),
            "flows": flows(worlds, steps, selected)}


def totals_by_place(run, name, selected):
    above, below, _, _ = run.values(name, by="place", condition=people_of(run))
    return above.values[:, after_warmup(run)][:, :, selected].sum(axis=1)


def helped(worlds, places):
    """By county, of each alternative: more or fewer treated than in the base, with the interval of the paired difference."""
    index = {str(code): i for i, code in enumerate(worlds[0].data["place"].values)}
    selected = np.array([index[code] for code in places["id"]])
    people = np.array(places["people"])
    base = {name: totals_by_place(worlds[0], name, selected) for name in ("treated", "deaths")}
    answer = []
    for world in worlds[1:]:
        change = totals_by_place(world, "treated", selected) - base["treated"]
        mean, half = mean_band(change)
        deaths, deaths_half = mean_band(totals_by_place(world, "deaths", selected) - base["deaths"])
        surely = np.abs(mean) > half
        order = np.argsort(-mean / np.maximum(people, 1))
        ups = [i for i in order if surely[i] and mean[i] > 0]
        downs = [i for i in order[::-1] if surely[i] and mean[i] < 0]
        rows = [{"place": int(i), "treated": numbers(mean[i]), "half": numbers(half[i]),
                 "rate": numbers(mean[i] / max(people[i], 1) * 1e5), "deaths": numbers(deaths[i]),
                 "deaths_half": numbers(deaths_half[i])} for i in ups[:MOST_ROWS] + downs[:MOST_ROWS][::-1]]
        answer.append({"helped": len(ups), "harmed": len(downs), "unclear": int(len(mean) - len(ups) - len(downs)), "rows": rows})
    return answer


def lorenz(worlds, places):
    """The people, those treated least often first, and their share of the treated: a curve a world."""
    index = {str(code): i for i, code in enumerate(worlds[0].data["place"].values)}
    selected = np.array([index[code] for code in places["id"]])
    people = np.array(places["people"], dtype=float)
    curves = []
    for world in worlds:
        treated = totals_by_place(world, "treated", selected).mean(axis=0)
        order = np.argsort(treated / np.maximum(people, 1), kind="stable")
        x = np.concatenate([[0], np.cumsum(people[order])]) / max(people.sum(), 1)
        y = np.concatenate([[0], np.cumsum(treated[order])]) / max(treated.sum(), 1e-300)
        keep = np.unique(np.linspace(0, len(x) - 1, min(len(x), 200)).astype(int))
        summary = world.summary().set_index("metric")
        name = "equity/treated_per_person/gini"
        gini = summary.loc[name] if name in summary.index else None
        curves.append({"x": numbers(x[keep], 4), "y": numbers(y[keep], 4),
                       "gini": None if gini is None else {"mean": numbers(gini["mean"]),
                                                          "half": numbers((gini["high"] - gini["low"]) / 2)}})
    return curves


def cost_of(run):
    """Of each replication: all costs after the warm-up, and DALYs."""
    steps = after_warmup(run)
    total = 0
    for name in ("patient_cost", "insurer_cost", "programme_cost"):
        if name in run.data:
            where = {"condition": people_of(run)} if name != "programme_cost" else {}
            total = total + run.values(name, **where)[0].values[:, steps].sum(axis=1)
    return total, run.values("daly", condition=people_of(run))[0].values[:, steps].sum(axis=1)


def worth_of(comparison):
    """What `compare --worth` has found: costs and DALYs by replication, and the chance of being worth it by price."""
    data = comparison.data
    if "worth_cost" not in data or "acceptability" not in data:
        return None
    prices = data["threshold"].values
    answer = []
    for i, label in enumerate(comparison.scenarios[1:], start=1):
        averted, cost = data["worth_dalys_averted"].values[i], data["worth_cost"].values[i]
        answer.append({"label": label, "averted": numbers(averted), "cost": numbers(cost),
                       "mean": [numbers(averted.mean()), numbers(cost.mean())],
                       "half": [numbers(mean_band(averted[:, None])[1][0]), numbers(mean_band(cost[:, None])[1][0])],
                       "prices": numbers(prices), "chance": numbers(data["acceptability"].values[i], 4),
                       "threshold": numbers(data.attrs.get("worth_threshold", np.nan)),
                       "perspective": str(data.attrs.get("worth_perspective", ""))})
    return answer


def worth(worlds):
    """Of each alternative: DALYs averted and cost more than the base, by replication."""
    if not all({"daly", "patient_cost"} <= set(world.data) for world in worlds):
        return None
    base_cost, base_daly = cost_of(worlds[0])
    answer = []
    for world in worlds[1:]:
        cost, daly = cost_of(world)
        if not np.any(cost != base_cost) and not np.any(daly != base_daly):
            continue
        averted, more = base_daly - daly, cost - base_cost
        answer.append({"label": world.label, "averted": numbers(averted), "cost": numbers(more),
                       "mean": [numbers(averted.mean()), numbers(more.mean())],
                       "half": [numbers(mean_band(averted[:, None])[1][0]), numbers(mean_band(more[:, None])[1][0])]})
    return answer or None


def about(world):
    attrs = world.data.attrs
    return {"title": world.title, "label": world.label, "file": os.path.basename(world.path),
            "scenario": str(attrs.get("scenario", "")), "seed": world.seed, "version": world.version,
            "replications": world.replications, "start": str(attrs.get("start", "")),
            "warmup_days": numbers(attrs.get("warmup_days", 0)), "fingerprint": str(attrs.get("fingerprint", "")),
            "periods": json.loads(attrs.get("policy_periods") or "[]"), "sheet": world.description,
            "text": str(attrs.get("scenario_written", ""))}


# --- Studies


def factors_of(data):
    names = [str(name) or str(code) for name, code in zip(data["factor_name"].values, data["factor"].values)]
    return [{"id": str(code), "name": name} for code, name in zip(data["factor"].values, names)]


def written(form, value):
    number = f"{value:.6g}"
    return form.replace("{}", number) if "{}" in form else number


def tornado_of(y, data):
    """As `sensitivity --json`: of each factor what its low and its high value change, the widest first."""
    rows = []
    for f, factor in enumerate(factors_of(data)):
        row, form = {"factor": factor["id"]}, str(data["factor_form"].values[f])
        for end, point in (("low", 1 + 2 * f), ("high", 2 + 2 * f)):
            mean, half = mean_band((y[point] - y[0])[:, None])
            row[end] = written(form, float(data["factor_value"].values[point, f]))
            row[f"{end}_difference"] = {"mean": numbers(mean[0]), "ci95": None if np.isnan(half[0]) else
                                        [numbers(mean[0] - half[0]), numbers(mean[0] + half[0])]}
        rows.append(row)
    reach = [max(abs(row[f"{end}_difference"]["mean"] or 0) for end in ("low", "high")) for row in rows]
    return [rows[i] for i in np.argsort(reach, kind="stable")[::-1]]


def study_of_file(data, label):
    """Points: one at a time as a tornado, others as a response over each factor."""
    kind, scenarios = str(data.attrs.get("design_kind", "")), [str(s) for s in data["scenario"].values]
    values = data["metric_value"].transpose("scenario", "point", "replication", "metric").values
    tornado = kind == "one_at_a_time" and values.shape[1] == 1 + 2 * data.sizes["factor"]
    kept = np.unique(np.linspace(0, values.shape[1] - 1, min(values.shape[1], MOST_POINTS)).astype(int))
    responses = []
    for m, metric in enumerate(data["metric"].values):
        for s in range(1 if len(scenarios) > 1 else 0, len(scenarios)):
            y = values[s, :, :, m] - (values[0, :, :, m] if s else 0)
            response = {"metric": str(metric), "unit": str(data["metric_unit"].values[m]), "scenario": scenarios[s],
                        "base": scenarios[0] if s else None}
            if tornado:
                response["tornado"] = tornado_of(y, data)
            else:
                mean, half = mean_band(y.T)
                response.update(mean=numbers(mean[kept]), half=numbers(half[kept]))
            responses.append(response)
    study = {"title": str(data.attrs.get("title", "")), "label": label, "kind": kind, "points": int(values.shape[1]),
             "replications": int(values.shape[2]), "factors": factors_of(data), "responses": responses}
    if not tornado:
        for f, factor in enumerate(study["factors"]):
            factor["values"], factor["form"] = numbers(data["factor_value"].values[kept, f]), str(data["factor_form"].values[f])
    return study


def study_of_text(path):
    """What `sensitivity --json` has printed."""
    try:
        with open(path, encoding="utf-8") as file:
            study = json.load(file)
        responses = [r for r in study["responses"] if r.get("tornado") or r.get("indices")]
        study = {"title": study.get("title") or "", "label": os.path.basename(path), "kind": study["kind"], "points": study["points"],
                 "replications": study["replications"], "responses": responses,
                 "factors": [{"id": f["id"], "name": f.get("name") or f["id"]} for f in study["factors"]]}
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(f"{path}: is not of `counterpart sensitivity --json`: {error}") from None
    if not responses:
        raise Problem(f"{path}: has neither a tornado nor Sobol' indices; give the file of `sensitivity -o` for others")
    return study


def is_study(path):
    if path.endswith(".json"):
        return True
    with results.open(path) as file:
        return {"point", "factor", "metric", "replication"} <= set(file.data.sizes)


def studies_of(paths):
    studies = []
    for path in paths:
        if path.endswith(".json"):
            studies.append(study_of_text(path))
        else:
            with results.open(path) as file:
                studies.append(study_of_file(file.data, os.path.basename(path)))
    return studies


def worlds_of(paths):
    worlds = [results.open(path) for path in paths]
    for world in worlds:
        if not isinstance(world, (results.Run, results.Comparison)):
            raise Problem(f"{world.path}: is neither of `counterpart run` nor of `counterpart compare`")
        if len(worlds) > 1 and not isinstance(world, results.Run):
            raise Problem(f"{world.path}: a file of `counterpart compare` goes alone: it holds all of its worlds")
    results.Comparison.of(*worlds) if len(worlds) > 1 else None
    labels = [world.label for world in worlds]
    for i, world in enumerate(worlds):
        if labels.count(world.label) > 1:
            world.label = f"{world.label} ({i + 1})"
    return worlds


def content(paths):
    """All that the page shows."""
    studies = studies_of([path for path in paths if is_study(path)])
    paths = [path for path in paths if not is_study(path)]
    if not paths:
        return {"worlds": [], "headlines": [], "targets": [], "about": [], "studies": studies}
    worlds = worlds_of(paths)
    page = {"studies": studies, "headlines": headlines(worlds), "targets": targets(worlds), "about": [about(world) for world in worlds]}
    if isinstance(worlds[0], results.Comparison):
        page["worlds"] = [{"label": label, "title": title} for label, title in
                          zip(worlds[0].scenarios, map(str, worlds[0].data["scenario_title"].values))]
        page["worth"] = worth_of(worlds[0])
        return page
    page["worlds"] = [{"label": world.label, "title": world.title or world.label} for world in worlds]
    if "time" in worlds[0].data.sizes and len({world.data.sizes["time"] for world in worlds}) == 1:
        page["series"] = series(worlds)
    page["atlas"] = atlas(worlds)
    if page["atlas"] is not None and has(worlds[0], "treated") and len(page["atlas"]["places"]["id"]) > 1:
        page["lorenz"] = lorenz(worlds, page["atlas"]["places"])
        if len(worlds) > 1:
            page["helped"] = helped(worlds, page["atlas"]["places"])
    if len(worlds) > 1:
        page["worth"] = worth(worlds)
    return page


# --- The page


def read(name):
    with open(os.path.join(HERE, "report", name), encoding="utf-8") as file:
        return file.read()


def library():
    """d3 and its licence, of the Debian package libjs-d3."""
    texts = []
    for path in D3:
        try:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}; install the package libjs-d3") from None
    return texts


def inert(text):
    """JSON that cannot end the element that it stands in."""
    return text.replace("</", "<\\/").replace("<!--", "<\\u0021--")


def page_of(paths, lang):
    words = json.loads(read("words.json"))
    data = content(paths)
    code, licence = library()
    data.update(lang=lang, words={key: pair[0 if lang == "en" else 1] for key, pair in words.items()}, licence=licence)
    text = read("page.html")
    title = data["worlds"][-1]["title"] if data["worlds"] else data["studies"][0]["title"]
    for mark, part in (("TITLE", title.replace("&", "&amp;").replace("<", "&lt;")),
                       ("LANG", "zh-Hans" if lang == "zh" else "en"), ("STYLE", read("page.css")),
                       ("DATA", inert(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))),
                       ("D3", code.replace("</script", "<\\/script")), ("CODE", read("page.js"))):
        text = text.replace("{{" + mark + "}}", part, 1)
    return text


def main():
    parser = argparse.ArgumentParser(description="One self-contained page about result files, the base first.")
    parser.add_argument("results", nargs="+", metavar="RESULT", help="files of `counterpart run` (the base first), or one of `compare`; studies: files of `sensitivity` and "
                             "`merge`, or what `sensitivity --json` prints")
    parser.add_argument("-o", "--output", default="report.html", metavar="FILE", help="where the page goes (%(default)s)")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the page (%(default)s)")
    asked = parser.parse_args()
    try:
        text = page_of(asked.results, asked.lang)
        with open(asked.output, "w", encoding="utf-8") as file:
            file.write(text)
    except (Problem, OSError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    print(asked.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
