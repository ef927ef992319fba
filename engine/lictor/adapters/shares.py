"""Accounts' lives shared out by key: each share folds its own keys, and together they do what one fold does.

A share is a segment of a ledger, and holds every key whose checksum falls to it. A batch of facts is settled in rounds:
each share folds its part from the state it holds, without recording, and says what its facts mean for keys of other
shares; whoever is told something new folds again, until nobody is. Then each share records what it came to.

Rules:

- All facts, what they mean for others and what is foreseen have one order, `Order`: that in which one fold would apply
  them. A share applies what it holds of them in this order, so rounds end, and end in what one fold would have come to.
- Nothing is recorded before a batch is settled; from then on `Heard` says what each share has to record. Recording it
  twice is harmless: an entry's id makes it so.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import orjson

from lictor.enforce import Outcome, Rulebook
from lictor.enforce import routed as told
from lictor.errors import LedgerError, UsageError
from lictor.facts.kinds import AppealDecision, AuthorityOrder, Fact
from lictor.intake import Intake, summed_up
from lictor.ledger import Ledger, OvertakenError
from lictor.match import Match

__all__ = ["Folded", "Heard", "Order", "Share", "Told", "segment_paths", "settle", "share_of"]

Order = tuple[int, int, str, tuple[tuple[int, str], ...], tuple[int, ...]]
"""The place of what happens in the order of one fold.

First what it goes back to: the instant in microseconds, 0 for a fact and 1 for something foreseen, and the fact's id or
the key. Then, for what was foreseen for a time gone by, each (instant, key) on the way; it happens as soon as that is
done. Last the path from there: of what one turn says to others, the how-manieth, and so on.
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_ROUNDS = 1000
_TRIES = 5  # writers that may come first: tasks whose executor was given up, and that live on


class Told(msgspec.Struct, frozen=True):
    """What a key in another share must be told, and when."""

    order: Order
    key: str
    fact: told.ToldFact


class Heard(msgspec.Struct, frozen=True):
    """What a share must know of the others: what they tell it, until when to go on, which facts cannot be had."""

    told: tuple[Told, ...] = ()
    until: Order | None = None
    barred: frozenset[str] = frozenset()


@dataclass(slots=True)
class Folded:
    """What came of a share's part. `unfit` are facts of its own that cannot be had, by id, and why.

    `unclaimed` are answers to appeals that nobody here filed. `blamed` are facts of other shares that cannot be had
    because of what they mean here.
    """

    out: tuple[Told, ...] = ()
    last: Order | None = None
    new: int = 0
    present: int = 0
    cases: int = 0
    unfit: dict[str, str] = field(default_factory=dict)
    unclaimed: frozenset[str] = frozenset()
    blamed: tuple[tuple[Order, str], ...] = ()


def share_of(key: str, shares: int) -> int:
    """Which share holds the key: the same for ever, whatever the machine."""
    return crc32(key.encode("utf-8", "surrogatepass")) % shares


def segment_paths(folder: Path, shares: int) -> list[Path]:
    """The segments of a ledger of so many shares, in order."""
    return [folder / f"segment-{number:05d}-of-{shares:05d}.db" for number in range(shares)]


