"""What happened, as a person reads it: when, who did what, and what it led to.

Ids, names and texts are somebody's words: they are escaped, and texts are cut short. Instants keep the offset they were
given with, as far as it is known; what comes out of a ledger is in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lictor.enforce import Outcome
from lictor.enforce.states import Case, Sanction
from lictor.errors import escape_controls
from lictor.facts.kinds import fact_to
from lictor.ledger import FactRecord
from lictor.report.words import excerpt, folded

__all__ = [
    "Happening",
    "called",
    "case_in_words",
    "clock_time",
    "happening",
    "outcome_to_dict",
    "quoted",
    "recorded",
    "refused_in_words",
    "render",
    "timeline",
]

_ERASED = "(erased)"
_NAMED = 8  # functions that are named; more of them are counted


@dataclass(frozen=True, slots=True)
class Happening:
    """One fact: its instant, who did what, and what came of it. Safe to print."""

    at: datetime
    said: str
    led_to: tuple[str, ...]


def happening(outcome: Outcome) -> Happening | None:
    """The outcome in words; nothing where one key only told another, which then did nothing."""
    fact = outcome.fact
    kind = str(type(fact).__struct_config__.tag)
    led_to = [
        *(line for one in outcome.transitions if (line := _transition(one.life, one.of, one.event))),
        *(case_in_words(case) for case in outcome.decisions),
        *(_correction(one) for one in outcome.corrections),
        *([f"refused: {refused_in_words(outcome.refused)}"] if outcome.refused else []),
    ]
    if outcome.origin != "given" and not led_to:
        return None
    return Happening(fact.at, called(kind, fact_to(fact), outcome.key), tuple(map(escape_controls, led_to)))


def recorded(record: FactRecord, key: str) -> Happening:
    """A fact as a ledger holds it, in words; what was erased is said to be."""
    led_to = [
        *(line for one in record.transitions if (line := _transition(one["life"], str(one["of"]), one["event"]))),
        *(f"decided: {one['action']}, {one['status']}, {one['id']}" for one in record.decisions),
        *(_correction(one) for one in record.corrections),
        *([f"refused: {refused_in_words(record.refused)}"] if record.refused else []),
    ]
    at = datetime.fromisoformat(record.at or "")
    return Happening(at, called(record.kind, record.fact, key), tuple(map(escape_controls, led_to)))


def outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON values; instants as ISO text."""
    return {
        "fact": outcome.fact.id,
        "kind": type(outcome.fact).__struct_config__.tag,
        "at": outcome.fact.at.isoformat(),
        "account": outcome.key,
        "origin": outcome.origin,
        "transitions": [one.to_dict() for one in outcome.transitions],
        "decisions": [msgspec.to_builtins(one) for one in outcome.decisions],
        "corrections": list(outcome.corrections),
        "refused": outcome.refused,
    }


def timeline(outcomes: Iterable[Outcome]) -> str:
    """What happened, in lines; nothing where nothing did."""
    return "\n".join(render(one for outcome in outcomes if (one := happening(outcome)) is not None))


def called(kind: str, fact: Mapping[str, Any], key: str | None) -> str:
    """Who did what, in one line; what was erased is said to be."""
    who, what = _SAID.get(kind, _otherwise(kind))(_Words(fact), key or "")
    return escape_controls(f"{who} {what}".strip())


def case_in_words(case: Case) -> str:
    """What was decided in the case, as it stood then."""
    parts = [f"{case.action}: {case.category or 'no category'}" + (f" {case.severity}" if case.severity else "")]
    parts += [f"rung {case.rung} of ladder {case.ladder}"] if case.rung is not None else []
    parts += [_sanction(one, case) for one in case.sanctions if one.action != "warn"]
    if case.order is not None and case.order.items:
        parts.append("to mend " + ", ".join(case.order.items))
    parts += [f"a strike until {clock_time(case.strike_until)}"] if case.strike_until else []
    parts += ["notices " + ", ".join(case.notices)] if case.notices else []
    parts += ["until a person has looked"] if case.provisional else []
    return "; ".join(parts)


