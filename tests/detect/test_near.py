"""Chains of spans that stand together, against a definition that tries every choice."""

from itertools import pairwise, permutations, product
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor import kernel
from lictor.detect import near
from lictor.detect.item import Passage, Place, Span, Spans
from lictor.detect.near import chains, spans_together
from lictor.match import Match
from lictor.text import fold_tables

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
    st.lists(st.lists(SPANS, min_size=1, max_size=3), min_size=2, max_size=5),
    st.integers(0, 20),
    st.booleans(),
    st.sampled_from(["field", "sentence", "paragraph"]),
    st.sampled_from([1, 2, 100]),
    st.randoms(),
)
def test_the_compiled_sweep_shows_the_same_spans(kinds, within, ordered, inside, most, order):
    """Compiled or not, a sweep shows the same spans: each kind's own at one place, and of one kind the first named."""
    text = "甲乙" * 9 + "\n" + "甲乙" * 4 + "。" + "甲乙" * 6 + " . " + "ⅳ" + "甲乙" * 9
    spans: dict[int, Spans] = {}
    operands = []
    for at, parts in enumerate(kinds):
        numbers = range(len(spans), len(spans) + len(parts))
        for number, part in zip(numbers, parts, strict=True):
            own = [_span(start, length)._replace(source=str(number)) for start, length in part]
            spans[number] = {span.place: span for span in own}
        operands.append((at, tuple(numbers)))
    order.shuffle(operands)
    how = {"inside": inside, "within": within, "ordered": ordered}
    with patch.object(near, "EVIDENCE_KEPT", most):
        with patch.object(kernel, "compiled", None):
            expected = spans_together(Passage("article", text, ()), spans, tuple(operands), **how)
        actual = spans_together(Passage("article", text, ()), spans, tuple(operands), **how)

    assert expected == actual


def _together(*kinds: object) -> dict[object, tuple[str, int, int]]:
    """What the compiled sweep shows of these dictionaries, a kind each."""
    assert kernel.compiled is not None
    measured = kernel.compiled.measured(TEXT * 4, kernel.compiled.folds(*fold_tables()))
    operands = tuple((at, (at,)) for at in range(len(kinds)))
    found: dict[object, tuple[str, int, int]] = kernel.compiled.together(measured, kinds, operands, 0, 5, False, 99)
    return found


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
@pytest.mark.parametrize(
    "spans", [[1], {3: ()}, {3: 1}, {3: ("field", 1)}, {3: ("field", "x", 2)}, {3: ("field", -5, 2)}, (1, 2), None]
)
def test_the_compiled_sweep_refuses_what_is_no_span(spans):
    """What are no spans is refused, not read."""
    good: dict[Place, Span] = {0: _span(0, 1)}
    with pytest.raises((TypeError, ValueError)):
        _together(good, spans)


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
@pytest.mark.parametrize(
    "operands",
    [(), (1,), ((0,),), ((0, [0]),), ((1, (0,)),), ((-1, (0,)),), ((0, (7,)),), ((0, (0,)),) * 13, [(0, (0,))]],
)
def test_the_compiled_sweep_refuses_what_is_no_operand(operands):
    """So is what are no operands: a place among the others, and numbers that are known."""
    assert kernel.compiled is not None
    measured = kernel.compiled.measured(TEXT, kernel.compiled.folds(*fold_tables()))
    with pytest.raises((TypeError, ValueError, KeyError)):
        kernel.compiled.together(measured, {0: {0: _span(0, 1)}}, operands, 0, 5, False, 99)


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
def test_what_is_only_as_good_as_a_number_is_refused():
    """Spans are read without a call to what they hold, which might add to them meanwhile."""
    spans: dict[object, object] = {}

    class Growing:
        def __index__(self) -> int:
            spans.update(dict.fromkeys(range(5000), ("field", 1, 2)))
            return 1

    spans[-1] = ("field", Growing(), 2)

    with pytest.raises(TypeError, match="whole number"):
        _together(spans, {4: ("field", 9, 10)})


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
def test_spans_outlive_the_dictionaries_they_came_in():
    """A place that empties the dictionaries when it is hashed takes no span away that is still to be shown."""
    kinds: list[dict[object, object]] = [{}, {}]
    ready = False

    class Emptying:
        def __hash__(self) -> int:
            for kind in kinds if ready else ():
                kind.clear()
            return 1

    for at in range(0, 100, 4):
        kinds[0][Emptying()] = ("field", at, at + 1)
        kinds[1][Emptying()] = ("field", at + 2, at + 3)
    ready = True

    found = _together(*kinds)

    assert [span[1] for span in found.values()] == list(range(0, 100, 2))


@pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")
def test_what_is_asked_may_ask_back():
    """An answer that empties an earlier one while it is looked for is read as it stands in the end."""
    first: dict[Place, Span] = {0: _span(0, 1)}

    class Asked(dict[int, object]):
        def __missing__(self, _: int) -> object:
            first.clear()
            return {9: _span(2, 1)}

    assert kernel.compiled is not None
    measured = kernel.compiled.measured(TEXT, kernel.compiled.folds(*fold_tables()))

    assert kernel.compiled.together(measured, Asked({0: first}), ((0, (0,)), (1, (1,))), 0, 5, False, 99) == {}


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
