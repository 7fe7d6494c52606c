#!/usr/bin/python3
"""Pictures of studies: what `sensitivity --json` and `warmup --json` print, and result files.

    plot_study.py tornado.json        a tornado; Sobol' indices as bars; the warm-up curve: by what the file is
    plot_study.py BASE.h5 OTHER.h5    paired differences with 95% intervals; maps and flows of both
    plot_study.py RESULT.h5           maps, and flows of patients to hospitals in other counties
"""

import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.collections import LineCollection  # noqa: E402
import numpy as np  # noqa: E402

import counterpart_results as results  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402

Problem = results.Problem
BLUE, ORANGE = plot.COLOURS
ROW_IN = 0.24  # of a bar
DIFFERENCES = [name for name, _ in report.HEADLINES]


def figure_of(rows, title, width=plot.WIDTH_IN * 1.5):
    """A figure of one panel with a row a bar, and room for long names."""
    title = plot.wrapped(title, 54)
    height = 0.62 + ROW_IN * rows + 0.14 * title.count("\n")
    figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set_title(title)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.5)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(rows - 0.5, -0.5)
    return figure, axes


def names_of(study):
    return {factor["id"]: factor.get("name") or factor["id"] for factor in study["factors"]}


def title_of(response):
    against = f", {response['scenario']} less {response['base']}" if response.get("base") else ""
    return f"{response['metric']} ({response['unit']}){against}"


def draw_tornado(response, names):
    """The metric's change at the low and high value of each factor, the widest first; whiskers are 95% intervals."""
    rows = response["tornado"]
    figure, axes = figure_of(len(rows), title_of(response))
    for end, colour, offset in (("low", BLUE, -0.19), ("high", ORANGE, 0.19)):
        change = [row[f"{end}_difference"] for row in rows]
        means = [part["mean"] if part["mean"] is not None else np.nan for part in change]
        half = [(part["ci95"][1] - part["ci95"][0]) / 2 if part["ci95"] else 0 for part in change]
        at = np.arange(len(rows)) + offset
        axes.barh(at, means, height=0.36, color=colour, label=f"{end} value", xerr=half,
                  error_kw={"elinewidth": 0.8, "ecolor": "#444444"})
        for y, row in zip(at, rows):
            axes.annotate(row[end], (1.0, y), xycoords=("axes fraction", "data"), fontsize=5.5, va="center", ha="left",
                          color="#555555", annotation_clip=False)
    axes.set_yticks(range(len(rows)), [plot.shortened(names.get(row["factor"], row["factor"]), 44) for row in rows])
    axes.axvline(0, color="#444444", linewidth=0.6)
    axes.legend(frameon=False, fontsize=6.5)
    return figure


def draw_sobol(response, names):
    """First-order and total indices, with 95% intervals."""
    rows = response["indices"]
    figure, axes = figure_of(len(rows), title_of(response) + ": shares of the variance")
    for kind, label, colour, offset in (("first", "alone", BLUE, -0.19), ("total", "with others", ORANGE, 0.19)):
        values = np.array([row[kind] for row in rows], dtype=float)
        low, high = np.array([row[f"{kind}_ci95"] or [np.nan, np.nan] for row in rows], dtype=float).T
        whiskers = np.nan_to_num(np.clip([values - low, high - values], 0, None))
        axes.barh(np.arange(len(rows)) + offset, values, height=0.36, color=colour, label=label, xerr=whiskers,
                  error_kw={"elinewidth": 0.8, "ecolor": "#444444"})
    axes.set_yticks(range(len(rows)), [plot.shortened(names.get(row["factor"], row["factor"]), 44) for row in rows])
    axes.axvline(0, color="#444444", linewidth=0.6)
    axes.legend(frameon=False, fontsize=6.5)
    return figure


