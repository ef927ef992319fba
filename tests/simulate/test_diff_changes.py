"""What counts as a change, which rows are kept to be read, and how rows are spread over accounts."""

import random

import orjson
import pytest
from diffing import batch_of, compared, edited, named, texts
from hypothesis import given
from hypothesis import strategies as st

from lictor.detect import compile_policy
from lictor.errors import UsageError
from lictor.policy import load_policy
from lictor.policy.actions import ACTIONS, strength
from lictor.simulate.compare import Question
from lictor.simulate.concentration import concentration, gini, share_of_top
from lictor.simulate.limits import limit_of
from lictor.simulate.result import result_of
from lictor.simulate.verdicts import NOTHING, Verdict, change_of


def done(action, **rest):
    return Verdict(action=action, status="applied", **rest)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (NOTHING, NOTHING, None),
        (NOTHING, done("flag"), "newly_hit"),
        (done("flag"), NOTHING, "newly_freed"),
        (done("flag"), done("hide"), "stronger"),
        (done("ban_permanent"), done("hide"), "weaker"),
        (done("hide"), done("filter"), "otherwise"),
        (done("hide", rules=("a", "b")), done("hide", rules=("b", "a")), None),
        (done("hide", rules=("a",)), done("hide", rules=("b",)), "otherwise"),
        (done("suspend", done=(("suspend", "30d"),)), done("suspend", done=(("suspend", "7d"),)), "otherwise"),
        (NOTHING, Verdict(watching=("w",)), "newly_watched"),
        (Verdict(watching=("w",)), NOTHING, "no_longer_watched"),
        (Verdict(watching=("w",)), Verdict(watching=("v",)), None),
        (NOTHING, done("flag", watching=("w",)), "newly_hit"),
        (Verdict(excused=("NEWS",)), NOTHING, None),
    ],
)
def test_how_a_row_changed(before, after, change):
    """One kind of change a row; what is only watched counts apart."""
    assert change_of(before, after) == change


@given(st.sampled_from(ACTIONS), st.sampled_from(ACTIONS))
def test_the_way_back_is_the_opposite(before, after):
    """Whatever one way is newly hit or stronger is the other way newly freed or weaker."""
    opposite = {"newly_hit": "newly_freed", "stronger": "weaker", "otherwise": "otherwise", None: None}
    opposite |= {back: forth for forth, back in opposite.items()}
    one, other = (NOTHING if action == "none" else done(action) for action in (before, after))

    assert change_of(other, one) == opposite[change_of(one, other)]
    assert (change_of(one, other) == "stronger") == (0 < strength(before) < strength(after))


def test_counts_add_up(tulips, tmp_path):
    """Newly hit, freed, watched and excused: each under its own name."""
    before = compile_policy(load_policy(tulips))
    after = edited(
        tulips, tmp_path, ("report: {terms: [reportedly,", "report: {terms: ["),
        ("shouting: {terms: [moon]}", "shouting: {terms: [mars]}"), ("trade: {terms: [buy,", "trade: {terms: ["),
        ("mechanism: [separators, variant]", "mechanism: [variant]"),
    )  # fmt: skip
    rows = texts(
        "sell tulip, reportedly", "tulip to the moon", "buy a tulip", "sell a tulip", "tulip to mars", "tu.lip", "rain"
    )
    made = compared(before, after, batch_of(rows))
    result = result_of(made, ((before, None), (after, None)), ("x", "y"), Question(), engine="test")

    assert result["counts"] == {
        "changed": 4, "flipped": 4, "newly_hit": 2, "newly_freed": 2, "no_longer_watched": 1,
        "newly.rectify_order": 2, "no_longer.rectify_order": 2,
    }  # fmt: skip
    assert named(result["by"]["excused"], "name", "NEWS") == {"name": "NEWS", "a": 1, "b": 0, "gained": 0, "lost": 1}
    assert named(result["by"]["watching"], "name", "watched")["lost"] == 1
    assert {(one["term"], one["rows"]) for one in result["evidence"]["newly_freed"]} == {
        ("tulip", 2), ("moon", 1), ("buy", 1),
    }  # fmt: skip
    assert sum(one["rows"] for one in result["moves"]) == result["corpus"]["compared"] == 7


@pytest.fixture
def busy(tulips, tmp_path):
    """Two policies, and rows of which many change."""
    after = edited(tulips, tmp_path, ("shouting: {terms: [moon]}", "shouting: {terms: [sky]}"))
    rows = [{"text": f"tulip to the {'moon' if n % 2 else 'sky'} {n}"} for n in range(60)]
    return compile_policy(load_policy(tulips)), after, rows


def drawn(made):
    return [one["texts"][""] for one in made.samples]


