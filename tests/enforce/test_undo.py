"""A fact tried and undone: everything is as if it had never been tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import world
from hypothesis import given
from hypothesis import strategies as st

from lictor.enforce import Enforcer
from lictor.errors import UsageError


def everything(enforcer: Enforcer) -> dict[str, Any]:
    """What can be asked: every state, what is foreseen, what is remembered."""
    later = {name: world.account(enforcer, name) for name in world.NAMES}
    return {
        "states": world.states(enforcer),
        "facts": {name for name in later for case in later[name].cases if enforcer.fact(case.id) is not None},
    }


@given(world.histories(12), st.integers(0, 30), st.booleans())
def test_a_fact_undone_never_happened(history: world.History, at: int, shuffled: bool) -> None:
    """Whether it came in time or late: the states are as before, and all that follows comes as if it had not been."""
    known = len(world.SUBJECTS)
    rest = history.facts[known:]
    place = min(at, len(rest) - 1)
    tried = rest[0] if shuffled else rest[place]
    order = [*history.facts[:known], *rest[1 if shuffled else 0 : place], *rest[place + 1 :]]
    order = [one for one in order if one is not tried and _stands_alone(one, tried)]
    plain, trying = Enforcer(world.rules()), Enforcer(world.rules())
    for number, (fact, findings) in enumerate(order):
        plain.apply(fact, findings)
        trying.apply(fact, findings)
        if number == known + place - 1:
            before = everything(trying)
            _tried(trying, tried)

            assert before == everything(trying)
    _tried(trying, tried)

    assert world.states(plain) == world.states(trying)
    assert plain.changed().keys() == trying.changed().keys()
    plain.advance(history.now + timedelta(days=500))
    trying.advance(history.now + timedelta(days=500))
    assert world.states(plain) == world.states(trying)


def _tried(enforcer: Enforcer, tried: Any) -> None:
    enforcer.attempt()
    try:
        enforcer.advance(tried[0].at, before=True)
        enforcer.apply(*tried)
    except UsageError:
        pass
    enforcer.undo()


def _stands_alone(one: Any, tried: Any) -> bool:
    """Whether the fact can be taken without the other: an answer to an appeal cannot without the appeal."""
    return getattr(one[0], "appeal", None) != tried[0].id


def test_a_fact_is_known_until_it_is_undone() -> None:
    """What was fed in is found by its id; what is undone is not, unless it had been fed in before."""
    history = world.History()
    history.begin()
    fact = history.fact("rename_request", subject="oa", to="乙")
    enforcer, _ = world.fold(history.facts)

    assert enforcer.fact(fact.id) is None
    enforcer.attempt()
    enforcer.apply(fact)
    assert enforcer.fact(fact.id) == fact
    enforcer.undo()
    assert enforcer.fact(fact.id) is None
    enforcer.apply(fact)
    enforcer.attempt()
    enforcer.apply(fact)
    enforcer.undo()
    assert enforcer.fact(fact.id) == fact


def test_what_cannot_be_taken_leaves_no_trace() -> None:
    """A review of a category that no policy has, about an item not yet known, is refused and changes nothing."""
    history = world.History()
    history.begin()
    enforcer, _ = world.fold(history.facts)
    before = world.states(enforcer)
    review = {"outcome": "upheld", "category": "no.such", "severity": "S1", "about": ["later"], "by": "x"}
    enforcer.attempt()
    with pytest.raises(UsageError, match="no category"):
        enforcer.apply(history.fact("review", subject="oa", **review))
    enforcer.undo()

    assert before == world.states(enforcer)
