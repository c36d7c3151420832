"""Writes what was measured: comparison.json has every round, comparison.md the medians, and
the charts are of them."""

import json
import pathlib

import chart
import table


def markdown(report, peers, ours):
    """The page. `peers` are the columns, `ours` those of them that are this gateway."""
    rows = table.rows(report)
    machine, how = report["machine"], report["how"]
    lines = [
        "# The gateway beside others",
        "",
        f"Made by `make {how['command']}` on {report['date']}: {how['rounds']} interleaved rounds of "
        f"{how['seconds']:g} s, medians. One worker on a CPU of its own; "
        "[how it is measured](../README.md#how-the-comparison-is-measured).",
        "",
        f"| | {' | '.join(peers)} |",
        f"|---|{'---|' * len(peers)}",
        f"| version | {' | '.join(report['versions'][peer] for peer in peers)} |",
    ]
    for row in rows:
        cells = [number(row.cells.get(peer), row.digits) for peer in peers]
        lines.append(f"| {row.title} | {' | '.join(cells)} |")
    for one in ours:
        lines += ratio_lines(one, table.compared(report["results"], one))
    lines += [
        "",
        f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Linux {machine['kernel']}. The speed probe took "
        f"{report['probe_us']['median']:.0f} µs in the median, {report['probe_us']['lowest']:.0f} "
        f"to {report['probe_us']['highest']:.0f}.",
    ]
    failed = table.failures(report["results"])
    lines += [""] + [f"- {line}" for line in failed] if failed else []
    charts = [row for row in rows if row.chart]
    for row in charts:
        lines += ["", f"![{row.caption}]({row.chart}.svg)"]
    return "\n".join(lines) + "\n"


def ratio_lines(ours, compared):
    if not compared:
        return []
    beside = [peer for peer in table.BESIDE if any(peer in spans for _, spans in compared)]
    lines = [
        "",
        f"`{ours}` in proportion to others, round by round: the median, and the lowest and "
        "highest. Less than 8 % apart is a tie.",
        "",
        f"| | {' | '.join('to ' + peer for peer in beside)} |",
        f"|---|{'---|' * len(beside)}",
    ]
    for title, spans in compared:
        cells = [ratio(spans.get(peer)) for peer in beside]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"


def ratio(span):
    if span is None:
        return "-"
    lowest, middle, highest = span
    return f"**{middle:.2f}** ({lowest:.2f} to {highest:.2f})"


def write(report, peers, ours, place):
    place = pathlib.Path(place)
    place.mkdir(parents=True, exist_ok=True)
    (place / "comparison.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    page = markdown(report, peers, ours)
    (place / "comparison.md").write_text(page, encoding="utf-8")
    for row in table.rows(report):
        if row.chart:
            bars = [(peer, row.cells[peer]) for peer in peers if peer in row.cells]
            drawn = chart.bars(row.caption, bars, row.digits, ours)
            (place / f"{row.chart}.svg").write_text(drawn, encoding="utf-8")
    return page
