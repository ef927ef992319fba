"""Facts replayed with a clock of their own, under one or more sets of rules side by side: what would have become of it.

The clock stands at the instant of the fact that is taken; before it moves on, everything foreseen by then has happened.
Time is cut into spans of one length, from the midnight before the first fact; at the end of each it is seen how things
stand. A fact that comes late leads where it would have led in time, and is counted when it came: what was seen before
is not seen again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lictor.enforce import Finding, Outcome, Rulebook
from lictor.enforce.guard import Trip
from lictor.enforce.standing import STATES
from lictor.errors import UsageError
from lictor.facts.kinds import Fact
from lictor.ledger import StateRow
from lictor.policy.actions import ACTIONS
from lictor.simulate.measures import COUNTS, TIMES, Measures, Span, Spread, spread
from lictor.simulate.replay import Detect, Refused, Replay, Shared

__all__ = ["MAX_SPANS", "Replayed", "Timeline", "Timelines", "Variant"]

MAX_SPANS = 10_000
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Variant:
    """A set of rules by a name, and what was changed to make it; the first of several is what others are held to."""

    name: str
    rules: Rulebook
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the facts under one variant.

    `refused` says of facts why they were, by fact; `impossible`, those that could not be taken at all. `gone` are the
    reasons of those that were taken under the first variant and not under this one; `tripped`, the rules that used up
    a budget; `states`, the accounts that are not simply active at the end.
    """

    variant: Variant
    spans: Sequence[Span]
    facts: Mapping[str, int]
    accounts: int
    due: int
    corrections: int
    times: Mapping[str, Spread]
    refused: Mapping[str, str]
    impossible: Mapping[str, str]
    gone: Mapping[str, int]
    tripped: Sequence[Trip]
    states: Mapping[str, str]
    moved: Mapping[tuple[str, str], int]

    @property
    def counts(self) -> dict[str, int]:
        """What happened in all spans together."""
        counted: Counter[str] = Counter()
        for span in self.spans:
            counted.update(span.counts)
        return {name: counted[name] for name in COUNTS}

    @property
    def decisions(self) -> dict[str, int]:
        """Decisions by action, the strongest first."""
        counted: Counter[str] = Counter()
        for span in self.spans:
            counted.update(span.decisions)
        return {name: counted[name] for name in reversed(ACTIONS) if counted[name]}

    @property
    def at_end(self) -> dict[str, int]:
        """Accounts by state, and what was open or waiting, when the replay ended."""
        return {**self.spans[-1].states, **self.spans[-1].gauges} if self.spans else {}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every variant's replay of the same facts. `starts` are the beginnings of the spans; the last may be shorter."""

    begin: datetime | None
    until: datetime | None
    every: timedelta
    starts: Sequence[datetime]
    taken: int
    late: int
    replays: Sequence[Replayed]


@dataclass(slots=True)
class _Life:
    variant: Variant
    replay: Replay
    measures: Measures
    impossible: dict[str, str] = field(default_factory=dict)
    edge: datetime | None = None  # where the present span ends


