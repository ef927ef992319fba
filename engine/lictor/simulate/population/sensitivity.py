"""Which of a model's uncertain quantities matter: how much of each measure's spread comes from which.

Every quantity with a range is drawn from it, all parts of the range alike, and every draw is one run on the same seed:
what differs between two runs is what was drawn. Two ways:

* `lhs`: a Latin hypercube, and Spearman's rank correlation of each quantity with each measure. Cheap; it sees what
  rises or falls throughout.
* `sobol`: Saltelli's design over Sobol' points, and the first-order and total indices: the share of the measure's
  variance that the quantity explains alone, and with all it interacts with. `samples x (quantities + 2)` runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lictor.errors import UsageError
from lictor.scan.jobs import ordered_map
from lictor.simulate.population.measures import MEASURES, measures_of
from lictor.simulate.population.model import Model, assuming
from lictor.simulate.population.rules import Rules
from lictor.simulate.population.study import Size
from lictor.simulate.population.world import run

__all__ = ["Effect", "Method", "Sensitivity", "runs_needed", "sensitivity"]

Method = Literal["lhs", "sobol"]
_RESAMPLES = 200
_DRAWN, _RESAMPLED = 1, 2

Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effect:
    """How a quantity moves a measure, with its 95 % interval by bootstrap.

    `lhs`: `value` is the rank correlation. `sobol`: `value` is the total index, `alone` the first-order one.
    """

    value: float
    low: float
    high: float
    alone: float | None = None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The effects, by measure and quantity; a measure that never varied, or was not there in every run, has none."""

    method: Method
    samples: int
    runs: int
    accounts: int
    days: int
    ranges: Mapping[str, tuple[float, float]]
    effects: Mapping[str, Mapping[str, Effect]]


def runs_needed(method: Method, samples: int, quantities: int) -> int:
    """How many runs it takes."""
    return samples if method == "lhs" else samples * (quantities + 2)


def sensitivity(
    model: Model,
    rules: Rules,
    size: Size,
    *,
    method: Method,
    samples: int,
    jobs: int = 1,
    tell: Callable[[], object] = lambda: None,
) -> Sensitivity:
    """How the measures depend on the model's quantities that say a range. Replicates are not used: each draw is a run.

    Raises:
        UsageError: SciPy is not installed, no quantity says a range, or `sobol` is asked for other than 2, 4, 8, ...
    """
    qmc, stats = _scipy()
    ranges = dict(model.uncertain)
    if not ranges:
        raise UsageError(f"no quantity of model `{model.id}` says a `range`", hint="add `range: [low, high]` to some")
    if method == "sobol" and (samples < 2 or samples & (samples - 1)):
        raise UsageError(f"{samples} samples do not fit `sobol`", hint="ask for a power of two: 64, 128, 256")
    if samples < 8:
        raise UsageError(f"{samples} samples say nothing", hint="ask for 8 or more; hundreds for narrow intervals")
    names = list(ranges)
    low, width = (np.array(x) for x in zip(*((a, b - a) for a, b in ranges.values()), strict=True))
    chance = np.random.default_rng([size.seed, _DRAWN])
    if method == "lhs":
        points = qmc.LatinHypercube(d=len(names), rng=chance).random(samples)
    else:
        pairs = qmc.Sobol(d=2 * len(names), rng=chance).random(samples)
        a, b = pairs[:, : len(names)], pairs[:, len(names) :]
        points = np.concatenate([a, b, *(_exchanged(a, b, n) for n in range(len(names)))])
    drawn = [dict(zip(names, map(float, row), strict=True)) for row in low + points * width]
    # Together shares may exceed all; that is said before any process starts.
    for values in drawn:
        assuming(model, values).shares  # noqa: B018
    rows = []
    for row in ordered_map(partial(_worker, model, rules, size), drawn, jobs):
        rows.append(row)
        tell()
    varied = {}
    for measure in MEASURES:
        said = [row[measure] for row in rows]
        results = np.array([np.nan if value is None else value for value in said])
        if float(np.ptp(results)) > 1e-12 * float(np.abs(results).max()):  # not so where one is missing
            varied[measure] = results
    find = _correlations if method == "lhs" else _indices
    if not varied:
        return Sensitivity(method, samples, len(drawn), size.accounts, size.days, ranges, {})
    found = find(
        stats, points, np.array(list(varied.values())), samples, np.random.default_rng([size.seed, _RESAMPLED])
    )
    effects = {
        measure: {name: Effect(*map(float, found[m, n])) for n, name in enumerate(names)}
        for m, measure in enumerate(varied)
    }
    return Sensitivity(method, samples, len(drawn), size.accounts, size.days, ranges, effects)