def draw_warmup(study):
    """The series with the proposed and the declared end of the warm-up, and MSER-5 below."""
    parts = {name: part for name, part in study["quantities"].items() if any(part["values"])}
    if not parts:
        return None
    figure, rows = plt.subplots(len(parts), 1, figsize=(plot.WIDTH_IN * 1.5, 0.5 + 1.25 * len(parts)), sharex=True,
                                squeeze=False, layout="constrained")
    days = np.array(study["from_days"], dtype=float)
    for axes, (name, part) in zip(rows[:, 0], parts.items()):
        values = np.array(part["values"], dtype=float)
        axes.plot(days[:len(values)], values, color=BLUE, linewidth=0.7)
        if part["warmup_days"] is not None:
            axes.axvline(part["warmup_days"], color=ORANGE, linewidth=1.2, label=f"MSER-5: {part['warmup_days']:g} d")
        if study["declared_days"]:
            axes.axvline(study["declared_days"], color="#444444", linewidth=0.9, linestyle="--",
                         label=f"in the scenario: {study['declared_days']:g} d")
        axes.set_title(f"{name}{' a day' if part['per_day'] else ''} ({part['unit']})")
        axes.legend(frameon=False, fontsize=6, loc="upper right")
    rows[-1, 0].set_xlabel("days since the start")
    return figure


def draw_differences(worlds):
    """Relative change of each headline metric with its 95% interval."""
    table = results.Comparison.of(*worlds).differences()
    table = table[table["metric"].isin(DIFFERENCES) & table["relative"].notna() & table["low"].notna()]
    table = table.set_index("metric").reindex([name for name in DIFFERENCES if name in set(table["metric"])])
    if table.empty:
        return None
    figure, axes = figure_of(len(table), f"{worlds[1].title} against {worlds[0].title}: relative change")
    at = np.arange(len(table))
    middle = 100 * table["relative"].values
    half = 100 * ((table["high"] - table["low"]) / 2 / table["base"].abs()).values
    reach = 200  # per cent; what lies beyond is written
    inside = np.abs(middle) <= reach
    axes.errorbar(middle[inside], at[inside], xerr=half[inside], fmt="o", color=ORANGE, markersize=3.5, elinewidth=1.1)
    for y, value in zip(at[~inside], middle[~inside]):
        axes.annotate(f"{value:+,.0f}%", (0.99 if value > 0 else 0.01, y), xycoords=("axes fraction", "data"),
                      ha="right" if value > 0 else "left", va="center", fontsize=6.5, color=ORANGE)
    most = max(2, np.max(np.abs(middle[inside]) + half[inside], initial=0))
    axes.set_xlim(-1.15 * most, 1.15 * most)
    axes.axvline(0, color="#444444", linewidth=0.6)
    axes.set_yticks(at, [name.replace("_", " ") for name in table.index])
    axes.set_xlabel("%")
    return figure


def totals(world, name):
    """By place, after the warm-up; a quantity is the ratio of its sums."""
    steps = report.after_warmup(world)
    above, below, scale, unit = world.values(name, by="place", condition=report.people_of(world))
    over = above.values[:, steps].sum(axis=1).mean(axis=0) * scale
    if below is None:
        return over, unit
    under = below.values[:, steps].sum(axis=1).mean(axis=0)
    return np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0), unit


def draw_map(worlds, name):
    """A dot a county, by people and value; centres as squares; a panel a world."""
    if not all(report.has(world, name) and "place_lon" in world.data for world in worlds):
        return None
    places = worlds[0].places()
    chosen = np.flatnonzero(places["selected"] > 0) if "selected" in places else np.arange(len(places))
    values = [totals(world, name)[0][chosen] for world in worlds]
    known = np.concatenate(values)
    known = known[np.isfinite(known)]
    if len(chosen) < 2 or not known.size:
        return None
    figure, panels = map_panels(len(worlds))
    people = places["population"].values[chosen]
    sizes = np.clip(1600 / len(chosen), 1.5, 90) * people / max(people.max(), 1) + 1.5
    for axes, world, shown in zip(panels, worlds, values):
        dots = axes.scatter(places["lon"].values[chosen], places["lat"].values[chosen], s=sizes, c=shown, cmap="viridis_r",
                            vmin=min(0, known.min()), vmax=np.quantile(known, 0.98), edgecolors="white", linewidths=0.3, zorder=3)
        squares(axes, world)
        axes.set_title(plot.wrapped(world.title, 44))
        frame_map(axes, places["lat"].values[chosen], axes is panels[0])
    unit = totals(worlds[0], name)[1]
    figure.colorbar(dots, ax=list(panels), shrink=0.75, label=name.replace("_", " ") + (f" ({unit})" if unit != "1" else ""))
    return figure


