#!/usr/bin/env python3
"""Tests of how oha's numbers are judged."""

import unittest

from judge import judge


def result(codes, errors=None, p95=0.1):
    return {
        "statusCodeDistribution": codes,
        "errorDistribution": errors or {},
        "latencyPercentiles": {"p50": 0.05, "p95": p95, "p99": 0.2},
        "summary": {"requestsPerSec": 100.0},
    }


class Judgement(unittest.TestCase):
    def passes(self, result, failed=0):
        lines, ok = judge("GET /", "200", 500, failed, result)
        self.assertEqual(lines[0], ("ok  " if ok else "FAIL") + "  GET /")
        return ok

    def test_all_as_they_are_due(self):
        self.assertTrue(self.passes(result({"200": 500})))

    def test_another_status(self):
        self.assertFalse(self.passes(result({"200": 499, "503": 1})))

    def test_no_answer(self):
        self.assertFalse(self.passes(result({"200": 499}, {"timeout": 1})))
        self.assertFalse(self.passes(result({}, p95=None)))

    def test_late(self):
        self.assertFalse(self.passes(result({"200": 500}, p95=0.5)))

    def test_so_many_may_fail(self):
        self.assertTrue(self.passes(result({"200": 99, "503": 1}), failed=1))
        self.assertFalse(self.passes(result({"200": 98, "503": 2}), failed=1))


if __name__ == "__main__":
    unittest.main()
