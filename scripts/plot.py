#!/usr/bin/python3
"""Pictures of a result file, alone or beside another one of the same places.

Curves are means over replications; bands are 95% confidence intervals of the
mean by Student's t. A share or a mean per patient is the ratio of two sums over
replications, with the interval of a ratio estimator; where nobody is counted
there is a gap.
"""

import argparse
import json
import os
import re
import sys
import unicodedata

os.environ.setdefault("MPLBACKEND", "Agg")

import matplotlib

matplotlib.use(os.environ["MPLBACKEND"])

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib import font_manager
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from counterpart_results import mean_band, ratio_band, t_quantile  # noqa: E402,F401

# Okabe and Ito's colours, told apart by colour-blind readers; the second curve is dashed besides.
COLOURS = ("#0072B2", "#D55E00")
DASHES = ("-", (0, (4, 1.5)))
PALETTE = (*COLOURS, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # more of theirs, for pictures of many curves
POLICY_COLOUR = "#009E73"
WARMUP_COLOUR = "#777777"

WIDTH_IN = 3.54  # a column of a journal: 90 mm
PANEL_IN = 1.35
TITLE_LINE_IN = 0.145
LEGEND_LINE_IN = 0.135
TITLE_COLUMNS = 50  # of the title's type across the page
MOST_PANELS = 4  # conditions in one picture

CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")

TREATED = ("treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere")
PROCEDURES = ("procedures_by_visitors", "procedures_by_locals")


class Problem(Exception):
    """What the user can mend."""


# --- Reading


class Result:
    """A result file, with what pictures need of its attributes."""

    def __init__(self, path):
        self.path = path
        self.stem = os.path.splitext(os.path.basename(path))[0]
        try:
            self.data = xr.open_dataset(path, engine="netcdf4", decode_timedelta=False)
        except (OSError, ValueError, KeyError) as error:
            raise Problem(f"{path}: not a result file that can be read: {error}") from None
        if "time" not in self.data.dims or self.data.sizes["time"] == 0:
            raise Problem(f"{path}: has no series (dimension 'time'); the scenario's step decides whether there is one")
        self.begins = self._dates()
        self.label = str(self.data.attrs.get("title") or self.stem)

    def _dates(self):
        times = self.data["time"].values
        if not np.issubdtype(times.dtype, np.datetime64):
            raise Problem(f"{self.path}: 'time' has no units of the form \"days since 2019-01-01\"")
        return times.astype("datetime64[s]")

    @property
    def ends(self):
        """Of the steps, from the file or else guessed: the next one's begin, the last by the calendar."""
        if "time_end" in self.data and self.data["time_end"].dtype.kind == "M":
            return self.data["time_end"].values.astype("datetime64[s]")
        last = self.begins[-1]
        if self.step == "month":
            last = (last.astype("datetime64[M]") + 1).astype("datetime64[s]")
        elif len(self.begins) > 1:
            last = last + (last - self.begins[-2])
        else:
            last = last + np.timedelta64(1, "D")
        return np.append(self.begins[1:], last)

    @property
    def middles(self):
        return self.begins + (self.ends - self.begins) // 2

    @property
    def step(self):
        """'day', 'week', 'month', 'year' or 'step'."""
        if len(self.begins) < 2:
            return "step"
        days = float(np.median(np.diff(self.begins).astype(float))) / 86400
        return {1: "day", 7: "week", 30: "month", 31: "month", 365: "year"}.get(round(days), "step")

    @property
    def warmup_end(self):
        """None without a warm-up. It begins with the run, whose start is the origin of the file's times."""
        days = float(self.data.attrs.get("warmup_days", 0))
        return self.origin + np.timedelta64(int(days * 86400), "s") if days > 0 else None

    @property
    def origin(self):
        units = self.data["time"].encoding.get("units", "")
        found = re.match(r"days since (\S+?)(?:[ T](\S+))?$", units)
        return np.datetime64(f"{found[1]}T{found[2] or '00:00:00'}", "s") if found else self.begins[0]

    @property
    def periods(self):
        """(name, from, to) of the policies' periods; an open end is the end of the series."""
        try:
            listed = json.loads(self.data.attrs.get("policy_periods") or "[]")
            return [(str(period["name"]), np.datetime64(period["from"], "s"),
                     np.datetime64(period["to"], "s") if period.get("to") else self.ends[-1]) for period in listed]
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(f"{self.path}: attribute policy_periods: {error}") from None

    def has(self, *names):
        return all(name in self.data for name in names)

    def get(self, name, **where):
        """The variable as an array (replication, time), at the given ids and summed over all other dimensions.

        All zero where this world has no such place, facility ...
        """
        if name not in self.data:
            raise Problem(f"{self.path}: has no variable '{name}'")
        values = self.data[name]
        for dim, wanted in where.items():
            at = np.flatnonzero(self.ids(dim) == wanted)
            values = values.isel({dim: at})
        values = values.sum([d for d in values.dims if d not in ("replication", "time")])
        if "replication" not in values.dims:
            values = values.expand_dims("replication")
        return np.asarray(values.transpose("replication", "time").values, dtype=float)

    def ids(self, dim):
        return np.array([str(x) for x in self.data[dim].values]) if dim in self.data.sizes else np.array([])

    def totals(self, name, dim):
        """Of a variable, by id of `dim`."""
        if name not in self.data or dim not in self.data[name].dims:
            return np.zeros(len(self.ids(dim)))
        values = self.data[name]
        return np.asarray(values.sum([d for d in values.dims if d != dim]).values, dtype=float)

    def long_name(self, name):
        return str(self.data[name].attrs.get("long_name", name.replace("_", " ")))

    def units(self, name):
        return str(self.data[name].attrs.get("units", "1"))

    def name(self, dim, wanted):
        """For people: the companion variable's, in letters that the fonts have; else the id."""
        at = np.flatnonzero(self.ids(dim) == wanted)
        for companion in (f"{dim}_name", f"{dim}_name_en"):
            if at.size and companion in self.data:
                name = str(self.data[companion].values[at[0]]).strip()
                if name and printable(name):
                    return name
        return wanted


def known_fonts():
    return {font.name for font in font_manager.fontManager.ttflist}


def chinese_font():
    known = known_fonts()
    return next((font for font in CHINESE_FONTS if font in known), None)


def printable(text):
    return text.isascii() or chinese_font() is not None or all(ord(letter) < 0x2E80 for letter in text)


# --- What to show when the user does not say


def choose(results, dim, asked, *by):
    """The id of `dim` asked for, or the one with the most of the first of the variables `by` that is not all zero."""
    known = [i for result in results for i in result.ids(dim)]
    if asked is not None:
        if asked not in known:
            raise Problem(f"no {dim} '{asked}' in {results[0].path}; there are: {', '.join(sorted(set(known))[:20])}")
        return asked
    for name in by:
        sums = {}
        for result in results:
            for i, total in zip(result.ids(dim), result.totals(name, dim)):
                sums[i] = sums.get(i, 0) + total
        if sums and max(sums.values()) > 0:
            return max(sums, key=sums.get)
    return known[0] if known else None


def place_of(results, facility):
    """The place where a facility stands, when the file tells; else where the two results differ most."""
    for result in results:
        at = np.flatnonzero(result.ids("facility") == facility)
        if at.size and result.has("facility_place"):
            found = str(result.data["facility_place"].values[at[0]])
            if found in result.ids("place"):
                return found
    if len(results) == 2:
        sums = [dict(zip(r.ids("place"), r.totals("treated_in_county", "place"))) for r in results]
        change = {place: abs(sums[0][place] - sums[1].get(place, 0)) for place in sums[0]}
        if change and max(change.values()) > 0:
            return max(change, key=change.get)
    return None


def conditions_of(results, place, asked):
    known = results[0].ids("condition")
    if asked is not None:
        return [choose(results, "condition", asked)]
    size = {c: results[0].get("patients", place=place, condition=c).sum() for c in known}
    most = sorted((c for c in known if size[c] > 0), key=lambda c: -size[c])[:MOST_PANELS]
    return [c for c in known if c in most]


# --- Drawing


def style():
    fonts = ["DejaVu Sans"] + ([chinese_font()] if chinese_font() else [])
    plt.rcParams.update({
        "font.family": fonts, "font.size": 7.5, "axes.titlesize": 7.5, "axes.labelsize": 7.5,
        "xtick.labelsize": 7, "ytick.labelsize": 7, "legend.fontsize": 7, "figure.titlesize": 8.5,
        "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6, "axes.titlelocation": "left",
        "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.minor.width": 0.4, "xtick.minor.size": 1.5,
        "xtick.major.size": 3, "ytick.major.size": 2.5, "lines.linewidth": 1.1, "savefig.dpi": 300,
        "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True,
        "grid.color": "#e4e4e4", "grid.linewidth": 0.5,
        "axes.unicode_minus": True, "pdf.fonttype": 3,
    })


def columns_of(text):
    """Width in letters; Chinese ones are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text, columns):
    """In lines of at most so many columns; a word that is longer is broken."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if columns_of(joined) <= columns:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if columns_of(lines[-1] + letter) > columns:
                lines.append("")
            lines[-1] += letter
    return "\n".join(lines)


def shortened(text, columns):
    while columns_of(text) > columns:
        text = text[:-2].rstrip() + "…"
    return text


def curve(axes, order, times, band, high=np.inf):
    """A curve with its band; nothing here is negative. A lone point between gaps gets a dot: a line would not show it."""
    mean, half = band
    axes.plot(times, mean, color=COLOURS[order], linestyle=DASHES[order], zorder=3 + order)
    axes.fill_between(times, np.clip(mean - half, 0, high), np.clip(mean + half, 0, high), color=COLOURS[order],
                      alpha=0.2, linewidth=0, zorder=2)
    there = ~np.isnan(mean)
    before, after = np.append(False, there[:-1]), np.append(there[1:], False)
    alone = there & ~before & ~after
    axes.plot(times[alone], mean[alone], ".", markersize=2.5, color=COLOURS[order], zorder=3 + order)


def warms_up(result):
    return result.warmup_end is not None and result.warmup_end > result.begins[0]


def policy_periods(results):
    """Of the first result that has any, as far as they lie within the series."""
    listed = next((result.periods for result in results if result.periods), [])
    first, last = results[0].begins[0], results[0].ends[-1]
    return [(name, max(begin, first), min(end, last)) for name, begin, end in listed if begin < last and end > first]


def background(axes, results):
    first = results[0]
    if warms_up(first):
        axes.axvspan(first.begins[0], min(first.warmup_end, first.ends[-1]), color=WARMUP_COLOUR, alpha=0.13,
                     linewidth=0, zorder=0)
    for _, begin, end in policy_periods(results):
        axes.axvspan(begin, end, color=POLICY_COLOUR, alpha=0.13, linewidth=0, zorder=0)


def time_axis(axes, results):
    first = results[0]
    axes.set_xlim(first.begins[0], first.ends[-1])
    years = (first.ends[-1] - first.begins[0]).astype(float) / (365.25 * 86400)
    if years >= 1.5:
        axes.xaxis.set_major_locator(mdates.YearLocator(max(1, round(years / 8))))
        axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        if years <= 8:
            axes.xaxis.set_minor_locator(mdates.MonthLocator(bymonth=(4, 7, 10)))
    else:
        locator = mdates.AutoDateLocator(maxticks=6)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def line_count(handles):
    return sum(handle.get_label().count("\n") + 1 for handle in handles)


def head(figure, height, title, curves, patches):
    """Title and legends above the panels, where they hide nothing. Heights in inches from the top."""
    figure.text(0.02, 1 - 0.05 / height, title, fontsize=8.5, fontweight="bold", va="top", linespacing=1.1)
    y = 0.05 + TITLE_LINE_IN * (title.count("\n") + 1) + 0.02
    common = {"loc": "upper left", "frameon": False, "borderaxespad": 0, "borderpad": 0.2, "handlelength": 2.2,
              "labelspacing": 0.25, "columnspacing": 1.5}
    figure.legend(handles=curves, bbox_to_anchor=(0.01, 1 - y / height), ncol=1, **common)
    if patches:
        y += LEGEND_LINE_IN * line_count(curves) + 0.02
        figure.legend(handles=patches, bbox_to_anchor=(0.01, 1 - y / height), ncol=2, **common)


def head_in(title, curves, patches):
    """The height of all that."""
    rows = line_count(curves) + (line_count(patches) + 1) // 2
    return 0.09 + TITLE_LINE_IN * (title.count("\n") + 1) + LEGEND_LINE_IN * rows


def curve_labels(results):
    return [wrapped(result.label, 56) for result in results]


def replicated(results):
    return max(result.data.sizes.get("replication", 1) for result in results) > 1


def page(title, panels, results):
    """A figure of stacked panels that share the dates, with room above them for title and legend."""
    title = wrapped(title, TITLE_COLUMNS)
    curves = [Line2D([], [], color=COLOURS[i], linestyle=DASHES[i], label=label)
              for i, label in enumerate(curve_labels(results))]
    patches = [Patch(facecolor=WARMUP_COLOUR, alpha=0.25, label="warm-up")] if warms_up(results[0]) else []
    patches += [Patch(facecolor=POLICY_COLOUR, alpha=0.25, label=shortened(f"policy: {name}", 26))
                for name, _, _ in policy_periods(results)]
    if replicated(results):
        patches.append(Patch(facecolor="#888888", alpha=0.45, label="95% interval"))
    above, below = head_in(title, curves, patches) + 0.22, 0.26
    height = above + below + PANEL_IN * panels
    figure, axes = plt.subplots(panels, 1, figsize=(WIDTH_IN, height), sharex=True, squeeze=False)
    figure.subplots_adjust(left=0.15, right=0.955, bottom=below / height, top=1 - above / height, hspace=0.36)
    head(figure, height, title, curves, patches)
    for row in axes[:, 0]:
        background(row, results)
        time_axis(row, results)
    return figure, list(axes[:, 0])


def from_zero(axes, highest):
    """A little below zero, so that a curve of zeros is not hidden by the axis."""
    highest = highest if np.isfinite(highest) and highest > 0 else 1.0
    axes.set_ylim(-0.03 * highest, 1.05 * highest)


def finish_axis(axes, title, label, top=None):
    axes.set_title(wrapped(title[:1].upper() + title[1:], 58), pad=3)
    axes.set_ylabel(label)
    highest = axes.dataLim.y1 if top is None else top
    from_zero(axes, highest)


def draw_procedures(results, facility, service):
    first = results[0]
    there = [name for name in PROCEDURES if first.has(name)]
    if not there or facility is None:
        return None
    figure, rows = page(f"{first.name('service', service)}, {first.name('facility', facility)}", len(there), results)
    highest = 0
    for axes, name in zip(rows, there):
        for order, result in enumerate(results):
            band = mean_band(result.get(name, facility=facility, service=service))
            curve(axes, order, result.middles, band)
            highest = max(highest, np.nanmax(band[0] + np.nan_to_num(band[1])))
        finish_axis(axes, first.long_name(name), f"per {first.step}")
    for axes in rows:  # the same scale: who does how much is what the reader compares
        from_zero(axes, highest)
    return figure


def draw_share(results, place, conditions):
    first = results[0]
    if not conditions or not first.has(*TREATED):
        return None
    figure, rows = page(f"Share treated in their own county, {first.name('place', place)}",
                        len(conditions), results)
    for axes, condition in zip(rows, conditions):
        for order, result in enumerate(results):
            parts = [result.get(name, place=place, condition=condition) for name in TREATED]
            curve(axes, order, result.middles, ratio_band(parts[0], sum(parts)), high=1.0)
        finish_axis(axes, first.name("condition", condition), "of those treated", top=1.0)
    return figure


def draw_share_by_place(results, place, conditions):
    """Dots for the whole period after the warm-up, the chosen place first."""
    first = results[0]
    places = list(first.ids("place"))
    if len(places) < 2 or not conditions or not first.has(*TREATED):
        return None
    size = dict(zip(places, first.totals("patients", "place")))
    shown = sorted(places, key=lambda p: (p != place, -size[p]))[:12]
    title = "Treated in their own county, by place"
    handles = [Line2D([], [], marker="os"[i], markersize=3, linestyle="-", color=COLOURS[i], label=label)
               for i, label in enumerate(curve_labels(results))]
    above, below = head_in(title, handles, []) + 0.22, 0.4
    height = above + below + (0.24 * len(shown) + 0.3) * len(conditions)
    figure, axes = plt.subplots(len(conditions), 1, figsize=(WIDTH_IN, height), sharex=True, squeeze=False)
    figure.subplots_adjust(left=0.36, right=0.955, bottom=below / height, top=1 - above / height, hspace=0.3)
    head(figure, height, title, handles, [])
    for row, condition in zip(axes[:, 0], conditions):
        for order, result in enumerate(results):
            after = result.begins >= (result.warmup_end or result.begins[0])
            for y, where in enumerate(shown):
                parts = [result.get(n, place=where, condition=condition)[:, after].sum(axis=1) for n in TREATED]
                mean, half = ratio_band(parts[0], sum(parts))
                offset = (order - (len(results) - 1) / 2) * 0.3
                error = [[min(half, mean)], [min(half, 1 - mean)]] if np.isfinite(half) else None
                row.errorbar(mean, y + offset, xerr=error, fmt="os"[order], markersize=3, color=COLOURS[order],
                             elinewidth=1, capsize=0, zorder=3)
        row.set_yticks(range(len(shown)), [shortened(first.name("place", where), 20) for where in shown])
        row.set_ylim(len(shown) - 0.4, -0.6)
        row.set_xlim(-0.02, 1.02)
        row.grid(axis="x", color="#e4e4e4", linewidth=0.5)
        row.set_title(first.name("condition", condition), pad=3)
    interval = " (lines: 95% interval)" if replicated(results) else ""
    axes[-1, 0].set_xlabel(f"Share of those treated after the warm-up{interval}", x=1.0, ha="right")
    return figure


def draw_waiting(results, place, condition):
    first = results[0]
    if not first.has("waited", "travel_to_treatment", "waiting_at_home", *TREATED):
        return None
    figure, rows = page(f"{first.name('condition', condition)}, people of {first.name('place', place)}", 3, results)
    for axes, name, title in ((rows[0], "waited", "Waiting for treatment, mean of those treated"),
                              (rows[1], "travel_to_treatment", "Travel from home to treatment (one way), per patient treated")):
        bands = []
        for result in results:
            treated = sum(result.get(n, place=place, condition=condition) for n in TREATED)
            bands.append(ratio_band(result.get(name, place=place, condition=condition), treated))
        scale, unit = readable_unit(bands, first.units(name))
        for order, (result, band) in enumerate(zip(results, bands)):
            curve(axes, order, result.middles, (band[0] * scale, band[1] * scale))
        finish_axis(axes, title, unit)
    for order, result in enumerate(results):
        curve(axes=rows[2], order=order, times=result.middles,
              band=mean_band(result.get("waiting_at_home", place=place, condition=condition)))
    finish_axis(rows[2], "Waiting at home for treatment, mean over the " + first.step, "patients")
    return figure


def readable_unit(bands, unit):
    """Hours as minutes or days when they are few or many."""
    values = np.concatenate([band[0] for band in bands])
    values = values[np.isfinite(values)]
    if unit != "h" or values.size == 0:
        return 1.0, unit
    if values.max() > 96:
        return 1 / 24, "days"
    return (60.0, "minutes") if 0 < values.max() < 1 else (1.0, "hours")


def draw_skill(results, facility, service):
    first = results[0]
    names = [n for n in ("staff_independent", "trainees", "experts_visiting", "proficiency") if first.has(n)]
    if not names or facility is None:
        return None
    title = f"Skill: {first.name('service', service)}, {first.name('facility', facility)}"
    figure, rows = page(title, len(names), results)
    for axes, name in zip(rows, names):
        for order, result in enumerate(results):
            values = result.get(name, facility=facility, service=service)
            if name == "proficiency" and result.has("staff_independent"):
                # Of nobody there is no proficiency.
                people = result.get("staff_independent", facility=facility, service=service)
                values = np.where(people > 0, values, np.nan)
            curve(axes, order, result.ends, mean_band(values), high=1.0 if name == "proficiency" else np.inf)
        long_name = first.long_name(name).replace(" at the end of the step", "").split(" (")[0]
        if name == "proficiency":
            finish_axis(axes, long_name, "1 = plateau", top=1.0)
        else:
            finish_axis(axes, long_name, "people")
            axes.yaxis.get_major_locator().set_params(integer=True)
    return figure


# --- Comparisons: what an alternative is worth

MOST_ALTERNATIVES = 6
SHADES = COLOURS + ("#009E73", "#CC79A7", "#E69F00", "#56B4E9")


class Comparison:
    """A file of `counterpart compare --worth -o FILE`."""

    def __init__(self, path):
        self.stem = os.path.splitext(os.path.basename(path))[0]
        self.data = xr.open_dataset(path, engine="netcdf4", decode_timedelta=False)
        self.threshold = float(self.data.attrs["worth_threshold"])
        self.alternatives = [str(label) for label in self.data["scenario"].values[1:]][:MOST_ALTERNATIVES]

    @staticmethod
    def is_one(path):
        try:
            with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as data:
                return "worth_cost" in data and "scenario" in data.dims
        except (OSError, ValueError, KeyError):
            return False

    def handles(self):
        curves = [Line2D([], [], color=SHADES[i], linestyle=DASHES[i % 2], label=label)
                  for i, label in enumerate(self.alternatives)]
        return curves + [Line2D([], [], color="#555555", linestyle=":", linewidth=1,
                                label=f"{self.threshold:,.0f} CNY per DALY")]


def single(title, handles):
    """A figure of one panel, with room above it for title and legend."""
    title = wrapped(title, TITLE_COLUMNS)
    above, below = head_in(title, handles, []) + 0.1, 0.45
    height = above + below + 2 * PANEL_IN
    figure, axes = plt.subplots(figsize=(WIDTH_IN, height))
    figure.subplots_adjust(left=0.19, right=0.955, bottom=below / height, top=1 - above / height)
    head(figure, height, title, handles, [])
    return figure, axes


def draw_plane(comparison):
    """Every replication a dot, the mean a cross; below the dotted line it is worth its cost."""
    base = str(comparison.data["scenario"].values[0])
    figure, axes = single(f"Cost and health beyond {base}, by replication", comparison.handles())
    for order, label in enumerate(comparison.alternatives):
        one = comparison.data.sel(scenario=label)
        averted, cost = one["worth_dalys_averted"].values, one["worth_cost"].values / 1e6
        axes.plot(averted, cost, ".", markersize=3, color=SHADES[order], alpha=0.6, zorder=3)
        axes.plot(averted.mean(), cost.mean(), "+", markersize=9, markeredgewidth=1.6, color="black", zorder=4)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axvline(0, color="black", linewidth=0.6)
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    ends = np.array([min(low, 0), max(high, 0)])
    axes.plot(ends, ends * comparison.threshold / 1e6, ":", color="#555555", linewidth=1, zorder=1)
    axes.set_xlim(*ends)
    axes.set_ylim(min(bottom, 0), max(top, 0) * 1.08)
    axes.set_xlabel("DALYs averted")
    axes.set_ylabel("cost beyond the base, million CNY")
    return figure


def draw_acceptability(comparison):
    figure, axes = single("Chance of being worth its cost, in the mean", comparison.handles())
    at = comparison.data["threshold"].values / 1000
    for order, label in enumerate(comparison.alternatives):
        one = comparison.data["acceptability"].sel(scenario=label).values
        axes.plot(at, one, color=SHADES[order], linestyle=DASHES[order % 2], zorder=3)
    axes.axvline(comparison.threshold / 1000, linestyle=":", color="#555555", linewidth=1, zorder=1)
    axes.set_xlim(0, at[-1])
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("what averting a DALY may cost, thousand CNY")
    axes.set_ylabel("chance")
    return figure


# --- The program


def arguments():
    parser = argparse.ArgumentParser(description="Pictures of a result file.")
    parser.add_argument("result", help="result file of `counterpart run`, or of `counterpart compare --worth`")
    parser.add_argument("--other", metavar="RESULT", help="another policy, drawn beside it")
    parser.add_argument("-o", metavar="DIR", dest="folder", default=".", help="where the pictures go (default: here)")
    parser.add_argument("--format", nargs="+", choices=("png", "pdf", "svg"), default=["png", "pdf"])
    parser.add_argument("--facility", metavar="ID", help="default: the one with the most visitors' procedures")
    parser.add_argument("--service", metavar="ID", help="default: the visitors' one there")
    parser.add_argument("--place", metavar="CODE", help="default: that of the facility")
    parser.add_argument("--condition", metavar="ID", help=f"default: the {MOST_PANELS} with the most patients")
    return parser.parse_args()


def pictures(results, asked):
    """(name, figure) of what can be drawn."""
    facility = choose(results, "facility", asked.facility, *PROCEDURES, "admissions")
    service = choose(results, "service", asked.service, *PROCEDURES)
    place = asked.place or place_of(results, facility)
    place = choose(results, "place", place, "treated_in_county", "patients")
    yield "procedures", draw_procedures(results, facility, service)
    if place is not None and results[0].has("patients"):
        conditions = conditions_of(results, place, asked.condition)
        yield "share-in-county", draw_share(results, place, conditions)
        yield "share-by-place", draw_share_by_place(results, place, conditions)
        for condition in conditions:
            yield f"waiting-{re.sub(r'[^A-Za-z0-9_-]', '_', condition)}", draw_waiting(results, place, condition)
    yield "skill", draw_skill(results, facility, service)


def pictures_of_worth(comparison):
    yield "worth-plane", draw_plane(comparison)
    yield "worth-acceptability", draw_acceptability(comparison)


def main():
    asked = arguments()
    style()
    try:
        if Comparison.is_one(asked.result):
            comparison = Comparison(asked.result)
            stem, drawings = comparison.stem, pictures_of_worth(comparison)
        else:
            results = [Result(path) for path in (asked.result, asked.other) if path]
            stem, drawings = results[0].stem, pictures(results, asked)
        os.makedirs(asked.folder, exist_ok=True)
        drawn = 0
        for name, figure in drawings:
            if figure is None:
                continue
            for kind in asked.format:
                path = os.path.join(asked.folder, f"{stem}-{name}.{kind}")
                # No date inside: equal results give equal files.
                figure.savefig(path, metadata={"CreationDate": None} if kind == "pdf" else None)
                print(path)
            plt.close(figure)
            drawn += 1
        if drawn == 0:
            raise Problem(f"{asked.result}: holds nothing that these pictures show")
    except (Problem, OSError) as error:
        print(f"plot.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
