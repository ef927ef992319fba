"""What people decide: reviews upheld and dismissed, orders of authorities, and the effects that reach an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from msgspec import UNSET

from lictor.decide.decision import Effect
from lictor.enforce.cases import Verdict, carry_out, end_case, evades, expiry_steps, overturn, raised
from lictor.enforce.items import hide_items, release
from lictor.enforce.network import clear_flags, seen_domains
from lictor.enforce.orders import fail_order, open_orders
from lictor.enforce.routed import EvasionFound, Lifted, Ordered, OwnerRestricted
from lictor.enforce.rulebook import Next
from lictor.enforce.states import Account, Case, Finding, Item, Sanction
from lictor.enforce.turn import Turn
from lictor.errors import UsageError
from lictor.facts import suggest
from lictor.facts.kinds import Reinstatement, Review
from lictor.policy.actions import ACTIONS, strength
from lictor.policy.models import PolicyDocument, Step

__all__ = [
    "close_review",
    "continue_evasion",
    "detected",
    "lift",
    "obey",
    "open_review",
    "reinstate",
    "restrict_owner",
    "review",
]


def review(turn: Turn, account: Account, fact: Review) -> None:
    """A person decided about the account."""
    if fact.outcome == "upheld":
        _uphold(turn, account, fact)
        return
    release(turn, account, fact.about)
    clear_flags(turn, account, seen_domains(turn, fact.about))
    for case in account.cases:
        blocking = fact.outcome == "delist" and any(one.action == "network_block" for one in case.sanctions)
        if case.state == "in_force" and blocking:
            end_case(turn, account, case)
    _answer(turn, account, fact, "dismiss")


def open_review(turn: Turn, account: Account) -> None:
    """People are to look at the account."""
    if account.review == "closed":
        account.review = turn.move("review", "self", account.review, "open")
        account.review_since = turn.now


def close_review(turn: Turn, account: Account, event: str) -> None:
    """People have looked; what detection did and still waits for them keeps the review open, as complaints do."""
    waiting = any(case.provisional and case.state == "in_force" for case in account.cases)
    if account.review == "open" and not waiting and not account.complained:
        account.review = turn.move("review", "self", account.review, event)
        account.review_since = None


def detected(turn: Turn, account: Account, effects: Sequence[Effect], findings: Sequence[Finding], item: str) -> None:
    """What detection alone does to the account, where the policy lets it: until a person has looked."""
    for effect in effects:
        remembered = account.items[item]
        document = turn.rules.document(remembered.policy or findings[0].policy)
        already = [
            one for one in account.cases if one.provisional and one.state == "in_force" and one.action == effect.effect
        ]
        if already:
            already[0].about = (*already[0].about, item)
            continue
        carry_out(
            turn,
            account,
            document,
            Verdict(
                trigger="payment" if effect.effect == "payment_halt" else "proactive",
                steps=(Step(action=effect.effect),),
                category=remembered.category,
                severity=remembered.severity,
                version=document.version_numbers.get(remembered.version or ""),
                about=(item,),
                delivered=turn.now,
                provisional=True,
            ),
        )
        open_review(turn, account)


def obey(turn: Turn, account: Account, fact: Ordered) -> None:
    """An authority's order is carried out as ordered, whatever the version."""
    if fact.action not in ACTIONS:
        raise UsageError(f"`{fact.action}` is no action that can be ordered", hint=suggest(fact.action, ACTIONS))
    document = turn.rules.speaks(account.profile, None, fact.category, None)
    carry_out(
        turn,
        account,
        document,
        Verdict(
            trigger="authority_order",
            steps=(Step(action=fact.action),),
            category=fact.category,
            version=turn.rules.version(document, turn.now),
            strike=fact.strike,
            delivered=turn.now,
            by=fact.by,
        ),
        id=fact.id.split(">")[0],
    )


def continue_evasion(turn: Turn, account: Account, fact: EvasionFound) -> None:
    """The account or group continues one that was banned or disabled: it shares its fate, without a review."""
    document = turn.rules.document(fact.policy)
    if not turn.rules.binds(document, account.profile, turn.now):
        return
    carry_out(
        turn,
        account,
        document,
        Verdict(
            trigger="proactive",
            steps=(Step(action=fact.action),),  # type: ignore[arg-type]
            category=fact.category,
            severity=document.severities[-1].id,
            version=turn.rules.version(document, turn.now),
            delivered=turn.now,
        ),
    )


def restrict_owner(turn: Turn, account: Account, fact: OwnerRestricted) -> None:
    """A decision about a group takes functions from its owner; no strike."""
    case = Case(
        id=fact.id,
        at=turn.now,
        trigger=fact.trigger,
        policy=fact.policy,
        category=fact.category,
        severity=fact.severity,
        version=fact.version,
        parent=fact.case,
        delivered=turn.now,
        action="restrict",
        sanctions=[Sanction("restrict", turn.now, fact.functions, until=fact.until, permanent=fact.until is None)],
    )
    account.cases.append(case)
    turn.cases.append(case)


def lift(turn: Turn, account: Account, fact: Lifted) -> None:
    """The decision that led to an effect here was overturned."""
    for case in account.cases:
        if case.parent == fact.case and case.state in ("in_force", "ended"):
            overturn(turn, account, case, "overturn")


def reinstate(turn: Turn, account: Account, fact: Reinstatement) -> None:
    """A person takes a decision back, without an appeal."""
    case = next((one for one in account.cases if one.id == fact.decision), None)
    if case is None or case.state not in ("in_force", "ended"):
        turn.refused = "no_such_decision" if case is None else "already_overturned"
        return
    overturn(turn, account, case, "reinstate")


