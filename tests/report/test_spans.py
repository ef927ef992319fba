"""Marks stand below what they mark, whatever the characters."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lictor.errors import display_width, escape_controls
from lictor.report.spans import underlined


def test_marks_are_as_wide_as_what_they_mark():
    """A Chinese character is two columns wide, an escape as many as it has characters."""
    assert ["买比特币", "  ^^^^^^"] == underlined("买比特币", [(1, 4)])
    assert ["a\\u202eb", " ^^^^^^"] == underlined("a\u202eb", [(1, 2)])


def test_a_long_text_is_cut_to_what_is_marked():
    """Of a long text the lines with marks and those beside them are shown."""
    lines = underlined("x" * 5_000 + "here" + "y" * 5_000, [(5_000, 5_004)])

    assert len(lines) < 10
    assert "here" in "".join(lines)
    assert lines[0] == lines[-1] == "…"


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320)), max_size=5))
def test_marks_never_leave_their_line(text, pairs):
    """Each line fits, is safe to print, and no mark stands beyond the text above it."""
    lines = underlined(text, [(min(pair), max(pair)) for pair in pairs])

    assert all(display_width(line) <= 96 + 10 and "\n" not in line for line in lines)
    for above, below in pairwise(lines):
        if below.strip() and set(below) <= {"^", " "} and set(above) - {"^", " "}:
            assert display_width(below) <= display_width(above)
    assert escape_controls("".join(lines)) == "".join(lines)
