"""What waits for a person, as a moderator reads it: each thing in a line, and one thing with all that bears on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from lictor.enforce import Account, Outcome
from lictor.enforce.states import Case, Item
from lictor.errors import escape_controls
from lictor.policy.models import localized
from lictor.report.timeline import clock_time, happening, quoted
from lictor.report.words import folded, in_words, marked

__all__ = ["Found", "Waiting", "block", "length", "render_case", "render_queue", "waiting_at", "waiting_to_dict"]

_TOLD = 12


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: a published item, a review of an account, or an appeal. `since` is when it began to."""

    kind: Literal["item", "review", "appeal"]
    id: str
    account: str
    since: datetime
    what: str
    category: str | None = None
    severity: str | None = None
    trigger: str | None = None
    contested: str | None = None
    answer_due: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was published and what was found in it, as recorded; nothing where it was erased."""

    item: str
    text: str | None
    decisions: Sequence[Mapping[str, Any]]


def waiting_at(account: Account) -> list[Waiting]:
    """What waits at the account, the longest first."""
    things = [
        Waiting("item", item.id, account.id, item.at, f"{item.state} {item.form}", item.category, item.severity)
        for item in account.items.values()
        if item.pending
    ]
    if account.review == "open" and account.review_since is not None:
        halted = next((case for case in account.cases if case.provisional and case.state == "in_force"), None)
        if halted is not None:
            what, trigger = f"{halted.action} until a person has looked", halted.trigger
        else:
            what = "complaints" if account.reports else "a review"
            trigger = "complaint" if account.reports else "proactive"
        category, severity = (None, None) if halted is None else (halted.category, halted.severity)
        things.append(
            Waiting("review", account.id, account.id, account.review_since, what, category, severity, trigger)
        )
    contested: list[Case | Item] = [*account.cases, *account.items.values()]
    for one in contested:
        if one.appeal is not None and one.appeal.state == "pending":
            action = one.action if isinstance(one, Case) else one.state
            things.append(
                Waiting(
                    "appeal", one.appeal.id, account.id, one.appeal.at, f"against {action} {one.id}", one.category,
                    one.severity, contested=one.id,
                )
            )  # fmt: skip
    return sorted(things, key=lambda one: one.since)


def waiting_to_dict(thing: Waiting) -> dict[str, Any]:
    """The thing as JSON values; instants as ISO text."""
    values = asdict(thing)
    values["since"] = thing.since.isoformat()
    values["answer_due"] = None if thing.answer_due is None else thing.answer_due.isoformat()
    return values


def render_queue(things: Sequence[Waiting], now: datetime) -> str:
    """A line for each thing, the longest waiting first."""
    if not things:
        return "nothing waits for a person"
    return "\n".join(_line(thing, now) for thing in things)


def render_case(
    thing: Waiting,
    about: Sequence[str],
    found: Iterable[Found],
    rehearsals: Sequence[tuple[str, Sequence[Outcome], str]],
    now: datetime,
) -> str:
    """The thing with the account it is about, the texts with their evidence marked, and what each answer would do."""
    lines = [_line(thing, now)]
    lines += block("account", about)
    for one in found:
        lines += block(f"{one.item}"[:9], list(_evidence(one)))
    for answer, outcomes, why_not in rehearsals:
        told = [led for outcome in outcomes if (happened := happening(outcome)) for led in happened.led_to]
        elsewhere = [
            escape_controls(o.key or "") for o in outcomes if o.origin == "derived" and happening(o) is not None
        ]
        reach = [f"and reaches {', '.join(dict.fromkeys(elsewhere))}"] if elsewhere else []
        lines += block(answer, [f"not so: {escape_controls(why_not)}"] if why_not else [*(told or ["nothing"]), *reach])
    return "\n".join(lines)


def block(label: str, lines: Iterable[str]) -> list[str]:
    """The lines with a label before the first; long ones folded."""
    parts = [part for line in lines for part in folded(line)]
    return [
        f"  {escape_controls(label) if number == 0 else '':<12} {part}".rstrip() for number, part in enumerate(parts)
    ]


def length(span: timedelta, lang: str = "en") -> str:
    """A length of time in its two largest units."""
    day, hour, minute = _UNITS[lang]
    seconds = max(int(span.total_seconds()), 0)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes = seconds // 60
    if days:
        return f"{days} {day} {hours} {hour}" if hours else f"{days} {day}"
    return f"{hours} {hour} {minutes} {minute}" if hours else f"{minutes} {minute}"


_UNITS = {"en": ("d", "h", "min"), "zh": ("天", "小时", "分钟")}


def _line(thing: Waiting, now: datetime) -> str:
    found = " ".join(part for part in (thing.category, thing.severity) if part)
    about = "" if thing.kind == "review" else f" of {thing.account}"
    parts = [thing.what] + ([found] if found else [])
    parts += [f"answer due {thing.answer_due.isoformat()}"] if thing.answer_due else []
    waited = length(now - thing.since)
    return escape_controls(
        f"{clock_time(thing.since)}  {waited:>11}  {thing.kind} {thing.id}{about}: {', '.join(parts)}"
    )


def _evidence(found: Found) -> Iterator[str]:
    violations = [one for decision in found.decisions for one in decision["violations"]]
    pieces = [piece for one in violations for piece in one["evidence"] if not one["exempted_by"]]
    if found.text is None:
        yield "(erased)"
        return
    yield marked(found.text, [(one["start"], one["end"]) for one in pieces]) if pieces else quoted(found.text)
    rules = [
        f"{one['rule']}: {localized(one['title'], 'en')}, {one['category']} {one['severity']}"
        + (f", excused by {one['exempted_by']}" if one["exempted_by"] else "")
        for one in violations
    ]
    yield from map(escape_controls, dict.fromkeys(rules))
    told = [f"  `{escape_controls(one['text'] or '')}`: {in_words(one['mechanisms'], 'en')}" for one in pieces]
    yield from list(dict.fromkeys(told))[:_TOLD]