def test_samples_follow_the_seed_alone(busy):
    """Another order or another cut into batches draws the same texts; another seed draws others."""
    before, after, rows = busy
    shuffled = random.Random(3).sample(rows, len(rows))
    one = compared(before, after, batch_of(rows), samples=4, seed=7)
    other = compared(before, after, batch_of(shuffled[:13]), batch_of(shuffled[13:], 14), samples=4, seed=7)

    assert len(drawn(one)) == 8
    assert drawn(one) == drawn(other)
    assert drawn(one) != drawn(compared(before, after, batch_of(rows), samples=4, seed=8))


def test_a_text_is_read_once(busy):
    """A text that stands there a hundred times is one sample."""
    before, after, _ = busy
    made = compared(before, after, batch_of(texts(*["tulip to the moon"] * 100)), samples=5)

    assert drawn(made) == ["tulip to the moon"]


def test_what_changed_most_comes_first(tulips, tmp_path):
    """Within a kind of change, a jump over many strengths is read before a step."""
    after = edited(
        tulips, tmp_path, ("tulip: {terms: [{term: tulip, variants: [tulp]}, 郁金香]}", "tulip: {terms: [rose]}")
    )
    rows = [{"text": "tulip to the moon"}, {"text": "buy a tulip"}, {"text": "tulip", "field": "message"}]
    before = compile_policy(load_policy(tulips))

    assert "filter" not in [one["a"]["action"] for one in compared(before, after, batch_of(rows), samples=1).samples]
    assert [one["a"]["action"] for one in compared(before, after, batch_of(rows), samples=2).samples] == [
        "rectify_order", "rectify_order", "filter",
    ]  # fmt: skip


def test_accounts(busy):
    """Accounts are counted by rows newly hit and freed; rows without one are counted apart."""
    before, after, rows = busy
    owned = [row | {"account": None if n > 50 else f"a{n % 5}"} for n, row in enumerate(rows)]
    made = compared(before, after, batch_of(owned))
    result = result_of(made, ((before, None), (after, None)), ("x", "y"), Question(), engine="test")
    hit = result["accounts"]["newly_hit"]

    assert result["corpus"]["accounts"] == hit["accounts"] == 5
    assert (hit["rows"], hit["rows_without_account"]) == (26, 4)
    assert hit["largest"][0] == {"account": "a0", "rows": 6}


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_gini_is_the_mean_difference(counts):
    """Half the mean difference of two, over the mean; and larger shares for larger tops."""
    size, total = len(counts), sum(counts)
    expected = sum(abs(a - b) for a in counts for b in counts) / (2 * size * total)

    assert gini(counts) == pytest.approx(expected, abs=2e-6)
    assert share_of_top(counts, 1) <= share_of_top(counts, 10) <= share_of_top(counts, 100) == 1


def test_nobody_is_no_share():
    """Where there are no accounts there is nothing to divide."""
    assert concentration({}) == {
        "accounts": 0, "rows": 0, "top_1_percent": None, "top_10_percent": None, "gini": None, "largest": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "counts", "rows", "holds"),
    [
        ("newly_banned > 0.1%", {"newly_banned": 1}, 1000, False),
        ("newly_banned >= 0.1%", {"newly_banned": 1}, 1000, True),
        ("newly_banned>0.1 %", {"newly_banned": 2}, 1000, True),
        ("changed > 0", {}, 1000, False),
        ("  newly.hide < 3 ", {"newly.hide": 2}, 10, True),
        ("newly_hit > 0%", {}, 0, False),
        ("newly_hit <= 0%", {}, 0, True),
    ],
)
def test_conditions(text, counts, rows, holds):
    """A count is compared exactly, a share is of the rows compared."""
    assert limit_of(text).holds(counts, rows) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "newly_hit",
        "newly_hit > x",
        "newly_hit => 3",
        "newly_hit > -1",
        "newly_hit > 1e3",
        "__import__('os') > 1",
        "newly_hit > 1 or 1 > 0",
        "newly_hit > ٣",
    ],
)
def test_what_is_no_condition(text):
    """Anything else is refused; nothing is evaluated."""
    with pytest.raises(UsageError):
        limit_of(text)


def test_an_unknown_name_is_guessed():
    """The nearest name is offered."""
    with pytest.raises(UsageError) as refused:
        limit_of("newly_baned > 1")

    assert "newly_banned" in refused.value.hint


def test_long_texts_are_cut(busy):
    """What is kept of a text is bounded, and evidence beyond the cut is left out."""
    before, after, _ = busy
    made = compared(before, after, batch_of(texts("tulip to the moon " + "x" * 9000 + " tulip")))
    (sample,) = made.samples

    assert sample["cut"]
    assert len(sample["texts"][""]) == 4000
    assert orjson.dumps(sample)
    assert all(piece["end"] <= 4000 for one in sample["a"]["violations"] for piece in one["evidence"])
