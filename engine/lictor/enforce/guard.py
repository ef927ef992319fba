"""The blast radius of rules: what each did by itself within a time, held to the budget its policy gives it.

Rules: what counts is an item on which a rule carried out one of a guard's actions by itself, at the instant of the
fact; time is that of the fact, and is counted in hundredths of the guard's `within`. The item that would go beyond the
budget is the first that is held back: its action is proposed to a person. From then on the rule is *tripped*: it
decides as before, and each of these actions waits, until somebody arms it again.

A fact that comes late, or before its time, is held to what was done around its own instant, up to `within` before and
after it: neither an archive that is fed in afterwards nor one wrong clock is a way round a guard.

What was begun can be kept or undone, so that a batch that is refused leaves nothing behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from lictor.decide.effects import at_once, outside_scope
from lictor.enforce.rulebook import Rulebook
from lictor.enforce.states import Finding, Profile
from lictor.facts import stamp
from lictor.policy.models import Budget, Guard, PolicyDocument

__all__ = ["Guarded", "Guards", "Trip", "action_of"]

_STEPS = 100


class Guarded(NamedTuple):
    """A rule under a guard, by the name of its policy."""

    policy: str
    guard: str
    rule: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A rule that used up its budget: when, by what, and how many items and accounts it had come to, of how many."""

    whose: Guarded
    at: str
    item: str | None
    actions: tuple[str, ...]
    within: str
    items: int
    of_items: int
    accounts: int
    of_accounts: int


@dataclass(slots=True)
class _Count:
    """Items by the step of time they fell in; accounts by the last one, so that each counts once."""

    items: Counter[int] = field(default_factory=Counter)
    last: dict[str, int] = field(default_factory=dict)
    accounts: Counter[int] = field(default_factory=Counter)

    def around(self, step: int) -> tuple[int, int]:
        """How many items and accounts there are within the time of that step."""
        items = sum(number for at, number in self.items.items() if abs(at - step) <= _STEPS)
        return items, sum(number for at, number in self.accounts.items() if abs(at - step) <= _STEPS)

    def forget(self, first: int) -> None:
        """Forgets what lies before that step."""
        self.items = Counter({step: n for step, n in self.items.items() if step >= first})
        self.accounts = Counter({step: n for step, n in self.accounts.items() if step >= first and n})
        self.last = {account: step for account, step in self.last.items() if step >= first}


