"""The compiled kernel and numpy give the same, array for array: each is what the other is tested by."""

from __future__ import annotations

import datetime as dt
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_properties import ALPHABET, disguised, relaxed

from lictor import kernel
from lictor.match import Matcher, Term
from lictor.match.columns import rows_of
from lictor.text import Skeleton, encode, fold, fold_apart, fold_tables
from lictor.text.fold import _expansions
from lictor.text.plain import plain
from lictor.text.tables import marked

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")

T = TypeVar("T")
# Long enough for several of the kernel's blocks, and full of what texts seldom hold.
long_texts = st.builds(
    lambda parts, times: "".join(parts) * times,
    st.lists(st.text(st.sampled_from(ALPHABET), max_size=24), max_size=6),
    st.sampled_from([1, 2, 40, 400]),
)


@contextmanager
def in_numpy() -> Iterator[None]:
    with patch.object(kernel, "compiled", None):
        yield


def both_ways(work: Callable[[], T]) -> tuple[T, T]:
    with in_numpy():
        slow = work()
    return slow, work()


def arrays(view: Skeleton) -> list[Any]:
    return [view.symbols.tolist(), view.offsets.tolist(), view.marks.tolist(), view.seen]


@given(st.one_of(st.text(max_size=20), st.text(st.sampled_from("ab1①Ａ這么\0\u200b\u0301\ud800🔥"), max_size=9)))
def test_a_plain_text_is_one_and_the_same(text: str) -> None:
    """With what is dropped, what is written otherwise, and nothing of either."""
    slow, fast = both_ways(lambda: plain.__wrapped__(text))

    assert (slow.text, list(slow.offsets)) == (fast.text, list(fast.offsets))


@relaxed
@given(long_texts, st.text(st.sampled_from(ALPHABET), max_size=8), st.booleans(), st.booleans())
def test_a_skeleton_is_one_and_the_same(text: str, before: str, letters: bool, sound: bool) -> None:
    """With dual characters read either way, by sound or not, and behind the end of what stands before."""
    codes = encode(before + text)

    def folded() -> list[Any]:
        end = fold(codes[: len(before)]).last(3)
        whole = fold(codes, letters=letters, sound=sound)
        view, duals = fold_apart(codes[len(before) :], begin=len(before), after=end)
        return [arrays(whole), arrays(view), duals.tolist()]

    slow, fast = both_ways(folded)

    assert slow == fast


@relaxed
@given(disguised(), st.sampled_from([1, 3, 16, 1 << 16]), st.sampled_from([1, 1, 200]))
def test_occurrences_are_one_and_the_same(given_: tuple[list[Term], str], chunk: int, times: int) -> None:
    """Which words begin where: by pairs, whole words, single symbols, duals; and which are decided, and how."""
    terms, text = given_
    matcher = Matcher(terms)
    codes = encode(text * times if chunk > 3 else text)

    def occurrences() -> list[Any]:
        found = []
        for search, _, written, _ in matcher._columnwise:
            search._chunk = chunk
            for hits in search.occurrences(codes):
                found += [*(values.tolist() for values in hits[:5]), hits.letters]
                if not hits.letters:
                    found += [values.tolist() for values in written.decide(codes, hits)]
        return found

    slow, fast = both_ways(occurrences)

    assert slow == fast


@relaxed
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)), max_size=8))
def test_rows_are_one_and_the_same(rows: list[str | None]) -> None:
    """Codes, and where each row starts, of slices and nulls too."""
    column = pa.array(["a", *rows, "b"], pa.string())

    def read() -> list[Any]:
        every = [column, column.slice(1, len(rows)), column.cast(pa.large_string()), column.cast(pa.string_view())]
        return [(part.codes.tolist(), part.starts.tolist()) for some in every for part in rows_of(some)]

    slow, fast = both_ways(read)

    assert slow == fast


@given(st.binary(max_size=12))
def test_what_is_no_utf8_is_refused_the_same(data: bytes) -> None:
    """Bytes that are no text raise what they raise in numpy; the others are read alike."""
    column = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, len(data)], np.int32)), pa.py_buffer(data))

    def read() -> object:
        try:
            return [part.codes.tolist() for part in rows_of(column)]
        except (UnicodeDecodeError, pa.ArrowInvalid) as error:
            return type(error)

    slow, fast = both_ways(read)

    assert slow == fast


