"""A case as a decision: the same value, with the same statement of reasons, as what detection decides of a text."""

from __future__ import annotations

from collections.abc import Iterator

from lictor.decide.decision import Decision, Effect, Evidence, Target, ViolationRecord, decision_id
from lictor.decide.reasons import Case as Stated
from lictor.decide.reasons import statement
from lictor.decide.versions import ground_at
from lictor.enforce.appeals import appeal_until
from lictor.enforce.rulebook import Rulebook
from lictor.enforce.states import Account, Case, Order, Sanction
from lictor.facts import canonical, stamp
from lictor.policy.models import PolicyDocument

__all__ = ["decision_of"]

_FORMAT = 1
_ON_HOST = frozenset({"network_block"})


def decision_of(rules: Rulebook, account: Account, case: Case, *, engine: str) -> Decision:
    """What was decided in the case, as it stood when it was made, with its ground and its reasons."""
    document = rules.document(case.policy)
    number = document.version_numbers[case.version] if case.version is not None else None
    effects = (*_hidden(case), *(_effect(sanction, case.order) for sanction in case.sanctions))
    ground = None if case.category is None or number is None else ground_at(document, case.category, number)
    actor = _actor(case)
    until = stamp(appeal_until(document, case))
    headline = next((one for one in effects if one.effect == case.action), None)
    lead = None if case.category is None else _lead(document, account, case)
    as_of = stamp(case.at)
    return Decision(
        lictor=_FORMAT,
        id=decision_id(case.id, canonical([account.id, case.action]), rules.digest(case.policy), as_of),
        item=case.about[0] if len(case.about) == 1 else None,
        account=account.id,
        subject=rules.subject(document, account.profile),
        field=None,
        surface=None,
        published_at=None,
        as_of=as_of,
        policy=case.policy,
        version=case.version,
        digest=rules.digest(case.policy),
        engine=engine,
        action=case.action,  # type: ignore[arg-type]
        status="applied",
        effects=effects,
        permanent=any(sanction.permanent for sanction in case.sanctions),
        category=case.category,
        severity=case.severity,
        trigger=case.trigger,
        actor=actor,
        rules=() if lead is None or lead.rule == lead.category else (lead.rule,),
        violations=() if lead is None else (lead,),
        functions=tuple(dict.fromkeys(name for one in effects for name in one.functions)),
        until=None if headline is None else headline.until,
        rectify_by=None if case.order is None or case.order.deadline is None else stamp(case.order.deadline),
        strike=case.strike_until is not None,
        appeal_until=until,
        decision_ground=None if ground is None else f"DECISION_GROUND_{ground[0].kind.upper()}",
        clause=None if ground is None else ground[0].clause,
        automated_detection=lead is not None and lead.rule != lead.category,
        automated_decision="AUTOMATED_DECISION_NOT_AUTOMATED" if case.by is not None else "AUTOMATED_DECISION_FULLY",
        reasons=statement(
            document,
            Stated(
                effects=effects,
                lead=lead,
                ground=ground,
                excused=(),
                trigger=case.trigger,
                appeal_until=until,
                actor=actor,
            ),
        ),
        monitored=None,
        missing=(),
        assumed=(),
        evidence_truncated=False,
        degraded=False,
    )


def _actor(case: Case) -> str:
    if case.trigger == "authority_order" and case.parent is None:
        return "authority"
    if case.by is not None:
        return "person"
    return "engine" if case.parent is None else "earlier"


def _hidden(case: Case) -> Iterator[Effect]:
    if case.about and (case.strike_until is not None or case.action == "hide"):
        yield Effect("hide", "item", (), (), stamp(case.at), None, None, None, "applied")


def _effect(sanction: Sanction, order: Order | None) -> Effect:
    target: Target = "host" if sanction.action in _ON_HOST else "account"
    return Effect(
        effect=sanction.action,  # type: ignore[arg-type]
        target=target,
        functions=sanction.functions,
        viewers=(),
        start=stamp(sanction.start),
        until=None if sanction.until is None else stamp(sanction.until),
        until_event=sanction.until_event,
        lasting=None if sanction.action != "rectify_order" or order is None else _length(order.within),
        status="applied",
    )


def _length(seconds: int | None) -> str | None:
    """The length as policies write it, in the longest unit that fits."""
    if seconds is None:
        return None
    unit, size = next(
        (unit, size) for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % size == 0
    )
    return f"{seconds // size}{unit}"


def _lead(document: PolicyDocument, account: Account, case: Case) -> ViolationRecord:
    """What was violated. The rule is the one that found it, where one did; a person's own finding goes by category."""
    assert case.category is not None
    found = [
        finding.rule
        for name in case.about
        if name in account.items
        for finding in account.items[name].findings
        if finding.category == case.category and finding.policy == case.policy and finding.rule is not None
    ]
    rule = next((one for one in document.rules if found and one.id == found[0]), None)
    evidence: tuple[Evidence, ...] = ()
    return ViolationRecord(
        rule=case.category if rule is None else rule.id,
        title=document.categories[case.category].title if rule is None else rule.title,
        category=case.category,
        severity=case.severity or "",
        status="enforce",
        version=case.version or "",
        evidence=evidence,
        exempted_by=None,
    )