def refused_in_words(reason: str) -> str:
    """Why something was refused: the name it is known by, and what that means."""
    return f"{reason} ({_REFUSED[reason]})" if reason in _REFUSED else reason


def clock_time(at: datetime | str) -> str:
    """The instant to the second, with its offset."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.isoformat(sep=" ", timespec="seconds")


def functions_in_words(names: Sequence[str]) -> str:
    """The functions by name; many of them are counted."""
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} functions"


def quoted(text: str | None) -> str:
    """Somebody's words in one short line."""
    return _ERASED if text is None else f"“{excerpt(text)}”"


def render(happenings: Iterable[Happening]) -> list[str]:
    """The happenings in lines: the instant once for all that happened at it."""
    lines: list[str] = []
    before = ""
    for one in happenings:
        at = clock_time(one.at)
        lines += _beside("" if at == before else at, one.said)
        lines += [line for led in one.led_to for line in _beside("", f"  {led}")]
        before = at
    return lines


_WIDTH = len("2022-06-21 09:00:00+08:00")


def _beside(label: str, line: str) -> list[str]:
    parts = list(folded(line))
    return [f"  {label if n == 0 else '':<{_WIDTH}}  {part}".rstrip() for n, part in enumerate(parts)]


class _Words:
    """A fact's values as words: what is missing says nothing, what was erased says so."""

    def __init__(self, fact: Mapping[str, Any]) -> None:
        self._fact = fact

    def __call__(self, key: str) -> str:
        if key not in self._fact:
            return ""
        value = self._fact[key]
        return _ERASED if value is None else str(value)

    def text(self, key: str) -> str:
        return f": {quoted(self._fact[key])}" if key in self._fact else ""

    def all(self, key: str) -> str:
        return ", ".join(_ERASED if one is None else str(one) for one in self._fact.get(key) or ())

    def pairs(self, key: str) -> list[tuple[str, str]]:
        return [
            (_ERASED if who is None else str(who), "" if what is None else str(what))
            for who, what in self._fact.get(key) or ()
        ]


def _actor(said: _Words, key: str) -> str:
    return said("by") or key


def _about(said: _Words) -> str:
    about = said.all("about")
    return f" about {about}" if about else ""


def _review(said: _Words, key: str) -> tuple[str, str]:
    outcome = said("outcome")
    if outcome == "upheld":
        found = " ".join(part for part in (said("category"), said("severity")) if part) or "what was found"
        what = f"upholds {found} against {key}{_about(said)}"
    elif outcome == "delist":
        what = f"takes {key} off the block list"
    else:
        what = f"finds nothing wrong with {key}{_about(said)}"
    return _actor(said, "somebody"), what + said.text("note")


def _content(said: _Words, key: str) -> tuple[str, str]:
    group = said("in")
    place = f" in {group}" if group else ""
    return key, f"publishes {said('form')} {said('id')}{place}{said.text('text')}"


def _complaint(said: _Words, key: str) -> tuple[str, str]:
    count = said("count")
    return said("by") or ("users" if count else "a user"), f"complain{'' if count else 's'} of {key}" + (
        f", {count} alike" if count else ""
    )


def _group(said: _Words, key: str) -> tuple[str, str]:
    shared = [f"{int(share.split()[0]) / 10_000:g} % of {group}" for group, share in said.pairs("member_overlap")]
    return key, "is a new group" + (f" with {', '.join(shared)}" if shared else "")


def _ordered_by(said: _Words, _: str) -> tuple[str, str]:
    targets = ", ".join(f"{action} for {who}" for who, action in said.pairs("targets"))
    return said("issuer"), f"orders {targets} ({said('ref')})"


def _known(said: _Words, key: str) -> tuple[str, str]:
    kind, name = said("type"), said("name")
    named = ", ".join(part for part in (kind, name) if part)
    return key, f"is known as {named}" if named else "is known better"