def crossings(world):
    """Who of each province is treated in which other one, after the warm-up."""
    if "flow_treated" not in world.data:
        return np.zeros((0, 0))
    between = world.data["flow_treated"].mean("replication").values[report.after_warmup(world)].sum(axis=0)
    np.fill_diagonal(between, 0)
    return between


def squares(axes, world):
    """Hospitals that the scenario names."""
    centres = report.centres_of(world)
    axes.scatter([c["lon"] for c in centres], [c["lat"] for c in centres], marker="s", s=12 if len(centres) < 20 else 4,
                 color="black", linewidths=0, zorder=4)


def frame_map(axes, latitudes, first):
    axes.set_aspect(1 / np.cos(np.radians(latitudes.mean())))
    axes.set(xlabel="° east", ylabel="° north" if first else "")
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.5)


def leaving(world):
    """Who is treated at a hospital in another county, after the warm-up: [from, to, (lon, lat)], how many, and the share
    of all treated at hospitals."""
    flows = world.flows()
    places = world.places().set_index("place")
    facilities = world.facilities().set_index("facility")
    flows = flows.assign(stands=facilities["place"].reindex(flows["facility"]).values)
    everybody = flows["mean"].sum()
    flows = flows[(flows["stands"] != flows["place"]) & (flows["mean"] > 0)]
    share = flows["mean"].sum() / everybody if everybody > 0 else np.nan
    flows = flows.sort_values("mean", ascending=False).head(report.MOST_ARCS)
    ends = np.stack([places.loc[flows["place"], ["lon", "lat"]].values, facilities.loc[flows["facility"], ["lon", "lat"]].values], axis=1)
    return ends.astype(float), flows["mean"].values, share


def bent(ends):
    """[arc, point, (lon, lat)]: a curve from each place to its hospital."""
    t = np.linspace(0, 1, 24)[None, :, None]
    a, b = ends[:, :1], ends[:, 1:]
    middle = (a + b) / 2 + 0.15 * np.stack([b[..., 1] - a[..., 1], a[..., 0] - b[..., 0]], axis=-1)
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b


def draw_flows(worlds):
    """Arcs from counties to the hospitals elsewhere that treat their people, a panel a world; between provinces where
    the files say no more."""
    if not all("treated_at" in world.data and "facility_lon" in world.data for world in worlds):
        return draw_crossings(worlds)
    drawn = [leaving(world) for world in worlds]
    most = max((counts.max(initial=0) for _, counts, _ in drawn), default=0)
    if most == 0:
        return None
    places = worlds[0].places()
    places = places[places["selected"] > 0] if "selected" in places else places
    figure, panels = map_panels(len(worlds))
    for axes, world, (ends, counts, share) in zip(panels, worlds, drawn):
        axes.scatter(places["lon"], places["lat"], s=np.clip(400 / len(places), 0.6, 8), color="#777777", linewidths=0, zorder=1)
        axes.add_collection(LineCollection(bent(ends), linewidths=0.25 + 3.5 * np.sqrt(counts / most), colors=ORANGE, alpha=0.55, zorder=2))
        squares(axes, world)
        axes.set_title(plot.wrapped(f"{world.title}: {share:.1%} leave their county", 44))
        frame_map(axes, places["lat"].values, axes is panels[0])
    return figure


def map_panels(count):
    figure, panels = plt.subplots(1, count, figsize=(plot.WIDTH_IN * (1 + 0.9 * (count > 1)), 3.0), squeeze=False,
                                  sharex=True, sharey=True, layout="constrained")
    return figure, panels[0]