class Timelines:
    """A replay that facts are fed to, batch by batch, as `lictor enforce` would take them."""

    def __init__(self, variants: Sequence[Variant], *, detect: Detect = "text", every: timedelta = DAY) -> None:
        if every <= timedelta():
            raise UsageError("a span of no length", hint="give one such as `1d`")
        self._every = every
        self._zone = ZoneInfo(variants[0].rules.policies[0].policy.document.timezone)
        self._shared = Shared()
        self._lives = []
        for variant in variants:
            replay = Replay(variant.rules, detect=detect, shared=self._shared)
            self._lives.append(_Life(variant, replay, Measures(replay.enforcer)))
        self._begin: datetime | None = None
        self._now: datetime | None = None
        self._late = 0
        self._taken = 0

    def take(self, facts: Sequence[Fact], findings: Mapping[str, tuple[Finding, ...]] | None = None) -> list[Refused]:
        """Replays the batch under every variant; what the first could not take comes back.

        `findings` are those that a ledger recorded, by fact, where that is what was asked for.
        """
        self._shared.clear()
        back: list[Refused] = []
        for number, life in enumerate(self._lives):
            refused = self._replay(life, facts, findings)
            life.impossible |= {one.fact.id: str(one.why) for one in refused}
            if number == 0:
                back = refused
        return back

    def tick(self, now: datetime) -> None:
        """Lets the clock run to that instant, as `lictor due` would: what late facts left due may lie before now."""
        if self._begin is None or self._now is None:
            return
        self._now = max(self._now, now)
        for life in self._lives:
            self._close_until(life, now)
            life.measures.happened(None, life.replay.due(now))

    def finish(self, until: datetime | None = None) -> Timeline:
        """Lets the clock run to that instant, or stand at the newest fact, and says what became of everything."""
        if until is not None and self._now is not None and until < self._now:
            raise UsageError(
                f"`{until.isoformat()}` is before the last fact, at `{self._now.isoformat()}`",
                hint="`--until` lets the clock run on after the facts",
            )
        if until is not None:
            self.tick(until)
        if self._now is not None:
            for life in self._lives:
                self._close_until(life, self._now)
                life.measures.close(self._now)
        first = self._lives[0]
        spans = len(first.measures.spans)
        starts = [self._begin + self._every * number for number in range(spans)] if self._begin is not None else []
        return Timeline(
            begin=self._begin,
            until=self._now,
            every=self._every,
            starts=starts,
            taken=self._taken,
            late=self._late,
            replays=[_replayed(life, first) for life in self._lives],
        )

    def states(self, number: int = 0) -> dict[str, StateRow]:
        """The states that a ledger would keep, had it been fed the same under that variant."""
        return self._lives[number].replay.states()

    def _replay(
        self, life: _Life, facts: Sequence[Fact], findings: Mapping[str, tuple[Finding, ...]] | None
    ) -> list[Refused]:
        first = life is self._lives[0]

        def crossing(at: datetime) -> bool:
            return life.edge is not None and at >= life.edge

        def happened(fact: Fact, outcomes: Sequence[Outcome]) -> None:
            if self._begin is None:
                self._begin = fact.at.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
            if life.edge is None:
                life.edge = self._edge(life)
            if first:
                self._taken += 1
                self._late += self._now is not None and fact.at < self._now
            if self._now is None or fact.at > self._now:
                self._now = fact.at
            life.measures.happened(fact, outcomes)

        return life.replay.replay(
            facts, findings, crossing=crossing, before=lambda at: self._close_until(life, at), happened=happened
        )

    def _close_until(self, life: _Life, now: datetime) -> None:
        """Closes every span that is over by then, each with what was foreseen in it."""
        measures = life.measures
        while (edge := self._edge(life)) <= now:
            if len(measures.spans) == MAX_SPANS:
                raise UsageError(
                    f"more than {MAX_SPANS:,} spans of time up to `{now.isoformat()}`",
                    hint="make them longer: `--every`",
                )
            measures.happened(None, life.replay.enforcer.advance(edge, before=True))
            measures.close(edge)
        life.edge = edge

    def _edge(self, life: _Life) -> datetime:
        assert self._begin is not None
        return self._begin + self._every * (len(life.measures.spans) + 1)


def _replayed(life: _Life, first: _Life) -> Replayed:
    measures = life.measures
    states = measures.states()
    here = {**measures.refusals, **life.impossible}
    there = {**first.measures.refusals, **first.impossible}
    reasons = {**measures.refusals, **dict.fromkeys(life.impossible, "not_possible")}
    baseline, mild = first.measures.states(), STATES[0]
    ends = [(baseline.get(key, mild), states.get(key, mild)) for key in {**baseline, **states}]
    moved = Counter((before, after) for before, after in ends if before != after)
    return Replayed(
        variant=life.variant,
        spans=measures.spans,
        facts=measures.facts,
        accounts=measures.accounts,
        due=measures.due,
        corrections=measures.corrections,
        times={name: spread(measures.times[name]) for name in TIMES},
        refused=measures.refusals,
        impossible=life.impossible,
        gone=Counter(reasons[id] for id in here if id not in there),  # noqa: A001
        tripped=life.replay.tripped,
        states=states,
        moved=moved,
    )
