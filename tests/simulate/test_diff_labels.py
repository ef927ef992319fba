"""Labels, the figures made of them, and what each rule and each term contributes."""

import random
from math import comb

import pytest
from diffing import batch_of, compared, edited, named
from hypothesis import given
from hypothesis import strategies as st

from lictor.detect import compile_policy
from lictor.policy import load_policy
from lictor.simulate.compare import Question
from lictor.simulate.contribution import MOST_TERMS, contributions
from lictor.simulate.labels import Truth, f1_interval, truth_of, wilson
from lictor.simulate.result import result_of

KNOWN = {"trade.offer", "trade.talk"}


@pytest.mark.parametrize(
    ("label", "truth"),
    [
        ("", None),
        ("  ", None),
        ("none", Truth(violates=False)),
        ("Mention", Truth(violates=False)),
        ("0", Truth(violates=False)),
        ("false", Truth(violates=False)),
        ("none, mention", Truth(violates=False)),
        ("violation", Truth(violates=True)),
        ("1", Truth(violates=True)),
        ("trade.offer", Truth(violates=True, categories=frozenset({"trade.offer"}))),
        ("trade.offer, trade.talk", Truth(violates=True, categories=frozenset(KNOWN))),
        ("violation|trade.talk", Truth(violates=True, categories=frozenset({"trade.talk"}))),
    ],
)
def test_labels(label, truth):
    """Ids of categories, or whether there is anything at all."""
    assert truth_of(label, KNOWN) == truth


@pytest.mark.parametrize(
    ("label", "named"),
    [("borderline", "borderline"), ("trade.offer trade.ofer", "trade.ofer"), (" none trade.offer", "none trade.offer")],
)
def test_what_is_no_label(label, named):
    """A word that is none is named, and guessed at by nobody; what contradicts itself is named whole."""
    with pytest.raises(ValueError, match=f"^{named}$"):
        truth_of(label, KNOWN)


@pytest.fixture
def labelled(tulips, tmp_path):
    """Two policies, and rows with labels, some of them wrong on purpose."""
    before = compile_policy(load_policy(tulips))
    after = edited(tulips, tmp_path, ("shouting: {terms: [moon]}", "shouting: {terms: [sky, moon]}"))
    dice = random.Random(11)
    rows = []
    for n in range(300):
        text = " ".join(dice.sample(["tulip", "buy", "moon", "sky", "reportedly", "rain"], 3))
        label = dice.choice(["trade.offer", "trade.talk", "trade.offer trade.talk", "violation", "none", "", None])
        rows.append({"text": f"{text} {n}", "label": label})
    return before, after, rows


def measured(before, after, rows, **question):
    asked = Question(labels="label", **question)
    made = compared(before, after, batch_of(rows[:100]), batch_of(rows[100:], 101), labels="label", **question)
    return result_of(made, ((before, None), (after, None)), ("x", "y"), asked, engine="test")


def test_figures_are_those_counted_by_hand(labelled):
    """Precision and recall by category and at all, the confusion matrix and the curves, from the decisions alone."""
    before, after, rows = labelled
    result = measured(before, after, rows)["labels"]
    for side, compiled in (("a", before), ("b", after)):
        decided = _decided(compiled, rows)
        truths = [truth_of(row["label"] or "", KNOWN) for row in rows]
        counted = [(t, d) for t, d in zip(truths, decided, strict=True) if t is not None]
        right = sum(t.violates and d is not None for t, d in counted)
        wrong = sum(not t.violates and d is not None for t, d in counted)
        missed = sum(t.violates and d is None for t, d in counted)
        overall = result[side]["overall"]

        assert (overall["right"], overall["wrong"], overall["missed"]) == (right, wrong, missed)
        assert overall["precision"]["value"] == pytest.approx(right / (right + wrong), abs=1e-6)
        assert overall["f1"]["value"] == pytest.approx(2 * right / (2 * right + wrong + missed), abs=1e-6)
        for name in KNOWN:
            judged = [(t, d) for t, d in counted if t.categories or not t.violates]
            hits = [(name in t.categories, d is not None and name in d.found) for t, d in judged]
            figures = named(result[side]["categories"], "category", name)

            assert (figures["right"], figures["wrong"], figures["missed"]) == (
                hits.count((True, True)), hits.count((False, True)), hits.count((True, False)),
            )  # fmt: skip
        assert sum(cell["rows"] for cell in result[side]["confusion"]) == len(counted) == result["rows"]
        assert all(cell["rows"] > 0 for cell in result[side]["confusion"])
        assert result[side]["by_action"][0]["right"] == result[side]["by_terms"][0]["right"] == right
        curve = [one["recall"]["value"] for one in result[side]["by_terms"]]
        assert curve == sorted(curve, reverse=True)


class _Said:
    def __init__(self, decision):
        self.found = {one.category for one in decision.violations if not one.exempted_by and one.status == "enforce"}