class Guards:
    """What is counted, and which rules are tripped. `tripped` are those that were before."""

    def __init__(self, tripped: Iterable[Guarded] = ()) -> None:
        self.tripped = set(tripped)
        self.forgot = False
        """Whether something was forgotten that a fact which comes late would have to be held to."""
        self._seen: dict[tuple[str, str], _Count] = {}
        self._done: dict[Guarded, _Count] = {}
        self._latest: dict[tuple[str, str], int] = {}
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._trips: list[Trip] = []
        self._size = 0

    def judged(self, document: PolicyDocument, at: datetime, accounts: Iterable[str | None], items: int = 1) -> None:
        """So many items of these accounts were judged."""
        named = [one for one in accounts if one is not None]
        for guard in document.guards:
            count = self._count(self._seen, (document.policy, guard.id))
            self._add(document, guard, count, at, named, items)

    def recall(
        self,
        document: PolicyDocument,
        rule: str,
        action: str,
        at: datetime,
        account: str | None,
        armed: Collection[Guarded],
    ) -> None:
        """Counts what the rule did before, except where it was `armed` again since."""
        for guard in guards_of(document, rule, action):
            whose = Guarded(document.policy, guard.id, rule)
            if whose not in armed:
                self._add(document, guard, self._count(self._done, whose), at, [account] if account else [], 1)

    def forget(self, whose: Guarded) -> None:
        """What the rule did by now no longer counts: somebody armed it again."""
        self.tripped.discard(whose)
        self._done.pop(whose, None)

    def allows(
        self, document: PolicyDocument, rule: str, action: str, at: datetime, account: str | None, item: str | None
    ) -> bool:
        """Whether the rule may do this by itself now, within every budget; if so it is counted, if not it trips."""
        guards = list(guards_of(document, rule, action))
        if not self.tripped.isdisjoint(Guarded(document.policy, guard.id, rule) for guard in guards):
            return False
        mark = len(self._undo)
        for guard in guards:
            count = self._count(self._done, Guarded(document.policy, guard.id, rule))
            self._add(document, guard, count, at, [account] if account else [], 1)
        beyond = [guard for guard in guards if self._beyond(document, guard, rule, at)]
        for guard in beyond:
            self._trip(document, guard, rule, at, item)
        if beyond:
            self._undo_to(mark)
        return not beyond

    @property
    def trips(self) -> tuple[Trip, ...]:
        """The rules that tripped in what was begun."""
        return tuple(self._trips)

    def keep(self, *, forgetting: bool = True) -> tuple[Trip, ...]:
        """What was begun has happened; the rules that tripped in it. What lies long before it may be forgotten."""
        trips, self._trips = tuple(self._trips), []
        self._undo.clear()
        size = sum(len(count.last) for count in (*self._seen.values(), *self._done.values()))
        if forgetting and size > 2 * self._size:
            self._forget()
            self._size = sum(len(count.last) for count in (*self._seen.values(), *self._done.values())) + 1000
        return trips

    def undo(self) -> None:
        """What was begun has not happened."""
        self.tripped -= {trip.whose for trip in self._trips}
        self._trips = []
        self._undo_to(0)

    def _totals(
        self, document: PolicyDocument, guard: Guard, rule: str, at: datetime
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """How many items and accounts the rule has come to, and of how many."""
        name, step = (document.policy, guard.id), _step(guard, at)
        seen = self._seen[name].around(step) if name in self._seen else (0, 0)
        return self._done[Guarded(*name, rule)].around(step), seen

    def _beyond(self, document: PolicyDocument, guard: Guard, rule: str, at: datetime) -> bool:
        did, seen = self._totals(document, guard, rule, at)
        return any(
            budget is not None and _beyond(budget, done, of)
            for budget, done, of in zip((guard.items, guard.accounts), did, seen, strict=True)
        )

    def _trip(self, document: PolicyDocument, guard: Guard, rule: str, at: datetime, item: str | None) -> None:
        whose = Guarded(document.policy, guard.id, rule)
        (items, accounts), (of_items, of_accounts) = self._totals(document, guard, rule, at)
        self.tripped.add(whose)
        self._trips.append(
            Trip(whose, stamp(at), item, guard.actions, str(guard.within), items, of_items, accounts, of_accounts)
        )

    def _count(self, counts: dict[Any, _Count], name: Any) -> _Count:
        count = counts.get(name)
        if count is None:
            count = counts[name] = _Count()
        return count

    def _add(
        self, document: PolicyDocument, guard: Guard, count: _Count, at: datetime, accounts: Iterable[str], items: int
    ) -> None:
        step = _step(guard, at)
        self._set(self._latest, (document.policy, guard.id), step)
        self._set(count.items, step, count.items[step] + items)
        for account in accounts:
            before = count.last.get(account)
            if before is None or before < step:
                if before is not None:
                    self._set(count.accounts, before, count.accounts[before] - 1)
                self._set(count.accounts, step, count.accounts[step] + 1)
                self._set(count.last, account, step)

    def _set(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((where, key, where.get(key)))
        where[key] = value

    def _undo_to(self, mark: int) -> None:
        while len(self._undo) > mark:
            where, key, value = self._undo.pop()
            if value is None:
                del where[key]
            else:
                where[key] = value

    def _forget(self) -> None:
        self.forgot = True
        for name, count in self._seen.items():
            count.forget(self._latest[name] - _STEPS)
        for whose, count in self._done.items():
            count.forget(self._latest[whose[:2]] - _STEPS)


def guards_of(document: PolicyDocument, rule: str, action: str) -> Iterator[Guard]:
    """The guards under which that rule does such a thing."""
    for guard in document.guards:
        if action in guard.actions and any(fnmatchcase(rule, pattern) for pattern in guard.rules):
            yield guard


def action_of(rules: Rulebook, profile: Profile, finding: Finding, at: datetime) -> str | None:
    """What a finding in something published at that instant leads to by itself; none where it waits for a person."""
    if finding.exempted_by is not None:
        return None
    document = rules.document(finding.policy)
    version = rules.version(document, at)
    if not rules.forbids(document, finding, version, rules.subject(document, profile), at):
        return None
    own: Any = finding.effect
    effect_of = at_once if rules.binds(document, profile, at) else outside_scope
    effect = effect_of(document, finding.severity, finding.field, at, own=own)
    return effect.effect if effect is not None and effect.status == "applied" else None


def _step(guard: Guard, at: datetime) -> int:
    return int(at.timestamp() * _STEPS // guard.within.fixed.total_seconds())


def _beyond(budget: Budget, done: int, of: int) -> bool:
    """Whether that many is more than the number that is allowed, and where a share is, more than that share."""
    return done > budget.count and (budget.share is None or done * 1_000_000 > budget.share * of)
