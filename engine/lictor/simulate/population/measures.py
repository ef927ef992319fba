"""What a run came to, in a few numbers, each with what it counts.

A measure without anything to count (the wait for answers, where nobody appealed) is `None`, not 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lictor.simulate.population.model import Model
from lictor.simulate.population.world import Run

__all__ = ["MEASURES", "SERIES", "WEEK", "Interval", "Measure", "interval", "measures_of", "series_of"]

WEEK = 7


class Measure(NamedTuple):
    """A number of a run: what it is, and whether less of it is better (None: neither)."""

    about: str
    less_is_better: bool | None


MEASURES: Mapping[str, Measure] = {
    "prevalence": Measure("views of violating posts, of 10,000 views", True),
    "violating_posts": Measure("violating posts published, for each 10,000 accounts and day", True),
    "caught_at_once": Measure("share of these that detection acted on", False),
    "days_to_action": Measure("median days from an account's first violating post to the decision on it", True),
    "days_to_action_p90": Measure("the same for the slowest tenth", True),
    "restrictions": Measure("sanctions that take something away for a time, per 10,000 accounts", None),
    "bans": Measure("accounts closed for good, per 10,000 accounts", None),
    "wrongful_restrictions": Measure("restrictions of accounts that broke no rule, per 10,000 accounts", True),
    "wrongful_bans": Measure("bans of accounts that broke no rule, per 10,000 accounts", True),
    "wrongful": Measure("wrongful restrictions and bans, per 10,000 accounts", True),
    "not_reversed": Measure("of these, those that no appeal undid, per 10,000 accounts", True),
    "deterred": Measure("share of would-be violating posts not made for fear of a further sanction", None),
    "stopped": Measure("share of would-be violating posts not made because the account was silenced or closed", None),
    "rectified": Measure("share of orders to rectify that were met", None),
    "appeals": Measure("appeals, per 10,000 accounts", None),
    "granted": Measure("share of answered appeals that were granted", None),
    "late_answers": Measure("share of answers to appeals later than the policy allows", True),
    "days_to_review": Measure("median days a case waits for its decision", True),
    "days_to_review_p90": Measure("the same for the slowest tenth", True),
    "backlog": Measure("what waits for a reviewer, on average, per 10,000 accounts", True),
    "backlog_at_end": Measure("the same at the end", True),
    "reviewer_hours": Measure("hours of review, per 10,000 accounts", True),
    "cost": Measure("hours and notices at their prices, per 10,000 accounts", True),
}
"""The measures, by name. Over- and under-enforcement, the axes of the frontier, are `wrongful` and `prevalence`."""

SERIES: Mapping[str, str] = {
    "prevalence": "views of violating posts, of 10,000 views",
    "violating_posts": "violating posts published, per 10,000 accounts and day",
    "backlog": "what waits for a reviewer, per 10,000 accounts",
    "restrictions": "restrictions, per 10,000 accounts and day",
    "bans": "bans, per 10,000 accounts and day",
    "wrongful": "wrongful restrictions and bans, per 10,000 accounts and day",
    "banned": "accounts closed, per 10,000 accounts",
}
"""What is shown over time, each the mean of a week."""


class Interval(NamedTuple):
    """A mean over replicates, and where its true value lies with 95 % confidence; one replicate does not say."""

    mean: float | None
    low: float | None
    high: float | None


def measures_of(run: Run, model: Model) -> dict[str, float | None]:
    """Every measure of the run, by name, in the order of `MEASURES`."""
    total = {name: float(counts.sum()) for name, counts in run.daily.items()}
    size, days = run.accounts / 10_000, len(run.daily["views"])
    would_be = sum(total[f"not_made_{why}"] for why in ("banned", "restricted", "deterred")) + total["violating_posts"]
    answered = float(run.waits["appeal"].sum())
    hours = total["minutes"] / 60
    wrongful = total["wrongful_restrictions"] + total["wrongful_bans"]
    cost = hours * model.value("cost.reviewer_hour") + total["sanctions"] * model.value("cost.notice")
    return {
        "prevalence": _share(total["violating_views"] * 10_000, total["views"]),
        "violating_posts": total["violating_posts"] / size / days,
        "caught_at_once": _share(total["caught_at_once"], total["violating_posts"]),
        "days_to_action": _quantile(run.waits["action"], 0.5),
        "days_to_action_p90": _quantile(run.waits["action"], 0.9),
        "restrictions": total["restrictions"] / size,
        "bans": total["bans"] / size,
        "wrongful_restrictions": total["wrongful_restrictions"] / size,
        "wrongful_bans": total["wrongful_bans"] / size,
        "wrongful": wrongful / size,
        "not_reversed": (wrongful - total["granted_rightly"]) / size,
        "deterred": _share(total["not_made_deterred"], would_be),
        "stopped": _share(total["not_made_banned"] + total["not_made_restricted"], would_be),
        "rectified": _share(total["rectified"], total["orders"]),
        "appeals": total["appeals"] / size,
        "granted": _share(total["granted"], answered),
        "late_answers": _share(total["late_answers"], answered),
        "days_to_review": _quantile(run.waits["case"], 0.5),
        "days_to_review_p90": _quantile(run.waits["case"], 0.9),
        "backlog": float(run.daily["backlog"].mean()) / size,
        "backlog_at_end": float(run.daily["backlog"][-1]) / size,
        "reviewer_hours": hours / size,
        "cost": cost / size,
    }


def series_of(run: Run) -> dict[str, list[float]]:
    """The run by weeks, in the order of `SERIES`; the last week may be short."""
    daily, size = run.daily, run.accounts / 10_000
    weeks = np.arange(0, len(daily["views"]), WEEK)
    seen, views = (np.add.reduceat(daily[name], weeks) for name in ("violating_views", "views"))
    lengths = np.diff(np.append(weeks, len(daily["views"])))

    def mean(*names: str) -> list[float]:
        total = sum((np.add.reduceat(daily[name], weeks) for name in names), np.zeros(len(weeks)))
        return [float(value) for value in total / lengths / size]

    return {
        "prevalence": [float(value) for value in 10_000 * seen / np.where(views > 0, views, 1)],
        "violating_posts": mean("violating_posts"),
        "backlog": mean("backlog"),
        "restrictions": mean("restrictions"),
        "bans": mean("bans"),
        "wrongful": mean("wrongful_restrictions", "wrongful_bans"),
        "banned": mean("banned"),
    }


def interval(values: Sequence[float | None]) -> Interval:
    """The mean of the values there are, with Student's interval; without two of them there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return Interval(None, None, None)
    mean = sum(known) / len(known)
    if len(known) < 2:
        return Interval(mean, None, None)
    spread = sqrt(sum((value - mean) ** 2 for value in known) / (len(known) - 1) / len(known))
    half = _student(len(known) - 1) * spread
    return Interval(mean, mean - half, mean + half)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _quantile(counts: NDArray[np.int64], share: float) -> float | None:
    """The number of days that this share of those who waited did not exceed."""
    total = int(counts.sum())
    return float(np.searchsorted(np.cumsum(counts), share * total)) if total else None


_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def _student(freedom: int) -> float:
    """Student's two-sided 95 % quantile: from the table, and beyond it by its expansion round the normal one."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = 1.959964
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
