"""The script that writes pages: reading scenarios, numbers as text, and what it calls stale."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import sys
import tempfile
import unittest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "scripts"))
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np  # noqa: E402
import scenario_text  # noqa: E402
import xarray as xr  # noqa: E402


def load_script():
    loader = importlib.machinery.SourceFileLoader("scenario_page", os.path.join(TOP, "scripts", "scenario-page"))
    spec = importlib.util.spec_from_loader("scenario_page", loader)
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    return script


script = load_script()
ORIGIN = "<!-- scenario {}, tables {}, machine {} -->\n"


def page(origin, table):
    return f"<!-- computed: origin -->\n{origin}<!-- end -->\n<!-- computed: t -->\n{table}<!-- end -->\n"


class Scenario(unittest.TestCase):
    def settings(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                with open(os.path.join(folder, name + ".cfg"), "w", encoding="utf-8") as file:
                    file.write(text)
            return scenario_text.settings(os.path.join(folder, "main.cfg"))

    def test_goes_by_names_through_includes_and_comments(self):
        found = self.settings(
            part='services: ( { id = "s"; plateau = 100; } );  # 7\n',
            main='@include "part.cfg"\n/* 8 */ wards: ( { id = "a"; beds: { icu = 10; }; next: ( { to = "b"; } ); } );\n'
                 'length = "4 y" // 9\n')
        self.assertEqual(found["services.s.plateau"], "100")
        self.assertEqual(found["wards.a.beds.icu"], "10")
        self.assertEqual(found["length"], '"4 y"')
        self.assertEqual(set(scenario_text.numbers(found)), {"services.s.plateau", "wards.a.beds.icu", "length"})

    def test_shows_distributions_and_lists(self):
        found = self.settings(main='d: { dist = "normal"; mean = "8 d"; sd = "1 d"; }; f = [ 0.5, 2 ];'
                                   'b: ( { to = "1 km"; }, { speed = 3; } );')
        self.assertEqual(scenario_text.shown(found["d"]), "normal: mean 8 d, sd 1 d")
        self.assertEqual(scenario_text.shown(found["f"]), "0.5, 2")
        self.assertEqual(scenario_text.shown(found["b"]), "to 1 km; speed 3")

    def test_codes_are_no_numbers(self):
        found = self.settings(main='list: ( { id = "x"; place = "152221"; beds = 3; } );')
        self.assertEqual(scenario_text.numbers(found), ["list.x.beds"])

    def test_broken_files_are_refused(self):
        for text in ("a = (", "a", 'a = "open', "a = { b = 1;"):
            with self.assertRaises(scenario_text.Problem, msg=text):
                self.settings(main=text)


class Text(unittest.TestCase):
    def test_numbers_have_two_figures_of_their_half_width(self):
        self.assertEqual(script.interval(151.5667, 3.55), "151.6 ± 3.5")
        self.assertEqual(script.interval(445.3, 9.97), "445 ± 10")
        self.assertEqual(script.interval(0.96726, 0.0124), "0.967 ± 0.012")
        self.assertEqual(script.number(1416929.0), "1,416,929")
        self.assertEqual(script.number(-0.0001, 0.5), "0.00")
        self.assertEqual(script.number(float("nan")), "-")
        self.assertEqual(script.interval(0.0, 0.0), "0")


class Staleness(unittest.TestCase):
    def check(self, old, new):
        with contextlib.redirect_stdout(io.StringIO()):
            return script.check("x", page(*old), {"origin": new[0], "t": new[1]})

    def test_equal_pages_agree(self):
        origin = ORIGIN.format("s", "f", "m")
        self.assertEqual(self.check((origin, "1\n"), (origin, "1\n")), 0)

    def test_a_changed_number_is_stale(self):
        origin = ORIGIN.format("s", "f", "m")
        self.assertEqual(self.check((origin, "1\n"), (origin, "2\n")), 1)

    def test_other_tables_on_the_same_machine_are_stale(self):
        self.assertEqual(self.check((ORIGIN.format("s", "f", "m"), "1\n"), (ORIGIN.format("s", "g", "m"), "2\n")), 1)

    def test_other_tables_on_another_machine_are_not_compared(self):
        self.assertEqual(self.check((ORIGIN.format("s", "f", "m"), "1\n"), (ORIGIN.format("s", "g", "n"), "2\n")),
                         script.SKIPPED)

    def test_another_scenario_is_stale_on_any_machine(self):
        self.assertEqual(self.check((ORIGIN.format("s", "f", "m"), "1\n"), (ORIGIN.format("r", "g", "n"), "2\n")), 1)

    def test_equal_tables_agree_whatever_made_them(self):
        self.assertEqual(self.check((ORIGIN.format("s", "f", "m"), "1\n"), (ORIGIN.format("r", "g", "m"), "1\n")), 0)


class Inputs(unittest.TestCase):
    """Of the Horqin page: the table of inputs."""

    class Lab:
        def settings(self):
            return {"run.length": '"4 y"', "run.title": '"x"', "ward.beds": "7"}

    def fill(self, table):
        return script.load_page("horqin_stroke_stint").block_inputs(self.Lab(), table)

    def test_values_are_filled_in(self):
        filled = self.fill("| a | - | F1 | `run.length` |\n| b | - | F2 | `ward` |\n")
        self.assertEqual(filled, "| a | 4 y | F1 | `run.length` |\n| b | beds 7 | F2 | `ward` |\n")

    def test_every_number_needs_a_row(self):
        with self.assertRaisesRegex(script.Problem, "ward.beds"):
            self.fill("| a | - | F1 | `run.length` |\n")

    def test_a_row_needs_its_number(self):
        with self.assertRaisesRegex(script.Problem, "ward.nurses"):
            self.fill("| a | - | F1 | `run`, `ward.beds` |\n| b | - | F1 | `ward.nurses` |\n"
                      .replace("`run`, `ward.beds`", "`run`"))


class EqualBefore(unittest.TestCase):
    """That the two worlds of a page are the same until the policy begins."""

    TIMES = np.array(["2020-04-01", "2020-05-01"], dtype="datetime64[ns]")

    def run_of(self, *values):
        class Run:
            data = xr.Dataset({"patients": (("replication", "time"), [list(values)])}, {"time": self.TIMES})

        return Run()

    def flows_of(self, **values):
        """By facility, the patients of place a in both steps."""

        class Run:
            data = xr.Dataset({"treated_at": (("replication", "time", "flow"), [np.transpose(list(values.values()))]),
                               "flow_place": ("flow", ["a"] * len(values)), "flow_facility": ("flow", list(values))},
                              {"time": self.TIMES})

        return Run()

    def check(self, base, other):
        script.scenario_blocks.check_equal_before(scenario_text, base, other, "2020-05-01")

    def test_differences_after_it_are_fine(self):
        self.check(self.run_of(1, 2), self.run_of(1, 3))

    def test_differences_before_it_are_refused(self):
        with self.assertRaisesRegex(scenario_text.Problem, "patients"):
            self.check(self.run_of(1, 2), self.run_of(0, 2))

    def test_flows_go_by_their_ends(self):
        self.check(self.flows_of(near=(4, 1)), self.flows_of(far=(0, 3), near=(4, 0)))
        with self.assertRaisesRegex(scenario_text.Problem, "treated_at"):
            self.check(self.flows_of(near=(4, 1)), self.flows_of(far=(4, 1)))


if __name__ == "__main__":
    unittest.main()