def _decided(compiled, rows):
    from lictor.scan.columns import decide_columns

    found = {
        one.row: _Said(one.decision)
        for one in decide_columns((compiled,), batch_of(rows).batch, as_of=None, engine="test")
    }
    return [found.get(row) for row in range(len(rows))]


@given(st.integers(0, 60), st.integers(0, 60))
def test_intervals_hold_their_share(hits, others):
    """The interval holds the share; that of F1 holds F1."""
    low, high = wilson(hits, hits + others)

    assert 0 <= low <= (hits / (hits + others) if hits + others else low) <= high <= 1
    low, high = f1_interval(hits, others)
    assert 0 <= low <= high <= 1
    if hits + others:
        assert low - 1e-6 <= 2 * hits / (2 * hits + others) <= high + 1e-6


def test_the_interval_of_f1_covers():
    """Of all outcomes of 40 rows, each right with chance 0.7, nearly 95 % have an interval that holds the true F1."""
    rows, chance = 40, 0.7
    true = 2 * chance / (1 + chance)
    covered = 0.0
    for right in range(rows + 1):
        low, high = f1_interval(right, rows - right)
        if low <= true <= high:
            covered += comb(rows, right) * chance**right * (1 - chance) ** (rows - right)

    assert 0.93 < covered < 0.98


def test_contribution_is_what_the_policy_without_it_decides(labelled, tulips, tmp_path):
    """Without a rule and without a term: the counts are those of comparing with the policy that lacks it."""
    before, _, rows = labelled
    rows = [*rows, {"text": "buy tulip reportedly", "label": "none"}, {"text": "买 郁金香", "label": "trade.offer"}]
    made = compared(before, before, batch_of(rows), labels="label", contribution=True)
    result = result_of(made, ((before, None),) * 2, ("x", "x"), Question(labels="label", contribution=True), engine="t")
    contribution = result["contribution"]["a"]
    less = {
        ("rule", "offer"): [
            (
                "    status: enforce\n    when: {near: [tulip, trade]",
                "    status: draft\n    when: {near: [tulip, trade]",
            )
        ],
        ("rule", "talk"): [
            (
                "    severity: S1\n    status: enforce\n    in: [article, post]",
                "    severity: S1\n    status: draft\n    in: [article, post]",
            )
        ],
        ("term", "buy"): [("terms: [buy, sell", "terms: [sell")],
        ("term", "reportedly"): [("terms: [reportedly, 据报道]", "terms: [据报道]")],
        ("term", "tulip"): [("{term: tulip, variants: [tulp]}, ", "")],
    }
    for (kind, name), changes in less.items():
        without = compared(before, edited(tulips, tmp_path, *changes), batch_of(rows), labels="label")
        figures = named(contribution[f"{kind}s"], kind, name)
        for became, change in (
            ("freed", "newly_freed"),
            ("hit", "newly_hit"),
            ("weaker", "weaker"),
            ("stronger", "stronger"),
        ):
            assert figures[became] == {
                "rows": without.changes[change],
                "violations": without.changed_truths[change, True],
                "innocent": without.changed_truths[change, False],
            }
    assert contribution["rows_passed_over"] == 0
    assert named(contribution["terms"], "term", "reportedly")["hit"]["rows"] > 0


def test_too_many_terms_are_passed_over(tulips, tmp_path):
    """A row of more different terms than are left out one by one is counted, not worked on for minutes."""
    terms = [f"w{n}x" for n in range(MOST_TERMS + 1)]
    compiled = edited(tulips, tmp_path, ("trade: {terms: [buy,", f"trade: {{terms: [{', '.join(terms)}, buy,"))
    made = compared(compiled, compiled, batch_of([{"text": f"tulip {' '.join(terms)}"}]), contribution=True)

    assert made.parts[0].passed_over == 1


def test_a_term_that_holds_a_rule_back(tulips, tmp_path):
    """Without a term below a `not`, a rule that it kept silent fires, in rows in which something else was found."""
    held = ("when: {all: [tulip, shouting]}", "when: {all: [tulip, shouting, {not: report}]}")
    other = (
        "    severity: S1\n    status: enforce\n    in: [article, post]",
        "    severity: S3\n    status: enforce\n    in: [article, post]",
    )
    compiled = edited(tulips, tmp_path, held, other)
    rows = [{"text": f"{verb} tulip, reportedly to the moon"} for verb in ("buy", "sell", "买")]
    rows += [{"text": "buy tulip https://bulbs.example reportedly to the moon"}]
    made = compared(compiled, compiled, batch_of(rows), contribution=True)
    without = compared(
        compiled, edited(tulips, tmp_path, held, other, ("[reportedly, 据报道]", "[据报道]")), batch_of(rows)
    )
    figures = named(contributions(made.parts[0])["terms"], "term", "reportedly")

    assert (figures["hit"]["rows"], figures["stronger"]["rows"]) == (3, 1)
    assert (without.changes["newly_hit"], without.changes["stronger"]) == (3, 1)
