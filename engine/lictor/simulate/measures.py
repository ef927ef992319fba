"""What is counted while facts are replayed: by span of time what happened in it, and how things stood at its end.

An account is looked at again when something happened at it, or when what was taken from it, or a strike, ends with its
time; all others are as they were. So a quiet account costs nothing, however long the replay.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

import numpy as np

from lictor.enforce import Enforcer, Outcome
from lictor.enforce.orders import claimed
from lictor.enforce.standing import STATES, state_of
from lictor.enforce.states import Account, Case, Item
from lictor.facts import kinds
from lictor.facts.kinds import Fact

__all__ = ["ANSWERS", "COUNTS", "GAUGES", "TIMES", "Measures", "Span", "Spread", "spread"]

COUNTS = (
    "orders_given", "orders_met", "orders_missed", "orders_failed", "orders_lifted", "orders_extended",
    "strikes_added", "appeals_filed", "appeals_rejected", "appeals_granted", "decisions_overturned",
    "items_flagged", "items_withheld", "complaints", "answers", "refused",
)  # fmt: skip
"""What is counted by span: orders to rectify and what became of them, strikes, appeals, items, answers of people."""

GAUGES = (
    "orders_open", "strikes_active", "waiting_reviews", "waiting_items", "waiting_appeals", "waiting_claims",
)  # fmt: skip
"""What is seen at the end of each span: open orders, strikes that count, and what waits for a person."""

TIMES = (
    "published_to_measure", "published_to_decision", "reported_to_decision", "found_to_answer", "filed_to_answer",
)  # fmt: skip
"""Times that are measured, in seconds: see `docs/simulate-timeline.md`."""

ANSWERS = (kinds.Review, kinds.Reinspection, kinds.AppealDecision, kinds.Reinstatement)
"""What people answer; orders of authorities are no work of reviewers."""

_ORDER = {
    "pass": "orders_met", "expire": "orders_missed", "evade": "orders_failed", "lift": "orders_lifted",
}  # fmt: skip
_APPEAL = {"file": "appeals_filed", "reject": "appeals_rejected", "grant": "appeals_granted"}
_WITHHELD = frozenset({"hide", "filter", "refuse"})
_OPEN = frozenset({"awaiting", "held", "running", "stopped"})
_INSTANT = timedelta(microseconds=1)
_NEVER_COUNTED = frozenset({"overturned", "reinstated"})


class Look(NamedTuple):
    """An account as it was last seen: its state, its part of each gauge, since when things wait, until when."""

    state: str
    gauges: tuple[int, ...]
    waiting: tuple[datetime, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time is spread: how many were measured, the median, what nine of ten stay below, and the mean."""

    count: int
    p50: float | None
    p90: float | None
    mean: float | None


def spread(seconds: Sequence[float]) -> Spread:
    """The spread of these, in seconds; of none, nothing."""
    if not seconds:
        return Spread(0, None, None, None)
    values = np.asarray(seconds, np.float64)
    p50, p90 = np.percentile(values, (50, 90))
    return Spread(len(seconds), float(p50), float(p90), float(values.mean()))


@dataclass(slots=True)
class Span:
    """One span of time: what happened in it, and how things stood at its end."""

    counts: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    times: dict[str, Spread] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    gauges: dict[str, int] = field(default_factory=dict)
    oldest: float | None = None
    median_age: float | None = None


