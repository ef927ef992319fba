"""A replayed timeline for a terminal and as JSON: the variants side by side, each held against the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lictor.enforce.standing import STATES
from lictor.errors import display_width, escape_controls
from lictor.facts import stamp
from lictor.policy.actions import ACTIONS
from lictor.report.queue import length
from lictor.report.timeline import clock_time, refused_in_words
from lictor.report.words import counted, excerpt, folded
from lictor.simulate.measures import COUNTS, GAUGES, TIMES, Span, Spread
from lictor.simulate.timeline import Replayed, Timeline

__all__ = ["FIGURES", "Figure", "busiest", "figures", "lasting", "provenance", "render_timeline", "timeline_to_dict"]

_FORMAT = 1
_NAMED = 20
_ABREAST = 5  # variants beside the first in one table


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a replay: the group it is read in, its name, and where it is found; seconds where `time`."""

    group: str
    name: str
    of: Callable[[Replayed], float | None]
    time: bool = False


def busiest(span: Span) -> int:
    """The most answers that one person gave in the span."""
    return max(span.answers.values(), default=0)


def _count(name: str) -> Callable[[Replayed], float | None]:
    return lambda one: one.counts[name]


def _end(name: str) -> Callable[[Replayed], float | None]:
    return lambda one: one.at_end.get(name, 0)


def _spread(name: str, of: str) -> Callable[[Replayed], float | None]:
    return lambda one: getattr(one.times[name], of)


def _longest(of: Callable[[Span], float | None]) -> Callable[[Replayed], float | None]:
    return lambda one: max((value for span in one.spans if (value := of(span)) is not None), default=None)


FIGURES: Sequence[Figure] = (
    *(Figure("accounts_at_end", name, _end(name)) for name in STATES),
    Figure("orders", "orders_given", _count("orders_given")),
    *(Figure("orders", name, _count(name)) for name in COUNTS if name.startswith("orders_") and name != "orders_given"),
    Figure("orders", "orders_open", _end("orders_open")),
    Figure("strikes", "strikes_added", _count("strikes_added")),
    Figure("strikes", "strikes_active", _end("strikes_active")),
    *(Figure("appeals", name, _count(name)) for name in COUNTS if name.startswith("appeals_")),
    Figure("appeals", "decisions_overturned", _count("decisions_overturned")),
    *(
        Figure("decisions", name, lambda one, name=name: one.decisions.get(name, 0))  # type: ignore[misc]
        for name in reversed(ACTIONS)
    ),
    *(Figure("items", name, _count(name)) for name in ("items_flagged", "items_withheld")),
    Figure("people", "complaints", _count("complaints")),
    Figure("people", "answers", _count("answers")),
    Figure("people", "answers_busiest", lambda one: max(map(busiest, one.spans), default=0)),
    *(Figure("waiting", name, _end(name)) for name in GAUGES if name.startswith("waiting_")),
    Figure("waiting", "waiting_longest", _longest(lambda span: span.oldest), time=True),
    *(
        Figure("times", f"{name}_{of}", _spread(name, of), time=True)
        for name in TIMES
        for of in ("p50", "p90")
    ),
    Figure("facts", "refused", lambda one: len(one.refused)),
    Figure("facts", "impossible", lambda one: len(one.impossible)),
    Figure("facts", "no_longer_applies", lambda one: sum(one.gone.values())),
)  # fmt: skip
"""What variants are compared by, in the order in which it is read."""

