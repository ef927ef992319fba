"""Replicates, variants, sensitivity: the same answer for ever, Student's intervals, the right indices."""

from __future__ import annotations

import sys

import numpy as np
import populations
import pytest
from scipy import stats

from lictor.errors import UsageError
from lictor.policy import load_policy
from lictor.simulate.overrides import overridden
from lictor.simulate.population.accounts import cohorts
from lictor.simulate.population.marks import Chance, Purpose
from lictor.simulate.population.measures import MEASURES, Interval, interval
from lictor.simulate.population.model import assuming
from lictor.simulate.population.read import read_model
from lictor.simulate.population.rules import rules_for
from lictor.simulate.population.sensitivity import sensitivity
from lictor.simulate.population.study import Found, Size, Variant, frontier, study
from lictor.simulate.population.world import run

WECHAT = load_policy("wechat")
MODEL = read_model()
SMALL = Size(accounts=3000, days=60, replicates=3, seed=7)


def test_a_study_is_the_same_in_any_number_of_processes():
    """Every number is equal, bit for bit, with one process and with two, today and when asked again."""
    variants = [Variant("as it is", WECHAT), Variant("3d", overridden(WECHAT, {"strikes.life": "3d"}))]
    once, again, spread = (study(MODEL, variants, SMALL, jobs=jobs) for jobs in (1, 1, 2))

    assert once == again == spread
    assert once != study(MODEL, variants, Size(3000, 60, 3, seed=8))


def test_a_variant_that_changes_nothing_differs_by_nothing():
    """Variants meet the same people with the same luck: equal rules give equal runs, and differ by exactly 0."""
    found = study(MODEL, [Variant("a", WECHAT), Variant("b", WECHAT)], SMALL).found

    assert found[0].difference is None
    assert {Interval(0, 0, 0), Interval(None, None, None)} >= set(found[1].difference.values())


def test_differences_are_narrower_than_what_they_are_between():
    """Common chances: the interval of a difference is a fraction of the intervals of the two."""
    other = overridden(WECHAT, {"subjects.official_account.rectify": "14d"})
    first, second = study(MODEL, [Variant("a", WECHAT), Variant("b", other)], Size(5000, 120, 8, 1)).found
    width = {name: one.high - one.low for name, one in second.measures.items() if one.low is not None}
    difference = second.difference["bans"]

    assert difference.high - difference.low < width["bans"]
    assert first.measures["bans"].mean > second.measures["bans"].mean


def test_a_behaviour_leaves_the_others_alone():
    """What one type does is drawn apart: that promoters post more changes no reporter's fate."""
    plenty = assuming(MODEL, {"reviewers.minutes": 100_000, "types.brigade.campaigns": 0})
    rules = rules_for(WECHAT.document, MODEL.kinds)
    place = [kind.id for kind in MODEL.kinds].index("reporter")
    one, other = (
        run(assuming(plenty, {"types.promoter.posts": posts}), rules, accounts=20_000, days=90, seed=5)
        for posts in (0.5, 2.0)
    )

    assert one.by_kind["restrictions"][place] == other.by_kind["restrictions"][place] > 0
    assert one.by_kind["violating_posts"].tolist() != other.by_kind["violating_posts"].tolist()


def test_marks_are_uniform_and_apart():
    """Marks are spread evenly; those of another purpose, occasion, seed or replicate are unrelated."""
    ids, first = np.arange(200_000), np.zeros(200_000, np.uint16)
    marks = Chance(1, 0).marks(Purpose.REVIEW, ids, first)

    assert stats.kstest(marks, "uniform").pvalue > 0.001
    for other in (
        Chance(1, 0).marks(Purpose.MENDS, ids, first),
        Chance(1, 0).marks(Purpose.REVIEW, ids, first + 1),
        Chance(1, 0).marks(Purpose.REVIEW, ids + 1, first),
        Chance(1, 1).marks(Purpose.REVIEW, ids, first),
        Chance(2, 0).marks(Purpose.REVIEW, ids, first),
    ):
        assert abs(np.corrcoef(marks, other)[0, 1]) < 0.01


@pytest.mark.parametrize("count", [2, 5, 11, 12, 30, 200])
def test_intervals_are_students(count):
    """The interval is that of SciPy's t distribution."""
    values = np.random.default_rng(count).normal(3, 2, count)
    low, high = stats.t.interval(0.95, count - 1, values.mean(), stats.sem(values))

    assert (low, high) == pytest.approx(interval(list(values))[1:], abs=2e-3)


