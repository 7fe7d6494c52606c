"""A result file in Python: xarray with both of its engines, and h5py. Prints nothing unless something is wrong:
warnings of the libraries on stderr are a failure to the caller."""

import sys

import h5py
import numpy
import xarray


def check(good, complaint):
    if not good:
        sys.exit(complaint)


def check_any(data, engine):
    check(len(data.variables) > 0, f"{engine}: no variables")
    check(isinstance(data.attrs.get("title"), str), f"{engine}: no title")
    for name, variable in data.variables.items():
        for dim in variable.dims:
            check(dim in data.coords, f"{engine}: dimension {dim} of {name} has no coordinate")
        check(variable.dtype.kind != "m", f"{engine}: {name} became a time difference")
        if variable.dtype.kind == "O":
            check(all(isinstance(text, str) for text in variable.values.flat), f"{engine}: {name} is not text")
        elif variable.dtype.kind == "M":
            # A date: its unit has been used to decode it.
            check(variable.encoding["units"].startswith("days since "), f"{engine}: {name} is not in days")
        else:
            # Values of mixed units (metric_value) have theirs beside them (metric_unit).
            mixed = str(name).split("_")[0] + "_unit" in data.variables
            check(mixed or "units" in variable.attrs, f"{engine}: {name} has no unit")
    if "time" in data.coords:
        check(data.time.dtype.kind == "M", f"{engine}: time is no date")


def check_hdf5(path, data):
    with h5py.File(path, "r") as file:
        check(set(file) == set(data.variables), "h5py: other variables than xarray's")
        for name, dataset in file.items():
            variable = data[name]
            check(dataset.shape == variable.shape, f"h5py: {name} has another shape")
            if not h5py.h5ds.is_scale(dataset.id):
                labels = [axis[0].name.lstrip("/") for axis in dataset.dims]
                check(tuple(labels) == variable.dims, f"h5py: {name} has other dimensions")
            if variable.dtype.kind == "O":
                check((dataset.asstr()[...] == variable.values).all(), f"h5py: {name} has other texts")
            elif variable.dtype.kind != "M":
                check(
                    numpy.array_equal(dataset[...], variable.values, equal_nan=True), f"h5py: {name} has other values"
                )
            # h5py gives attributes of a fixed length as bytes.
            for key in ("units", "long_name"):
                text = dataset.attrs.get(key, b"")
                check(isinstance(text, bytes), f"h5py: {key} of {name} is no text")
                if key in variable.attrs:
                    check(text.decode() == variable.attrs[key], f"h5py: {key} of {name} is another")


def check_sample(data, engine):
    expected = numpy.arange(3 * 24 * 120) / 4
    expected[7::1000] = numpy.nan
    check(numpy.array_equal(data.waited.values, expected.reshape(3, 24, 120), equal_nan=True), f"{engine}: waited")
    check(data.waited.dims == ("replication", "time", "place"), f"{engine}: dimensions of waited")
    check(data.waited.attrs["units"] == "h", f"{engine}: unit of waited")
    check((data.patients.values == numpy.arange(72).reshape(3, 24) * 1000003).all(), f"{engine}: patients")
    check(data.time.values[1] == numpy.datetime64("2019-02-01"), f"{engine}: time")
    check(data.time.values[-1] == numpy.datetime64("2020-12-14"), f"{engine}: time")
    check(data.place_name.sel(place="152221").item() == "科尔沁右翼前旗 21", f"{engine}: place_name")
    wait = data.metric_value.sel(metric="station/desk/wait_mean")
    check(float(wait.mean()) == 0.5, f"{engine}: metric_value, or its missing value")
    check(list(data.metric_unit.values) == ["h", ""], f"{engine}: metric_unit")
    check(list(data.metric_met.values) == [1, 0] and data.metric_met.dtype == numpy.int8, f"{engine}: metric_met")
    check(data.metric_met.attrs["flag_meanings"] == "no yes", f"{engine}: flag_meanings")
    check(list(data.metric_met.attrs["flag_values"]) == [0, 1], f"{engine}: flag_values")
    check(data.attrs["title"] == "样本 sample", f"{engine}: title")
    check(data.attrs["seed"] == "18446744073709551615", f"{engine}: seed")
    check(data.attrs["note"] == "", f"{engine}: empty text")
    check(data.attrs["warmup_days"] == 365 and data.attrs["steps"] == 24, f"{engine}: numbers")
    scenario = data.attrs["scenario_written"]
    check(len(scenario.encode()) > 190000 and scenario.startswith('title = "兴安盟'), f"{engine}: scenario_written")


def main():
    path, sample = sys.argv[1], sys.argv[2] == "sample"
    with xarray.open_dataset(path, engine="netcdf4") as a, xarray.open_dataset(path, engine="h5netcdf") as b:
        for engine, data in (("netcdf4", a), ("h5netcdf", b)):
            data.load()
            check_any(data, engine)
            if sample:
                check_sample(data, engine)
        check(a.identical(b), "xarray's engines netcdf4 and h5netcdf read different things")
        check_hdf5(path, a)


main()
