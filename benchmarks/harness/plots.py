"""Bars and lines as SVG, written by hand: small, readable, the same bytes for the same figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["bars", "lines"]

OURS, OTHERS, INK, GRID = "#b3261e", "#9aa7b4", "#333", "#e3e6e9"
COLOURS = ("#b3261e", "#1f6f8b", "#6a8f3c", "#8a5a9e", "#c98a1b", "#5c6670")
LEFT, RIGHT, BAR = 210, 90, 20
WIDTH = 720


def bars(title: str, values: Sequence[tuple[str, float]], unit: str, *, logarithmic: bool = True) -> str:
    """One bar a value, in the order given; those that begin with `lictor` stand out."""
    top = max(value for _, value in values)
    low = min(value for _, value in values if value > 0) / 2
    room = WIDTH - LEFT - RIGHT
    body = []
    for number, (label, value) in enumerate(values):
        share = value / top
        if logarithmic:
            share = math.log(value / low) / math.log(top / low) if value > 0 else 0
        y = 40 + number * (BAR + 4)
        colour = OURS if label.startswith("lictor") else OTHERS
        body += [
            _text(LEFT - 8, y + 14, label, anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{max(room * share, 1):.0f}" height="{BAR}" fill="{colour}"/>',
            _text(LEFT + max(room * share, 1) + 6, y + 14, _short(value)),
        ]
    note = f"{unit}{', logarithmic' if logarithmic else ''}"
    return _page(f"{title} ({note})", 50 + len(values) * (BAR + 4), body)


def lines(title: str, series: Mapping[str, Mapping[int, float]], unit: str) -> str:
    """One line a series over the number of terms, both logarithmic."""
    xs = sorted({x for line in series.values() for x in line})
    ys = [y for line in series.values() for y in line.values()]
    low, high = 10 ** math.floor(math.log10(min(ys))), 10 ** math.ceil(math.log10(max(ys)))
    height, left, right = 320, 60, 540

    def at(x: float, y: float) -> tuple[float, float]:
        across = math.log(x / xs[0]) / math.log(xs[-1] / xs[0]) if len(xs) > 1 else 0
        return left + across * (right - left), 40 + (1 - math.log(y / low) / math.log(high / low)) * height

    body = []
    level = low
    while level <= high:
        _, y = at(xs[0], level)
        body += [f'<line x1="{left}" y1="{y:.0f}" x2="{right}" y2="{y:.0f}" stroke="{GRID}"/>']
        body += [_text(left - 8, y + 4, _short(level), anchor="end")]
        level *= 10
    body += [_text(at(x, low)[0], 40 + height + 18, f"{x:,}", anchor="middle") for x in xs]
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = " ".join("{:.0f},{:.0f}".format(*at(x, y)) for x, y in sorted(line.items()))
        body += [f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2.5"/>']
        y = 50 + number * 20
        body += [
            f'<rect x="{right + 14}" y="{y - 9}" width="12" height="12" fill="{colour}"/>',
            _text(right + 32, y, name),
        ]
    return _page(f"{title} ({unit}, over the number of terms, both logarithmic)", height + 70, body)


def _page(title: str, height: float, body: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="sans-serif" font-size="12" fill="{INK}">'
    )
    back = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>'
    shown = f'<text x="10" y="22" font-size="14" font-weight="bold">{escape(title)}</text>'
    return "\n".join([head, back, shown, *body, "</svg>", ""])


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
