"""Result files of counterpart as tidy data frames.

    import counterpart_results as results
    run = results.open("results/horqin_stroke_stint.h5")
    run.series("treated", by="place").query("place == '152221'").plot(x="time", y="mean")

A frame has one row a value. Units are in its column `unit`, or in frame.attrs["unit"] where a frame has one
quantity. Intervals are 95% intervals of the mean over replications by Student's t; those of a ratio are of a ratio
estimator; those of a difference are paired by replication.

Python needs pandas, xarray and netCDF4: Debian's python3-xarray and python3-netcdf4 bring them.
"""

import json
import os

import numpy as np
import pandas as pd
import xarray as xr

TREATED = ("treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere")
# Sums and ratios of sums that people ask for by place and step, as `counterpart keys --results` defines them.
QUANTITIES = {
    "treated": (TREATED, (), 1, "1"),
    "treated_in_county_share": (TREATED[:1], TREATED, 1, "1"),
    "cross_province_share": (TREATED[3:], TREATED, 1, "1"),
    "met_share": (TREATED, TREATED + ("untreated",), 1, "1"),
    "untreated_share": (("untreated",), TREATED + ("untreated",), 1, "1"),
    "wait_mean": (("waited",), TREATED, 1 / 24, "d"),
    "travel_to_treatment_mean": (("travel_to_treatment",), TREATED, 1, "h"),
    "patient_cost_per_treated": (("patient_cost",), TREATED, 1, "CNY"),
    "death_share": (("deaths",), ("patients",), 1, "1"),
    "procedures": (("procedures_by_visitors", "procedures_by_locals"), (), 1, "1"),
}


class Problem(Exception):
    """What the user can mend."""


# --- Estimates: the first axis is that of the replications


def t_quantile(freedom):
    """The 97.5% quantile of Student's t, to 1e-3 from one degree of freedom on.

    Exact for 1 and 2; otherwise the expansion in 1/freedom of Abramowitz and
    Stegun 26.7.5 with the term of fifth order left out, and a table below 8.
    """
    table = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 6: 2.4469, 7: 2.3646}
    if freedom in table:
        return table[freedom]
    z = 1.959963985
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / freedom + g2 / freedom**2 + g3 / freedom**3 + g4 / freedom**4


