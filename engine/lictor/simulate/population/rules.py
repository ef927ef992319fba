"""What the population model needs of a policy, as numbers: ladders, orders, strikes, appeals, complaints.

The model's day is its smallest time: a length in the policy is rounded up to whole days, a working day counts as 7/5 of
one, a calendar year as 365. Everything comes from the policy's document as it stands, so an overridden policy gives
other numbers and nothing else changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lictor.decide.effects import ladder_at
from lictor.decide.versions import version_at
from lictor.errors import UsageError
from lictor.facts import stamp, suggest
from lictor.policy.actions import ACTIONS, Action, above_flag, strength, strongest
from lictor.policy.models import Duration, Ladder, PolicyDocument, Step
from lictor.simulate.population.model import Kind

__all__ = ["FOREVER", "NONE", "Outcomes", "Rules", "days_of", "rules_for"]

FOREVER = 20_000
"""Days that no run lasts: the length of what has no end."""
NONE = -1
"""No outcome: the ladder says nothing for this severity, or there is no ladder."""

_CLOSES = frozenset(
    {"ban_permanent", "block_indefinite", "disable", "delist", "network_block", "merchant_terminated"}
)  # fmt: skip
_DAYS = {"s": 86400, "m": 1440, "h": 24, "d": 1}

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Outcomes:
    """What an upheld violation can lead to, a row an outcome; equal ones share a row.

    `silent`: days without publishing; `order`: days to mend, 0 where nothing is ordered; `mute`: whether nothing can be
    published meanwhile; `closes`: the account is closed for good; `action`: the headline, by its place in `ACTIONS`.
    """

    action: list[int] = field(default_factory=list)
    closes: list[bool] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    mute: list[bool] = field(default_factory=list)

    def add(self, action: Action, *, closes: bool, silent: int, order: int, mute: bool) -> int:
        """The number of this outcome."""
        row = (ACTIONS.index(action), closes, silent, order, mute)
        rows = list(zip(self.action, self.closes, self.silent, self.order, self.mute, strict=True))
        if row in rows:
            return rows.index(row)
        for column, value in zip((self.action, self.closes, self.silent, self.order, self.mute), row, strict=True):
            column.append(value)  # type: ignore[attr-defined]
        return len(rows)


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy's numbers for the kinds of accounts of one model, kinds and severities by their number.

    Tables: `by_strikes[kind]`, `steps[kind]` and `first[kind, severity]` choose the rung; `on_rung[kind, rung - 1]`,
    `on_severity[kind, severity]`, `on_reoffence[kind]` and `on_expiry[kind]` are outcomes or `NONE`;
    `reoffence[kind]` is days. `hides`, `holds`: what detection alone does to the item and to the account.
    """

    severities: tuple[str, ...]
    outcomes: Outcomes
    by_strikes: Flags
    steps: Integers
    first: Integers
    on_rung: Integers
    on_severity: Integers
    on_reoffence: Integers
    reoffence: Integers
    on_expiry: Integers
    next_on_expiry: Flags
    fails_order: Flags
    hides: Flags
    holds: Flags
    strike_life: int
    attempts: int
    extension: int
    extensions: int
    stops: frozenset[str]
    appeal_window: int
    appeal_answer: int
    complaints: int
    complaints_within: int
    complaint_age: float
    evidence_opens: bool
    new_account_closed: bool

    def outcome(self, kind: Integers, severity: Integers, counted: Integers, highest: Integers, again: Flags) -> Any:
        """What upheld violations lead to, and on which rung: as `enforce` chooses it, for many accounts at once.

        `counted` are the strikes that count, `highest` the highest rung among them; `again` says that a rectification
        was accepted a short while ago.
        """
        steps = self.steps[kind]
        rung = np.where(self.by_strikes[kind], counted + 1, np.maximum(self.first[kind, severity], highest + 1))
        rung = np.minimum(rung, np.maximum(steps, 1))
        outcome = np.where(steps > 0, self.on_rung[kind, rung - 1], NONE)
        own = self.on_severity[kind, severity]
        repeated = np.where(again, self.on_reoffence[kind], NONE)
        outcome = np.where(repeated != NONE, repeated, np.where(own != NONE, own, outcome))
        rung = np.where((repeated != NONE) | (own != NONE), np.maximum(steps, 1), rung)
        return outcome, rung


def days_of(duration: Duration) -> int:
    """The length in whole days, rounded up."""
    if duration.unit == "workdays":
        return math.ceil(duration.amount * 7 / 5)
    if duration.unit == "calendar years":
        return duration.amount * 365
    return math.ceil(duration.amount / _DAYS[duration.unit])


