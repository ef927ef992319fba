"""A simulated population for a terminal and as JSON: measures with intervals, variants side by side, what matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from lictor.errors import escape_controls
from lictor.facts import stamp
from lictor.report.columns import in_columns
from lictor.report.words import counted
from lictor.simulate.population.measures import MEASURES, WEEK, Interval
from lictor.simulate.population.model import Model
from lictor.simulate.population.sensitivity import Sensitivity
from lictor.simulate.population.study import Found, Study, frontier

__all__ = ["AXES", "population_to_dict", "provenance", "ranked", "render_population", "written"]

_FORMAT = 1
AXES = ("wrongful", "prevalence")
"""Over- and under-enforcement."""
_SIDE_BY_SIDE = ("prevalence", "wrongful", "restrictions", "bans", "days_to_action", "backlog", "cost")
_NAMED = 6
_DIGITS = 9


def render_population(study: Study, effects: Sensitivity | None = None) -> str:
    """The measures of the first variant, the others beside it, the frontier, and which quantities matter."""
    first = study.found[0]
    lines = [f"{name:<11} {escape_controls(value)}" for name, value in provenance(study)]
    intervals = "" if study.size.replicates == 1 else ", with its 95 % interval over the replicates"
    lines += ["", f"{escape_controls(first.variant.name)}{intervals}"]
    width = max(map(len, MEASURES))
    for name, measure in MEASURES.items():
        lines.append(f"  {name:<{width}}  {_with_interval(first.measures[name]):<28}  {measure.about}")
    lines += ["", "by type, per 10,000 accounts of it"]
    lines += in_columns(
        ["type", "restricted", "banned", "of these wrongly", "closed at the end"],
        [
            [kind, *(written(by[name]) for name in ("restrictions", "bans")),
             written(by["wrongful_restrictions"] + by["wrongful_bans"]), written(by["banned"])]
            for kind, by in first.by_kind.items()
        ],
    )  # fmt: skip
    if len(study.found) > 1:
        lines += [
            "",
            "side by side; * = no other is as good in wrongful decisions and in prevalence, and better in one",
        ]
        on = frontier(study.found)
        lines += in_columns(
            ["", "variant", *_SIDE_BY_SIDE],
            [
                ["*" if best else "", one.variant.name, *(written(one.measures[name].mean) for name in _SIDE_BY_SIDE)]
                for one, best in zip(study.found, on, strict=True)
            ],
        )
        if study.size.replicates > 1:
            lines += ["", f"what differs from `{escape_controls(first.variant.name)}` beyond chance (95 %)"]
            lines += [line for one in study.found[1:] for line in _differing(one)]
    if effects is not None:
        lines += ["", *_effects(effects)]
    return "\n".join(lines)


def population_to_dict(study: Study, effects: Sensitivity | None = None) -> dict[str, Any]:
    """All of it as JSON values; `docs/simulate-population.md` describes them. No clock and no path is in it."""
    answer: dict[str, Any] = {
        "format": _FORMAT,
        "lictor": version("lictor"),
        "numpy": np.__version__,
        "model": _model(study.model),
        "accounts": study.size.accounts,
        "days": study.size.days,
        "replicates": study.size.replicates,
        "seed": study.size.seed,
        "as_of": None if study.as_of is None else stamp(study.as_of),
        "measures": {name: measure._asdict() for name, measure in MEASURES.items()},
        "variants": [
            {
                "name": one.variant.name,
                "policy": one.variant.policy.id,
                "digest": one.variant.policy.digest,
                "frontier": best,
                "measures": _intervals(one.measures),
                "difference": None if one.difference is None else _intervals(one.difference),
                "actions": {
                    name: {"all": _round(every), "wrongful": _round(wrong)}
                    for name, (every, wrong) in one.actions.items()
                },
                "types": {kind: {name: _round(x) for name, x in by.items()} for kind, by in one.by_kind.items()},
                "series": {"days": WEEK, **{name: [_round(x) for x in series] for name, series in one.series.items()}},
            }
            for one, best in zip(study.found, frontier(study.found), strict=True)
        ],
    }
    if effects is not None:
        answer["sensitivity"] = {
            "method": effects.method,
            "samples": effects.samples,
            "runs": effects.runs,
            "accounts": effects.accounts,
            "days": effects.days,
            "ranges": {name: list(ends) for name, ends in effects.ranges.items()},
            "effects": {
                measure: {
                    name: {key: _round(getattr(one, key)) for key in ("value", "low", "high", "alone")}
                    for name, one in by.items()
                }
                for measure, by in effects.effects.items()
            },
        }
    return answer


def provenance(study: Study) -> list[tuple[str, str]]:
    """Where the numbers come from."""
    size, first = study.size, study.found[0].variant.policy
    assumed = sum(one.said and not one.source for one in study.model.quantities.values())
    said = sum(one.said for one in study.model.quantities.values())
    by = "its newest version" if study.as_of is None else f"the version of {stamp(study.as_of)}"
    return [
        ("policy", f"{first.id} {first.digest}, {by}"),
        ("model", f"{study.model.id}: {assumed} of its {said} quantities are assumed, the others measured"),
        ("size", ", ".join(counted(getattr(size, f"{one}s"), one) for one in ("account", "day", "replicate"))),
        ("seed", f"{size.seed} (lictor {version('lictor')}, numpy {np.__version__})"),
    ]


def ranked(effects: Sensitivity, measure: str) -> list[str]:
    """The quantities by how much they move the measure, the most first."""
    by = effects.effects.get(measure, {})
    return sorted(by, key=lambda name: -abs(by[name].value))


def written(value: float | None) -> str:
    """A number to read: three digits that count; `-` where there is none."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return "0" if abs(value) < 5e-5 else f"{value:.3g}"


def _with_interval(one: Interval) -> str:
    if one.low is None or one.high is None:
        return written(one.mean)
    return f"{written(one.mean)} ({written(one.low)} to {written(one.high)})"


def _differing(one: Found) -> Iterator[str]:
    assert one.difference is not None
    yield f"  {escape_controls(one.variant.name)}"
    any_ = False
    for name, difference in one.difference.items():
        if difference.low is not None and difference.high is not None and difference.low * difference.high > 0:
            sign = "+" if difference.low > 0 else ""
            low, high = written(difference.low), written(difference.high)
            yield f"    {name:<22} {sign}{written(difference.mean)} ({low} to {high})"
            any_ = True
    if not any_:
        yield "    nothing"


def _effects(effects: Sensitivity) -> Iterator[str]:
    what = "rank correlation" if effects.method == "lhs" else "share of the variance, with interactions"
    runs = f"{effects.runs:,} runs of {effects.accounts:,} accounts"
    yield f"what matters: {effects.method}, {runs} ({what}, 95 % interval)"
    for measure in AXES:
        names = ranked(effects, measure)
        yield f"  {measure}" if names else f"  {measure}: it never varied"
        width = max((len(name) for name in names[:_NAMED]), default=0)
        for name in names[:_NAMED]:
            effect = effects.effects[measure][name]
            yield f"    {name:<{width}}  {effect.value:+.2f} ({effect.low:+.2f} to {effect.high:+.2f})"
    yield "    (the JSON and the page have every measure and quantity)"


def _model(model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "title": model.title,
        "quantities": {
            name: {
                "value": one.value,
                "source": one.source or None,
                "range": None if one.range is None else list(one.range),
            }
            for name, one in model.quantities.items()
            if one.said
        },
    }


def _intervals(by: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: {key: _round(value) for key, value in one._asdict().items()} for name, one in by.items()}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
