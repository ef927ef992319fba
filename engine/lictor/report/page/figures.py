"""Plots drawn once, as SVG without a script: what a page shows needs no runtime, prints, and follows its theme.

Colours are the page's custom properties (`var(--s1)`), which change with light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from lictor.errors import UsageError, display_width
from lictor.report.page.plots import PLACE

__all__ = ["SERIES", "draw", "drawing"]

SERIES = 8
"""Colours there are; a ninth series has the first one's again."""

_WIDTH = 800
_HEIGHT = 280
_CHARACTER = 7  # units, of a wide font
_MOST_TOLD = 2000  # rows; a description of each mark would weigh more than the marks
_INK, _LINE, _GRID = "var(--ink)", "var(--line)", "var(--grid)"
_CONFIG: Mapping[str, Any] = {
    "background": None,
    "font": "Noto Sans CJK SC, sans-serif",
    "timeFormat": "%Y-%m-%d",
    "range": {"category": [f"var(--s{number + 1})" for number in range(SERIES)]},
    "view": {"stroke": None, "step": 26},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "gridColor": _GRID,
        "domainColor": _LINE,
        "tickColor": _LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 300,
    },
    "axisXQuantitative": {"tickCount": 8, "labelFlush": False},
    # Level, above the axis: a turned title is hard to read, most of all in Chinese.
    "axisY": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": 0, "titleY": -10},
    "legend": {
        "orient": "top",
        "offset": 28,  # the title of the axis stands between
        "columnPadding": 24,
        "labelColor": _INK,
        "titleColor": _INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 300,
        "symbolOpacity": 1,
    },
    "mark": {"color": "var(--s1)"},
    "bar": {"color": "var(--s1)", "stroke": "var(--paper)", "strokeWidth": 0.5},
    "line": {"strokeWidth": 2},
    "point": {"filled": True, "size": 36, "opacity": 1},
    "area": {"opacity": 0.8},
    "errorband": {"opacity": 0.25},
    "text": {"fontSize": 12, "color": _INK},
    "rect": {"color": "var(--s1)", "stroke": "var(--paper)"},
    "rule": {"color": _INK},
}


def draw(spec: Mapping[str, Any], *, name: str, lang: str, labels: str) -> str:
    """The plot as an SVG element, an image to whoever hears the page; `labels` are the ids of what names it.

    `name` is put before the ids in it, which are to be unique in a page. Without the drawing package: UsageError.
    """
    values = spec["data"]["values"]
    sized: dict[str, Any] = {"height": _height(spec), "width": _WIDTH, **spec}
    sized["autosize"] = {"type": "fit-x", "contains": "padding"}
    legend = {**_CONFIG["legend"], "columns": _columns(spec)}
    sized["config"] = {**_CONFIG, "legend": legend, "aria": len(values) <= _MOST_TOLD}
    locale = "zh-CN" if lang == "zh" else "en-US"
    svg = drawing().vegalite_to_svg(sized, time_format_locale=locale)
    # The page's own font is the reader's; each text would name another.
    svg = re.sub(r' font-family="[^"]*"', "", svg)
    svg = re.sub(rf"; {PLACE}: \d+", "", svg)
    svg = re.sub(r'( id="|url\(#)', rf"\g<1>{name}-", svg)
    view = re.search(r'viewBox="[^"]*"', svg)
    assert view is not None
    return re.sub(r"^<svg[^>]*>", f'<svg role="img" aria-labelledby="{labels}" {view[0]}>', svg)


def _height(spec: Mapping[str, Any]) -> int | Mapping[str, int]:
    """A plot of names down its side is as high as they need, any other one as all are."""
    down = [one["y"].get("type") for one in _encodings(spec) if "y" in one]
    return {"step": 26} if "nominal" in down or "ordinal" in down else _HEIGHT


def _columns(spec: Mapping[str, Any]) -> int:
    """How many names of a legend stand side by side: what is too wide for the plot would be cut off."""
    titles = {
        one[channel]["title"]
        for one in _encodings(spec)
        for channel in ("color", "stroke")
        if one.get(channel, {}).get("title")
    }
    names = {str(row.get(title)) for row in spec["data"]["values"] for title in titles}
    return max(1, min(5, _WIDTH // (max(map(display_width, names), default=0) * _CHARACTER + 50)))


def _encodings(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [spec.get("encoding", {}), *(layer.get("encoding", {}) for layer in spec.get("layer", ()))]


@cache
def drawing() -> ModuleType:
    """The package that draws. Where it is not installed: UsageError, which says how to get it."""
    try:
        import vl_convert  # noqa: PLC0415
    except ImportError as missing:
        raise UsageError(
            "an HTML report needs the package `vl-convert-python` to draw its plots",
            hint="install it with `pip install 'lictor[report]'`",
        ) from missing
    return vl_convert
