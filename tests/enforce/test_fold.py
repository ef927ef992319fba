"""The fold over histories drawn at random: the same facts lead to the same place, whenever and however they come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import world
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.enforce import Enforcer
from lictor.enforce.network import address_blocked
from lictor.enforce.states import Account, Address, Case, Holding, Host, Principal, decode_state, encode_state

LONG = timedelta(days=500)
NOTHING = (([], 0), ("open", []), ("open", ["CN"]), [False])
"""What is said of a key of which nothing is true any more."""


def where_it_stands(enforcer: Enforcer, now: datetime) -> dict[str, Any]:
    """What anybody can ask of every key, without when it was last touched and how effects told anew are named."""
    told: dict[str, Any] = {}
    for key in sorted(enforcer.keys()):
        state = enforcer.state(key)
        if state.seen is None:
            continue
        match state:
            case Account():
                stands = world.standing_of(enforcer, key, now)
                told[key] = {name: _plain(getattr(stands, name)) for name in stands.__slots__}
                told[key]["cases"] = [_plain(case) for case in state.cases if _counts(case)]
                told[key]["items"] = sorted((item.id, item.state, item.pending) for item in state.items.values())
            case Principal():
                told[key] = (sorted(state.bans.values()), len(state.blacklisted_by))
            case Host():
                told[key] = (state.state, sorted(state.viewers if state.blocks else ()))
            case Address():
                told[key] = [name for name, server in state.servers.items() if server.last is None]
                told[key] += [address_blocked(state, now)]
            case Holding():
                told[key] = (state.holder, state.since, state.gifts, state.transfers)
    return {key: value for key, value in told.items() if value not in NOTHING}


def _counts(case: Case) -> bool:
    return case.state not in ("overturned", "reinstated")


def _plain(value: Any) -> Any:
    if isinstance(value, Case):
        return (value.action, value.at, value.rung, value.category, value.severity, value.state, value.strike_until)
    return value


@given(world.histories())
def test_the_same_facts_give_the_same_bytes(history: world.History) -> None:
    """Folding the same facts again leads to the same states, byte for byte; each reads back as it was written."""
    first = world.states(world.fold(history.facts)[0])
    second = world.states(world.fold(history.facts)[0])

    assert first == second
    for body in first.values():
        assert encode_state(decode_state(body)) == body


@given(world.histories(), st.lists(st.floats(0, 1), max_size=12))
def test_many_small_steps_are_one_big_one(history: world.History, stops: list[float]) -> None:
    """What is foreseen happens alike whether time is asked for once or at any instants on the way."""
    one, _ = world.fold(history.facts)
    many, _ = world.fold(history.facts)
    one.advance(history.now + LONG)
    for part in sorted(stops):
        many.advance(history.now + LONG * part)
    many.advance(history.now + LONG)

    assert world.states(one) == world.states(many)


@settings(max_examples=200)
@given(world.histories(12, apart=True), st.randoms(use_true_random=False))
def test_a_late_fact_ends_where_it_would_have_in_order(history: world.History, shuffle: Any) -> None:
    """Facts that come out of order leave every account, host and collectible where they would have left it in order."""
    facts = history.facts[len(world.SUBJECTS) :]
    late = [*facts]
    shuffle.shuffle(late)
    in_order, _ = world.fold(history.facts)
    out_of_order, _ = world.fold([*history.facts[: len(world.SUBJECTS)], *with_appeals_first(late)])
    now = history.now + timedelta(days=3)
    in_order.advance(now)
    out_of_order.advance(now)

    assert where_it_stands(in_order, now) == where_it_stands(out_of_order, now)


def with_appeals_first(facts: list[Any]) -> list[Any]:
    """An answer to an appeal that nobody has heard of cannot be taken, so it waits until the appeal has come."""
    known: set[str] = set()
    waiting, ordered = list(facts), []
    while waiting:
        for one in list(waiting):
            needs = getattr(one[0], "appeal", None)
            if needs is None or needs in known:
                known.add(one[0].id)
                ordered.append(one)
                waiting.remove(one)
    return ordered