def mean_band(values):
    """Mean over replications and half width of its interval; NaN where unknown."""
    values = np.asarray(values, dtype=float)
    count = np.sum(~np.isnan(values), axis=0)
    total = np.nansum(values, axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    squares = np.nansum((values - mean) ** 2, axis=0)
    half = np.full(mean.shape, np.nan)
    for n in np.unique(count[count > 1]):
        here = count == n
        half[here] = t_quantile(int(n) - 1) * np.sqrt(squares[here] / (n - 1) / n)
    return mean, half


def ratio_band(above, below):
    """Ratio of the means over replications, with its half width; NaN where `below` is zero in all of them."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    mean_below = below.mean(axis=0)
    some = mean_below > 0
    divisor = np.where(some, mean_below, 1)
    ratio = np.where(some, above.mean(axis=0) / divisor, np.nan)
    _, half = mean_band((above - ratio * below) / divisor)
    return ratio, half


def _summary(names, units, values):
    """A row a name; values[replication, name]."""
    mean, half = mean_band(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        count = np.sum(~np.isnan(values), axis=0)
        squares = np.nansum((values - mean) ** 2, axis=0)
        sd = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return pd.DataFrame({"metric": names, "unit": units, "mean": mean, "sd": sd, "low": mean - half,
                         "high": mean + half})


def _texts(array):
    return np.array([str(text) for text in array.values])


# --- Files


def open(path):  # noqa: A001 (as in xarray and netCDF4)
    """A Run, a Comparison, or a Result of another kind, by what the file holds."""
    data = _dataset(path)
    kind = Run if {"replication", "time"} <= set(data.sizes) else Comparison if "scenario" in data.sizes else Result
    return kind(path, data)


def _dataset(path):
    try:
        return xr.open_dataset(path, engine="netcdf4", decode_timedelta=False)
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"{path}: not a result file that can be read: {error}") from None


class Result:
    """Any result file: `data` is the xarray data set, and every variable can be had as a frame."""

    def __init__(self, path, data=None):
        self.path = str(path)
        self.data = data if data is not None else _dataset(path)
        self.title = str(self.data.attrs.get("title", ""))
        self.seed = str(self.data.attrs.get("seed", ""))
        self.version = str(self.data.attrs.get("version", ""))
        self.label = os.path.splitext(os.path.basename(self.path))[0]

    def __repr__(self):
        sizes = ", ".join(f"{name} {size}" for name, size in self.data.sizes.items())
        return f"<{type(self).__name__} {self.path}: {self.title} ({sizes})>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.data.close()

    @property
    def replications(self):
        return int(self.data.sizes.get("replication", 1))

    @property
    def description(self):
        """What `counterpart describe` says of the scenario: {"title", "items": [...]}; None in files without."""
        text = self.data.attrs.get("description")
        return json.loads(text) if text else None

    @property
    def scenario(self):
        """The text of the scenario, all values in force."""
        return self.data.attrs.get("scenario_resolved")

    def unit(self, name):
        """Of a variable; "1" for counts and shares, None for texts."""
        known = name in self.data.variables or name + "_sum" not in self.data.variables
        return self._variable(name if known else name + "_sum").attrs.get("units")

    def _variable(self, name):
        if name not in self.data.variables:
            near = [known for known in self.data.variables if name in known]
            raise Problem(f"{self.path}: has no variable '{name}'" + (f"; there is: {', '.join(near)}" if near else ""))
        return self.data[name]

    def frame(self, name):
        """A variable: a column for each of its dimensions, and its values in the column of its name."""
        variable = self._variable(name)
        if not variable.dims:
            frame = pd.DataFrame({name: [variable.values[()]]})
        else:
            frame = variable.to_dataframe(name=name).reset_index()[[*variable.dims, name]]
        frame.attrs["unit"] = variable.attrs.get("units")
        frame.attrs["long_name"] = variable.attrs.get("long_name", name)
        return frame

    def variables(self):
        """What is in the file: a row a variable."""
        rows = [(name, ", ".join(var.dims), var.attrs.get("units"), var.attrs.get("long_name"))
                for name, var in self.data.variables.items()]
        return pd.DataFrame(rows, columns=["variable", "dimensions", "unit", "meaning"])

    def _units(self):
        return _texts(self.data["metric_unit"])

    def _metric_names(self):
        if "metric" not in self.data.variables:
            raise Problem(f"{self.path}: has no metrics")
        return _texts(self.data["metric"])


class Run(Result):
    """A file of `counterpart run`."""

    @property
    def warmup_end(self):
        """The date from which on results are reported."""
        return pd.Timestamp(self.data.attrs["start"]) + pd.Timedelta(days=float(self.data.attrs["warmup_days"]))

    @property
    def background(self):
        """Ids of the conditions that sums over all conditions leave out (`background` in the scenario)."""
        if "condition_background" not in self.data:
            return []
        return list(_texts(self.data["condition"])[self.data["condition_background"].values > 0])

    def metrics(self):
        """replication, metric, unit, value: totals and ratios after the warm-up."""
        frame = self.frame("metric_value").rename(columns={"metric_value": "value"})
        units = dict(zip(self._metric_names(), self._units()))
        frame.insert(2, "unit", [units[name] for name in frame["metric"]])
        return frame

    def summary(self):
        """metric, unit, mean, sd, low, high."""
        return _summary(self._metric_names(), self._units(), self.data["metric_value"].values)

    def targets(self):
        """What was reported beside what is simulated: a row a fact."""
        if "target" not in self.data.sizes:
            return pd.DataFrame(columns=["fact", "role", "quantity", "unit", "reported", "least", "most", "mean", "low",
                                         "high", "met"])
        mean, half = mean_band(self.data["target_value"].transpose("replication", "target").values)
        least, most = self.data["target_low"].values, self.data["target_high"].values
        bounded = ~np.isnan(least) | ~np.isnan(most)
        met = ~((mean < least) | (mean > most))
        return pd.DataFrame({
            "fact": _texts(self.data["target"]), "role": _texts(self.data["target_role"]),
            "quantity": _texts(self.data["target_quantity"]), "unit": _texts(self.data["target_unit"]),
            "reported": self.data["target_reported"].values, "least": least, "most": most, "mean": mean,
            "low": mean - half, "high": mean + half,
            "met": [bool(yes) if some and not np.isnan(value) else None for yes, some, value in zip(met, bounded, mean)],
        })

    def _companions(self, dim):
        if dim not in self.data.sizes:
            raise Problem(f"{self.path}: has no {dim}s")
        frame = pd.DataFrame({dim: _texts(self.data[dim])})
        for name, variable in self.data.variables.items():
            if name.startswith(dim + "_") and variable.dims == (dim,):
                frame[name[len(dim) + 1:]] = variable.values
        return frame

    def places(self):
        """place, name, lon, lat, population ... : a row a place."""
        return self._companions("place")

    def facilities(self):
        """facility, name, place, lon, lat, level, beds ... : a row a facility."""
        return self._companions("facility")

    def fields(self):
        """The output fields: field, by (dimensions), unit, kind (sum, point, mean), meaning."""
        rows = [(name, ", ".join(var.dims[2:]), var.attrs.get("units"),
                 str(var.attrs.get("cell_methods", "time: sum")).split()[1], var.attrs.get("long_name"))
                for name, var in self.data.variables.items() if var.dims[:2] == ("replication", "time")]
        return pd.DataFrame(rows, columns=["field", "by", "unit", "kind", "meaning"])

    def _sums(self, names, by, where):
        """[replication, time, *by]: the sum of fields over all dimensions but `by`."""
        total = 0
        for name in names:
            if name not in self.data and name + "_sum" in self.data:  # added up over the replications
                values = self.data[name + "_sum"].expand_dims("replication") / self.replications
            else:
                values = self._variable(name)
            if values.dims[:2] != ("replication", "time"):
                raise Problem(f"{self.path}: '{name}' is no output field; see fields()")
            for dim, wanted in where.items():
                if dim in values.dims:
                    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
                    values = values.isel({dim: np.flatnonzero(np.isin(_texts(self.data[dim]), wanted))})
            missing = set(by) - set(values.dims)
            if missing:
                raise Problem(f"{self.path}: '{name}' is not by {', '.join(sorted(missing))}")
            total = total + values.sum([d for d in values.dims if d not in ("replication", "time", *by)])
        return total.transpose("replication", "time", *by).astype(float)

    def values(self, name, by=(), **where):
        """(above, below, scale, unit) of a field or quantity: arrays [replication, time, *by]; below is None for
        a sum."""
        by = (by,) if isinstance(by, str) else tuple(by)
        above, below, scale, unit = QUANTITIES.get(name, ((name,), (), 1, None))
        sums = self._sums(above, by, where)
        return sums, self._sums(below, by, where) if below else None, scale, unit or self.unit(name)

    def series(self, name, by=(), **where):
        """time, *by, mean, low, high of a field or of one of QUANTITIES, summed over what `by` does not name and
        where `where` says: run.series("procedures", facility="banner")."""
        above, below, scale, unit = self.values(name, by, **where)
        mean, half = mean_band(above.values) if below is None else ratio_band(above.values, below.values)
        mean, half = mean * scale, half * scale
        index = above.isel(replication=0, drop=True).to_dataframe(name="mean").reset_index()
        frame = index[[*above.dims[1:], "mean"]].copy()
        frame["mean"], frame["low"], frame["high"] = mean.ravel(), (mean - half).ravel(), (mean + half).ravel()
        frame.attrs.update(unit=unit, name=name)
        return frame

    def flows(self, since=None, until=None):
        """place, facility, mean, low, high: patients of the place treated at the facility in the steps that begin from
        `since` (the end of the warm-up when absent) until before `until`; a row a pair that occurs."""
        if "treated_at" not in self.data:
            raise Problem(f"{self.path}: does not say who is treated where; see `counterpart keys scenario.flows`")
        begins = self.data["time"].values
        chosen = begins >= np.datetime64(pd.Timestamp(since) if since is not None else self.warmup_end)
        if until is not None:
            chosen &= begins < np.datetime64(pd.Timestamp(until))
        counts = self.data["treated_at"].transpose("replication", "time", "flow").values
        mean, half = mean_band(counts[:, chosen].sum(axis=1))
        frame = pd.DataFrame({"place": _texts(self.data["flow_place"]), "facility": _texts(self.data["flow_facility"]),
                              "mean": mean, "low": mean - half, "high": mean + half})
        frame.attrs.update(unit="1", name="treated_at")
        return frame

    def field(self, name):
        """Every value of an output field: replication, time, its other dimensions, and a column of its name."""
        return self.frame(name)

    def compare(self, base):
        """The differences from another run, paired by replication: as Comparison.differences()."""
        return Comparison.of(base, self).differences()


class Comparison(Result):
    """A file of `counterpart compare -o`, or runs set beside each other."""

    @classmethod
    def of(cls, *runs):
        """From runs with the same seed and replications, the base first."""
        base = runs[0]
        for run in runs[1:]:
            if (run.seed, run.replications) != (base.seed, base.replications):
                raise Problem(f"{run.path} and {base.path} have different seeds or numbers of replications: they "
                              "cannot be paired")
        names = list(dict.fromkeys(name for run in runs for name in run._metric_names()))
        at = {name: i for i, name in enumerate(names)}
        values = np.full((len(runs), base.replications, len(names)), np.nan)
        units = [""] * len(names)
        for i, run in enumerate(runs):
            here = [at[name] for name in run._metric_names()]
            values[i][:, here] = run.data["metric_value"].values
            for j, unit in zip(here, run._units()):
                units[j] = unit
        data = xr.Dataset({"metric_value": (("scenario", "replication", "metric"), values),
                           "metric_unit": (("metric",), units)},
                          {"scenario": [run.label for run in runs], "metric": names},
                          {"title": "; ".join(run.title for run in runs), "seed": base.seed, "version": base.version})
        return cls(base.path, data)

    @property
    def scenarios(self):
        return list(_texts(self.data["scenario"]))

    def metrics(self):
        """scenario, replication, metric, unit, value."""
        frame = self.frame("metric_value").rename(columns={"metric_value": "value"})
        units = dict(zip(self._metric_names(), self._units()))
        frame.insert(3, "unit", [units[name] for name in frame["metric"]])
        return frame

    def summary(self):
        """scenario, metric, unit, mean, sd, low, high."""
        parts = []
        for i, label in enumerate(self.scenarios):
            part = _summary(self._metric_names(), self._units(), self.data["metric_value"].values[i])
            part.insert(0, "scenario", label)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def differences(self):
        """alternative, metric, unit, base, mean (the alternative's), difference, low, high, relative: each alternative
        less the base (the first scenario), paired by replication."""
        values = self.data["metric_value"].transpose("scenario", "replication", "metric").values
        base, _ = mean_band(values[0])
        parts = []
        for i, label in enumerate(self.scenarios[1:], start=1):
            own, _ = mean_band(values[i])
            mean, half = mean_band(values[i] - values[0])
            with np.errstate(invalid="ignore", divide="ignore"):
                relative = np.where(base != 0, mean / base, np.nan)
            parts.append(pd.DataFrame({
                "alternative": label, "metric": self._metric_names(), "unit": self._units(), "base": base, "mean": own,
                "difference": mean, "low": mean - half, "high": mean + half, "relative": relative}))
        return pd.concat(parts, ignore_index=True)
