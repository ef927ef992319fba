"""Plots say which column lies where, and each of them can be drawn."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.report.page.figures import draw
from lictor.report.page.plots import area, bands, bars, lines, matrix, points

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def _drawn(spec, **rest):
    return draw(spec, **{"name": "p", "lang": "en", "labels": "h", **rest})


def _marks(svg, kind):
    return re.findall(rf'aria-label="([^"]*)"[^>]*aria-roledescription="{kind}"|'
                      rf'aria-roledescription="{kind}"[^>]*aria-label="([^"]*)"', svg)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, None], "quantitative"),
        (["2022-07-01", "2022-07-02"], "temporal"),
        (["2022-07-01T00:00:00+08:00", "2022-07-02T00:00:00Z"], "temporal"),
        (["1", "2"], "nominal"),
        (["2022", "2018"], "nominal"),
        ([1, "many"], "nominal"),
        ([None, None], "nominal"),
    ],
)
def test_a_column_is_what_its_values_are(values, kind):
    """Numbers are quantities, ISO dates and instants are time, all else are names."""
    spec = points([{"x": value, "y": 1} for value in values], x="x", y="y")

    assert spec["encoding"]["x"]["type"] == kind


def test_names_keep_the_order_in_which_they_come():
    """Severities, steps and actions have an order of their own, which no alphabet has; bars are stacked in it too."""
    rows = [{"who": who, "n": n, "step": step} for who in "zam" for n, step in ((1, "second"), (2, "first"))]
    svg = _drawn(bars(rows, x="n", y="who", series="step"))
    words = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    [at] = [number for number, word in enumerate(words) if word == "z"]

    assert words[at : at + 3] == ["z", "a", "m"]
    assert words.index("second") < words.index("first")
    assert [mark[0] or mark[1] for mark in _marks(svg, "bar")][:2] == [
        "n: 1; who: z; step: second",
        "n: 2; who: z; step: first",
    ]


def test_the_plots_are_drawn():
    """Each kind of plot has its marks, one a row, with their values said."""
    rows = [
        {"day": f"2022-07-{d:02}", "n": d, "low": d - 1, "high": d + 1, "who": w} for d in range(1, 9) for w in "ab"
    ]
    cells = [{"from": a, "to": b, "n": 3} for a in "abc" for b in "xyz"]

    assert len(_marks(_drawn(lines(rows, x="day", y="n", series="who")), "point")) == 16
    assert len(_marks(_drawn(points(rows, x="n", y="low")), "point")) == 16
    assert len(_marks(_drawn(bars(rows, x="day", y="n", series="who")), "bar")) == 16
    assert len(_marks(_drawn(matrix(cells, x="to", y="from", value="n")), "rect mark")) == 9
    assert _drawn(area(rows, x="day", y="n", series="who")).count('aria-roledescription="area mark"') == 2

    svg = _drawn(bands(rows, x="day", y="n", low="low", high="high", series="who"))

    assert svg.count('aria-roledescription="errorband"') == 2
    assert len(_marks(svg, "point")) == 16


def test_a_legend_comes_once():
    """Colour, shape and dashes of a series are told by one legend."""
    rows = [
        {"day": f"2022-07-{d:02}", "n": d, "low": d - 1, "high": d + 1, "who": w} for d in range(1, 9) for w in "ab"
    ]
    specs = [
        lines(rows, x="day", y="n", series="who"),
        bands(rows, x="day", y="n", low="low", high="high", series="who"),
        lines(rows * 40, x="day", y="n", series="who"),
    ]

    assert [_drawn(spec).count(">who</text>") for spec in specs] == [1, 1, 1]


def test_a_legend_of_long_names_is_not_cut_off():
    """As many names stand side by side as the plot is wide; every one is inside it, whole."""
    names = [f"subjects.official_account.rectify={days}d" for days in (1, 3, 5, 7, 10, 14)] + ["as it is"]
    rows = [{"day": day, "n": day, "who": name} for day in range(3) for name in names]
    svg = _drawn(lines(rows, x="day", y="n", series="who"))
    [width] = re.findall(r'viewBox="0 0 (\d+) ', svg)

    assert int(width) <= 800
    assert [name for name in names if f">{name}</text>" not in svg] == []


def test_counts_have_no_halves():
    """The axis of whole numbers has whole numbers alone."""
    svg = _drawn(lines([{"day": day, "n": day % 3} for day in range(30)], x="day", y="n"))

    assert [word for word in re.findall(r"<text[^>]*>([^<]*)</text>", svg) if "." in word] == []


def test_points_may_bear_names():
    """A name stands beside its point, and a point is told with its values as without."""
    rows = [{"x": n, "y": 100 + n, "who": f"variant {n}"} for n in range(4)]
    svg = _drawn(points(rows, x="x", y="y", label="who"))

    assert len(_marks(svg, "point")) == 4
    assert re.findall(r">(variant \d)</text>", svg) == [f"variant {n}" for n in range(4)]
    assert ">50</text>" not in svg


def test_many_points_are_left_to_the_line():
    """Where points would run together there is the line alone, so that ten years of days stay a small drawing."""
    rows = [{"n": n, "value": n % 31} for n in range(3650)]
    svg = _drawn(lines(rows, x="n", y="value"))

    assert _marks(svg, "point") == []
    assert len(svg) < 100_000


@settings(max_examples=25)
@given(st.lists(NAMES, min_size=2, max_size=3, unique=True), st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_any_name_can_be_a_columns(columns, series):
    """A dot, a bracket, a quote or a backslash in a column's name or value is a character, not a path."""
    x, y, *rest = [*columns, "who"]
    rows = [{x: at, y: at + 1, rest[0]: one} for at, one in enumerate(series)]

    assert len(_marks(_drawn(lines(rows, x=x, y=y, series=rest[0])), "point")) == len(series)
    assert len(_marks(_drawn(matrix(rows, x=x, y=rest[0], value=y)), "rect mark")) == len(series)


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        ("2022-07-01T00:00:00Z", "2022-07-01T09:00:00Z", "07-01 03:00"),
        ("2022-07-01", "2022-07-09", "07-04"),
        ("2021-12-20", "2022-01-09", "2021-12-31"),
        ("2022-02-01", "2022-06-09", "05-01"),
        ("2018-06-01", "2022-06-01", "2020-01"),
    ],
)
def test_dates_are_written_as_far_as_needed(first, last, label):
    """Hours within a day, days within a year, months over years; the same in every language and time zone."""
    rows = [{"day": day, "n": 1} for day in (first, last)]
    svg = _drawn(lines(rows, x="day", y="n"))

    assert f">{label}</text>" in svg
    assert re.findall(r"<text[^>]*>(?:July|Jul|Mon|Tue|Wed)", svg) == []


def test_ids_of_two_plots_differ():
    """A drawing's own ids carry its name, so that two in a page do not meet."""
    rows = [{"x": n, "y": n} for n in range(9)]
    spec = {**points(rows, x="x", y="y"), "mark": {"type": "point", "clip": True}}
    one, other = (set(re.findall(r'id="([^"]*)"', _drawn(spec, name=name))) for name in ("s1-1", "s1-2"))

    assert one
    assert one.isdisjoint(other)