WORDS = {
    "accounts_at_end": "accounts, at the end", "orders": "orders to rectify", "orders_given": "given",
    "orders_met": "met", "orders_missed": "missed", "orders_failed": "failed by evasion", "orders_lifted": "lifted",
    "orders_extended": "extended", "orders_open": "open at the end", "strikes": "strikes", "strikes_added": "added",
    "strikes_active": "active at the end", "appeals": "appeals", "appeals_filed": "filed",
    "appeals_rejected": "rejected", "appeals_granted": "granted", "decisions_overturned": "decisions taken back",
    "decisions": "decisions", "items": "items", "items_flagged": "flagged", "items_withheld": "withheld",
    "people": "people", "complaints": "complaints", "answers": "answers given",
    "answers_busiest": "most by one in {every}", "waiting": "waiting, at the end", "waiting_reviews": "reviews",
    "waiting_items": "items", "waiting_appeals": "appeals", "waiting_claims": "claims to check",
    "waiting_longest": "longest ever", "times": "time from ... to ...",
    "published_to_measure_p50": "published, withheld: half",
    "published_to_measure_p90": "published, withheld: 9 of 10",
    "published_to_decision_p50": "published, decided: half",
    "published_to_decision_p90": "published, decided: 9 of 10",
    "reported_to_decision_p50": "reported, decided: half",
    "reported_to_decision_p90": "reported, decided: 9 of 10",
    "found_to_answer_p50": "found, answered: half", "found_to_answer_p90": "found, answered: 9 of 10",
    "filed_to_answer_p50": "appealed, answered: half", "filed_to_answer_p90": "appealed, answered: 9 of 10",
    "facts": "facts", "refused": "refused", "impossible": "impossible", "no_longer_applies": "no longer apply",
}  # fmt: skip


def lasting(span: timedelta) -> str:
    """A length of time in its two largest units, or in seconds where it is short."""
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds < 60 else length(span).removesuffix(" 0 min")


def figures(timeline: Timeline) -> Iterator[tuple[Figure, list[float | None]]]:
    """The figures of which any variant has something to show, each with its value by variant."""
    for figure in FIGURES:
        values = [figure.of(one) for one in timeline.replays]
        if any(values) or (figure.time and any(value is not None for value in values)):
            yield figure, values