def draw_crossings(worlds):
    widest = max((crossings(world).max(initial=0) for world in worlds), default=0)
    if widest == 0:
        return None
    figure, panels = map_panels(len(worlds))
    for axes, world in zip(panels, worlds):
        places = world.places()
        axes.scatter(places["lon"], places["lat"], s=np.clip(400 / len(places), 0.6, 8), color="#777777", linewidths=0, zorder=1)
        squares(axes, world)
        arrows(axes, world, places, widest)
        axes.set_title(plot.wrapped(world.title, 44))
        frame_map(axes, places["lat"].values, axes is panels[0])
    return figure


def arrows(axes, world, places, widest):
    """Who is treated in another province: from the middle of the people of one to the other's."""
    between = crossings(world)
    if not between.size or "province" not in places:
        return
    names = [str(name) for name in world.data["province"].values]
    middles = {}
    for name in names:
        here = places[places["province"] == name]
        if len(here):
            weights = np.maximum(here["population"].values, 1)
            middles[name] = (np.average(here["lon"], weights=weights), np.average(here["lat"], weights=weights))
    for i, j in np.argwhere(between > 0):
        if names[i] in middles and names[j] in middles:
            axes.annotate("", middles[names[j]], middles[names[i]], zorder=2, arrowprops={
                "arrowstyle": "-|>,head_width=0.18,head_length=0.35", "connectionstyle": "arc3,rad=-0.22", "color": ORANGE, "alpha": 0.65,
                "linewidth": 0.4 + 3.5 * np.sqrt(between[i, j] / widest), "shrinkA": 4, "shrinkB": 4})


def of_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            study = json.load(file)
    except (OSError, ValueError) as error:
        raise Problem(f"{path}: cannot be read: {error}") from None
    if not isinstance(study, dict):
        raise Problem(f"{path}: is not of `counterpart sensitivity --json` or `warmup --json`")
    if "quantities" in study:
        yield "warmup", draw_warmup(study)
        return
    drawn = {"tornado": draw_tornado, "indices": draw_sobol}
    for response in study.get("responses", []):
        for kind, draw in drawn.items():
            if response.get(kind):
                name = response["metric"].replace("/", "-")
                yield f"{'tornado' if kind == 'tornado' else 'sobol'}-{name}", draw(response, names_of(study))


def of_results(paths):
    worlds = [results.open(path) for path in paths]
    for world in worlds:
        if not isinstance(world, results.Run):
            raise Problem(f"{world.path}: is not of `counterpart run`")
    if len(worlds) == 2:
        yield "differences", draw_differences(worlds)
    for name in ("met_share", "travel_to_treatment_mean"):
        yield f"map-{name}", draw_map(worlds, name)
    yield "flows", draw_flows(worlds)


def main():
    parser = argparse.ArgumentParser(description="Pictures of studies.")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a JSON of `sensitivity` or `warmup`, or one or two results")
    parser.add_argument("-o", metavar="DIR", dest="folder", default=".", help="where the pictures go (default: here)")
    parser.add_argument("--format", nargs="+", choices=("png", "pdf", "svg"), default=["png", "pdf"])
    asked = parser.parse_args()
    plot.style()
    plt.rcParams["svg.hashsalt"] = "counterpart"
    try:
        if len(asked.files) > 2:
            raise Problem("more than two files; give a base and another")
        of_text = asked.files[0].endswith(".json")
        stem = os.path.splitext(os.path.basename(asked.files[-1]))[0]
        os.makedirs(asked.folder, exist_ok=True)
        drawn = 0
        for name, figure in of_json(asked.files[0]) if of_text else of_results(asked.files):
            for kind in asked.format if figure is not None else ():
                path = os.path.join(asked.folder, f"{stem}-{name}.{kind}")
                figure.savefig(path, metadata={"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind))
                print(path)
                drawn += 1
            plt.close(figure)
        if drawn == 0:
            raise Problem(f"{asked.files[0]}: holds nothing that these pictures show")
    except (Problem, plot.Problem, KeyError, OSError) as error:
        print(f"plot_study.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
