"""A bar for each peer as SVG, without a background and in the colours of the reader's scheme."""

from html import escape

WIDTH, BAR, GAP = 760, 18, 8
LEFT, RIGHT, TOP = 170, 80, 34

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.bar { fill: #8c959f }
.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .ours { fill: #58a6ff }
}
"""


def bars(title, values, digits=1, ours=()):
    """`values` are pairs of a name and a number, those in `ours` in a colour of their own. The
    longest bar is as wide as the chart; a number below zero has none."""
    most = max((value for _, value in values), default=0) or 1
    height = TOP + len(values) * (BAR + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="8" y="20">{escape(title)}</text>',
    ]
    for place, (name, value) in enumerate(values):
        y = TOP + place * (BAR + GAP)
        width = max(0, value) / most * (WIDTH - LEFT - RIGHT)
        kind = "ours" if name in ours else "bar"
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}"/>',
            f'<text x="{LEFT + width + 6:.1f}" y="{y + 13}">{value:,.{digits}f}</text>',
        ]
    return "\n".join(parts + ["</svg>"]) + "\n"
