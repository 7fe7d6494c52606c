#!/usr/bin/python3
"""Tries scripts/plot.py: its estimates by hand calculation, its pictures by drawing some."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
import warnings
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "..", "scripts")]

import h5py
import make_result
import numpy as np
import plot
import xarray as xr


class Worth(unittest.TestCase):
    """Files of `compare --worth`."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "worth.h5")
        draw = np.random.default_rng(1)
        cost = np.stack([np.zeros(5), draw.normal(2e6, 1e5, 5), draw.normal(-1e6, 1e5, 5)])
        averted = np.stack([np.zeros(5), draw.normal(100, 9, 5), draw.normal(-5, 9, 5)])
        curve = np.stack([np.full(4, 0.5), [0, 0.2, 1, 1], [1, 1, 0.9, 0.8]])
        xr.Dataset({"worth_cost": (("scenario", "replication"), cost),
                    "worth_dalys_averted": (("scenario", "replication"), averted),
                    "acceptability": (("scenario", "threshold"), curve)},
                   coords={"scenario": ["base", "dear", "cheap"], "threshold": [0.0, 5e4, 1e5, 1.5e5]},
                   attrs={"worth_threshold": 5e4}).to_netcdf(self.path, engine="netcdf4")

    def tearDown(self):
        self.folder.cleanup()

    def test_file_of_a_comparison_is_known(self):
        self.assertTrue(plot.Comparison.is_one(self.path))
        self.assertFalse(plot.Comparison.is_one(__file__))

    def test_plane_has_every_replication_and_both_axes_cross_in_it(self):
        axes = plot.draw_plane(plot.Comparison(self.path)).axes[0]
        dots = [line for line in axes.lines if line.get_marker() == "."]
        self.assertEqual([len(line.get_xdata()) for line in dots], [5, 5])
        (low, high), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        self.assertTrue(low <= 0 <= high and bottom <= 0 <= top)
        self.assertTrue(min(d.get_ydata().min() for d in dots) >= bottom)
        self.assertTrue(max(d.get_ydata().max() for d in dots) <= top)

    def test_curves_are_those_of_the_file(self):
        axes = plot.draw_acceptability(plot.Comparison(self.path)).axes[0]
        self.assertEqual(list(axes.lines[0].get_ydata()), [0, 0.2, 1, 1])
        self.assertEqual(list(axes.lines[1].get_ydata()), [1, 1, 0.9, 0.8])