def test_no_interval_without_two():
    """Of one replicate there is a mean only; what was nowhere to be measured has none either."""
    assert Interval(2.0, None, None) == interval([2.0, None])
    assert Interval(None, None, None) == interval([None])


@pytest.mark.parametrize(("shares", "accounts"), [([0.5, 0.5], 7), ([0.94, 0.02, 0.02, 0.01, 0.01], 99), ([1.0], 3)])
def test_every_account_is_of_a_type(shares, accounts):
    """Cohorts add up, none is further from its share than one account."""
    counts = cohorts(shares, accounts)

    assert accounts == sum(counts)
    assert all(abs(count - share * accounts) < 1 for count, share in zip(counts, shares, strict=True))


def test_the_frontier_is_what_nothing_beats():
    """A variant is off it where another is as good in one and better in the other."""
    points = [(1, 5), (2, 4), (2, 5), (3, 3), (3, 3), (4, 3.5)]
    found = [
        Found(
            Variant("", WECHAT), {"wrongful": Interval(x, x, x), "prevalence": Interval(y, y, y)}, None, {}, {}, {}
        )
        for x, y in points
    ]  # fmt: skip

    assert [True, True, False, True, True, False] == frontier(found)


def test_sobol_indices_of_a_product(tmp_path):
    """Violating posts are the product of two quantities when nothing is found: their indices are known exactly."""
    low = {"posts": 1.0, "violating": 0.2}
    high = {"posts": 3.0, "violating": 1.0}
    model = populations.population(
        tmp_path,
        {"seller": {name: _between(low[name], high[name]) for name in low}},
        detector={"recall_plain": 0}, appeals={"days": _between(1, 5)},
    )  # fmt: skip
    rules = rules_for(populations.policy(tmp_path).document, model.kinds)
    found = sensitivity(model, rules, Size(accounts=500, days=10, seed=2), method="sobol", samples=128)
    mean = {name: (low[name] + high[name]) / 2 for name in low}
    spread = {name: (high[name] - low[name]) ** 2 / 12 for name in low}
    a, b = spread["posts"] * mean["violating"] ** 2, spread["violating"] * mean["posts"] ** 2
    whole = a + b + spread["posts"] * spread["violating"]
    effects = found.effects["violating_posts"]

    assert 128 * 5 == found.runs
    assert a / whole == pytest.approx(effects["types.seller.posts"].alone, abs=0.06)
    assert 1 - b / whole == pytest.approx(effects["types.seller.posts"].value, abs=0.06)
    assert 1 - a / whole == pytest.approx(effects["types.seller.violating"].value, abs=0.06)
    assert 0 == pytest.approx(effects["appeals.days"].value, abs=0.01)
    assert "wrongful" not in found.effects, "what never varied has no effects"


def test_rank_correlations(tmp_path):
    """A Latin hypercube sees what rises throughout, and its answer depends on the seed alone."""
    model = populations.population(
        tmp_path, {"seller": {"posts": _between(0.1, 2), "violating": 1}}, appeals={"days": _between(1, 5)}
    )
    rules = rules_for(populations.policy(tmp_path).document, model.kinds)
    size = Size(accounts=5000, days=10, seed=2)
    once, spread = (sensitivity(model, rules, size, method="lhs", samples=24, jobs=jobs) for jobs in (1, 2))
    effects = once.effects["bans"]

    assert once == spread
    assert effects["types.seller.posts"].value > 0.95
    assert effects["appeals.days"].low < 0 < effects["appeals.days"].high
    assert set(once.effects) <= set(MEASURES)


def test_what_a_sensitivity_analysis_needs(tmp_path, monkeypatch):
    """Ranges, a power of two for `sobol`, and SciPy: what is missing is said with the way out."""
    model = populations.population(tmp_path, {"seller": {"posts": 1}})
    rules = rules_for(WECHAT.document, MODEL.kinds)
    with pytest.raises(UsageError, match="no quantity of model `village` says a `range`"):
        sensitivity(model, rules, SMALL, method="lhs", samples=16)
    with pytest.raises(UsageError, match="100 samples do not fit `sobol`"):
        sensitivity(MODEL, rules, SMALL, method="sobol", samples=100)
    with pytest.raises(UsageError, match="4 samples say nothing"):
        sensitivity(MODEL, rules, SMALL, method="lhs", samples=4)
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(UsageError, match="needs SciPy") as refused:
        sensitivity(MODEL, rules, SMALL, method="lhs", samples=16)
    assert "lictor[simulate]" in refused.value.hint


def _between(low, high):
    return {"value": (low + high) / 2, "assumed": True, "range": [low, high]}