class Share(Intake):
    """The keys of one share, from what its segment holds.

    Rules may speak here under a policy that only an account of another share names: `meet` lets these rules know the
    policy of that id, as it is where the account is.
    """

    def __init__(
        self,
        rules: Rulebook,
        *,
        number: int,
        shares: int,
        engine: str,
        ledger: Ledger,
        by_truth: bool = False,
        meet: Callable[[Rulebook, str], object],
    ) -> None:
        for one in rules:
            if one.policy.document.guards:
                raise UsageError(
                    f"policy `{one.policy.id}` has guards, whose budgets are counted over all accounts together",
                    hint="feed its facts to `lictor enforce`, or take the guards out",
                )
        super().__init__(rules, engine=engine, ledger=ledger, by_truth=by_truth)
        self._number = number
        self._shares = shares
        self._meet = meet
        for digest in set(ledger.policies()) - {one.policy.digest for one in rules}:
            self._know(_named(digest, ledger.policy(digest) or b"{}"))

    def fold(self, facts: Iterable[Fact], quiet: Collection[str], heard: Heard, *, record: bool = False) -> Folded:
        """What comes of the facts that are about this share's keys, given what is heard from others.

        `quiet` are facts in whose texts the rules that judge everybody have nothing to look for. With `record`, all of
        it is durably in the segment.
        """
        for _ in range(_TRIES):
            try:
                return self._fold(facts, quiet, heard, record=record)
            except OvertakenError:
                continue
        return self._fold(facts, quiet, heard, record=record)

    def holds(self, key: str) -> bool:
        """Whether the key is one of this share's."""
        return share_of(key, self._shares) == self._number

    def _fold(self, facts: Iterable[Fact], quiet: Collection[str], heard: Heard, *, record: bool) -> Folded:
        self._begin()
        assert self._ledger is not None
        had = self._ledger.present(one.fact.id for one in heard.told)
        incoming = [one for one in heard.told if one.fact.id not in had]
        given = sorted((one for one in facts if one.id not in heard.barred), key=lambda one: (one.at, one.id))
        new, wrong = self._new(given)
        unfit = {one.fact.id: str(one) for one in wrong}
        present = len(given) - len(new) - len(wrong)
        while True:
            run = _Run()
            try:
                self._go(run, new, quiet, incoming, heard.until)
                break
            except _UnfitError as cannot:
                unfit[cannot.id] = cannot.why
                new = [one for one in new if one.id != cannot.id]
                self._begin()
        mine = [one for one in new if one.id not in run.unclaimed]
        if record:
            summary = summed_up(mine, run.outcomes, run.decided, self.rules, mine[-1].at) if mine else None
            self._record(run.outcomes, run.decided, summary)
        return Folded(
            out=tuple(run.out),
            last=max(map(_root, mine), default=None),
            new=len(mine),
            present=present,
            cases=sum(len(outcome.decisions) for outcome in run.outcomes),
            unfit=unfit,
            unclaimed=frozenset(run.unclaimed),
            blamed=tuple(run.blamed),
        )

    def _go(
        self, run: _Run, new: Sequence[Fact], quiet: Collection[str], incoming: Sequence[Told], until: Order | None
    ) -> None:
        """Everything in order; what is foreseen, as long as some fact of the batch comes after it."""
        own = {one.id for one in new}
        if until is not None:
            self._wake(new, _EPOCH + until[0] * _TICK)
        matches: dict[str, dict[str, tuple[Match, ...]]] = {}
        if quiet:
            matches |= {one.policy.id: {} for one in self.rules.policies}
        matches |= self._search([one for one in new if one.id not in quiet])
        ahead: list[_Event] = [(_root(one), "", one) for one in new]
        ahead += [(one.order, one.key, one.fact) for one in incoming]
        heapq.heapify(ahead)
        last = _NEVER if until is None else until
        while True:
            foreseen = self.enforcer.next_due()
            due = None if foreseen is None else _foreseen(run.now, *foreseen)
            if foreseen is not None and due is not None and due < min(last, ahead[0][0] if ahead else last):
                at, key = foreseen
                run.now = due
                self._send(run, ahead, *self.enforcer.take(key, told.due(key, at), (), "due"))
                continue
            if not ahead:
                return
            run.now, key, fact = heapq.heappop(ahead)
            try:
                self._happen(run, ahead, key, fact, matches)
            except UsageError as wrong:
                if run.now[1] == _DUE:
                    raise
                if run.now[2] in own:
                    raise _UnfitError(run.now[2], str(wrong)) from None
                run.blamed.append((run.now, str(wrong)))

    def _happen(
        self,
        run: _Run,
        ahead: list[_Event],
        key: str,
        fact: Fact,
        matches: Mapping[str, Mapping[str, tuple[Match, ...]]],
    ) -> None:
        if run.now[4]:
            self._know(getattr(fact, "policy", None))
            self._send(run, ahead, *self.enforcer.take(key, fact, (), "derived"))
        elif isinstance(fact, AuthorityOrder):
            self.enforcer.note(fact)
            self._send(run, ahead, Outcome(None, fact, "given"), self.enforcer.orders(fact))
        else:
            where = self._claimed(run, fact)
            if where is None:
                return
            judged = self._judge(fact, matches)
            self.enforcer.note(fact)
            if judged.decisions:
                run.decided[fact.id] = judged.decisions
            self._send(run, ahead, *self.enforcer.take(where, fact, judged.findings, "given"))

    def _know(self, policy: str | None) -> None:
        if policy is not None and all(one.policy.id != policy for one in self.rules):
            self._meet(self.rules, policy)

    def _claimed(self, run: _Run, fact: Fact) -> str | None:
        """The key that a fact fed in is about; none, of an answer to an appeal that nobody here filed."""
        try:
            return self.enforcer.key(fact)
        except UsageError:
            if not isinstance(fact, AppealDecision):
                raise
            run.unclaimed.add(fact.id)
            return None

    def _send(self, run: _Run, ahead: list[_Event], outcome: Outcome, sent: Sequence[tuple[str, Fact]]) -> None:
        run.outcomes.append(outcome)
        for number, (key, fact) in enumerate(sent):
            order = (*run.now[:4], (*run.now[4], number))
            if self.holds(key):
                heapq.heappush(ahead, (order, key, fact))
            else:
                run.out.append(Told(order, key, fact))  # type: ignore[arg-type]