def _otherwise(kind: str) -> Callable[[_Words, str], tuple[str, str]]:
    return lambda _, key: (key.replace(":", " ", 1), f"is told: {kind.replace('_', ' ')}")


_SAID: Mapping[str, Callable[[_Words, str], tuple[str, str]]] = {
    "subject_updated": _known,
    "account_created": lambda said, key: (key, " of ".join(filter(None, ("is a new account", said("principal"))))),
    "group_created": _group,
    "content": _content,
    "content_edited": lambda said, key: (key, f"changes {said('item')}{said.text('text')}"),
    "content_removed": lambda said, key: (key, f"takes {said('item')} down"),
    "complaint": _complaint,
    "review": _review,
    "notice_delivered": lambda said, key: (key, f"has the notice of {said('decision')}"),
    "rectify_claim": lambda said, key: (key, f"says it has mended {said.all('fixed') or 'everything'}"),
    "fix": lambda said, key: (key, f"mends {said.all('fixed')}"),
    "reinspection": lambda said, key: (
        _actor(said, "somebody"),
        f"checks {key}: " + ("mended" if said("outcome") == "passed" else "not mended")
        + (f", still open {said.all('still_open')}" if said.all("still_open") else ""),
    ),
    "extension_request": lambda _, key: (key, "asks for more time"),
    "appeal": lambda said, key: (key, f"appeals against {said('decision')}{said.text('text')}"),
    "appeal_decision": lambda said, _: (
        _actor(said, "somebody"),
        f"{'grants' if said('outcome') == 'granted' else 'rejects'} appeal {said('appeal')}",
    ),
    "reinstatement": lambda said, key: (
        _actor(said, "somebody"),
        f"takes decision {said('decision')} about {key} back{said.text('why')}",
    ),
    "rename_request": lambda said, key: (key, f"asks to be called {said('to')}"),
    "rename_revoked": lambda _, key: (key, "takes its new name back"),
    "authority_order": _ordered_by,
    "dns_change": lambda said, key: (key, f"moves to {said.all('ips')}"),
    "domain_seen": lambda said, key: (key, f"may have a mirror: {said('domain')}"),
    "acquire": lambda said, key: (key, f"comes to hold {said('item')} ({said('how')})"),
    "transfer_attempt": lambda said, key: (
        key, f"wants to give {said('item')} to {said('to')}" + (" for money" if said("paid") == "True" else "")
    ),
    "due": lambda _, key: ("the clock", f"reaches what was foreseen for {key}"),
    "ordered": lambda said, key: (key, f"is under the order: {said('action')}"),
    "owner_restricted": lambda said, key: (key, f"answers for decision {said('case')}"),
    "lifted": lambda said, key: (key, f"no longer answers for decision {said('case')}"),
    "host_listed": lambda said, key: (key.replace(":", " ", 1), f"goes on the block list for decision {said('case')}"),
    "host_flagged": lambda said, key: (key.replace(":", " ", 1), f"looks like a mirror of {said('subject')}'s"),
    "host_freed": lambda said, key: (key.replace(":", " ", 1), f"is not held by decision {said('case')} any more"),
    "evasion_found": lambda said, key: (key, f"continues what was ended: {said('category')}"),
}  # fmt: skip