def rules_for(document: PolicyDocument, kinds: Sequence[Kind], at: datetime | None = None) -> Rules:
    """The policy's numbers for these kinds of accounts, as of that instant; without one, of its newest version.

    Raises:
        UsageError: a kind names a subject, category, function or severity the policy does not have.
    """
    version = len(document.versions) - 1 if at is None else version_at(document, at)
    if version is None:
        assert at is not None
        raise UsageError(
            f"at {stamp(at)} no version of `{document.policy}` is in force",
            hint=f"the first is from {stamp(document.versions[0].start)}",
        )
    severities = tuple(one.id for one in document.severities)
    ladders = [_ladder(document, kind, version) for kind in kinds]
    longest = max((len(ladder.steps) for ladder in ladders if ladder is not None), default=0) or 1
    shape = (len(kinds), len(severities))
    outcomes = Outcomes()
    on_rung, first_rung = np.full((len(kinds), longest), NONE), np.ones(shape, int)
    on_severity, again, on_expiry = np.full(shape, NONE), np.full(len(kinds), NONE), np.full(len(kinds), NONE)
    steps, reoffence = np.zeros(len(kinds), int), np.zeros(len(kinds), int)
    next_on_expiry, fails = np.zeros(len(kinds), bool), np.zeros(len(kinds), bool)
    hides, holds = np.zeros(shape, bool), np.zeros(shape, bool)
    for n, (kind, ladder) in enumerate(zip(kinds, ladders, strict=True)):
        for s, severity in enumerate(severities):
            hides[n, s], holds[n, s] = _detected(document, kind, severity)
        subject = document.subjects[kind.subject]
        next_on_expiry[n] = subject.on_expiry == "next_step"
        if subject.on_expiry in ("ban_permanent", "delist"):
            on_expiry[n] = outcomes.add(subject.on_expiry, closes=True, silent=0, order=0, mute=False)
        if ladder is None:
            continue
        steps[n] = len(ladder.steps) if ladder.by != "severity" else 0
        for r, step in enumerate(ladder.steps):
            on_rung[n, r] = _outcome(document, kind, step, outcomes)
        for s, severity in enumerate(severities):
            first_rung[n, s] = ladder.first.get(severity, 1)
            if severity in ladder.severity:
                on_severity[n, s] = _outcome(document, kind, ladder.severity[severity], outcomes)
        if ladder.reoffence is not None:
            again[n] = _outcome(document, kind, ladder.reoffence.then, outcomes)
            reoffence[n] = days_of(ladder.reoffence.within)
        fails[n] = any(fnmatchcase("evade.rename", pattern) for pattern in ladder.fails_order)
    extension, complaints = document.orders.extension, document.complaints
    return Rules(
        severities=severities,
        outcomes=outcomes,
        by_strikes=np.array([ladder is not None and ladder.by == "strikes" for ladder in ladders]),
        steps=steps,
        first=first_rung,
        on_rung=on_rung,
        on_severity=on_severity,
        on_reoffence=again,
        reoffence=reoffence,
        on_expiry=on_expiry,
        next_on_expiry=next_on_expiry,
        fails_order=fails,
        hides=hides,
        holds=holds,
        strike_life=0 if document.strikes is None else min(days_of(document.strikes.life), FOREVER),
        attempts=document.orders.attempts,
        extension=0 if extension is None else days_of(extension.by),
        extensions=0 if extension is None else extension.max,
        stops=frozenset(document.orders.clock.stops),
        appeal_window=days_of(document.appeals.window),
        appeal_answer=days_of(document.appeals.answer),
        complaints=0 if complaints is None else complaints.distinct,
        complaints_within=0 if complaints is None else days_of(complaints.within),
        complaint_age=0 if complaints is None else complaints.min_account_age.fixed.total_seconds() / 86400,
        evidence_opens=complaints is not None and complaints.one_with_evidence_opens,
        new_account_closed=document.evasion.new_account is not None
        and document.evasion.new_account.then in _CLOSES,
    )  # fmt: skip


def _ladder(document: PolicyDocument, kind: Kind, version: int) -> Ladder | None:
    _known(document, kind, "subject", kind.subject, document.subjects)
    if kind.function:
        _known(document, kind, "function", kind.function, document.functions)
    if not kind.category:
        return None
    _known(document, kind, "category", kind.category, document.categories)
    for severity in (*kind.severities, *kind.false_severities):
        _known(document, kind, "severity", severity, [one.id for one in document.severities])
    return ladder_at(document, kind.category, kind.subject, version)


def _known(document: PolicyDocument, kind: Kind, what: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        near = suggest(name, names).rstrip("?")
        raise UsageError(
            f"type `{kind.id}` of the model names the {what} `{name}`, which policy `{document.policy}` does not have",
            hint=f"{near}{', or ' if near else ''}give a model that is written for this policy: `--model F`",
        )


def _detected(document: PolicyDocument, kind: Kind, severity: str) -> tuple[bool, bool]:
    """Whether detection alone hides the item, and whether it silences the account until a person has looked."""
    table = document.detected.get(severity, {})
    action = table.get(kind.field, table.get("default", "flag"))
    acts = action in document.automatic and above_flag(action)
    on_account = strength(action) > strength("hide")
    functions = document.takes.get(action, ())
    silenced = acts and on_account and ("*" in functions or kind.function in _opened(document, functions))
    return acts, silenced


def _outcome(document: PolicyDocument, kind: Kind, steps: Iterable[Step], outcomes: Outcomes) -> int:
    """The step's effects on the account, of which the longest and the strongest count; those on others do not."""
    silent = order = 0
    mute = closes = False
    own = [step for step in steps if step.on in (None, "account", "item", "host")]
    for step in own:
        lasting = FOREVER if step.lasting is None else days_of(step.lasting)
        if step.action in _CLOSES:
            closes = True
        elif step.action == "rectify_order" or step.until == "rectified":
            subject = document.subjects[kind.subject]
            within = step.within or (subject.rectify if step.action == "rectify_order" else None)
            order = FOREVER if within is None else max(1, days_of(within))
            functions = step.functions or ((subject.bundle,) if subject.bundle else ())
            mute = mute or kind.function in _opened(document, functions)
        elif step.action == "suspend" or (
            step.action == "restrict" and kind.function in _opened(document, step.functions)
        ):
            silent = max(silent, lasting)
    return outcomes.add(strongest(step.action for step in own), closes=closes, silent=silent, order=order, mute=mute)


def _opened(document: PolicyDocument, names: Iterable[str]) -> list[str]:
    return [function for name in names for function in document.bundles.get(name, (name,))]
