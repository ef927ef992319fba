"""States that are kept elsewhere between facts: a new fold goes on where the last one stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import world
from hypothesis import given
from hypothesis import strategies as st
from test_fold import with_appeals_first

from lictor.enforce import Applied, Enforcer, Finding, Outcome
from lictor.enforce.routed import Due
from lictor.facts.kinds import Fact


class Shelf:
    """What a ledger keeps: the states, what was applied to each key in the order it came, and every fact."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.due: dict[str, datetime | None] = {}
        self.waiting: dict[str, datetime | None] = {}
        self.applied: dict[str, list[Applied]] = {}
        self.facts: dict[str, Fact] = {}

    def enforcer(self) -> Enforcer:
        return Enforcer(
            world.rules(),
            load=self.bodies.get,
            history=lambda key: self.applied.get(key, []),
            recall=self.facts.get,
        )

    def keep(self, enforcer: Enforcer, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self.facts[outcome.fact.id] = outcome.fact
            if outcome.key is not None and not isinstance(outcome.fact, Due):
                self.applied.setdefault(outcome.key, []).append(Applied(outcome.fact, outcome.findings))
        for key, kept in enforcer.changed().items():
            self.bodies[key], self.due[key], self.waiting[key] = kept.body, kept.due, kept.waiting


def take(shelf: Shelf, batch: list[tuple[Fact, tuple[Finding, ...]]]) -> None:
    enforcer = shelf.enforcer()
    batch = sorted(batch, key=lambda one: one[0].at)
    for key, due in shelf.due.items():
        if due is not None and due <= batch[-1][0].at:
            enforcer.state(key)
    outcomes: list[Outcome] = []
    for fact, findings in batch:
        outcomes += enforcer.apply(fact, findings)
    shelf.keep(enforcer, outcomes)


@given(world.histories(15, apart=True), st.data())
def test_a_fold_goes_on_where_the_last_one_stopped(history: world.History, data: st.DataObject) -> None:
    """Cut into batches, each by a fold that knows only what was kept, the states are those of one fold in one go."""
    shelf, facts = Shelf(), list(history.facts)
    while facts:
        size = data.draw(st.integers(1, len(facts)))
        take(shelf, facts[:size])
        del facts[:size]
    whole, _ = world.fold(history.facts)

    assert world.states(whole) == {key: body for key, body in sorted(shelf.bodies.items()) if b'"seen"' in body}


@given(world.histories(10, apart=True), st.randoms(use_true_random=False))
def test_a_late_fact_finds_what_was_kept(history: world.History, shuffle: Any) -> None:
    """A fact that comes late to a fold that knows only what was kept leads where it leads the one that knew all."""
    known = len(world.SUBJECTS)
    late = history.facts[known:]
    shuffle.shuffle(late)
    ordered = [*history.facts[:known], *with_appeals_first(late)]
    shelf = Shelf()
    for one in ordered:
        take(shelf, [one])
    whole = world.fold(ordered)[0]

    assert world.states(whole) == {key: body for key, body in sorted(shelf.bodies.items()) if b'"seen"' in body}


@given(world.histories(20))
def test_the_past_is_what_it_was(history: world.History) -> None:
    """The state of a key at an instant gone by is the one it had then."""
    half = history.facts[: len(history.facts) // 2 + len(world.SUBJECTS) // 2]
    then, _ = world.fold(half)
    now = half[-1][0].at
    same_instant = [one for one in history.facts if one[0].at <= now]
    then, _ = world.fold(same_instant)
    then.advance(now)
    whole, _ = world.fold(history.facts)
    for name in world.NAMES:
        at_that_time, kept = whole.past(name, now), then.state(name)
        at_that_time.seen = kept.seen

        assert at_that_time == kept


@given(world.histories())
def test_what_waits_for_a_person_waits_since_then(history: world.History) -> None:
    """Where something waits, since when is said; it is the oldest of the open review, the items and the appeals."""
    enforcer, _ = world.fold(history.facts)
    for key, kept in enforcer.changed().items():
        if key not in world.NAMES:
            assert kept.waiting is None
            continue
        stands = world.standing_of(enforcer, key, history.now)
        account = world.account(enforcer, key)
        pending = [one.appeal.state == "pending" for one in (*account.cases, *account.items.values()) if one.appeal]

        assert (kept.waiting is not None) == (
            stands.open_review or any(item.pending for item in account.items.values()) or any(pending)
        )