_NAMES: dict[str, str | None] = {}


def _named(digest: str, canonical: bytes) -> str | None:
    """The id of a recorded policy; read once in each process, since it is long."""
    if digest not in _NAMES:
        _NAMES[digest] = orjson.loads(canonical).get("policy")
    return _NAMES[digest]


_Event = tuple[Order, str, Fact]
_DUE = 1
_NEVER: Order = (-(2**63), 0, "", (), ())  # before everything


@dataclass(slots=True)
class _Run:
    """What came of a part so far, and where in the order it is."""

    now: Order = _NEVER
    outcomes: list[Outcome] = field(default_factory=list)
    decided: dict[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    out: list[Told] = field(default_factory=list)
    unclaimed: set[str] = field(default_factory=set)
    blamed: list[tuple[Order, str]] = field(default_factory=list)


def _root(fact: Fact) -> Order:
    return ((fact.at - _EPOCH) // _TICK, 0, fact.id, (), ())


def _foreseen(now: Order, at: datetime, key: str) -> Order:
    """The place of what is foreseen: in its time, or, where that is gone by, as soon as what is going on is done."""
    instant = (at - _EPOCH) // _TICK
    if (instant, _DUE, key) > now[:3]:
        return (instant, _DUE, key, (), ())
    gone_by = now[3]
    while gone_by and (instant, key) > gone_by[-1]:
        gone_by = gone_by[:-1]
    return (*now[:3], (*gone_by, (instant, key)), ())


def settle(
    fold: Callable[[Mapping[int, Heard]], Mapping[int, Folded]], shares: int, until: Order | None
) -> tuple[dict[int, Heard], dict[int, Folded]]:
    """What each share must hear for all of them together to do what one fold does, and what then comes of each part.

    `fold` lets shares fold their parts given what they hear, and records nothing. `until` is the last fact's place.
    """
    heard = dict.fromkeys(range(shares), Heard(until=until))
    folded: dict[int, Folded] = {}
    asked = heard
    for _ in range(_ROUNDS):
        folded |= fold(asked)
        now = _heard(folded, shares, heard[0].barred)
        if now == heard:
            blamed = [one for part in folded.values() for one in part.blamed]
            if not blamed:
                return heard, folded
            # The first of them is what one fold would have stopped at; the others may have come of it.
            barred = heard[0].barred | {min(blamed)[0][2]}
            now = {number: msgspec.structs.replace(one, barred=barred) for number, one in heard.items()}
        asked = {number: one for number, one in now.items() if one != heard[number]}
        heard = now
    raise LedgerError(f"the shares of the ledger tell each other new things after {_ROUNDS} rounds")


def _heard(folded: Mapping[int, Folded], shares: int, barred: frozenset[str]) -> dict[int, Heard]:
    until = max((part.last for part in folded.values() if part.last is not None), default=None)
    said: dict[int, list[Told]] = {number: [] for number in range(shares)}
    for part in folded.values():
        for one in part.out:
            said[share_of(one.key, shares)].append(one)
    return {
        number: Heard(tuple(sorted(some, key=lambda one: one.order)), until, barred) for number, some in said.items()
    }


class _UnfitError(Exception):
    def __init__(self, id: str, why: str) -> None:  # noqa: A002
        super().__init__(why)
        self.id = id
        self.why = why