@pytest.mark.parametrize("other", [SimpleNamespace(), SimpleNamespace(VERSION=0)])
def test_a_kernel_of_another_version_is_not_used(other: SimpleNamespace) -> None:
    """Where Lictor was not built anew since the kernel takes something else, numpy does the work."""
    with patch.dict(sys.modules, {"lictor.kernel._kernel": other}), patch.dict(os.environ):
        os.environ.pop("LICTOR_KERNEL", None)

        assert runpy.run_path(kernel.__file__)["compiled"] is None


def test_what_fits_is_taken() -> None:
    """The arguments of the test below are right but for the one it changes."""
    assert kernel.compiled is not None

    assert (1, 0) == kernel.compiled.fold(*FITTING.values())


FITTING: dict[str, Any] = {
    "codes": np.array([65], np.uint32),
    "table": marked(),
    "expansions": _expansions()[:3],
    "letters": None,
    "begin": 0,
    "symbols": np.empty(1, np.uint16),
    "offsets": np.empty(1, np.int64),
    "marks": np.empty(1, np.uint8),
    "duals": None,
}


@pytest.mark.parametrize(
    "arguments",
    [
        {"codes": np.array([0x110001], np.uint32)},
        {"codes": np.array([65], np.int64)},
        {"table": marked()[:-1]},
        {"letters": np.zeros(3, np.uint32)},
        {"expansions": (np.zeros(2, np.uint32), np.zeros(2, np.int64), np.zeros(1, np.uint16))},
        {"expansions": ()},
        {"symbols": np.empty(0, np.uint16)},
        {"marks": b"\0"},
        {"codes": np.frombuffer(bytes(5), np.uint32, 1, 1)},
    ],
)
def test_what_does_not_fit_is_an_error(arguments: dict[str, Any]) -> None:
    """No array of another size or kind is read or written beyond its end."""
    assert kernel.compiled is not None

    with pytest.raises((ValueError, TypeError, BufferError)):
        kernel.compiled.fold(*(FITTING | arguments).values())


def test_a_symbol_of_none_has_no_run_to_go_on() -> None:
    """A table that has symbol 0 stand writes nothing before the first mark."""
    assert kernel.compiled is not None
    table = marked().copy()
    table[65] = 0xFF << 16
    marks = np.zeros(9, np.uint8)

    kernel.compiled.fold(*(FITTING | {"table": table, "marks": marks[8:]}).values())

    assert not marks[:8].any()


@pytest.mark.parametrize("first", [-(10**6), 10**6])
def test_symbols_beyond_all_symbols_are_an_error(first: int) -> None:
    """What a character expands to is read only where there is some, and never makes room for others."""
    assert kernel.compiled is not None
    codes, firsts, symbols, _ = _expansions()
    strayed = firsts.copy()
    strayed[0] = first
    arguments = {"codes": codes[:1], "expansions": (codes, strayed, symbols)}

    with pytest.raises(ValueError, match="beyond"):
        kernel.compiled.fold(*(FITTING | arguments).values())


def column_is(number: int) -> Callable[[Any, int], None]:
    def put(table: Any, value: int) -> None:
        table[:, number] = value

    return put


def all_but_the_last(table: Any, value: int) -> None:
    table[:-1] = value


STRAY = Matcher([Term("hello world"), Term("ETH"), Term("比特币")])
CODES = encode("hello world ETH 比特币")


@pytest.mark.parametrize(
    ("table", "change", "value"),
    [
        (1, column_is(1), 10**6),  # the word of a key
        (1, column_is(2), 10**8),  # where its symbols begin
        (1, column_is(3), 10**8),  # how many they are
        (4, all_but_the_last, 10**6),  # where the keys of a slot are
        (4, all_but_the_last, -5000),
        (8, lambda table, value: table.fill(value), 10**7),  # where what a word needs is
    ],
)
def test_keys_beyond_the_words_are_an_error(table: int, change: Callable[[Any, int], None], value: int) -> None:
    """Tables of a lookup that do not fit each other are told; no byte beyond them is read."""
    assert kernel.compiled is not None
    search = STRAY._columnwise[0][0]
    view = fold(CODES)
    tables: list[Any] = list(search._index.tables)  # type: ignore[union-attr,arg-type]
    tables[table] = tables[table].copy()
    change(tables[table], value)

    with pytest.raises(ValueError, match="a key is of no word"):
        kernel.compiled.find(view.symbols, view.offsets, view.marks, tuple(tables))