def render_timeline(timeline: Timeline) -> str:
    """What was replayed, a table of the variants side by side, and what moved against the first."""
    first = timeline.replays[0]
    if timeline.begin is None or timeline.until is None:
        return "no facts"
    when = (
        f"{clock_time(timeline.begin)} to {clock_time(_in_one_zone(timeline))}, by spans of {lasting(timeline.every)}"
    )
    lines = [f"{counted(timeline.taken, 'fact')} of {counted(first.accounts, 'account')}, {when}"]
    names = [f"({number})" if number else "as it is" for number in range(len(timeline.replays))]
    if len(names) > 1:
        for name, one in zip(names, timeline.replays, strict=True):
            lines += [f"  {part}" for part in folded(f"{name:<8}  {_called(one)}")]
    others = list(range(1, len(names)))
    for start in range(0, max(len(others), 1), _ABREAST):
        lines += ["", *_table(timeline, names, [0, *others[start : start + _ABREAST]])]
    for name, one in list(zip(names, timeline.replays, strict=True))[1:]:
        lines += [
            f"  {name} {counted(count, 'account')}: {_plain(before)} as it is, {_plain(after)} here"
            for (before, after), count in sorted(one.moved.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        lines += [
            part
            for why, count in sorted(one.gone.items(), key=lambda pair: (-pair[1], pair[0]))
            for part in folded(f"  {name} {counted(count, 'fact')} no longer: {refused_in_words(why)}")
        ]
    for name, one in zip(names, timeline.replays, strict=True):
        lines += [
            part
            for trip in one.tripped
            for part in folded(f"  {name}: rule {trip.whose.rule} used up budget {trip.whose.guard} at {trip.at}")
        ]
    if timeline.late:
        lines += folded(f"{counted(timeline.late, 'fact')} came late: counted when they came, in force when they were")
    return "\n".join(lines)


def timeline_to_dict(timeline: Timeline) -> dict[str, Any]:
    """The whole timeline as JSON values: instants as ISO text, times in seconds, a list for each series."""
    return {
        "timeline": _FORMAT,
        "from": None if timeline.begin is None else stamp(timeline.begin),
        "until": None if timeline.until is None else stamp(timeline.until),
        "every_s": int(timeline.every.total_seconds()),
        "facts": timeline.taken,
        "late": timeline.late,
        "spans": [stamp(one) for one in timeline.starts],
        "variants": [_to_dict(one) for one in timeline.replays],
    }


def _to_dict(one: Replayed) -> dict[str, Any]:
    reasons: dict[str, int] = {}
    for why in one.refused.values():
        reasons[why] = reasons.get(why, 0) + 1
    named = [{"fact": id, "why": why} for id, why in list(one.impossible.items())[:_NAMED]]  # noqa: A001
    return {
        "name": one.variant.name,
        "changes": list(one.variant.changes),
        "policies": [
            {"policy": compiled.policy.id, "digest": compiled.policy.digest} for compiled in one.variant.rules.policies
        ],
        "facts": dict(sorted(one.facts.items())),
        "accounts": one.accounts,
        "due": one.due,
        "corrections": one.corrections,
        "counts": one.counts,
        "decisions": one.decisions,
        "at_end": one.at_end,
        "times": {name: _seconds(spread) for name, spread in one.times.items()},
        "refused": dict(sorted(reasons.items())),
        "impossible": {"count": len(one.impossible), "named": named},
        "no_longer_applies": dict(sorted(one.gone.items())),
        "tripped": [
            {"policy": trip.whose.policy, "guard": trip.whose.guard, "rule": trip.whose.rule, "at": trip.at}
            for trip in one.tripped
        ],
        "moved": [
            {"from": before, "to": after, "accounts": count} for (before, after), count in sorted(one.moved.items())
        ],
        "series": _series(one.spans),
    }


def _series(spans: Sequence[Span]) -> dict[str, Any]:
    made = [name for name in reversed(ACTIONS) if any(span.decisions[name] for span in spans)]
    return {
        "states": {name: [span.states[name] for span in spans] for name in STATES},
        **{name: [span.gauges[name] for span in spans] for name in GAUGES},
        **{name: [span.counts[name] for span in spans] for name in COUNTS},
        "decisions": {name: [span.decisions[name] for span in spans] for name in made},
        "reviewers": [len(span.answers) for span in spans],
        "answers_busiest": [busiest(span) for span in spans],
        "oldest_wait_s": [_whole(span.oldest) for span in spans],
        "median_wait_s": [_whole(span.median_age) for span in spans],
        "times": {
            name: {f"{of}_s": [_whole(getattr(span.times[name], of)) for span in spans] for of in ("p50", "p90")}
            for name in TIMES
            if any(span.times[name].count for span in spans)
        },
    }


def _seconds(spread: Spread) -> dict[str, Any]:
    return {"count": spread.count, **{f"{of}_s": _whole(getattr(spread, of)) for of in ("p50", "p90", "mean")}}


def _whole(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _plain(state: str) -> str:
    return state.replace("_", " ")


def _called(one: Replayed) -> str:
    return escape_controls(one.variant.name)


def _table(timeline: Timeline, names: Sequence[str], columns: Sequence[int]) -> list[str]:
    every = lasting(timeline.every)
    rows: list[tuple[str, list[str]]] = [("", [names[column] for column in columns])]
    group = ""
    for figure, values in figures(timeline):
        if figure.group != group:
            group = figure.group
            rows.append((WORDS[group], []))
        label = WORDS.get(figure.name, figure.name.replace("_", " ")).format(every=every)
        shown = [_cell(figure, values[column], values[0] if column else None) for column in columns]
        rows.append((f"  {label}", shown))
    wide = max(display_width(label) for label, _ in rows)
    widths = [max((len(cells[n]) for _, cells in rows if cells), default=0) for n in range(len(columns))]
    lines = []
    for label, cells in rows:
        beside = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=False))
        lines.append(f"  {label}{' ' * (wide - display_width(label))}  {beside}".rstrip())
    return lines


def _cell(figure: Figure, value: float | None, against: float | None) -> str:
    if value is None:
        return "-"
    if figure.time:
        return lasting(timedelta(seconds=value))
    more = 0 if against is None else round(value - against)
    return f"{value:,.0f}" + (f" ({more:+,})" if more else "")


def _in_one_zone(timeline: Timeline) -> datetime:
    """The end, in the zone of the beginning."""
    assert timeline.begin is not None
    assert timeline.until is not None
    return timeline.until.astimezone(timeline.begin.tzinfo)


def provenance(timeline: Timeline) -> list[tuple[str, str]]:
    """What a report says of where it comes from: policies with digests, and instants."""
    policies = [
        (
            excerpt(one.variant.name),
            ", ".join(f"{p.policy.id} {p.policy.digest[:12]}" for p in one.variant.rules.policies),
        )
        for one in timeline.replays
    ]
    begin, until = timeline.begin, timeline.until
    when = (
        []
        if begin is None or until is None
        else [("from", clock_time(begin)), ("until", clock_time(_in_one_zone(timeline)))]
    )
    return [*policies, *when]
