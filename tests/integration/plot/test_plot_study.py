#!/usr/bin/python3
"""Draws pictures of studies from what the program prints and writes. usage: test_plot_study.py PROGRAM"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "scripts"))

import plot
import plot_study

PROGRAM = os.path.abspath(sys.argv.pop(1))
DESIGN = os.path.join(TOP, "scenarios", "designs", "small.cfg")
plot.style()


class Studies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = cls.holder.name

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def printed(self, name, *arguments):
        out = subprocess.run([PROGRAM, *arguments], check=False, capture_output=True, text=True).stdout
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(out)
        return self.path(name)

    def draws(self, *files):
        """Names of the pictures, all of which are there and not empty."""
        done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "scripts", "plot_study.py"), *files, "-o", self.path("out"),
                               "--format", "png", "svg", "pdf"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        paths = done.stdout.split()
        for path in paths:
            self.assertGreater(os.path.getsize(path), 5000, path)
        return {os.path.basename(path) for path in paths if path.endswith(".png")}

    def test_a_tornado_has_a_pair_of_bars_for_each_factor(self):
        path = self.printed("oat.json", "sensitivity", DESIGN, "--kind", "one_at_a_time", "-r", "2", "--json")
        with open(path, encoding="utf-8") as file:
            study = json.load(file)
        response = study["responses"][0]
        axes = plot_study.draw_tornado(response, plot_study.names_of(study)).axes[0]
        widths = sorted(round(bar.get_width(), 9) for bar in axes.patches)
        wanted = sorted(round(row[f"{end}_difference"]["mean"], 9) for row in response["tornado"] for end in ("low", "high"))
        self.assertEqual(widths, wanted)
        self.assertIn("patients who come", [label.get_text() for label in axes.get_yticklabels()])
        self.assertTrue(any("tornado" in name for name in self.draws(path)))

    def test_sobol_indices_are_bars(self):
        path = self.printed("sobol.json", "sensitivity", DESIGN, "--kind", "sobol_indices", "--points", "32", "-r", "2", "--json")
        with open(path, encoding="utf-8") as file:
            study = json.load(file)
        response = study["responses"][0]
        axes = plot_study.draw_sobol(response, plot_study.names_of(study)).axes[0]
        self.assertEqual(sorted(round(bar.get_width(), 9) for bar in axes.patches),
                         sorted(round(row[kind], 9) for row in response["indices"] for kind in ("first", "total")))
        self.assertTrue(any("sobol" in name for name in self.draws(path)))

    def test_the_warm_up_is_a_curve(self):
        path = self.printed("warm.json", "warmup", os.path.join(TOP, "scenarios", "horqin_no_stint.cfg"), "-r", "2", "--json")
        self.assertEqual(self.draws(path), {"warm-warmup.png"})

    def test_differences_and_maps_of_results(self):
        for name in ("no_stint", "stroke_stint"):
            subprocess.run([PROGRAM, "run", os.path.join(TOP, "scenarios", f"horqin_{name}.cfg"), "-r", "3", "-o",
                            self.path(name + ".h5")], check=True, capture_output=True)
        drawn = self.draws(self.path("no_stint.h5"), self.path("stroke_stint.h5"))
        self.assertEqual(drawn, {"stroke_stint-differences.png", "stroke_stint-map-met_share.png",
                                 "stroke_stint-map-travel_to_treatment_mean.png", "stroke_stint-flows.png"})
        self.assertEqual(self.draws(self.path("no_stint.h5")), {"no_stint-map-met_share.png",
                                                               "no_stint-map-travel_to_treatment_mean.png",
                                                               "no_stint-flows.png"})
        with plot_study.results.open(self.path("no_stint.h5")) as world:
            ends, counts, share = plot_study.leaving(world)
            total = world.flows()["mean"].sum()
            self.assertEqual((len(ends), ends.shape[1:]), (len(counts), (2, 2)))
            self.assertEqual(share, 1)  # nobody is treated in the own county
            self.assertAlmostEqual(counts.sum(), total)
            curves = plot_study.bent(ends)
            self.assertTrue((abs(curves[:, 0] - ends[:, 0]) < 1e-12).all() and (abs(curves[:, -1] - ends[:, 1]) < 1e-12).all())

    def test_what_is_no_study_is_refused(self):
        wrong = self.path("wrong.json")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("[1, 2]")
        for files in ([wrong], [self.path("missing.json")], [__file__], ["a.h5", "b.h5", "c.h5"]):
            done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "scripts", "plot_study.py"), *files, "-o", self.folder],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, files)
            self.assertRegex(done.stderr, r"^plot_study\.py: |\nplot_study\.py: ")


if __name__ == "__main__":
    unittest.main()
