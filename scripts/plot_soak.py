#!/usr/bin/env python3
"""Draws the samples of a soak (tests/survival/soak.rs) as SVG.

    plot_soak.py SAMPLES.csv DIRECTORY

writes memory.svg and open-files.svg. They have no background and take their colours from
the reader's scheme, light or dark. The first third, in which the soak warms up, is shaded.
"""

import csv
import pathlib
import sys

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 34, 44

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.grid { stroke: #8c959f; stroke-opacity: .35 }
.warm { fill: #8c959f; fill-opacity: .15 }
.line { fill: none; stroke: #0969da; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .line { stroke: #58a6ff }
}
"""


def step(most, marks=5):
    """The distance of the marks of an axis up to `most`: 1, 2 or 5 times a power of ten."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if size * factor * marks >= most:
                return size * factor
        size *= 10


def plot(title, unit, values):
    """One line over the seconds of the soak, from 0 up."""
    tick = step(max(values) or 1)
    top = tick * -(-max(values) // tick) or tick
    seconds = len(values)

    def x(second):
        return LEFT + second / seconds * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title><style>{STYLE}</style>",
        f'<rect class="warm" x="{LEFT}" y="{TOP}" width="{x(seconds // 3) - LEFT:.1f}" '
        f'height="{HEIGHT - TOP - BOTTOM}"/>',
        f'<text class="title" x="{LEFT}" y="20">{title}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">seconds since the start; '
        "shaded: warming up</text>",
        f'<text x="{LEFT - 8}" y="20" text-anchor="end">{unit}</text>',
    ]
    for value in range(0, int(top) + 1, tick):
        parts.append(
            f'<path class="grid" d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>'
        )
    for second in range(0, seconds + 1, step(seconds, 10)):
        parts.append(
            f'<text x="{x(second):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{second}</text>'
        )
    points = " ".join(f"{x(at + 1):.1f},{y(value):.1f}" for at, value in enumerate(values))
    parts += [f'<polyline class="line" points="{points}"/>', "</svg>"]
    return "\n".join(parts) + "\n"


def main(samples, directory):
    with open(samples, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    memory = [int(row["rss_kib"]) / 1024 for row in rows]
    files = [int(row["open_files"]) for row in rows]
    plots = {
        "memory.svg": plot("Resident memory of the gateway", "MiB", memory),
        "open-files.svg": plot("Open files of the gateway", "files", files),
    }
    for name, text in plots.items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