@pytest.mark.parametrize(
    ("table", "change", "value"),
    [
        (0, all_but_the_last, -(10**6)),  # where the patterns of a word are
        (0, lambda table, value: table.__setitem__(slice(1, -1), value), 10**7),
        (1, column_is(0), 10**8),  # where the characters of a pattern are
    ],
)
def test_patterns_beyond_the_table_are_an_error(table: int, change: Callable[[Any, int], None], value: int) -> None:
    """Tables of patterns that do not fit each other are told."""
    assert kernel.compiled is not None
    search, _, written, _ = STRAY._columnwise[0]
    (hits,) = search.occurrences(CODES)
    tables: list[Any] = list(written.tables)  # type: ignore[arg-type]
    tables[table] = tables[table].copy()
    change(tables[table], value)

    with pytest.raises(ValueError, match="beyond"):
        kernel.compiled.decide(CODES, *hits[:5], tuple(tables))


LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@pytest.mark.parametrize("value", [LEAST, -1, MOST])
@pytest.mark.parametrize("which", ["words", "begins", "second", "until"])
def test_occurrences_beyond_the_text_are_told(which: str, value: int) -> None:
    """A word or begin that is none is an error; where the second run is, and where to look, are only looked for."""
    assert kernel.compiled is not None
    search, _, written, _ = STRAY._columnwise[0]
    (hits,) = search.occurrences(CODES)
    changed = hits._replace(loose=~hits.loose, **{which: np.full(len(hits.words), value)})

    if which in {"words", "begins"}:
        with pytest.raises(ValueError, match="an occurrence is beyond"):
            written.decide(CODES, changed)
    else:
        written.decide(CODES, changed)


def glanced(text: str, **changed: Any) -> Any:
    """What the kernel sees in a short text by the tables of STRAY, some of them changed."""
    assert kernel.compiled is not None
    search, _, written, _ = STRAY._columnwise[0]
    table, expansions = fold_tables()
    duals, around, has_short = search._around.tables
    arguments = {
        "table": table,
        "expansions": expansions,
        "words": search._index.tables,  # type: ignore[union-attr]
        "sizes": search._sizes,
        "duals": duals,
        "around": around,
        "has_short": has_short,
        "patterns": written.tables,
    }
    return kernel.compiled.glance(text, kernel.compiled.tables(*(arguments | changed).values()))


def test_a_short_text_is_glanced_at() -> None:
    """What is sure is told, what is not is left to the verifier, and dual characters to others."""
    words = [word.symbols for word in STRAY._columnwise[0][0]._words_of]

    assert glanced("a 比特币") == ([(2, 5, 2, 0)], [])
    assert glanced("𝓔𝓣𝓗") == ([], [(words.index("eth"), 0)])
    assert glanced("h€llo world") is None
    assert glanced("h€llo world", around=None) == ([], [])
    assert glanced("") == ([], [])
    # More symbols than any text of this length has, unless its characters expand.
    assert glanced("㍿" * 400 + "比特币") == ([(400, 403, 2, 0)], [])


@pytest.mark.parametrize("size", [LEAST, -1, 0, 10**6, MOST])
def test_words_of_no_such_size_end_nowhere(size: int) -> None:
    """No byte beyond the skeleton is read; where a word ends is only where more is looked for."""
    assert glanced("a 比特币 ", sizes=np.full_like(STRAY._searches[0]._sizes, size)) == ([(2, 5, 2, 0)], [])


@pytest.mark.parametrize(
    "changed",
    [
        {"table": marked()[:-1]},
        {"expansions": None},
        {"words": ()},
        {"sizes": np.zeros(2, np.int64)},
        {"patterns": None},
    ],
)
def test_tables_that_do_not_fit_are_not_held(changed: dict[str, Any]) -> None:
    """They are refused before a text is looked at."""
    with pytest.raises((TypeError, ValueError)):
        glanced("a", **changed)


def test_only_what_is_held_is_glanced_by() -> None:
    """Neither another object nor another module's capsule is taken for tables."""
    assert kernel.compiled is not None

    for other in (None, (), np.zeros(1), dt.datetime_CAPI):  # type: ignore[attr-defined]
        with pytest.raises((TypeError, ValueError)):
            kernel.compiled.glance("a", other)
