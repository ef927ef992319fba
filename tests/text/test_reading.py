"""A short text read without numpy has the symbols and offsets of its skeleton."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from lictor.text import encode, fold, spell
from lictor.text.reading import SHORT, Way, read, symbols_before

# Repeats, what is dropped, dual characters, what expands into several symbols, and what sounds alike.
CHARS = "abiltBIＢⅠⅳﬁßéВ0174@!|$+()比特币幣帀复一 .-·，\n\u200b\ufe0f\u0301⑩㈠ヒﾋﾞ\ud800🔥點"
texts = st.one_of(st.text(st.sampled_from(CHARS), max_size=40), st.text(max_size=40))
OPTIONS: dict[Way, dict[str, bool]] = {"plain": {}, "sound": {"sound": True}, "letters": {"letters": True}}


@given(texts, st.sampled_from(list(OPTIONS)))
def test_a_short_text_reads_as_its_skeleton(text: str, way: Way) -> None:
    """In each of the ways, the symbols and their offsets are those of `fold`."""
    view, reading = fold(encode(text), **OPTIONS[way]), read(text, way)

    assert spell(view.symbols) == reading.symbols
    assert view.offsets.tolist() == reading.offsets


@given(texts, st.booleans())
def test_symbols_are_counted_up_to_each_offset(text: str, long: bool) -> None:
    """As many symbols begin before an offset as the skeleton has there, in short texts and in long ones."""
    text += "甲" * SHORT * long
    offsets = fold(encode(text)).offsets.tolist()

    assert [bisect_left(offsets, at) for at in range(len(text) + 1)] == symbols_before(text)
