#!/usr/bin/env python3
"""Judges what oha measured: its JSON on standard input.

    judge.py NAME STATUS P95_MS FAILED

What oha calls success is any answer at all, so the statuses are counted here.
"""

import json
import sys


def judge(name, status, most, failed, result):
    """Lines for people, and whether it is well."""
    codes, errors = result["statusCodeDistribution"], result["errorDistribution"]
    total = sum(codes.values()) + sum(errors.values())
    good = codes.get(status, 0)
    p95 = result["latencyPercentiles"]["p95"]
    ok = 0 < good >= total * (1 - failed / 100) and p95 is not None and p95 * 1000 < most
    answers = ", ".join(f"{count} x {code}" for code, count in codes.items()) or "none"
    times = "  ".join(
        f"{key} {value * 1000:.2f}"
        for key, value in result["latencyPercentiles"].items()
        if key in ("p50", "p95", "p99") and value is not None
    )
    rate = result["summary"]["requestsPerSec"]
    lines = [f"{'ok  ' if ok else 'FAIL'}  {name}", f"        {answers}  {rate:.0f}/s  {times} ms"]
    lines += [f"        {count} x {error}" for error, count in errors.items()]
    return lines, ok


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    name, status, most, failed = sys.argv[1:]
    lines, ok = judge(name, status, float(most), float(failed), json.load(sys.stdin))
    print("\n".join(lines))
    sys.exit(not ok)
