"""Chains of spans that stand together, against a definition that tries every choice."""

from itertools import pairwise, permutations, product
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.detect.item import Passage, Span
from lictor.detect.near import chains, spans_together
from lictor.match import Match
from lictor.text import kernel

# No two neighbours alike, since repeats do not count as distance.
TEXT = "甲乙" * 30
SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 4)), max_size=6, unique=True)


def _span(start: int, length: int) -> Span:
    return Span(
        "article", start, start + length, Match("甲", start, start + length, "甲" * length, (), key=None), "lexicon"
    )


def _stand_together(choice: tuple[Span, ...], within: int, *, ordered: bool) -> bool:
    orders = [choice] if ordered else permutations(choice)
    return any(all(0 <= b.match.start - a.match.end <= within for a, b in pairwise(one)) for one in orders)


@given(st.lists(SPANS, min_size=2, max_size=3), st.integers(0, 20), st.booleans())
def test_a_chain_is_found_exactly_where_one_exists(kinds, within, ordered):
    """The sweep finds a chain if and only if some choice of one span a kind stands together."""
    passage = Passage("article", TEXT, ())
    spans = [[_span(start, length) for start, length in kind] for kind in kinds]
    expected = any(_stand_together(choice, within, ordered=ordered) for choice in product(*spans))

    actual = list(chains(passage, spans, within=within, ordered=ordered, inside="field"))

    assert expected == bool(actual)
    assert all(_stand_together(chain, within, ordered=ordered) for chain in actual)


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
@given(
    st.lists(SPANS.filter(bool), min_size=2, max_size=5),
    st.integers(0, 20),
    st.booleans(),
    st.sampled_from(["field", "sentence"]),
    st.sampled_from([1, 2, 100]),
)
def test_the_compiled_sweep_shows_the_same_spans(kinds, within, ordered, inside, most):
    """Compiled or not, a sweep shows the same spans, each kind's own where two kinds have one at the same place."""
    passage = Passage("article", "甲乙" * 13 + "。" + "甲乙" * 15, ())
    spans = [[_span(start, length)._replace(source=str(at)) for start, length in kind] for at, kind in enumerate(kinds)]
    marks = [passage.marks([(span.place, span) for span in kind], inside) for kind in spans]
    with patch.object(kernel, "compiled", None):
        expected = spans_together(marks, within=within, ordered=ordered, most=most)

    assert expected == spans_together(marks, within=within, ordered=ordered, most=most)


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
@pytest.mark.parametrize(
    "marks", [[1], [(1, 2, 3)], [(1, 2, 3, ())], [(1, 2, 3, ("field", "x", 2))], [(-5, 2, 3, ("field", 0, 2))], (1, 2)]
)
def test_the_compiled_sweep_refuses_what_is_no_mark(marks):
    """What is no mark is refused, not read."""
    assert kernel.compiled is not None
    good = Passage("article", TEXT, ()).marks([(0, _span(0, 1))], "field")
    with pytest.raises((TypeError, ValueError)):
        kernel.compiled.together([good, marks], 5, False, 9, {})


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
def test_what_is_only_as_good_as_a_number_is_refused():
    """Marks are read without a call to what they hold, which might add to them meanwhile."""
    assert kernel.compiled is not None
    marks: list[object] = []

    class Growing:
        def __index__(self) -> int:
            marks.extend([(1, 2, 3, ("field", 1, 2))] * 5000)
            return 1

    marks.append((Growing(), 2, 3, ("field", 1, 2)))

    with pytest.raises(TypeError, match="whole number"):
        kernel.compiled.together([marks, [(9, 10, 4, ("field", 9, 10))]], 50, False, 9, {})


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
def test_marks_outlive_the_lists_they_came_in():
    """A place that empties the lists when it is hashed takes no mark away that is still to be shown."""
    assert kernel.compiled is not None
    kinds: list[list[object]] = [[], []]

    class Emptying:
        def __hash__(self) -> int:
            for kind in kinds:
                kind.clear()
            return 1

    for at in range(0, 100, 4):
        kinds[0].append((at, at + 1, Emptying(), ("field", at, at + 1)))
        kinds[1].append((at + 2, at + 3, Emptying(), ("field", at + 2, at + 3)))
    found: dict[object, tuple[str, int, int]] = {}

    kernel.compiled.together(kinds, 5, False, 99, found)

    assert [span[1] for span in found.values()] == list(range(0, 100, 2))


def test_padding_does_not_widen_a_gap():
    """Distance is counted in characters that carry meaning, so dots between two words do not part them."""
    passage = Passage("article", "买" + "." * 40 + "币", ())

    found = list(chains(passage, [[_span(0, 1)], [_span(41, 1)]], within=0, ordered=False, inside="field"))

    assert len(found) == 1


def test_a_paragraph_parts_what_stands_close():
    """With `inside: paragraph`, a line break between two spans keeps them apart."""
    passage = Passage("article", "买\n币", ())
    kinds = [[_span(0, 1)], [_span(2, 1)]]

    assert list(chains(passage, kinds, within=5, ordered=False, inside="paragraph")) == []
    assert len(list(chains(passage, kinds, within=5, ordered=False, inside="field"))) == 1


def test_a_hundred_thousand_spans_take_one_sweep():
    """A text full of matches of both kinds is swept once, not compared pair by pair."""
    passage = Passage("article", "甲乙" * 50_000, ())
    kinds = [[_span(at, 1) for at in range(0, 100_000, 2)], [_span(at, 1) for at in range(1, 100_000, 2)]]

    found = sum(1 for _ in chains(passage, kinds, within=3, ordered=False, inside="field"))

    assert found == 99_999