_STEP: Mapping[tuple[str, str], str] = {
    ("order", "start"): "the clock of order {of} runs",
    ("order", "stop"): "the clock of order {of} stops",
    ("order", "resume"): "the clock of order {of} runs on",
    ("order", "pass"): "order {of} is met",
    ("order", "fail"): "order {of} is still not met",
    ("order", "expire"): "order {of} was not met in time",
    ("order", "claim_late"): "order {of} is claimed after its time",
    ("order", "evade"): "order {of} is failed by evasion",
    ("order", "lift"): "order {of} is lifted",
    ("review", "open"): "a review opens",
    ("review", "uphold"): "the review closes",
    ("review", "dismiss"): "the review closes",
    ("appeal", "file"): "appeal {of} waits for an answer",
    ("appeal", "reject"): "appeal {of} is rejected: the decision stands",
    ("appeal", "grant"): "appeal {of} is granted",
    ("rename", "request"): "the new name waits",
    ("rename", "revoke"): "the name stays",
    ("rename", "confirm"): "the new name holds",
    ("item", "flag"): "{of} is flagged for a person",
    ("item", "hide"): "{of} is hidden",
    ("item", "filter"): "{of} is not delivered",
    ("item", "refuse"): "{of} is refused",
    ("item", "remove"): "{of} is gone",
    ("item", "clear"): "{of} is cleared",
    ("item", "edit"): "{of} is judged anew",
    ("item", "restore"): "{of} is back",
    ("host", "flag"): "the host is flagged for a person",
    ("host", "list"): "the host is blocked",
    ("host", "clear"): "the host is cleared",
    ("host", "delist"): "the host is no longer blocked",
    ("holding", "acquire"): "it is held",
    ("holding", "give"): "it changes hands",
    ("decision", "end"): "decision {of} is over",
    ("decision", "overturn"): "decision {of} is overturned: it never counted",
    ("decision", "reinstate"): "decision {of} is taken back: it never counted",
}

_REFUSED: Mapping[str, str] = {
    "already_delivered": "that notice had arrived",
    "already_overturned": "that decision was taken back before",
    "appeal_exhausted": "that decision was contested once, and once is all",
    "appeal_too_late": "the time to contest that decision is over",
    "claim_attempts_exhausted": "the order was claimed to be met as often as it may be",
    "claim_too_late": "the time to meet the order is over",
    "complainant_too_new": "the complainant's account is too young to count",
    "extension_not_earned": "not enough is mended for more time",
    "extension_used": "more time was given before",
    "function_restricted": "giving was taken from that account",
    "hold_period": "it has not been held long enough",
    "no_claim": "nobody claimed to have mended anything",
    "no_open_order": "there is no order to meet",
    "no_rename_pending": "no other name was asked for",
    "no_such_appeal": "there is no such appeal",
    "no_such_decision": "there is no such decision about this account",
    "no_such_item": "this account published no such item",
    "not_held": "that account does not hold it",
    "not_in_force": "no rule in force forbade it",
    "paid_transfer": "it may not be given for money",
    "recipient_age": "the recipient is too young",
    "recipient_region": "the recipient is not in the region",
    "rename_pending": "another name is waiting already",
    "same_reviewer": "whoever decided may not answer the appeal",
}


def _transition(life: str, of: str, event: str) -> str:
    words = _STEP.get((life, event))
    return f"{life} {of}: {event}" if words is None else words.format(of=of)


def _sanction(sanction: Sanction, case: Case) -> str:
    parts = [sanction.action] if sanction.action != case.action else []
    parts += [f"without {functions_in_words(sanction.functions)}"] if sanction.functions else []
    if sanction.action == "rectify_order" and case.order is not None and case.order.deadline is not None:
        parts.append(f"by {clock_time(case.order.deadline)}")
    elif sanction.until is not None:
        parts.append(f"until {clock_time(sanction.until)}")
    elif sanction.until_event is not None:
        parts.append(f"until {sanction.until_event}")
    elif sanction.permanent:
        parts.append("for good")
    return " ".join(parts) or "at once"


def _correction(correction: Mapping[str, Any]) -> str:
    before, after = (_stood(correction[one]) for one in ("before", "after"))
    return f"decision {correction['decision']} is corrected because of {correction['because']}: {before} -> {after}"


def _stood(shown: Mapping[str, Any] | None) -> str:
    if shown is None:
        return "none"
    return " ".join(str(part) for part in (shown["action"], shown.get("state")) if part) + (
        f" (rung {shown['rung']})" if shown.get("rung") is not None else ""
    )
