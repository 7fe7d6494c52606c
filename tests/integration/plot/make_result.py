#!/usr/bin/python3
"""Result files as a run would write them, with invented numbers: a county that an expert visits, and the same
county without. Written with h5py alone, so that the reader is not tried against itself."""

import json
import sys

import h5py
import numpy as np

MONTHS = [f"{year}-{month:02d}-01" for year in range(2018, 2023) for month in range(1, 13)]
PLACES = (("152221", "科尔沁右翼前旗"), ("152201", "乌兰浩特市"), ("152223", "扎赉特旗"))
FACILITIES = (("banner", "科尔沁右翼前旗人民医院"), ("prefecture", "Prefecture hospital"),
              ("changchun", "Provincial hospital"))
CONDITIONS = (("stroke_lvo", "Large-vessel stroke"), ("carotid", "Carotid stenosis"))
SERVICES = (("thrombectomy", "Thrombectomy and stenting"), ("thrombolysis", "Thrombolysis"))


class Writer:
    def __init__(self, path):
        self.file = h5py.File(path, "w", track_order=True)

    def dimension(self, name, values, names=None, **attributes):
        self.variable(name, [], values, **attributes)
        self.file[name].make_scale(name)
        if names is not None:
            self.variable(f"{name}_name", [name], names)

    def variable(self, name, dims, values, **attributes):
        text = isinstance(values[0], str)
        kind = h5py.string_dtype() if text else None
        data = self.file.create_dataset(name, data=values, dtype=kind, track_order=True)
        for axis, dim in enumerate(dims):
            data.dims[axis].attach_scale(self.file[dim])
        for key, value in attributes.items():
            data.attrs[key] = value


def write(path, visited, title, replications=20, empty_months=(), names=True, facility_place=True):
    """`empty_months`: positions of months in which nobody is treated for the second condition."""
    draw = np.random.default_rng(7)  # the same for both worlds: they differ by the policy alone
    months = len(MONTHS)
    days = [(np.datetime64(m) - np.datetime64(MONTHS[0])).astype(float) for m in MONTHS]
    begin, end = MONTHS.index("2020-05-01"), MONTHS.index("2020-12-01")
    writer = Writer(path)
    writer.file.attrs["title"] = title
    writer.file.attrs["warmup_days"] = 365.0
    if visited:
        writer.file.attrs["policy_periods"] = json.dumps([{"name": "stint", "from": "2020-05-01", "to": "2020-12-01"}])
    writer.dimension("replication", list(range(replications)), units="1")
    calendar = {"units": f"days since {MONTHS[0]}", "calendar": "proleptic_gregorian"}
    writer.dimension("time", days, **calendar)
    writer.variable("time_end", ["time"], days[1:] + [days[-1] + 31], **calendar)
    for dim, rows in (("place", PLACES), ("facility", FACILITIES), ("condition", CONDITIONS), ("service", SERVICES)):
        writer.dimension(dim, [r[0] for r in rows], [r[1] for r in rows] if names else None)
    if facility_place:
        writer.variable("facility_place", ["facility"], ["152221", "152201", "152201"])

    shape = (replications, months, len(PLACES), len(CONDITIONS))
    patients = draw.poisson(np.array([14.0, 22.0, 9.0])[:, None] * np.array([1.0, 0.6]), shape)
    luck = draw.random(shape)
    local = np.zeros(months)
    if visited:
        local[begin:end] = 0.9
        local[end:] = 0.8
    share = np.zeros((months, len(PLACES), len(CONDITIONS)))
    share[:, 0, :] = local[:, None]
    share[:, 1, :] = 0.55
    treated = np.floor(patients * 0.7 + luck).astype(int)
    treated[:, list(empty_months), 0, 1] = 0
    inside = np.floor(treated * share + luck * 0.9).astype(int)
    inside = np.where(share > 0, np.minimum(inside, treated), 0)
    away = treated - inside

    def of_places(name, values, units="1", long_name=""):
        writer.variable(name, ["replication", "time", "place", "condition"], values, units=units,
                        long_name=long_name or name.replace("_", " "))

    of_places("patients", patients, long_name="patients who fell ill")
    of_places("treated_in_county", inside)
    of_places("treated_in_prefecture", away // 2)
    of_places("treated_in_province", np.zeros_like(away))
    of_places("treated_elsewhere", away - away // 2)
    of_places("waited", treated * (np.array([2.0, 400.0]) - share * np.array([1.0, 300.0])) * (0.8 + 0.4 * luck), "h")
    of_places("travel_to_treatment", inside * 0.7 + away * 5.5, "h")
    of_places("waiting_at_home", (luck + 1) * (1 - share) * np.array([0.0, 6.0]))

    def of_services(name, banner, units="1", long_name=""):
        values = np.zeros((replications, months, len(FACILITIES), len(SERVICES)), dtype=np.asarray(banner).dtype)
        values[:, :, 0, 0] = banner
        writer.variable(name, ["replication", "time", "facility", "service"], values, units=units,
                        long_name=long_name or name.replace("_", " "))

    here = inside[:, :, 0, :].sum(axis=2)
    stint = np.zeros(months, dtype=int)
    stint[begin:end] = 1 if visited else 0
    of_services("procedures_by_visitors", here * stint, long_name="procedures begun by a visiting expert")
    of_services("procedures_by_locals", here * (1 - stint), long_name="procedures begun by independent local staff")
    learnt = np.clip((np.arange(months) - begin - 3 + draw.integers(0, 3, (replications, 1))) / 1.5, 0, 3).astype(int)
    staff = learnt if visited else np.zeros_like(learnt)
    of_services("staff_independent", staff, long_name="independent local staff at the end of the step")
    of_services("experts_visiting", np.broadcast_to(stint, staff.shape),
                long_name="visiting experts at the end of the step")
    of_services("trainees", (3 - staff) * stint, long_name="trainees not yet independent at the end of the step")
    skill = np.clip(0.5 + (np.arange(months) - end) * 0.015 + luck[:, :, 0, 0] * 0.05, 0, 1)
    of_services("proficiency", np.where(staff > 0, skill, 0.0),
                long_name="mean proficiency of the independent local staff at the end of the step (1: the plateau)")
    writer.file.close()


if __name__ == "__main__":
    folder = sys.argv[1]
    write(f"{folder}/stint.h5", True, "A visiting neurologist treats and teaches", empty_months=(20, 30, 31))
    write(f"{folder}/none.h5", False, "No visiting expert", empty_months=(20, 30, 31))
