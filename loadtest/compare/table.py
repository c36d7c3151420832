"""The results as rows of numbers, each a median of the rounds."""

import statistics
from dataclasses import dataclass, field

from measure import median, ratios


@dataclass
class Row:
    title: str
    # By peer; a peer that it doesn't concern is not there.
    cells: dict = field(default_factory=dict)
    digits: int = 1
    # The name of the chart that shows it, and its title where that isn't the row's.
    chart: str = ""
    alone: str = ""

    @property
    def caption(self):
        return self.alone or self.title


def cpu(results, name, title, chart=""):
    samples = results.get(name, {})
    cells = {peer: median(of, "cpu_us_scaled") for peer, of in samples.items()}
    return Row(title, cells, chart=chart)


def column(results, name, key, title, **more):
    cells = {peer: median(of, key) for peer, of in results.get(name, {}).items()}
    return Row(title, cells, **more)


def added(results, key, title, chart=""):
    """To what the service takes without a proxy."""
    samples = dict(results.get("rate", {}))
    direct = samples.pop("direct", None)
    if direct is None:
        return Row(title)
    without = median(direct, key)
    cells = {peer: 1000 * (median(of, key) - without) for peer, of in samples.items()}
    return Row(title, cells, digits=0, chart=chart)


def log_adds(results):
    samples = results.get("log", {})
    cells = {}
    for peer, plain in samples.items():
        if peer + " log" in samples:
            logged = samples[peer + " log"]
            cells[peer] = median(logged, "cpu_us_scaled") - median(plain, "cpu_us_scaled")
    return Row("JSON access log adds, µs", cells)


def rows(report):
    """All that was measured, in the order in which it is shown."""
    results = report["results"]
    starts = {peer: statistics.median(of) for peer, of in report["start_ms"].items()}
    every = [
        cpu(results, "small", "1 KiB GET, 64 keep-alive clients, µs of CPU", "cpu-small"),
        column(results, "small", "user_us_scaled", "of that in user space, µs"),
        cpu(results, "fresh", "a new connection each request, µs of CPU", "cpu-fresh"),
        cpu(results, "large", "1 MiB response, µs of CPU", "cpu-large"),
        cpu(results, "upload", "64 KiB upload, µs of CPU", "cpu-upload"),
        cpu(results, "busy", "1,000 busy clients, µs of CPU", "cpu-busy"),
        column(
            results,
            "busy",
            "p99_ms",
            "their p99, ms",
            chart="p99-busy",
            alone="1,000 busy clients: p99, ms",
        ),
        column(
            results,
            "busy",
            "resident_mib",
            "resident with them, MiB",
            chart="memory-busy",
            alone="1,000 busy clients: resident memory, MiB",
        ),
        Row("idle resident, MiB", report["idle_mib"]),
        Row("from start to first answer, ms", starts),
        added(results, "p50_ms", "2,000 requests/s: added p50, µs", "added-p50"),
        added(results, "p99_ms", "2,000 requests/s: added p99, µs", "added-p99"),
        log_adds(results),
        column(
            results,
            "small",
            "requests_per_second",
            "1 KiB GET: requests/s on one CPU",
            digits=0,
        ),
        column(
            results,
            "small",
            "connections_per_1000",
            "1 KiB GET: new service connections in 1,000 requests",
        ),
    ]
    return [row for row in every if row.cells]


# The gateway's ratios to these are shown.
BESIDE = ("bare Pingora", "nginx", "Envoy")
RATIOS = (
    ("small", "cpu_us_scaled", "1 KiB GET, CPU"),
    ("fresh", "cpu_us_scaled", "new connections, CPU"),
    ("large", "cpu_us_scaled", "1 MiB response, CPU"),
    ("upload", "cpu_us_scaled", "64 KiB upload, CPU"),
    ("busy", "cpu_us_scaled", "1,000 clients, CPU"),
    ("busy", "p99_ms", "1,000 clients, p99"),
    ("busy", "resident_mib", "1,000 clients, memory"),
)


def compared(results, ours):
    """Rows of (title, {peer: (lowest, median, highest)})."""
    found = []
    for name, key, title in RATIOS:
        samples = results.get(name, {})
        if ours in samples:
            by_round = {
                peer: ratios(samples[ours], samples[peer], key)
                for peer in BESIDE
                if peer in samples
            }
            spans = {peer: (of[0], statistics.median(of), of[-1]) for peer, of in by_round.items()}
            found.append((title, spans))
    return found


def failures(results):
    """Lines about requests that failed."""
    return [
        f"{peer}: {sum(int(sample['failed']) for sample in of)} requests failed ({name})"
        for name, samples in results.items()
        for peer, of in samples.items()
        if any(sample["failed"] for sample in of)
    ]