def _answer(turn: Turn, account: Account, fact: Review, event: str) -> None:
    """What detection did to the account until somebody would look ends, where the review is about that."""
    for case in account.cases:
        meant = not fact.about or case.category == fact.category or set(case.about) & set(fact.about)
        if case.provisional and case.state == "in_force" and meant:
            end_case(turn, account, case)
    account.reports, account.complained = [], False
    close_review(turn, account, event)


def _uphold(turn: Turn, account: Account, fact: Review) -> None:
    known = [account.items[name] for name in fact.about if name in account.items]
    category = fact.category or next((item.category for item in known if item.category), None)
    if category is None:
        raise UsageError("an upheld review needs a `category`", hint="name what was violated")
    document = turn.rules.speaks(
        account.profile, fact.pack, category, next((i.policy for i in known if i.category == category), None)
    )
    if category not in document.categories:
        raise UsageError(
            f"policy `{document.policy}` has no category `{category}`", hint=suggest(category, document.categories)
        )
    said = _severity(document, fact, known)
    evasive = any(fnmatchcase(category, pattern) for pattern in document.evasion.categories)
    severity = raised(turn, account.cases, document, turn.now, fact.about, said) if evasive else said
    _answer(turn, account, fact, "uphold")
    domains = seen_domains(turn, fact.about)
    clear_flags(turn, account, domains)
    subject = turn.rules.subject(document, account.profile)
    version = _version(turn, document, fact.about)
    now = turn.rules.version(document, turn.now)
    only_talk = [one.content_only for item in known for one in item.findings if one.category == category]
    finding = Finding(document.policy, category, severity, "", content_only=bool(only_talk) and all(only_talk))
    if not turn.rules.binds(document, account.profile, turn.now):
        otherwise = document.binds.otherwise if document.binds is not None else None
        if otherwise is not None and otherwise.effect == "hide":
            _only_hide(turn, account, document, fact, category, severity, now, otherwise.viewers, strike=False)
        return
    if not turn.rules.forbids(document, finding, version, subject, turn.now) or version is None:
        if turn.rules.forbids(document, finding, now, subject, turn.now) and document.retroactive is not None:
            strike = document.retroactive.strike
            _only_hide(turn, account, document, fact, category, severity, now, (), strike=strike)
        else:
            turn.refused = "not_in_force"
        return
    account.referred = account.referred or fact.fraud_report
    offence = _offence(turn, fact)
    earlier = [case for case in account.cases if case.strike_until is not None]
    found = turn.rules.next(document, subject, category, severity, version, earlier, turn.now, offence)
    steps: Sequence[Step] = found.steps if found else (Step(action="hide"),)
    failed = _fail_orders(turn, account, document, category)
    if failed and strength(failed[0].action) > max(strength(step.action) for step in steps):
        steps = (Step(action="hide"), *failed)
        found = found and Next(found.ladder, len(found.ladder.steps) or found.rung, steps)
    carry_out(
        turn,
        account,
        document,
        Verdict(
            trigger=fact.trigger,
            steps=steps,
            category=category,
            severity=severity,
            version=version,
            next=found,
            strike=True,
            about=fact.about,
            items=fact.items or fact.about,
            said=said if evasive else None,
            hosts=(*fact.adds_domains, *domains),
            delivered=turn.now if fact.delivered is UNSET else fact.delivered,
            offence_at=offence,
            by=fact.by,
        ),
    )


def _only_hide(
    turn: Turn,
    account: Account,
    document: PolicyDocument,
    fact: Review,
    category: str,
    severity: str,
    version: int | None,
    viewers: tuple[str, ...],
    *,
    strike: bool,
) -> None:
    case = carry_out(
        turn,
        account,
        document,
        Verdict(
            trigger=fact.trigger, steps=(), category=category, severity=severity, version=version, about=fact.about,
            delivered=turn.now, by=fact.by, strike=strike,
        ),
    )  # fmt: skip
    case.action = "hide"
    hide_items(turn, account, case, viewers)


def _fail_orders(turn: Turn, account: Account, document: PolicyDocument, category: str) -> Sequence[Step]:
    """Fails the open orders that such an evasion fails, and says what follows as if they had expired."""
    failed = [case for case in open_orders(account) if evades(turn.rules.document(case.policy), case, category)]
    for case in failed:
        fail_order(turn, case, turn.fact.id)
    outcome = turn.rules.on_expiry(document, account.profile)
    return expiry_steps(outcome) if failed and outcome is not None and outcome != "next_step" else ()


def _severity(document: PolicyDocument, fact: Review, known: Sequence[Item]) -> str:
    """How grave a person called it, or else the gravest of what was found in the items."""
    names = [one.id for one in document.severities]
    found = [item.severity for item in known if item.severity in names]
    said = fact.severity or max(found, key=names.index, default=None)
    if said is None:
        raise UsageError("an upheld review needs a `severity`", hint=f"one of {', '.join(names)}")
    if said not in names:
        raise UsageError(f"policy `{document.policy}` has no severity `{said}`", hint=suggest(said, names))
    return said


def _version(turn: Turn, document: PolicyDocument, about: Sequence[str]) -> int | None:
    """The newest of the versions that its items are judged by; of anything else, the one in force now."""
    now = turn.rules.version(document, turn.now)
    versions: list[int | None] = []
    for name in about:
        fact = turn.published(name)
        if fact is None:
            versions.append(now)
        else:
            standing = fact.form in document.standing if fact.standing is None else fact.standing
            versions.append(now if standing else turn.rules.version(document, fact.at))
    return max(versions, key=lambda one: -1 if one is None else one, default=now)


def _offence(turn: Turn, fact: Review) -> datetime:
    """When it was done: the latest of what the review is about, else the review itself."""
    done = [one.at for one in map(turn.recall, fact.about) if one is not None]
    return max(done, default=turn.now)
