#!/usr/bin/python3
"""Tries scripts/counterpart_results.py and .R on files that the program writes: what they say must be what the program
says of the same files, and both the same. usage: test_frames.py PROGRAM"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import pandas as pd

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "scripts"))

import counterpart_results as results

PROGRAM = os.path.abspath(sys.argv.pop(1))


def call(*arguments):
    return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, text=True, cwd=FOLDER.name).stdout


def scenario(name):
    return os.path.join(TOP, "scenarios", name + ".cfg")


FOLDER = tempfile.TemporaryDirectory()


def path(name):
    return os.path.join(FOLDER.name, name)


def setUpModule():
    call("run", scenario("horqin_stroke_stint"), "-r", "3", "-o", "with.h5")
    call("run", scenario("horqin_no_stint"), "-r", "3", "-o", "without.h5")
    call("compare", "without.h5", "with.h5", "-o", "compared.h5")
    call("run", scenario("queues/mm1"), "-r", "2", "-o", "queue.h5")


def tearDownModule():
    FOLDER.cleanup()


class Python(unittest.TestCase):
    def agrees(self, summary, shown):
        self.assertEqual(list(summary["metric"]), list(shown))
        for row in summary.itertuples():
            metric = shown[row.metric]
            self.assertEqual(row.unit, metric["unit"])
            for ours, theirs in ((row.mean, metric["mean"]), (row.sd, metric["sd"])):
                np.testing.assert_allclose(ours, np.nan if theirs is None else theirs, rtol=1e-9, atol=1e-9)
            if metric["ci95"] is not None:
                # Python's t quantiles are good to 1e-3.
                np.testing.assert_allclose([row.low, row.high], metric["ci95"], rtol=1e-9, atol=1e-3 * (row.high - row.low) + 1e-9)

    def test_a_run_has_the_metrics_that_the_program_shows(self):
        for name in ("with.h5", "queue.h5"):
            with results.open(path(name)) as run:
                self.assertIsInstance(run, results.Run)
                self.agrees(run.summary(), json.loads(call("show", name, "--json"))["metrics"])
                self.assertEqual(len(run.metrics()), run.replications * len(run.summary()))

    def test_targets_are_those_that_the_program_shows(self):
        with results.open(path("with.h5")) as run:
            targets = run.targets().set_index("fact")
        for shown in json.loads(call("show", "with.h5", "--json"))["targets"]:
            row = targets.loc[shown["fact"]]
            self.assertAlmostEqual(row["mean"], shown["simulated"], places=9)
            self.assertEqual((row["role"], row["met"]), (shown["role"], shown["met"]))
        with results.open(path("queue.h5")) as run:
            self.assertEqual(len(run.targets()), 0)

    def test_differences_are_those_of_the_program_from_either_kind_of_file(self):
        shown = json.loads(call("compare", "without.h5", "with.h5", "--json"))["metrics"]
        with results.open(path("with.h5")) as run, results.open(path("without.h5")) as base, \
                results.open(path("compared.h5")) as compared:
            self.assertIsInstance(compared, results.Comparison)
            self.assertEqual(compared.scenarios, ["without", "with"])
            for frame in (run.compare(base), compared.differences()):
                for row in frame.itertuples():
                    there = shown[row.metric]["alternatives"][0]["difference"]
                    np.testing.assert_allclose(row.difference, np.nan if there["mean"] is None else there["mean"],
                                               rtol=1e-9, atol=1e-9)
                    if there["ci95"] is not None:
                        np.testing.assert_allclose([row.low, row.high], there["ci95"], rtol=1e-9,
                                                   atol=1e-3 * (row.high - row.low) + 1e-9)

    def test_series_add_up_to_the_metrics(self):
        with results.open(path("with.h5")) as run:
            summary = run.summary().set_index("metric")["mean"]
            self.assertEqual(run.background, ["aerospace_list"])
            conditions = [c for c in run.data["condition"].values if c not in run.background]
            series = run.series("treated", by="place", condition=conditions)
            after = series[series["time"] >= run.warmup_end]
            self.assertAlmostEqual(after["mean"].sum(), summary["treated"], places=6)
            self.assertEqual(series.attrs["unit"], "1")
            self.assertTrue((series["low"] <= series["mean"]).all() and (series["mean"] <= series["high"]).all())
            procedures = run.series("procedures", facility="banner")
            by_hand = run.field("procedures_by_visitors").merge(run.field("procedures_by_locals"))
            by_hand = by_hand[by_hand["facility"] == "banner"]
            total = (by_hand["procedures_by_visitors"] + by_hand["procedures_by_locals"]).sum() / run.replications
            self.assertAlmostEqual(procedures["mean"].sum(), total, places=9)
            wait = run.series("wait_mean", condition="stenosis")
            self.assertEqual(wait.attrs["unit"], "d")
            self.assertTrue(wait["mean"].isna().any() or (wait["mean"] > 0).all())

    def test_fields_say_how_they_add_up(self):
        with results.open(path("with.h5")) as run:
            kinds = run.fields().set_index("field")["kind"]
        self.assertEqual(kinds[["patients", "waited", "staff_independent", "in_line"]].tolist(),
                         ["sum", "sum", "point", "mean"])

    def test_companions_and_description(self):
        with results.open(path("with.h5")) as run:
            places = run.places().set_index("place")
            self.assertEqual(places.loc["152221", "name"], "科尔沁右翼前旗")
            self.assertEqual(run.facilities().set_index("facility").loc["banner", "place"], "152221")
            self.assertEqual([item["item"] for item in run.description["items"]][-1], "6.1")
            self.assertEqual(run.unit("waited"), "h")
            self.assertIn("patients", list(run.variables()["variable"]))
            self.assertIn("replication 3", repr(run))

    def test_flows_add_up_to_the_treated_of_places(self):
        with results.open(path("with.h5")) as run:
            flows = run.flows()
            conditions = [c for c in run.data["condition"].values if c not in run.background]
            treated = run.series("treated", by="place", condition=conditions)
            treated = treated[treated["time"] >= run.warmup_end].groupby("place")["mean"].sum()
            ours = flows.groupby("place")["mean"].sum()
            self.assertGreater(len(flows), 8)
            np.testing.assert_allclose(ours, treated[ours.index])
            self.assertEqual(set(flows["facility"]) - set(run.facilities()["facility"]), set())
            before, after = run.flows(until="2020-05-01"), run.flows(since="2020-05-01")
            np.testing.assert_allclose(before["mean"] + after["mean"], flows["mean"])
            self.assertEqual(before[before["facility"] == "banner"]["mean"].sum(), 0)
            self.assertGreater(after[after["facility"] == "banner"]["mean"].sum(), 100)
        with results.open(path("queue.h5")) as queue, self.assertRaisesRegex(results.Problem, "who is treated where"):
            queue.flows()

    def test_mistakes_are_answered(self):
        with self.assertRaisesRegex(results.Problem, "not a result file"):
            results.open(os.path.join(HERE, "CMakeLists.txt"))
        with results.open(path("with.h5")) as run, results.open(path("queue.h5")) as queue:
            for wrong, message in ((lambda: run.series("treat"), "no variable 'treat'; there is: .*treated_in_county"),
                                   (lambda: run.series("patients", by="facility"), "not by facility"),
                                   (lambda: run.series("place_lon"), "no output field"),
                                   (lambda: queue.facilities(), "has no facilit"),
                                   (lambda: run.compare(queue), "cannot be paired")):
                with self.assertRaisesRegex(results.Problem, message):
                    wrong()


class R(unittest.TestCase):
    def test_r_reads_the_same(self):
        done = subprocess.run(["Rscript", os.path.join(HERE, "frames.R"), TOP, FOLDER.name], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with results.open(path("with.h5")) as run, results.open(path("without.h5")) as base, \
                results.open(path("compared.h5")) as compared, results.open(path("queue.h5")) as queue:
            for name, ours, key in (
                    ("summary", run.summary(), ["metric"]), ("queue", queue.summary(), ["metric"]),
                    ("worlds", compared.summary(), ["scenario", "metric"]), ("targets", run.targets(), ["fact"]),
                    ("treated", run.series("treated", by="place"), ["time", "place"]),
                    ("wait", run.series("wait_mean", condition="stenosis"), ["time"]),
                    ("procedures", run.series("procedures", facility="banner"), ["time"]),
                    ("differences", run.compare(base), ["metric"]), ("flows", run.flows(), ["place", "facility"]), ("compared", compared.differences(), ["metric"])):
                theirs = pd.read_csv(path(name + ".csv"), dtype={"place": str}, keep_default_na=True)
                if "time" in theirs:
                    theirs["time"] = pd.to_datetime(theirs["time"])
                theirs, ours = theirs.set_index(key).sort_index(), ours.set_index(key).sort_index()
                self.assertEqual(len(theirs), len(ours), name)
                width = np.nan_to_num((ours["high"] - ours["low"]).values)
                for column, far in (("mean", 0), ("low", 1e-3), ("high", 1e-3)):
                    apart = np.abs(theirs[column].values - ours[column].values)
                    self.assertTrue((np.isnan(apart) | (apart <= far * width + 1e-9 * np.abs(ours[column].values) + 1e-9)).all(),
                                    f"{name} {column}")
                    self.assertEqual(theirs[column].isna().tolist(), ours[column].isna().tolist(), name)
            theirs = pd.read_csv(path("facilities.csv"), dtype=str)
            self.assertEqual(list(theirs["name"]), list(run.facilities()["name"]))


if __name__ == "__main__":
    unittest.main()
