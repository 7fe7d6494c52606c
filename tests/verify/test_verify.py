#!/usr/bin/python3
"""Tests of verify.py itself, with results made up for the purpose."""

import unittest

import verify


def row(**changes):
    whole = {"scenario": "s", "metric": "m", "case": "c", "entry": "e", "expected": "x", "value": 2.0, "of": 2.0,
             "factor": 1.0, "se": 0.005, "exact": False, "full": verify.FULL}
    whole.update(changes)
    return whole


def result(mean, sd, replications=verify.FULL):
    return {"replications": replications, "metrics": {"m": {"mean": mean, "sd": sd}}}


def sd_of(error, replications=verify.FULL):
    return error * replications**0.5


class Judging(unittest.TestCase):
    def passes(self, mean, sd, replications=verify.FULL, **changes):
        return verify.passed(verify.judge(row(**changes), result(mean, sd, replications)))

    def test_near_and_sharp_is_met(self):
        self.assertTrue(self.passes(2.03, sd_of(0.009)))

    def test_far_off_is_missed(self):
        self.assertFalse(self.passes(2.04, sd_of(0.009)))
        self.assertFalse(self.passes(1.96, sd_of(0.009)))

    def test_a_wide_interval_is_no_pass(self):
        self.assertFalse(self.passes(2.0, sd_of(0.011)))

    def test_fewer_replications_allow_a_larger_error(self):
        self.assertTrue(self.passes(2.0, sd_of(0.019, verify.SHORT), verify.SHORT))
        self.assertFalse(self.passes(2.0, sd_of(0.021, verify.SHORT), verify.SHORT))

    def test_share_of_another_scale(self):
        self.assertTrue(self.passes(0.02, sd_of(0.001), value=0.02, of=0.3))

    def test_factor_converts_value_and_error(self):
        self.assertTrue(self.passes(120.0, sd_of(0.5), factor=1 / 60))
        self.assertFalse(self.passes(120.0, sd_of(0.7), factor=1 / 60))

    def test_exact_means_exact(self):
        self.assertTrue(self.passes(2.0, 0.0, exact=True))
        self.assertTrue(self.passes(2.0, None, 1, exact=True))
        self.assertFalse(self.passes(2.00000001, 0.0, exact=True))
        self.assertFalse(self.passes(2.0, 0.01, exact=True))

    def test_constant_but_wrong_is_missed(self):
        self.assertFalse(self.passes(2.01, 0.0))

    def test_undefined_is_missed(self):
        self.assertFalse(self.passes(None, None))

    def test_missing_metric_is_an_error(self):
        with self.assertRaises(verify.Wrong):
            verify.judge(row(metric="other"), result(2.0, 0.0))

    def test_a_mutant_is_noticed_only_where_something_is_compared(self):
        verdicts = [{"metric": "station/desk/wait_mean", "near": False}, {"metric": "system/left", "near": True}]
        self.assertTrue(verify.noticed(verdicts, "wait_mean"))
        self.assertFalse(verify.noticed(verdicts, "left"))
        self.assertFalse(verify.noticed(verdicts, "mean"))


class Occupancy(unittest.TestCase):
    # Nobody for half of the time, then 1, 2, 3, and more.
    SHARES = {f"s/occupancy_distribution/{n}": share
              for n, share in (("0", 0.5), ("1", 0.2), ("2", 0.15), ("3", 0.1), ("more", 0.05))}

    def test_shares_above(self):
        self.assertAlmostEqual(verify.computed("above s 1", self.SHARES), 0.3)
        self.assertAlmostEqual(verify.computed("above s 3", self.SHARES), 0.05)

    def test_quantiles(self):
        self.assertEqual([verify.computed(f"quantile s {p}", self.SHARES) for p in (0.4, 0.6, 0.9)], [0, 1, 3])

    def test_delay(self):
        self.assertAlmostEqual(verify.computed("delay s 2", self.SHARES), 0.15 / 0.85)

    def test_overflow_by_hand(self):
        # One bed each and one shared: 2 or more here, or 1 here and 2 or more there.
        self.assertAlmostEqual(verify.computed("overflow s 1 s 1 1", self.SHARES), 0.3 + 0.2 * 0.3)
        # None shared: at least as many as beds.
        self.assertAlmostEqual(verify.computed("overflow s 2 s 1 0", self.SHARES), 0.3)

    def test_jackknife_of_a_mean_is_its_error(self):
        values = [0.1, 0.3, 0.2, 0.6]
        mean = sum(values) / 4
        whole, error = verify.jackknife("above s 3", {**{name: [share] * 4 for name, share in self.SHARES.items()},
                                                      "s/occupancy_distribution/more": values})
        self.assertAlmostEqual(whole, mean)
        self.assertAlmostEqual(error, (sum((v - mean) ** 2 for v in values) / 3 / 4) ** 0.5)

    def test_what_cannot_be_computed_is_an_error(self):
        for metric in ("above t 1", "nonsense s 1", "above s", "delay s 9"):
            with self.assertRaises(verify.Wrong):
                verify.computed(metric, self.SHARES)


class Data(unittest.TestCase):
    def test_every_case_is_compared_or_left_out(self):
        known, rows = verify.read_cases()
        verify.check_complete(known, rows)

    def test_a_silent_case_is_found(self):
        known, rows = verify.read_cases()
        with self.assertRaises(verify.Wrong):
            verify.check_complete({**known, "T99_new": {}}, rows)

    def test_expressions(self):
        numbers = {"a": 3.0, "list": [1, 2, 6], "inner": [{"b": [4, 5]}]}
        self.assertEqual(verify.expression("(a - 1) / 4", numbers), 0.5)
        self.assertEqual(verify.expression("mean(list) + count(list) + sum(list)", numbers), 15)
        self.assertEqual(verify.expression("variance(list)", numbers), 14 / 3)
        self.assertEqual(verify.expression("inner[0].b[1] * 2", numbers), 10)
        for text in ("c", "a +", "list[9]", "a / 0", "open(a)", "a ** 2"):
            with self.assertRaises(verify.Wrong):
                verify.expression(text, numbers)


class Student(unittest.TestCase):
    def test_agrees_with_tables(self):
        # Quantiles as every table has them: two-sided 5% and 0.1%.
        for freedom, five, tenth in ((1, 12.706205, 636.619249), (2, 4.302653, 31.599055), (9, 2.262157, 4.780913),
                                     (30, 2.042272, 3.645959)):
            self.assertAlmostEqual(verify.two_sided_t(five, freedom), 0.05, places=7)
            self.assertAlmostEqual(verify.two_sided_t(tenth, freedom), 0.001, places=7)


if __name__ == "__main__":
    unittest.main()
