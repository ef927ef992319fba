"""Somebody's words are safe to print, marked where the evidence is, and never wider than a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.errors import display_width, escape_controls
from lictor.policy.names import MECHANISMS
from lictor.report.words import excerpt, folded, in_words, marked

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("ab 收大饼，。“”\n\u202e\u200b\x1b\ud800")), max_size=300)


@st.composite
def spans(draw, text):
    starts = draw(st.lists(st.integers(0, len(text)), max_size=8))
    return [(start, draw(st.integers(start, len(text)))) for start in starts]


@given(st.data(), TEXTS)
def test_marked_text_is_safe(data, text):
    """Whatever the text and the spans, what is printed is one line without a character that could act or hide."""
    shown = marked(text, data.draw(spans(text)))

    assert shown == escape_controls(shown)


@given(TEXTS)
def test_an_excerpt_is_safe_and_short(text):
    """The beginning of any text is one short line without a character that could act or hide."""
    shown = excerpt(text)

    assert (shown, True) == (escape_controls(shown), len(shown) <= 80)


@given(TEXTS.map(escape_controls), st.integers(0, 6))
def test_folded_lines_fit_and_lose_nothing(text, indent):
    """A folded line keeps its characters and its indent, and no part is wider than a terminal allows."""
    parts = list(folded(" " * indent + text))

    assert all(display_width(part) <= 88 for part in parts)
    assert all(part.startswith(" " * indent) for part in parts if part.strip())
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("收U 6.42 出大饼", [(0, 1), (9, 11)], "[收]U 6.42 出[大饼]"),
        ("收U 6.42 出大饼", [(8, 9), (9, 11)], "收U 6.42 [出][大饼]"),
        ("abcdef", [(1, 4), (2, 5)], "a[bcde]f"),
        ("abc", [(0, 3)], "[abc]"),
        ("abc", [], " …"),
        ("a" * 60 + "X" + "b" * 60, [(60, 61)], "… " + "a" * 24 + "[X]" + "b" * 24 + " …"),
        ("x" * 20, [(at, at + 1) for at in range(20)], "[x]" * 12 + " … and 8 more"),
        ("a\u202eb", [(1, 3)], "a[\\u202eb]"),
    ],
)
def test_evidence_is_marked(text, where, expected):
    """Each span stands in brackets with some of the text around it; what overlaps is one span."""
    assert expected == marked(text, where)


def test_each_disguise_is_told_in_words():
    """Every transformation that the matcher can report is told in the reader's language."""
    assert "as written" == in_words((), "en")
    assert "in other case, by another name of it" == in_words(("case", "variant"), "en")
    assert all(word != name for name in MECHANISMS for word in (in_words([name], "en"), in_words([name], "zh")))
