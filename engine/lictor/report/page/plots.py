"""The usual plots as Vega-Lite: which column lies where. Colours, sizes and fonts are the page's.

Rows are mappings of a column's name, as a reader sees it, to a value. A column is a quantity when all its values are
numbers, time when all are ISO instants or dates, and names otherwise. Names keep the order in which they first come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lictor.errors import display_width

__all__ = ["PLACE", "Row", "area", "bands", "bars", "lines", "matrix", "points"]

Row = Mapping[str, str | int | float | None]
Spec = dict[str, Any]

PLACE = "place of the series"
"""The column that stacks are ordered by; it is no reader's business."""

_POINTS = 400  # more would hide the lines, and each weighs 200 bytes in the page
_NAMED = 16  # points; the names of more would lie on one another
_WIDE = 560  # units for all bars on a time axis, of the 800 a plot has
_LABELS = 90  # characters that stand side by side under a plot
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")


def bars(rows: Sequence[Row], *, x: str, y: str, series: str | None = None) -> Spec:
    """A bar a row, from zero to whichever of the two is a quantity; those of several series stand on one another.

    Names on `y` make lying bars, which long names need.
    """
    encoding = {"x": _across(rows, x), "y": _channel(rows, y), **_series(series), **_order(series)}
    for axis, name in (("x", x), ("y", y)):
        if _kind(rows, name) == "quantitative":
            encoding[axis] |= {"scale": {"zero": True}, "stack": "zero"}
    wide = max(2, min(24, _WIDE // max(1, len({row[x] for row in rows}))))
    return _spec(
        rows, {"mark": {"type": "bar", "continuousBandSize": wide}, "encoding": encoding, **_ordered(rows, series)}
    )


def lines(rows: Sequence[Row], *, x: str, y: str, series: str | None = None) -> Spec:
    """A line through the rows of each series, with a point at each while there are few."""
    across = {"x": _across(rows, x), "y": _channel(rows, y)}
    return _spec(rows, {"encoding": across, "layer": _line(rows, series)})


def points(rows: Sequence[Row], *, x: str, y: str, series: str | None = None, label: str | None = None) -> Spec:
    """A point a row, with its name from column `label` beside it while they are few; axes need not begin at zero."""
    across = {"x": _across(rows, x), "y": _channel(rows, y)}
    for axis, name in (("x", x), ("y", y)):
        if _kind(rows, name) == "quantitative":
            across[axis]["scale"] = {"zero": False}
    encoding = {**across, **_series(series, ("color", "shape"))}
    if label is None or len(rows) > _NAMED:
        return _spec(rows, {"mark": "point", "encoding": encoding})
    names = {"mark": {"type": "text", "align": "left", "dx": 8}, "encoding": {"text": _name(label)}}
    return _spec(rows, {"encoding": across, "layer": [{"mark": "point", "encoding": encoding}, names]})


def area(rows: Sequence[Row], *, x: str, y: str, series: str | None = None) -> Spec:
    """What lies under a line; several series are stacked, so that the upper edge is their sum."""
    upwards = {**_channel(rows, y), "stack": "zero"}
    encoding = {"x": _across(rows, x), "y": upwards, **_series(series), **_order(series)}
    return _spec(rows, {"mark": "area", "encoding": encoding, **_ordered(rows, series)})


def bands(rows: Sequence[Row], *, x: str, y: str, low: str, high: str, series: str | None = None) -> Spec:
    """A line through `y` within what lies between `low` and `high`."""
    edges = {
        "y": {**_channel(rows, low), "title": y},
        "y2": {"field": _path(high)},
        **_series(series, ("fill",), legend=False),
    }
    drawn = [{"mark": "errorband", "encoding": edges}, *_line(rows, series, {"y": _channel(rows, y)})]
    return _spec(rows, {"encoding": {"x": _across(rows, x)}, "layer": drawn})


def matrix(rows: Sequence[Row], *, x: str, y: str, value: str) -> Spec:
    """A cell for each pair of names, the fuller the greater its value, with the value written in it.

    Names that stand on both sides come in one order, that of `y`.
    """
    names = list(dict.fromkeys([row[y] for row in rows] + [row[x] for row in rows]))
    most = max((float(row[value] or 0) for row in rows), default=0.0)
    # Never so full that the number in it could not be read, in light or dark.
    fullness = {"scale": {"domain": [0, most or 1], "range": [0.04, 0.5]}, "legend": None}
    quantity = {"field": _path(value), "type": "quantitative", "title": value}
    cell = {"mark": "rect", "encoding": {"opacity": {**quantity, **fullness}}}
    number = {"mark": "text", "encoding": {"text": {**quantity, "format": ",~r"}}}
    across = {**_across(rows, x), "sort": names}
    return _spec(rows, {"encoding": {"x": across, "y": _channel(rows, y)}, "layer": [cell, number]})


def _spec(rows: Sequence[Row], drawn: Spec) -> Spec:
    return {"data": {"values": [dict(row) for row in rows]}, **drawn}


def _line(rows: Sequence[Row], series: str | None, encoding: Spec | None = None) -> list[Spec]:
    """A line, dashed in each series' way, and its points where they would not run together.

    Each layer colours by a channel of its own: one without a legend would take it from others on the same channel.
    """
    few = len(rows) <= _POINTS
    line = {**(encoding or {}), **_series(series, ("stroke", "strokeDash"), legend=not few)}
    point = {**(encoding or {}), **_series(series, ("color", "shape"))}
    return [{"mark": "line", "encoding": line}, *([{"mark": "point", "encoding": point}] if few else [])]


def _across(rows: Sequence[Row], name: str) -> Spec:
    """A column along the foot of the plot, its labels level where they fit, and dates as dates are written."""
    channel = _channel(rows, name)
    if channel["type"] == "nominal":
        labels = {str(row[name]) for row in rows}
        widest = max(map(display_width, labels), default=0)
        return {**channel, "axis": {"labelAngle": 0 if widest * len(labels) <= _LABELS else -40}}
    return {**channel, "axis": _dates([str(row[name]) for row in rows])} if channel["type"] == "temporal" else channel


def _dates(instants: Sequence[str]) -> Spec:
    first, last = date.fromisoformat(min(instants)[:10]), date.fromisoformat(max(instants)[:10])
    days = (last - first).days
    if days < 2:
        return {"format": "%m-%d %H:%M"}
    if days > 300:
        return {"format": "%Y-%m"}
    whole = {"tickCount": {"interval": "day", "step": 1 + days // 12}} if days <= 60 else {}
    return {"format": "%m-%d" if first.year == last.year else "%Y-%m-%d", **whole}


def _channel(rows: Sequence[Row], name: str) -> Spec:
    kind = _kind(rows, name)
    if kind == "nominal":
        return _name(name)
    channel: Spec = {"field": _path(name), "type": kind, "title": name}
    if kind == "quantitative" and all(isinstance(row[name], int | None) for row in rows):
        channel["axis"] = {"labelExpr": "datum.value % 1 ? '' : format(datum.value, ',')"}  # half of a count is none
    # The reader's clock, or the machine's, would move every bar.
    return {**channel, "scale": {"type": "utc"}} if kind == "temporal" else channel


def _name(column: str) -> Spec:
    return {"field": _path(column), "type": "nominal", "title": column, "sort": None}


def _series(name: str | None, channels: Sequence[str] = ("color",), *, legend: bool = True) -> Spec:
    """What tells the series apart: colour, and a second sign wherever the mark can bear one."""
    if name is None:
        return {}
    return dict.fromkeys(channels, _name(name) if legend else {**_name(name), "legend": None})


def _ordered(rows: Sequence[Row], series: str | None) -> Spec:
    """What `_order` stacks by: the place of each series among them, which Vega-Lite takes from the alphabet."""
    if series is None:
        return {}
    names = json.dumps(list(dict.fromkeys(row[series] for row in rows)), ensure_ascii=False)
    place = f"indexof({names}, datum[{json.dumps(series, ensure_ascii=False)}])"
    return {"transform": [{"calculate": place, "as": PLACE}]}


def _order(series: str | None) -> Spec:
    return {} if series is None else {"order": {"field": PLACE, "type": "quantitative"}}


def _path(name: str) -> str:
    """A column's name as Vega-Lite reads it: a dot or a bracket would lead inside a value."""
    return re.sub(r"([\\.\[\]'\"])", r"\\\1", name)


def _kind(rows: Sequence[Row], name: str) -> str:
    values = [row[name] for row in rows if row.get(name) is not None]
    if values and all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
        return "quantitative"
    if values and all(isinstance(one, str) and _INSTANT.fullmatch(one) for one in values):
        return "temporal"
    return "nominal"
