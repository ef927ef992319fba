"""Several runs: replicates with intervals, policies side by side on the same chances, and what they trade.

A study is asked once and answered the same for ever: its answer depends on the model, the policies, the size, the days
and the seed, and neither on how many processes work nor on which is done first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from lictor.policy import Policy
from lictor.policy.actions import ACTIONS
from lictor.scan.jobs import ordered_map
from lictor.simulate.population.accounts import cohorts
from lictor.simulate.population.measures import MEASURES, SERIES, Interval, interval, measures_of, series_of
from lictor.simulate.population.model import Model
from lictor.simulate.population.rules import Rules, rules_for
from lictor.simulate.population.world import BY_KIND, run

__all__ = ["Found", "Size", "Study", "Variant", "frontier", "study"]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated. `seed` and the number of a replicate fix a run."""

    accounts: int = 100_000
    days: int = 365
    replicates: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Variant:
    """A policy to be tried, under the name of what was changed in it."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Found:
    """What a variant came to, over all replicates.

    `difference` is to the first variant, replicate by replicate on the same chances, so that its interval is narrower
    than the two it is between; the first has none. `by_kind` and `actions` are means per 10,000 accounts, of that kind
    and of all: each with the wrongful ones among them.
    """

    variant: Variant
    measures: Mapping[str, Interval]
    difference: Mapping[str, Interval] | None
    series: Mapping[str, Sequence[float]]
    by_kind: Mapping[str, Mapping[str, float]]
    actions: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Study:
    """A question and its answers, in the order of the variants; the first is what the others are compared with."""

    model: Model
    size: Size
    as_of: datetime | None
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class _Ran:
    """What one run leaves behind."""

    measures: dict[str, float | None]
    series: dict[str, list[float]]
    by_kind: dict[str, list[float]]
    actions: list[float]
    wrongful: list[float]


def study(
    model: Model,
    variants: Sequence[Variant],
    size: Size,
    *,
    as_of: datetime | None = None,
    jobs: int = 1,
    tell: Callable[[], object] = lambda: None,
) -> Study:
    """Every variant over every replicate; `tell` is called as each run is done.

    Raises:
        UsageError: the model does not fit a policy.
    """
    rules = [rules_for(variant.policy.document, model.kinds, as_of) for variant in variants]
    model.shares  # noqa: B018 - asked before any process starts, for what may be wrong with them
    items = [(number, replicate) for number in range(len(variants)) for replicate in range(size.replicates)]
    ran: list[list[_Ran]] = [[] for _ in variants]
    for (number, _), one in zip(items, ordered_map(partial(_worker, model, rules, size), items, jobs), strict=True):
        ran[number].append(one)
        tell()
    counts = _kinds(model, size)
    return Study(
        model,
        size,
        as_of,
        tuple(
            _found(variant, runs, None if not n else ran[0], counts)
            for n, (variant, runs) in enumerate(zip(variants, ran, strict=True))
        ),
    )


def frontier(found: Sequence[Found]) -> list[bool]:
    """Whether each is on the frontier: no other is as good in wrongful decisions and prevalence, and better in one."""
    points = [(one.measures["wrongful"].mean or 0.0, one.measures["prevalence"].mean or 0.0) for one in found]
    return [not any(_dominates(other, point) for other in points) for point in points]


def _dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] <= other[1]


def _worker(model: Model, rules: Sequence[Rules], size: Size) -> Callable[[tuple[int, int]], _Ran]:
    return partial(_run, model, rules, size)


def _run(model: Model, rules: Sequence[Rules], size: Size, item: tuple[int, int]) -> _Ran:
    number, replicate = item
    done = run(model, rules[number], accounts=size.accounts, days=size.days, seed=size.seed, replicate=replicate)
    return _Ran(
        measures_of(done, model),
        series_of(done),
        {name: [float(count) for count in done.by_kind[name]] for name in BY_KIND},
        [float(count) for count in done.actions],
        [float(count) for count in done.wrongful],
    )


def _found(variant: Variant, runs: Sequence[_Ran], first: Sequence[_Ran] | None, counts: Mapping[str, int]) -> Found:
    difference = None
    if first is not None:
        difference = {
            name: interval(
                [_less(one.measures[name], base.measures[name]) for one, base in zip(runs, first, strict=True)]
            )
            for name in MEASURES
        }
    size = sum(counts.values()) / 10_000
    return Found(
        variant,
        {name: interval([one.measures[name] for one in runs]) for name in MEASURES},
        difference,
        {name: _means([one.series[name] for one in runs]) for name in SERIES},
        {
            kind: {name: _mean([one.by_kind[name][n] for one in runs]) / max(count, 1) * 10_000 for name in BY_KIND}
            for n, (kind, count) in enumerate(counts.items())
        },
        {
            action: (_mean([one.actions[n] for one in runs]) / size, _mean([one.wrongful[n] for one in runs]) / size)
            for n, action in enumerate(ACTIONS)
            if any(one.actions[n] for one in runs)
        },
    )


def _kinds(model: Model, size: Size) -> dict[str, int]:
    return dict(zip((kind.id for kind in model.kinds), cohorts(model.shares, size.accounts), strict=True))


def _less(one: float | None, base: float | None) -> float | None:
    return None if one is None or base is None else one - base


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _means(rows: Sequence[Sequence[float]]) -> list[float]:
    return [_mean(column) for column in zip(*rows, strict=True)]
