"""A model of a population: which kinds of accounts there are, how they behave, and where each number comes from.

Every number is a *quantity* with a name such as `types.promoter.rectifies` or `reviewers.wrong_uphold`. It says where
it comes from or that it is assumed, and may say a range for the sensitivity analysis. What a type leaves out it does
not do: each quantity has the value in `TYPE` or `GLOBAL` unless the model says another, and where there is none the
model must say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from lictor.errors import UsageError
from lictor.facts import suggest

__all__ = ["GLOBAL", "TYPE", "Bound", "Kind", "Model", "Quantity", "assuming"]


class Bound(NamedTuple):
    """What a quantity may be: from `low` to `high`; the value where none is said; what it means."""

    low: float
    high: float
    default: float | None
    about: str


_MANY = 1e6
_DAYS = 3650.0


def _share(about: str, default: float | None = None) -> Bound:
    return Bound(0.0, 1.0, default, about)


def _rate(about: str, default: float | None = None) -> Bound:
    return Bound(0.0, _MANY, default, about)


def _days(about: str, default: float | None = None) -> Bound:
    return Bound(0.0, _DAYS, default, about)


TYPE: Mapping[str, Bound] = {
    "share": _share("share of all accounts; one type leaves it out and is the rest"),
    "posts": Bound(0.0, 1000.0, 0.0, "posts a day of an account that may publish, Poisson"),
    "violating": _share("share of its posts that break the rules", 0.0),
    "disguised": _share("share of its violating posts in disguised spelling", 0.0),
    "disguised_after": _share("the same, once it has been sanctioned", 0.0),
    "false_alarm": _share("share of its innocent posts that detection acts on", 0.0),
    "deterred": _share("share of its violating posts that it still makes, for each sanction so far", 1.0),
    "rectifies": _share("share of orders that it meets", 0.0),
    "rectify_days": _days("mean days it takes to mend and claim, exponential", 0.0),
    "claims_falsely": _share("share of the orders it does not meet of which it claims to have met them", 0.0),
    "extends": _share("share of those who would be late that ask for more time, and may have it", 0.0),
    "renames": _share("share of its sanctions after which it takes another name", 0.0),
    "returns": _share("share of its bans after which its owner opens a new account", 0.0),
    "return_days": _days("mean days until then, exponential", 0.0),
    "appeals_wrong": _share("share of sanctions it appeals, where it did not break the rules", 0.0),
    "appeals_right": _share("share of sanctions it appeals, where it did", 0.0),
    "campaigns": Bound(0.0, 1000.0, 0.0, "campaigns of false complaints a day that it begins"),
}
"""The quantities of a type of account."""

GLOBAL: Mapping[str, Mapping[str, Bound]] = {
    "detector": {
        "recall_plain": _share("share of violating posts in plain spelling that detection acts on"),
        "recall_disguised": _share("the same in disguised spelling"),
    },
    "readers": {
        "views": _rate("views a post has in its life, if nothing hides it"),
        "views_days": Bound(0.01, _DAYS, None, "days after which views have fallen to 1/e"),
        "complains": _share("complaints a view of a violating post"),
        "evidence": _share("share of these complaints with evidence"),
        "account_days": Bound(0.01, 36500.0, None, "mean age of the complainants' accounts, exponential"),
    },
    "brigades": {
        "size": Bound(0.0, 10_000.0, 0.0, "complaints a campaign, Poisson"),
        "forged": _share("share of these with made-up evidence", 0.0),
        "account_days": Bound(0.01, 36500.0, 30.0, "mean age of the accounts that file them, exponential"),
    },
    "evasion": {
        "rename_found": _share("share of renames under an open order that are found out", 0.0),
        "rename_found_days": _days("mean days until then, exponential", 0.0),
        "rename_loses": _share("share of complaints lost because the account goes by another name", 0.0),
        "recognised": _share("share of new accounts of banned owners that are known for what they are", 0.0),
    },
    "appeals": {"days": _days("mean days until a sanction is contested, exponential", 0.0)},
    "reviewers": {
        "minutes": _rate("minutes of review a day for each 10,000 accounts"),
        "case_minutes": Bound(0.01, 10_000.0, None, "minutes to decide a case"),
        "claim_minutes": Bound(0.01, 10_000.0, 1.0, "minutes to check a claim to have mended"),
        "appeal_minutes": Bound(0.01, 10_000.0, 1.0, "minutes to answer an appeal"),
        "wrong_uphold": _share("share of cases without a violation that are upheld"),
        "wrong_dismiss": _share("share of cases with a violation that are dismissed"),
        "wrong_accept": _share("share of false claims that are accepted", 0.0),
        "wrong_reject": _share("share of true claims that are rejected", 0.0),
        "wrong_grant": _share("share of appeals against right sanctions that are granted", 0.0),
        "wrong_refuse": _share("share of appeals against wrong sanctions that are rejected", 0.0),
        "gives_up_days": _days("days after which a case is closed undecided", _DAYS),
    },
    "cost": {
        "reviewer_hour": _rate("cost of an hour of review", 0.0),
        "notice": _rate("cost of telling an account of a decision", 0.0),
    },
}
"""The quantities of everybody else, by section."""

WAITING = ("appeal", "claim", "complaint", "detection")
"""What waits for a reviewer. A detection may also be named by its severity."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, what it means, where it comes from; `source` is empty where it is assumed."""

    value: float
    about: str = ""
    source: str = ""
    range: tuple[float, float] | None = None
    said: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of account: what it is to the policy. Severities are shares that add up to 1."""

    id: str
    title: str
    subject: str
    severities: Mapping[str, float]
    false_severities: Mapping[str, float]
    category: str = ""
    function: str = ""
    field: str = "article"


@dataclass(frozen=True, slots=True)
class Model:
    """Kinds of accounts, quantities by name, and in which order reviewers take what waits.

    `order` are groups: all of one is done before the next is begun, and within it the longest waiting comes first.
    """

    id: str
    title: str
    policy: str
    kinds: tuple[Kind, ...]
    quantities: Mapping[str, Quantity]
    order: tuple[tuple[str, ...], ...]
    about: str = ""

    def value(self, name: str) -> float:
        """The quantity of that name."""
        return self.quantities[name].value

    @property
    def uncertain(self) -> Mapping[str, tuple[float, float]]:
        """The quantities that say a range, in the model's order."""
        return {name: one.range for name, one in self.quantities.items() if one.range is not None}

    @property
    def shares(self) -> list[float]:
        """The share of each kind; the one that says none has the rest.

        Raises:
            UsageError: together they are more than all.
        """
        said = [self.value(f"types.{kind.id}.share") if self._says_share(kind) else None for kind in self.kinds]
        rest = 1.0 - sum(share for share in said if share is not None)
        if rest < -1e-9 or (None not in said and abs(rest) > 1e-9):
            raise UsageError(
                f"the shares of the types add up to {1 - rest:.6g}, not 1", hint="leave one `share` out: it is the rest"
            )
        return [max(rest, 0.0) if share is None else share for share in said]

    def _says_share(self, kind: Kind) -> bool:
        return self.quantities[f"types.{kind.id}.share"].said


def bound_of(name: str) -> Bound:
    """What the quantity of that name may be."""
    section, *path = name.split(".")
    return TYPE[path[-1]] if section == "types" else GLOBAL[section][path[0]]


def assuming(model: Model, values: Mapping[str, float]) -> Model:
    """The model with other values of these quantities; where they come from is no longer said.

    Raises:
        UsageError: there is no such quantity, or it cannot be so much.
    """
    changed = dict(model.quantities)
    for name, value in values.items():
        if name not in changed:
            raise UsageError(f"model `{model.id}` has no quantity `{name}`", hint=suggest(name, changed))
        bound = bound_of(name)
        if not bound.low <= value <= bound.high:
            raise UsageError(
                f"`{name}` is {value:g}, which it cannot be",
                hint=f"from {bound.low:g} to {bound.high:g}: {bound.about}",
            )
        changed[name] = replace(changed[name], value=float(value), source="", said=True)
    return replace(model, quantities=changed)