class Estimates(unittest.TestCase):
    def test_t_quantile_is_that_of_the_tables(self):
        for freedom, quantile in ((1, 12.7062), (2, 4.3027), (7, 2.3646), (8, 2.3060), (9, 2.2622), (19, 2.0930),
                                  (29, 2.0452), (99, 1.9842), (10**6, 1.9600)):
            self.assertAlmostEqual(plot.t_quantile(freedom), quantile, delta=1e-4)

    def test_mean_and_band_of_four_replications(self):
        mean, half = plot.mean_band([[1.0], [2.0], [3.0], [6.0]])
        self.assertEqual(mean[0], 3.0)
        # variance (4 + 1 + 0 + 9) / 3, t with 3 degrees of freedom
        self.assertAlmostEqual(half[0], 3.1824 * np.sqrt(14 / 3 / 4), places=6)

    def test_replications_without_value_count_neither_in_mean_nor_in_band(self):
        mean, half = plot.mean_band([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
        self.assertEqual(mean[0], 2.0)
        self.assertAlmostEqual(half[0], 12.7062 * 1.0, places=6)
        self.assertTrue(np.isnan(mean[1]) and np.isnan(half[1]))

    def test_one_replication_has_no_band(self):
        mean, half = plot.mean_band([[5.0]])
        self.assertEqual(mean[0], 5.0)
        self.assertTrue(np.isnan(half[0]))

    def test_ratio_is_of_sums_and_not_a_mean_of_ratios(self):
        ratio, half = plot.ratio_band([[1.0], [0.0]], [[1.0], [3.0]])
        self.assertEqual(ratio[0], 0.25)
        # residuals (1 - 0.25) / 2 and (0 - 0.75) / 2
        self.assertAlmostEqual(half[0], 12.7062 * 0.375, places=6)

    def test_nobody_counted_is_a_gap_and_not_zero(self):
        ratio, half = plot.ratio_band([[0.0, 0.0], [0.0, 0.0]], [[0.0, 2.0], [0.0, 2.0]])
        self.assertTrue(np.isnan(ratio[0]) and np.isnan(half[0]))
        self.assertEqual(ratio[1], 0.0)

    def test_intervals_of_ratios_cover_as_often_as_they_say(self):
        # 2,000 months of 30 replications, fixed seed; outside 0.93..0.97 by chance once in 10,000 seeds
        # (standard error of the coverage 0.005).
        draw = np.random.default_rng(20200401)
        below = draw.poisson(12, (30, 2000))
        ratio, half = plot.ratio_band(draw.binomial(below, 0.6), below)
        self.assertAlmostEqual(np.mean(np.abs(ratio - 0.6) < half), 0.95, delta=0.02)


class Texts(unittest.TestCase):
    def test_wrapping_counts_chinese_letters_twice(self):
        self.assertEqual(plot.wrapped("科尔沁右翼前旗人民医院", 8), "科尔沁右\n翼前旗人\n民医院")
        self.assertEqual(plot.wrapped("one two three", 7), "one two\nthree")


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.stint = os.path.join(cls.folder.name, "stint.h5")
        cls.none = os.path.join(cls.folder.name, "none.h5")
        make_result.write(cls.stint, True, "A visiting neurologist treats and teaches", empty_months=(20, 30, 31))
        make_result.write(cls.none, False, "No visiting expert", empty_months=(20, 30, 31))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_plot(self, *arguments):
        """Exit code, files, stderr."""
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.object(sys, "argv", ["plot.py", *arguments]), contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("error")  # a letter without a glyph is a warning
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            code = plot.main()
        return code, out.getvalue().split(), err.getvalue()

    def test_two_scenarios_give_all_pictures_as_png_and_pdf(self):
        target = os.path.join(self.folder.name, "both")
        code, files, err = self.run_plot(self.stint, "--other", self.none, "-o", target)
        self.assertEqual((code, err), (0, ""))
        names = {os.path.basename(f) for f in files}
        pictures = ("procedures", "share-in-county", "share-by-place", "waiting-stroke_lvo", "waiting-carotid", "skill")
        self.assertEqual(names, {f"stint-{p}.{kind}" for p in pictures for kind in ("png", "pdf")})
        for file in files:
            with open(file, "rb") as f:
                self.assertIn(f.read(4), (b"\x89PNG", b"%PDF"))
            self.assertGreater(os.path.getsize(file), 8000)

    def test_equal_results_give_equal_files(self):
        one, two = (os.path.join(self.folder.name, name) for name in ("one", "two"))
        for target in (one, two):
            self.assertEqual(self.run_plot(self.stint, "-o", target, "--format", "pdf")[0], 0)
        for name in os.listdir(one):
            with open(os.path.join(one, name), "rb") as a, open(os.path.join(two, name), "rb") as b:
                self.assertEqual(a.read(), b.read(), name)

    def test_panels_show_the_facility_and_place_with_visitors(self):
        results = [plot.Result(self.stint), plot.Result(self.none)]
        facility = plot.choose(results, "facility", None, *plot.PROCEDURES)
        self.assertEqual(facility, "banner")
        self.assertEqual(plot.place_of(results, facility), "152221")

    def test_without_the_facility_s_place_it_is_where_the_results_differ_most(self):
        paths = [os.path.join(self.folder.name, name) for name in ("placeless-a.h5", "placeless-b.h5")]
        make_result.write(paths[0], True, "a", facility_place=False)
        make_result.write(paths[1], False, "b", facility_place=False)
        self.assertEqual(plot.place_of([plot.Result(path) for path in paths], "banner"), "152221")

    def test_curve_of_the_share_has_gaps_where_nobody_was_treated(self):
        result = plot.Result(self.stint)
        parts = [result.get(name, place="152221", condition="carotid") for name in plot.TREATED]
        share, _ = plot.ratio_band(parts[0], sum(parts))
        self.assertEqual(list(np.flatnonzero(np.isnan(share))), [20, 30, 31])

    def test_dates_warmup_and_policy_period_are_those_of_the_file(self):
        result = plot.Result(self.stint)
        self.assertEqual(str(result.warmup_end), "2019-01-01T00:00:00")
        self.assertEqual(str(result.ends[-1]), "2023-01-01T00:00:00")
        self.assertEqual([(n, str(a)[:10], str(b)[:10]) for n, a, b in plot.policy_periods([result])],
                         [("stint", "2020-05-01", "2020-12-01")])

    def test_one_replication_without_names_and_title_is_drawn(self):
        path = os.path.join(self.folder.name, "single.h5")
        make_result.write(path, True, "", replications=1, names=False)
        code, files, err = self.run_plot(path, "-o", os.path.join(self.folder.name, "single"), "--format", "png")
        self.assertEqual((code, err, len(files)), (0, "", 6))

    def test_without_a_chinese_font_names_become_ids(self):
        with mock.patch.object(plot, "known_fonts", lambda: {"DejaVu Sans"}):
            self.assertEqual(plot.Result(self.stint).name("place", "152221"), "152221")
            target = os.path.join(self.folder.name, "ascii")
            code, _, err = self.run_plot(self.stint, "-o", target, "--format", "png")
        self.assertEqual((code, err), (0, ""))

    def test_unknown_ids_are_refused_with_those_that_exist(self):
        code, _, err = self.run_plot(self.stint, "--facility", "bannner", "-o", self.folder.name)
        self.assertEqual(code, 1)
        self.assertIn("no facility 'bannner'", err)
        self.assertIn("banner", err)

    def test_what_is_no_result_is_refused_in_a_sentence(self):
        empty = os.path.join(self.folder.name, "empty.h5")
        open(empty, "wb").close()
        other = os.path.join(self.folder.name, "other.h5")
        with h5py.File(other, "w") as file:
            file["x"] = [1, 2]
        for path in (empty, other, os.path.join(self.folder.name, "missing.h5")):
            code, files, err = self.run_plot(path, "-o", self.folder.name)
            self.assertEqual((code, files), (1, []))
            self.assertTrue(err.startswith(f"plot.py: {path}: "), err)
            self.assertEqual(err.count("\n"), 1, err)


if __name__ == "__main__":
    unittest.main()
