#!/usr/bin/python3
"""What `counterpart run --trace` writes, against cases that can be computed by hand: test_trace.py PROGRAM.

The cases D1 to D15 are those of the documentation of validation; their unit of time is a second here.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
COLUMNS = ["replication", "patient", "class", "station", "visit", "arrived", "started", "ended", "left", "how"]
NEVER = None
EXACT = 1e-9


def scenario(length, stations, conditions, run="", top=""):
    return (
        f'scenario: {{ title = "A case"; start = "2020-01-01"; length = "{length}"; step = "none"; '
        f'planning = "none"; replications = 1; {run} }};\n{top}\n'
        f"stations: ( {stations} );\nconditions: ( {conditions} );\n"
    )


def desk(more="", servers=1, name="desk"):
    return f'{{ id = "{name}"; servers = {servers}; {more} }}'


def stage(name, duration, station="desk", more=""):
    return f'{{ stage = "{name}"; station = "{station}"; duration = {duration}; {more} }}'


def listed(*values):
    return "{ dist = \"listed\"; values = [ " + ", ".join(f'"{v} s"' for v in values) + " ]; }"


def condition(gap, *stages, name="c"):
    return f'{{ id = "{name}"; arrivals: {{ gap = {gap}; }}; pathway: ( {", ".join(stages)} ); }}'


def once(*gaps):
    """Arrivals with these gaps and none after them."""
    return listed(*gaps, 100000000)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_text(self, text, *options, trace="trace.csv", status=0):
        with open(self.path("case.cfg"), "w") as file:
            file.write(text)
        command = [PROGRAM, "run", self.path("case.cfg"), "-o", self.path("case.h5"), *options]
        command += ["--trace", self.path(trace)] if trace else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def rows(self, name="trace.csv"):
        with open(self.path(name), newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        self.assertEqual(reader.fieldnames, COLUMNS)
        for row in rows:
            for column in ["arrived", "started", "ended", "left"]:
                row[column] = float(row[column]) if row[column] else NEVER
        return rows

    def metrics(self):
        done = subprocess.run([PROGRAM, "show", self.path("case.h5"), "--json"], capture_output=True, check=True)
        return {name: entry["mean"] for name, entry in json.loads(done.stdout)["metrics"].items()}

    def trace(self, text, *options):
        self.run_text(text, *options)
        return self.rows()

    def check(self, rows, expected):
        """Rows are (patient, station, arrived, started, ended, left, how), in order."""
        got = [(r["patient"], r["station"], r["arrived"], r["started"], r["ended"], r["left"], r["how"]) for r in rows]
        self.assertEqual(len(got), len(expected), got)
        for a, b in zip(got, expected):
            self.assertEqual((a[0], a[1], a[6]), (b[0], b[1], b[6]), f"{a} instead of {b}")
            for x, y in zip(a[2:6], b[2:6]):
                self.assertEqual(x is NEVER, y is NEVER, f"{a} instead of {b}")
                if y is not NEVER:
                    self.assertLessEqual(abs(x - y), EXACT, f"{a} instead of {b}")

    def of(self, rows, patient):
        return [r for r in rows if r["patient"] == patient]


class Cases(Case):
    def test_d1_balking(self):
        rows = self.trace(scenario("51 s", desk("balk_at = 3;"), condition('"5 s"', stage("s", '"21 s"'))))
        self.assertEqual([r["left"] for r in rows if r["how"] == "balked"], [20, 25, 35, 40, 45])
        served = [r for r in rows if r["how"] == "served"]
        self.assertEqual([(r["arrived"], r["started"], r["ended"]) for r in served], [(5, 5, 26), (10, 26, 47)])

    RENEGE = stage("s", '"11 s"', more='patience = "3 s";')

    def test_d2_reneging(self):
        rows = self.trace(scenario("31.5 s", desk(), condition('"7 s"', self.RENEGE)))
        self.check(rows, [
            ("c#1", "desk", 14, NEVER, NEVER, 17, "reneged"),
            ("c#0", "desk", 7, 7, 18, 18, "served"),
            ("c#3", "desk", 28, NEVER, NEVER, 31, "reneged"),
            ("c#2", "desk", 21, 21, NEVER, NEVER, ""),
        ])  # fmt: skip

    def test_d3_reneging_to_another_stage(self):
        stations = desk() + ", " + desk(name="other")
        rows = self.trace(scenario("20 s", stations, condition(
            '"7 s"', stage("s", '"11 s"', more='patience = "3 s"; reneged = "t";'), stage("t", '"2 s"', "other"))))
        self.check(self.of(rows, "c#1"), [
            ("c#1", "desk", 14, NEVER, NEVER, 17, "reneged"),
            ("c#1", "other", 17, 17, 19, 19, "served"),
        ])  # fmt: skip

    def test_d4_reneging_while_nobody_serves(self):
        shifts = 'cycle = "1000 s"; timetable = ( { from = "0 s"; servers = 1; }, { from = "16 s"; servers = 0; } );'
        rows = self.trace(scenario("30 s", desk(shifts), condition('"7 s"', self.RENEGE)))
        self.check(rows, [
            ("c#1", "desk", 14, NEVER, NEVER, 17, "reneged"),
            ("c#0", "desk", 7, 7, 18, 18, "served"),
            ("c#2", "desk", 21, NEVER, NEVER, 24, "reneged"),
            ("c#3", "desk", 28, NEVER, NEVER, NEVER, ""),
        ])  # fmt: skip

    def test_d5_two_lose_patience_at_once(self):
        rows = self.trace(scenario("50 s", desk(), condition(
            once(3, 1, 1, 15), stage("s", '"20 s"', more=f"patience = {listed(100, 7, 6, 100)};"))))
        self.check(rows, [
            ("c#1", "desk", 4, NEVER, NEVER, 11, "reneged"),
            ("c#2", "desk", 5, NEVER, NEVER, 11, "reneged"),
            ("c#0", "desk", 3, 3, 23, 23, "served"),
            ("c#3", "desk", 20, 23, 43, 43, "served"),
        ])  # fmt: skip

    def test_d6_priority_upgrade(self):
        first = condition('"4 s"', stage("s", '"4.5 s"'), name="zero")
        later = condition('"3 s"', stage("s", '"4.5 s"', more='priority = 1; upgrade_after = "7 s";'), name="one")
        rows = [r for r in self.trace(scenario("26 s", desk(), first + ", " + later)) if r["started"] is not NEVER]
        rows = sorted(rows, key=lambda r: r["started"])[:5]
        self.assertEqual([r["arrived"] for r in rows], [3, 4, 8, 12, 6])
        self.assertEqual([r["started"] for r in rows], [3, 7.5, 12, 16.5, 21])

    def urgent(self, preemption):
        low = condition(once(1.5, 3.5), stage("s", '"5 s"', more="priority = 1;"), name="low")
        high = condition(once(7.5), stage("s", '"4 s"'), name="high")
        return self.trace(scenario("20 s", desk(preemption), low + ", " + high))

    def test_d7_priority(self):
        self.check(self.urgent(""), [
            ("low#0", "desk", 1.5, 1.5, 6.5, 6.5, "served"),
            ("low#1", "desk", 5, 6.5, 11.5, 11.5, "served"),
            ("high#0", "desk", 7.5, 11.5, 15.5, 15.5, "served"),
        ])  # fmt: skip

    def test_d7_priority_with_preemption(self):
        self.check(self.urgent('preemption = "restart";'), [
            ("low#0", "desk", 1.5, 1.5, 6.5, 6.5, "served"),
            ("low#1", "desk", 5, 6.5, NEVER, 7.5, "interrupted"),
            ("high#0", "desk", 7.5, 7.5, 11.5, 11.5, "served"),
            ("low#1", "desk", 5, 11.5, 16.5, 16.5, "served"),
        ])  # fmt: skip

    def test_d8_how_an_interrupted_service_goes_on(self):
        both = '{ dist = "listed"; values = ( [ "6 s", "3 s" ] ); }'
        for how, end in [("restart", 19), ("resume", 17), ("resample", 16)]:
            low = condition(once(1), stage("s", both, more="priority = 1;"), name="low")
            high = condition(once(3), stage("s", '"10 s"'), name="high")
            with self.subTest(how):
                rows = self.trace(scenario("30 s", desk(f'preemption = "{how}";'), low + ", " + high))
                self.check(self.of(rows, "low#0"), [
                    ("low#0", "desk", 1, 1, NEVER, 3, "interrupted"),
                    ("low#0", "desk", 1, 13, end, end, "served"),
                ])  # fmt: skip

    def test_d9_shift_interrupts(self):
        shifts = (
            'cycle = "1000 s"; timetable = ( { from = "0 s"; servers = 1; }, { from = "5 s"; servers = 0; },'
            ' { from = "9 s"; servers = 1; } );'
        )
        both = '{ dist = "listed"; values = ( [ "10 s", "20 s" ] ); }'
        for how, end in [("restart", 19), ("resume", 15), ("resample", 29)]:
            with self.subTest(how):
                text = scenario("40 s", desk(f'interrupt = "{how}"; {shifts}'), condition(once(1), stage("s", both)))
                self.check(self.trace(text), [
                    ("c#0", "desk", 1, 1, NEVER, 5, "interrupted"),
                    ("c#0", "desk", 1, 9, end, end, "served"),
                ])  # fmt: skip

    def test_d10_shift_interrupts_and_goes_on(self):
        shifts = (
            'cycle = "37 s"; timetable = ( { from = "0 s"; servers = 1; }, { from = "24 s"; servers = 0; },'
            ' { from = "29 s"; servers = 1; } );'
        )
        rows = self.trace(scenario("36 s", desk(f'interrupt = "resume"; {shifts}'), condition('"7 s"', stage("s", '"4 s"'))))
        self.check(self.of(rows, "c#2"), [
            ("c#2", "desk", 21, 21, NEVER, 24, "interrupted"),
            ("c#2", "desk", 21, 29, 30, 30, "served"),
        ])  # fmt: skip

    def test_d11_overtime(self):
        shifts = (
            'handover = "relief"; cycle = "1000 s"; timetable = ( { from = "0 s"; servers = 3; },'
            ' { from = "7 s"; servers = 2; }, { from = "11 s"; servers = 1; } );'
        )
        rows = self.trace(scenario("20 s", desk(shifts), condition(
            once(1, 0, 0, 8, 0, 3), stage("s", listed(5, 7, 9, 4, 5, 5)))))
        served = sorted((r["patient"], r["started"], r["ended"]) for r in rows)
        self.assertEqual(served, [("c#0", 1, 6), ("c#1", 1, 8), ("c#2", 1, 10), ("c#3", 9, 13), ("c#4", 9, 14),
                                  ("c#5", 12, 17)])  # fmt: skip
        self.assertAlmostEqual(self.metrics()["station/desk/overtime_mean"] * 3600, 1.8, delta=1e-9)

    def test_d12_blocking_and_shift(self):
        shifts = 'cycle = "1000 s"; timetable = ( { from = "0 s"; servers = 1; }, { from = "8 s"; servers = 0; } );'
        stations = desk(shifts, name="one") + ", " + desk(name="two")
        a = condition(once(1), stage("s", '"9 s"', "two"), name="a")
        b = condition(once(5), stage("s", '"1 s"', "one", 'next = ( { to = "t"; } );'),
                      stage("t", '"9 s"', "two", 'previous = "until_begin";'), name="b")  # fmt: skip
        rows = self.trace(scenario("30 s", stations, a + ", " + b))
        self.check(rows, [
            ("a#0", "two", 1, 1, 10, 10, "served"),
            ("b#0", "one", 5, 5, 6, 10, "blocked"),
            ("b#0", "two", 6, 10, 19, 19, "served"),
        ])  # fmt: skip
        metrics = self.metrics()
        self.assertEqual(metrics["station/one/blocked"], 1)
        self.assertAlmostEqual(metrics["station/one/blocked_share"] * 8, 4, delta=1e-9)  # one server for 8 s
        self.assertAlmostEqual(metrics["station/one/class/b/occupancy_mean"] * 30, 5, delta=1e-9)

    def test_d13_blocking_chain(self):
        stations = desk(name="one") + ", " + desk(name="two")
        rows = self.trace(scenario("10.5 s", stations, condition(
            '"1 s"', stage("s", '"0.1 s"', "one", 'next = ( { to = "t"; } );'),
            stage("t", '"3 s"', "two", 'previous = "until_begin";'))))
        starts = [r["started"] for r in rows if r["station"] == "two" and r["started"] is not NEVER]
        self.assertEqual(sorted(starts)[:3], [1.1, 4.1, 7.1])
        self.check(self.of(rows, "c#1"), [
            ("c#1", "one", 2, 2, 2.1, 4.1, "blocked"),
            ("c#1", "two", 2.1, 4.1, 7.1, 7.1, "served"),
        ])  # fmt: skip

    def test_d14_ten_at_once(self):
        shifts = (
            'cycle = "30 s"; timetable = ( { from = "0 s"; servers = 1; }, { from = "5 s"; servers = 0; },'
            ' { from = "20 s"; servers = 6; }, { from = "23 s"; servers = 0; } );'
        )
        rows = self.trace(scenario("70 s", desk(shifts), condition(once(0.1, *[0] * 9), stage("s", '"10 s"'))))
        self.assertEqual([r["patient"] for r in rows], [f"c#{n}" for n in range(10)])
        self.assertEqual([r["started"] for r in rows], [0.1, 20, 20, 20, 20, 20, 20, 30, 50, 50])

    def test_d15_full_system(self):
        stations = desk(name="one") + ", " + desk(name="two")
        both = condition('"0.8 s"', stage("s", '"5.1 s"', "one"), name="a") + ", " + condition(
            '"1 s"', stage("s", '"5.1 s"', "two"), name="b")  # fmt: skip
        rows = self.trace(scenario("22 s", stations, both, "most_present = 5;"))
        served = sorted((r["started"], r["arrived"], r["ended"]) for r in rows if r["how"] == "served")
        self.assertEqual([s for s, _, _ in served], [0.8, 1, 5.9, 6.1, 11, 11.2, 16.1, 16.3])
        self.assertEqual([e for _, _, e in served], [5.9, 6.1, 11, 11.2, 16.1, 16.3, 21.2, 21.4])
        self.assertEqual(sorted(a for _, a, _ in served), [0.8, 1, 1.6, 2, 2.4, 6, 6.4, 11])
        refused = [r for r in rows if r["how"] == "rejected"]
        self.assertEqual([r["left"] for r in refused][:10], [3, 3.2, 4, 4, 4.8, 5, 5.6, 7, 7.2, 8])
        self.assertEqual({r["station"] for r in refused}, {""})


class Files(Case):
    BUSY = scenario(
        "1000 s",
        desk("room = 3;") + ", " + desk(name="two", servers=2),
        condition('{ dist = "exponential"; mean = "5 s"; }',
                  stage("s", '{ dist = "exponential"; mean = "4 s"; }', more='patience = "9 s"; '
                        'next = ( { to = "s"; share = 0.2; }, { to = "t"; share = 0.8; } );'),
                  stage("t", '{ dist = "exponential"; mean = "8 s"; }', "two"))
        + ", " + condition('{ dist = "exponential"; mean = "20 s"; }', stage("s", '"2 s"'), name="d"),
    )  # fmt: skip

    def test_rows_do_not_depend_on_threads(self):
        self.run_text(self.BUSY, "-r", "7", "-j", "1", trace="one.csv")
        self.run_text(self.BUSY, "-r", "7", "-j", "2", trace="two.csv")
        with open(self.path("one.csv"), "rb") as one, open(self.path("two.csv"), "rb") as two:
            self.assertEqual(one.read(), two.read())
        numbers = [int(r["replication"]) for r in self.rows("one.csv")]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(set(numbers), set(range(7)))

    def test_rows_are_in_order_and_agree_with_the_counts(self):
        rows = self.trace(self.BUSY)
        left = [r["left"] for r in rows if r["left"] is not NEVER]
        self.assertEqual(left, sorted(left))
        self.assertTrue(all(r["left"] is NEVER and r["how"] == "" for r in rows[len(left):]))
        metrics = self.metrics()
        for station in ["desk", "two"]:
            here = [r for r in rows if r["station"] == station]
            for part, chosen in [("", here), ("class/c/", [r for r in here if r["class"] == "c"])]:
                name = f"station/{station}/{part}"
                self.assertEqual(metrics[name + "arrivals"], len(chosen))
                for how in ["served", "reneged", "rejected", "balked"]:
                    self.assertEqual(metrics[name + how], sum(r["how"] == how for r in chosen), name + how)
                waits = [r["started"] - r["arrived"] for r in chosen if r["started"] is not NEVER]
                if waits:
                    self.assertAlmostEqual(metrics[name + "wait_mean"] * 3600, sum(waits) / len(waits), delta=1e-6)
        again = [r for r in rows if r["station"] == "desk" and int(r["visit"]) > 0]
        self.assertGreater(len(again), 0)

    def test_a_trace_changes_no_result(self):
        self.run_text(self.BUSY, "-r", "2", trace=None)
        with open(self.path("case.h5"), "rb") as file:
            without = file.read()
        self.run_text(self.BUSY, "-r", "2")
        with open(self.path("case.h5"), "rb") as file:
            self.assertEqual(file.read(), without)

    def test_places_are_part_of_the_name_and_odd_codes_are_quoted(self):
        top = (
            'places: { list: ( { code = "p"; lon = 120; lat = 45; population = 1000; } ); };\n'
            'travel: { fixed = "3 s"; };\n'
            'services: ( { id = "scan"; } );\n'
            'facilities: ( { id = "h"; place = "p"; beds: { ward = 1; };'
            ' services: ( { service = "scan"; staff = 1; } ); } );\n'
        )
        text = (
            'scenario: { start = "2020-01-01"; length = "40 s"; step = "none"; replications = 1; };\n' + top
            + 'conditions: ( { id = "c"; arrivals: { gap = ' + once(5, 1) + '; at = [ "p" ]; };'
            ' pathway: ( { stage = "stay"; needs: { ward = 1; }; duration = "6 s"; next = ( { to = "scan"; } ); },'
            ' { stage = "scan"; service = "scan"; duration = "1 s"; } ); } );\n'
        )  # fmt: skip
        self.check(self.trace(text), [
            ("c@p#0", "h.ward", 8, 8, 14, 14, "served"),
            ("c@p#0", "h.scan", 14, 14, 15, 15, "served"),
            ("c@p#1", "h.ward", 9, 14, 20, 20, "served"),
            ("c@p#1", "h.scan", 20, 20, 21, 21, "served"),
        ])  # fmt: skip

    def test_what_cannot_be_written_fails_before_the_run(self):
        done = self.run_text(self.BUSY, trace=os.path.join("no", "such", "folder.csv"), status=1)
        self.assertIn("cannot be written", done.stderr)
        self.assertFalse(os.path.exists(self.path("case.h5")))
        done = self.run_text(self.BUSY, trace="case.h5", status=1)
        self.assertIn("--trace", done.stderr)
        self.assertFalse(os.path.exists(self.path("case.h5")))

    def test_a_run_that_fails_leaves_no_trace(self):
        circle = scenario("10 s", desk(), condition(
            '"1 s"', stage("s", '"0 s"', more='window = "1 s"; late = "s"; next = ( { to = "s"; } );')))
        with open(self.path("trace.csv"), "w") as file:
            file.write("old\n")
        done = self.run_text(circle, status=1)
        self.assertTrue(done.stderr)
        with open(self.path("trace.csv")) as file:
            self.assertEqual(file.read(), "old\n")
        self.assertEqual([n for n in os.listdir(self.folder.name) if n.endswith(".partial")], [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