def _scipy() -> tuple[Any, Any]:
    try:
        from scipy import stats  # noqa: PLC0415 - optional, and slow to load
        from scipy.stats import qmc  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "the sensitivity analysis needs SciPy, which is not installed",
            hint="install it with `pip install 'lictor[simulate]'`",
        ) from None
    return qmc, stats


def _worker(model: Model, rules: Rules, size: Size) -> Callable[[Mapping[str, float]], dict[str, float | None]]:
    return partial(_run, model, rules, size)


def _run(model: Model, rules: Rules, size: Size, values: Mapping[str, float]) -> dict[str, float | None]:
    assumed = assuming(model, values)
    return measures_of(run(assumed, rules, accounts=size.accounts, days=size.days, seed=size.seed), assumed)


def _exchanged(a: Draws, b: Draws, column: int) -> Draws:
    """`a` with that column from `b`."""
    mixed = a.copy()
    mixed[:, column] = b[:, column]
    return mixed


def _correlations(stats: Any, points: Draws, results: Draws, samples: int, chance: np.random.Generator) -> Draws:
    """By measure and quantity: Spearman's rank correlation, and the ends of its interval."""
    picks = np.concatenate([np.arange(samples)[None], chance.integers(0, samples, (_RESAMPLES, samples))])
    drawn = np.array([_standard(stats.rankdata(column[picks], axis=1)) for column in points.T])
    found = np.array([_standard(stats.rankdata(result[picks], axis=1)) for result in results])
    each = np.einsum("qrs,mrs->rmq", drawn, found) / samples
    low, high = np.quantile(each[1:], [0.025, 0.975], axis=0)
    return np.stack([each[0], low, high], axis=-1)


def _standard(ranks: Draws) -> Draws:
    """Each row with mean 0 and spread 1; a row of equal ranks is all 0."""
    spread = ranks.std(axis=1, keepdims=True)
    standard: Draws = (ranks - ranks.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    return standard


def _indices(stats: Any, points: Draws, results: Draws, samples: int, chance: np.random.Generator) -> Draws:
    """By measure and quantity: the total index, the ends of its interval, and the first-order index."""
    # As SciPy asks for them: f(A) and f(B) by measure and sample, f(AB) by quantity, measure and sample.
    f_a, f_b = results[:, :samples], results[:, samples : 2 * samples]
    f_ab = results[:, 2 * samples :].reshape(len(results), -1, samples).swapaxes(0, 1)
    shape = (len(results), points.shape[1])

    def ask(pick: NDArray[np.int64]) -> tuple[Draws, Draws]:
        parts = {"f_A": f_a[:, pick], "f_B": f_b[:, pick], "f_AB": f_ab[:, :, pick]}
        with np.errstate(divide="ignore", invalid="ignore"):  # a resample of equal results has no variance to share
            found = stats.sobol_indices(func=parts, n=samples)
        return found.first_order.reshape(shape), found.total_order.reshape(shape)

    first, total = ask(np.arange(samples))
    again = np.array([ask(chance.integers(0, samples, samples))[1] for _ in range(_RESAMPLES)])
    again = np.where(np.isnan(again), total, again)
    low, high = np.quantile(again, [0.025, 0.975], axis=0)
    return np.stack([total, low, high, first], axis=-1)
