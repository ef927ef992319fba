"""The matcher agrees with the slow reference, row by row and chunk by chunk, on any text."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import find_all

from lictor.match import Matcher, MatchOptions, Term
from lictor.text import encode, skeleton

# Few characters, chosen to meet: cases, widths, styles, look-alikes, leet, marks, what is dropped, what expands.
ALPHABET = (
    "abiltoeBIABTｂＩⓑ🅱ⅠⅳﬁßéıобВηΗνИ\U000e007401348@!|$+()《》,比特币幣覆复一三大必此丿巾牛寺"
    " .-*·，。\n\u200b\ufe0f\u0301\u0300\u20e3⑩㈠ヒビﾋﾞ\ud800🔥點点"
)
TERM_ALPHABET = "abiltoeBéη1038比特币幣复一大 .$+🔥ビﬁ\u200b\ufe0f"
texts = st.text(st.sampled_from(ALPHABET), max_size=24)
term_texts = st.text(st.sampled_from(TERM_ALPHABET), min_size=1, max_size=7).filter(lambda t: t.strip())
options = st.builds(
    MatchOptions,
    case=st.booleans(),
    width=st.booleans(),
    style=st.booleans(),
    script=st.booleans(),
    accents=st.booleans(),
    lookalike=st.booleans(),
    leet=st.booleans(),
    invisible=st.booleans(),
    separators=st.sampled_from(["none", "space", "symbols", "any", ".-", "+ "]),
    gap=st.integers(0, 4),
    repeats=st.booleans(),
    boundary=st.sampled_from(["auto", "word", "number", "none"]),
    ticker=st.booleans(),
    inflect=st.booleans(),
    masked=st.booleans(),
    reversed=st.booleans(),
    sound=st.sampled_from(["none", "none", "homophone", "pinyin", "mixed", "initials"]),
    split=st.booleans(),
    shape=st.booleans(),
)
some_terms = st.lists(
    st.builds(
        Term, term_texts, options=st.one_of(options, st.just(MatchOptions())), allow=st.lists(term_texts, max_size=1)
    ),
    min_size=1,
    max_size=4,
)
relaxed = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def disguised(draw: st.DrawFn) -> tuple[list[Term], str]:
    """Terms, and a text made of pieces of them and of noise."""
    terms = draw(some_terms)
    pieces = draw(
        st.lists(
            st.one_of(texts, st.sampled_from([t.text for t in terms]), st.sampled_from([t.text for t in terms])),
            max_size=5,
        )
    )
    noise = draw(st.lists(st.sampled_from(ALPHABET), max_size=6))
    text = "".join(pieces)
    for char in noise:
        place = draw(st.integers(0, len(text)))
        text = text[:place] + char + text[place:]
    # What the matcher has seen before it does not verify again: some texts repeat themselves.
    return terms, text * draw(st.sampled_from([1, 1, 3]))


@relaxed
@given(disguised(), st.sampled_from([1, 2, 3, 5, 16, 1 << 16]), st.sampled_from(["once", "again", "each", "together"]))
def test_the_matcher_agrees_with_the_reference(given_: tuple[list[Term], str], chunk: int, how: str) -> None:
    """Whatever the terms, options, text and chunk size, the matches are those of the definitions.

    So they are whether the text is glanced at as a short one, the first or a later one, or searched as a long one, and
    there whether occurrences are verified each by itself or together.
    """
    terms, text = given_
    matcher = Matcher(terms)
    matcher._asked = how == "again"
    if how in ("each", "together"):
        matcher._short = 0
    if how == "together":
        matcher._few = matcher._several = 0
    for search in matcher._searches:
        search._chunk = chunk
    found = [(m.term, m.start, m.end, m.mechanisms) for m in matcher.find(text, overlap="all")]

    assert find_all(terms, text) == found


@relaxed
@given(disguised(), st.booleans())
def test_the_same_is_found_however_it_is_looked_up(given_: tuple[list[Term], str], automaton: bool) -> None:
    """Words found by numpy, by the automaton or at a glance, verified one by one or together: the same matches."""
    terms, text = given_
    columnwise = Matcher(terms, automaton=automaton)
    columnwise._few = columnwise._several = columnwise._short = 0
    together = columnwise.find(text * 8, overlap="all")
    one_by_one = Matcher(terms)
    glanced, again = (one_by_one.find(text * 8, overlap="all") for _ in range(2))
    one_by_one._short = 0
    for search in one_by_one._searches:
        search._chunk = 3

    assert one_by_one.find(text * 8, overlap="all") == together
    assert glanced == again == together


@relaxed
@given(some_terms, st.lists(st.one_of(st.none(), texts), max_size=8))
def test_a_column_is_its_rows(terms: list[Term], rows: list[str | None]) -> None:
    """A column gives for each row what `find` gives for its text, and nothing for the others."""
    rows = [None if row is None else row.replace("\ud800", "?") for row in rows]
    matcher = Matcher(terms)
    expected = {}
    for index, row in enumerate(rows):
        matches = tuple(matcher.find(row, overlap="all")) if row is not None else ()
        if matches:
            expected[index] = matches
    plain = pa.array(rows, pa.string())
    columns = [
        plain,
        pa.array(["x", *rows, "y"], pa.large_string()).slice(1, len(rows)),
        plain.cast(pa.string_view()),
        plain.dictionary_encode(),
        pa.chunked_array([plain.slice(0, 2), plain.slice(2)]),
    ]

    for column in columns:
        assert expected == matcher.find_column(column)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.text(min_size=1, max_size=6).filter(lambda t: t.strip()), min_size=1, max_size=3), st.text(max_size=60)
)
def test_any_text_is_searched(terms: list[str], text: str) -> None:
    """No text breaks the matcher; spans slice it, and are sorted."""
    matches = Matcher(terms).find(text + terms[0], overlap="all")

    assert all(m.text == (text + terms[0])[m.start : m.end] and m.text for m in matches)
    assert matches == sorted(matches, key=lambda m: (m.start, m.end))


@settings(deadline=None, max_examples=100)
@given(st.text(st.sampled_from(ALPHABET), max_size=60))
def test_the_skeleton_points_into_the_text(text: str) -> None:
    """Every symbol of the skeleton knows a character of the text; squeezed, so no two alike are neighbours."""
    view = skeleton(text)

    assert all(0 <= offset < len(encode(text)) for offset in view.offsets.tolist())
    assert all(a != b for a, b in zip(view.symbols, view.symbols[1:], strict=False))