class Measures:
    """Counts of one replay. `spans` are those that are over."""

    def __init__(self, enforcer: Enforcer) -> None:
        self.spans: list[Span] = []
        self.facts: Counter[str] = Counter()
        self.refusals: dict[str, str] = {}
        self.corrections = 0
        self.due = 0
        self.times: dict[str, list[float]] = {name: [] for name in TIMES}
        self._enforcer = enforcer
        self._span = Span()
        self._measured: dict[str, int] = dict.fromkeys(TIMES, 0)
        self._looks: dict[str, Look] = {}
        self._waiting: dict[str, tuple[datetime, ...]] = {}
        self._changed: set[str] = set()
        self._ends: list[tuple[datetime, str]] = []
        self._states: Counter[str] = Counter()
        self._gauges = [0] * len(GAUGES)
        self._withheld: set[str] = set()
        self._decided: set[str] = set()
        self._reported: dict[str, datetime] = {}
        self._found: dict[str, datetime] = {}
        self._filed: dict[str, datetime] = {}

    def happened(self, fact: Fact | None, outcomes: Sequence[Outcome]) -> None:
        """Counts the fact, where there is one, and everything it led to or that came before it."""
        if fact is not None:
            self.facts[type(fact).__struct_config__.tag] += 1  # type: ignore[index]
        for outcome in outcomes:
            if outcome.key is not None:
                self._changed.add(outcome.key)
            if outcome.origin == "due":
                self.due += 1
            if outcome.transitions or outcome.decisions or outcome.refused or outcome.corrections:
                self._count(outcome)
            if outcome.origin == "given" and not isinstance(outcome.fact, kinds.ContentPublished):
                self._by_people(outcome)

    def close(self, now: datetime) -> None:
        """The span ends at that instant, and everything foreseen before it has happened: looks, and begins another."""
        span, self._span = self._span, Span()
        while self._ends and self._ends[0][0] <= now:
            self._changed.add(heapq.heappop(self._ends)[1])
        for key in self._changed:
            state = self._enforcer.state(key)
            if isinstance(state, Account):
                self._look(key, state, now)
        self._changed.clear()
        span.states = {name: self._states[name] for name in STATES}
        span.gauges = dict(zip(GAUGES, self._gauges, strict=True))
        ages = [(now - since).total_seconds() for since in chain.from_iterable(self._waiting.values())]
        span.oldest, span.median_age = (max(ages), spread(ages).p50) if ages else (None, None)
        for name, values in self.times.items():
            span.times[name] = spread(values[self._measured[name] :])
            self._measured[name] = len(values)
        self.spans.append(span)

    def states(self) -> dict[str, str]:
        """Each account's state when it was last looked at; those that were never anything but active are left out."""
        return {key: look.state for key, look in self._looks.items() if look.state != STATES[0]}

    @property
    def accounts(self) -> int:
        """The accounts that anything is known of."""
        return len(self._looks)

    def _look(self, key: str, account: Account, now: datetime) -> None:
        before = self._looks.get(key)
        after = self._looks[key] = _seen(account, now)
        if before is not None:
            self._states[before.state] -= 1
        self._states[after.state] += 1
        if after.waiting:
            self._waiting[key] = after.waiting
        else:
            self._waiting.pop(key, None)
        earlier = before.gauges if before is not None else (0,) * len(GAUGES)
        for number, (was, is_now) in enumerate(zip(earlier, after.gauges, strict=True)):
            self._gauges[number] += is_now - was
        if after.until is not None and (before is None or before.until != after.until):
            heapq.heappush(self._ends, (after.until, key))

    def _count(self, outcome: Outcome) -> None:
        counts = self._span.counts
        self.corrections += len(outcome.corrections)
        if outcome.refused is not None:
            counts["refused"] += 1
            self.refusals[outcome.fact.id.split(">")[0]] = outcome.refused
        for one in outcome.transitions:
            if one.life == "order" and one.event in _ORDER:
                counts[_ORDER[one.event]] += 1
            elif one.life == "appeal":
                counts[_APPEAL[one.event]] += 1
                self._appeal(one.of, one.event, outcome.fact.at)
            elif one.life == "decision" and one.event != "end":
                counts["decisions_overturned"] += 1
            elif one.life == "item":
                self._item(one.of, one.event, outcome.fact)
        for case in outcome.decisions:
            self._case(outcome, case)

    def _case(self, outcome: Outcome, case: Case) -> None:
        self._span.decisions[case.action] += 1
        self._span.counts["orders_given"] += case.order is not None
        self._span.counts["strikes_added"] += case.strike_until is not None
        if not isinstance(outcome.fact, kinds.Review):
            return
        for name in case.about:
            item = self._enforcer.published(name)
            if item is not None and name not in self._decided:
                self._decided.add(name)
                self._time("published_to_decision", item.at, case.at)
        reported = self._reported.pop(str(outcome.key), None)
        if reported is not None:
            self._time("reported_to_decision", reported, case.at)

    def _item(self, name: str, event: str, fact: Fact) -> None:
        if event == "flag":
            self._span.counts["items_flagged"] += 1
        if event in _WITHHELD:
            self._span.counts["items_withheld"] += 1
            item = self._enforcer.published(name)
            if item is not None and name not in self._withheld:
                self._withheld.add(name)
                self._time("published_to_measure", item.at, fact.at)
        if not isinstance(fact, kinds.Review) and (event == "flag" or event in _WITHHELD):
            self._found.setdefault(name, fact.at)

    def _appeal(self, name: str, event: str, at: datetime) -> None:
        if event == "file":
            self._filed[name] = at
        elif name in self._filed:
            self._time("filed_to_answer", self._filed.pop(name), at)

    def _by_people(self, outcome: Outcome) -> None:
        fact = outcome.fact
        if outcome.refused is not None:
            return
        if isinstance(fact, kinds.Complaint):
            self._span.counts["complaints"] += fact.count
            self._reported.setdefault(fact.against, fact.at)
        elif isinstance(fact, kinds.ExtensionRequest):
            self._span.counts["orders_extended"] += 1
        elif isinstance(fact, ANSWERS):
            self._span.counts["answers"] += 1
            self._span.answers[fact.by or ""] += 1
            if isinstance(fact, kinds.Review):
                self._reported.pop(fact.subject, None)
                for name in fact.about:
                    if name in self._found:
                        self._time("found_to_answer", self._found.pop(name), fact.at)

    def _time(self, name: str, since: datetime, at: datetime) -> None:
        self.times[name].append(max((at - since).total_seconds(), 0.0))


def _seen(account: Account, now: datetime) -> Look:
    orders = claims = strikes = 0
    ends: list[datetime] = []
    for case in account.cases:
        order = case.order
        if order is not None:
            orders += order.state in _OPEN
            claims += claimed(order)
        if case.strike_until is not None and case.state not in _NEVER_COUNTED and now <= case.strike_until:
            strikes += 1
            ends.append(case.strike_until + _INSTANT)
        for sanction in case.sanctions:
            if sanction.ended is None or now < sanction.ended:
                ends += [sanction.start] if now < sanction.start else []
                ends += [sanction.until + _INSTANT] if sanction.until is not None and now <= sanction.until else []
    items = [item.at for item in account.items.values() if item.pending]
    appeals = list(_appealed((*account.cases, *account.items.values())))
    review = [account.review_since] if account.review_since is not None else []
    return Look(
        state_of(account, now),
        (orders, strikes, len(review), len(items), len(appeals), claims),
        (*review, *items, *appeals),
        min(ends, default=None),
    )


def _appealed(contested: Iterable[Case | Item]) -> Iterable[datetime]:
    for one in contested:
        if one.appeal is not None and one.appeal.state == "pending":
            yield one.appeal.at
