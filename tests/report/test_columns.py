"""Rows under a head, for a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from lictor.errors import display_width
from lictor.report.columns import in_columns


def test_numbers_stand_to_the_right():
    """A column of numbers ends alike, one of names begins alike; wide characters count two, controls are escaped."""
    lines = in_columns(["type", "rows"], [["普通帐号", "1,200"], ["a\x1b", "-"], ["", "7"]])

    assert lines == [
        "  type       rows",
        "  普通帐号  1,200",
        "  a\\x1b         -",
        "                7",
    ]


@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), max_size=5))
def test_columns_begin_alike(rows):
    """No line is wider than the widest cells together, and there is one for each row."""
    lines = in_columns(["a", "b", "c"], rows)

    assert len(lines) == len(rows) + 1
    assert max(map(display_width, lines)) <= 2 + 2 * 2 + 3 * 80
