"""Facts that come late: what they change is recorded, here and at every other key that was told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import world

from lictor.enforce import Enforcer, Outcome
from lictor.enforce.states import Address, Host, Principal
from lictor.facts.kinds import Fact

AFTER_2022 = timedelta(days=5 * 365)


def facts(*said: dict[str, Any]) -> list[Fact]:
    """The facts, at so many hours after the world of 2022 begins."""
    history = world.History(now=world.BEGIN)
    history.begin()
    for one in said:
        history.now = world.BEGIN + AFTER_2022 + timedelta(hours=one.pop("hour"))
        history.keep(history.fact(one.pop("kind"), **one))
    return [fact for fact, _ in history.facts]


def take(given: list[Fact], *order: int) -> tuple[Enforcer, list[Outcome]]:
    """The world's subjects, then the other facts in that order; what came of the last is given back."""
    enforcer = Enforcer(world.rules())
    known = len(world.SUBJECTS)
    for fact in given[:known]:
        enforcer.apply(fact)
    outcomes: list[Outcome] = []
    for place in order:
        outcomes = enforcer.apply(given[known + place])
    return enforcer, outcomes


def upheld(hour: int, subject: str, severity: str = "S2", **more: Any) -> dict[str, Any]:
    said = {"outcome": "upheld", "category": "fin.vc.entry", "severity": severity, "by": "x", **more}
    return {"kind": "review", "hour": hour, "subject": subject, **said}


def test_a_late_decision_changes_a_later_one_and_says_so() -> None:
    """A first strike that is told after the second makes the second what it is: a correction names both and why."""
    given = facts(upheld(0, "oa"), upheld(24, "oa"))
    first, second = given[-2:]
    enforcer, outcomes = take(given, 1, 0)

    assert outcomes[0].corrections == (
        {
            "decision": second.id,
            "because": first.id,
            "before": {"action": "rectify_order", "rung": 1, "state": "in_force"},
            "after": {"action": "suspend", "rung": 2, "state": "in_force"},
        },
    )
    assert world.standing_of(enforcer, "oa", second.at).state == "suspended"


def test_a_late_appeal_takes_back_what_others_were_told() -> None:
    """An overturned ban that comes late frees the principal, and the account that was banned because of it."""
    ban = upheld(0, "oa", "S3", category="fin.vc.exchange.coin")
    created = {"kind": "account_created", "hour": 50, "subject": "new", "principal": "co"}
    granted = {"kind": "appeal_decision", "hour": 20, "outcome": "granted", "by": "z"}
    appeal = {"kind": "appeal", "hour": 10, "subject": "oa"}
    given = facts(ban, {**appeal, "decision": "review-8"}, {**granted, "appeal": "appeal-9"}, created)
    enforcer, outcomes = take(given, 0, 1, 3, 2)
    now = given[-1].at

    principal = enforcer.state("principal:co")
    assert isinstance(principal, Principal)
    assert principal.bans == {}
    assert world.standing_of(enforcer, "new", now).state == "active"
    assert world.standing_of(enforcer, "oa", now).state == "active"
    assert [outcome.key for outcome in outcomes] == ["oa", "principal:co", "new", "principal:co"]
    assert outcomes[2].corrections[0]["after"] is None


def test_what_was_told_otherwise_is_told_again() -> None:
    """An order that comes after the move of a site it blocks reaches the address the site had moved to."""
    order = {
        "kind": "authority_order",
        "hour": 0,
        "issuer": "office",
        "ref": "no. 1",
        "targets": {"xa": "network_block"},
    }
    move = {"kind": "dns_change", "hour": 24, "subject": "xa", "ips": ["203.0.113.2"]}
    again = {"kind": "dns_change", "hour": 12, "subject": "xa", "ips": ["203.0.113.3"]}
    given = facts(order, move, again)
    in_order, _ = take(given, 0, 2, 1)
    late, _ = take(given, 1, 2, 0)

    for key in ("ip:203.0.113.1", "ip:203.0.113.2", "ip:203.0.113.3"):
        one, other = in_order.state(key), late.state(key)
        assert isinstance(one, Address)
        assert isinstance(other, Address)
        assert one.servers == other.servers
    host = late.state("host:xa.example")
    assert isinstance(host, Host)
    assert host.state == "listed"


def test_a_late_text_is_judged_by_the_reviews_that_spoke_of_it() -> None:
    """A review that is known before the text it is about is made again, under the version of the text."""
    text = {"kind": "content", "hour": -24 * 365, "subject": "oa", "form": "article", "text": "…"}
    given = facts(upheld(0, "oa", about=["content-9"]), text)
    enforcer, outcomes = take(given, 0, 1)
    case = world.account(enforcer, "oa").cases[0]

    assert case.version == "cn-2018-08-21"
    assert [one["decision"] for outcome in outcomes for one in outcome.corrections] == ["review-8"]


def test_a_late_text_that_nobody_spoke_of_costs_nothing() -> None:
    """A late text without findings changes no state."""
    text = {"kind": "content", "hour": -24, "subject": "oa", "form": "article", "text": "…"}
    given = facts(upheld(0, "oa"), text)
    enforcer, _ = take(given, 0)
    before = world.states(enforcer)
    enforcer.apply(given[-1])

    assert before == world.states(enforcer)
