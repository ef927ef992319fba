"""Cases as decisions: whatever was decided can be stated, with its effects, its ground and how to contest it."""

from __future__ import annotations

import pytest
import world
from hypothesis import given

from lictor.enforce import Rulebook
from lictor.enforce.decisions import decision_of
from lictor.errors import UsageError
from lictor.facts import canonical, stamp
from lictor.policy.actions import ACTIONS


@given(world.histories(30))
def test_every_case_is_a_decision_that_can_be_read(history: world.History) -> None:
    """Each case states what was done, to whom and until when; whose it was, and until when it can be contested."""
    enforcer, outcomes = world.fold(history.facts)
    ids = set()
    for outcome in outcomes:
        for case in outcome.decisions:
            account = world.account(enforcer, str(outcome.key))
            decision = decision_of(world.rules(), account, case, engine="0")
            said = decision.to_dict()
            ids.add(decision.id)

            assert decision.account == outcome.key
            assert decision.action in ACTIONS
            assert decision.as_of == stamp(case.at)
            assert decision.strike == (case.strike_until is not None)
            assert decision.automated_decision.endswith("NOT_AUTOMATED") == (case.by is not None)
            assert {effect.effect for effect in decision.effects} >= {one.action for one in case.sanctions}
            assert set(decision.reasons) == {"en", "zh"}
            assert canonical(said)
    assert len(ids) == sum(len(outcome.decisions) for outcome in outcomes)


def test_transitions_are_written_as_values() -> None:
    """A step of a life is written with its life, whose it was, and from where to where by what."""
    history = world.History()
    history.begin()
    history.keep(history.fact("rename_request", subject="oa", to="乙"))
    _, outcomes = world.fold(history.facts)
    step = {"life": "rename", "of": "self", "from": "settled", "event": "request", "to": "pending"}

    assert [one.to_dict() for one in outcomes[-1].transitions] == [step]


def test_policies_are_asked_by_their_names() -> None:
    """A policy answers by its id, or by the name it was loaded under; any other name is refused."""
    rules = world.rules()
    wechat = rules.policies[0].policy

    assert rules.digest("wechat-crypto") == wechat.digest
    assert rules.judges("wechat-crypto") == (rules.policies[0],)
    assert rules.judges("whaletalk") == rules.judges("whaletalk")
    assert rules.judges("wechat") == rules.judges("wechat")
    with pytest.raises(UsageError, match="policy `wechat` is not loaded"):
        rules.digest("wechat")
    with pytest.raises(UsageError, match="policy `whaletalk` is not loaded"):
        Rulebook(rules.policies).judges("whaletalk")


def test_an_order_for_several_is_nobodys() -> None:
    """An authority's order is kept under no account; what was published is found by its id, and nothing else is."""
    history = world.History()
    history.begin()
    text = history.fact("content", subject="oa", form="article", text="…")
    history.keep(text)
    order = history.fact("authority_order", issuer="x", ref="y", targets={"oa": "suspend", "mp": "suspend"})
    history.keep(order)
    enforcer, outcomes = world.fold(history.facts)

    assert enforcer.key(order) is None
    assert [outcome.key for outcome in outcomes[-3:]] == [None, "oa", "mp"]
    assert enforcer.published(text.id) == text
    assert enforcer.published(order.id) is None
