"""The rules at work: which of them an item breaks, what shows it, and what excuses it.

Nothing here depends on time: whether a rule was in force, and what follows, is decided later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from lictor.detect.compile import CompiledPolicy
from lictor.detect.conditions import EVIDENCE_KEPT, Finding
from lictor.detect.item import Item, Known, Passage, Span
from lictor.match import Match
from lictor.policy.models import Rule

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Detection",
    "Find",
    "Terms",
    "Violation",
    "detect",
    "detect_matches",
    "find_in_column",
    "find_matches",
    "scope",
]

Terms = Literal["anchors", "others"]

Find = Callable[[CompiledPolicy, Terms, str, "pa.Array", Sequence[int] | None], Mapping[int, Sequence[Match]]]
"""Finds a policy's anchors, or its other terms, in a named column: in all of it, or in the rows named; by row."""


class Violation(msgspec.Struct, frozen=True):
    """A rule that fired, with the spans that show it, and the exemption that excuses it, if one does."""

    rule: Rule
    evidence: tuple[Span, ...]
    exempted_by: str | None
    truncated: bool


class Detection(msgspec.Struct, frozen=True):
    """Everything a policy's rules found in one item, and the signals without which it could not be sure."""

    violations: tuple[Violation, ...]
    missing: tuple[str, ...]


_NOTHING = Detection((), ())


def detect(compiled: CompiledPolicy, known: Known) -> Detection:
    """The rules the item breaks. Its texts are searched for anchors first, and further only if one is there."""
    anchors = {name: compiled.anchors.find(text, overlap="all") for name, text in known.texts.items()}
    found = {name: _lexicons_of(some) for name, some in anchors.items() if some}
    if not compiled.unanchored and not (found and compiled.prospects.any(found)):
        return _NOTHING
    matches = {name: [*anchors[name], *compiled.others.find(text, overlap="all")] for name, text in known.texts.items()}
    return detect_matches(compiled, known, matches)


def detect_matches(compiled: CompiledPolicy, known: Known, matches: Mapping[str, Sequence[Match]]) -> Detection:
    """The same, for an item whose matches of every term are known already, by field."""
    passages = {name: Passage(name, text, matches.get(name, ())) for name, text in known.texts.items()}
    item = Item(known, passages, compiled.conditions.bits)
    violations: list[Violation] = []
    missing: set[str] = set()
    for started in compiled.started(item.lexicons):
        view = item
        if started.fields is not None and not passages.keys() <= started.fields:
            view = item.within(started.fields)
            if not view.passages:
                continue
        came = started.ask(view)
        if came is False:
            continue
        if isinstance(came, frozenset):
            missing |= came
            continue
        exempted_by = None
        if item.bits & started.excusable:
            for name, ask in started.excuses:
                excuse = ask(item)
                if isinstance(excuse, frozenset):
                    missing |= excuse
                elif excuse is not False and exempted_by is None:
                    exempted_by = name
        spans = compiled.conditions.shown(started.rule.when, came, view)
        cut = len(spans) >= EVIDENCE_KEPT
        violations.append(Violation(started.rule, spans[:EVIDENCE_KEPT], exempted_by, cut))
    return Detection(tuple(violations), tuple(sorted(missing)))


def find_in_column(
    compiled: CompiledPolicy,
    terms: Terms,
    name: str,  # noqa: ARG001 - for those who remember what was found
    column: pa.Array,
    rows: Sequence[int] | None,
) -> Mapping[int, Sequence[Match]]:
    """A `Find` by the policy's own matchers."""
    matcher = compiled.anchors if terms == "anchors" else compiled.others
    if rows is None:
        return matcher.find_column(column)
    found = matcher.find_column(column.take(np.array(rows, np.int64)))
    return {rows[at]: matches for at, matches in found.items()}


def find_matches(
    compiled: CompiledPolicy,
    columns: Mapping[str, pa.Array],
    field_of: Callable[[str, int], str],
    *,
    find: Find = find_in_column,
) -> dict[int, dict[str, tuple[Match, ...]]]:
    """For whole columns: the rows worth a look, each with its matches by column. Clean rows cost no Python.

    A row without an anchor that may start a rule is left out, unless the policy has rules without anchors. `field_of`
    says which field the text of a column is in a row.
    """
    anchors = {name: find(compiled, "anchors", name, column, None) for name, column in columns.items()}
    if compiled.unanchored:
        worth = list(range(len(next(iter(columns.values())))))
    else:
        by_row: dict[int, dict[str, frozenset[str]]] = {}
        for name, rows in anchors.items():
            for row, matches in rows.items():
                by_row.setdefault(row, {})[field_of(name, row)] = _lexicons_of(matches)
        worth = sorted(row for row, lexicons in by_row.items() if compiled.prospects.any(lexicons))
    found: dict[int, dict[str, tuple[Match, ...]]] = {row: {} for row in worth}
    if worth:
        for name, column in columns.items():
            others = find(compiled, "others", name, column, worth)
            for row in worth:
                matches = (*anchors[name].get(row, ()), *others.get(row, ()))
                if matches:
                    found[row][name] = matches
    return found


def scope(compiled: CompiledPolicy, known: Known) -> Finding:
    """Whether the policy binds the account at all; a policy that does not say binds everybody."""
    binds = compiled.policy.document.binds
    return (
        Finding(True)
        if binds is None
        else compiled.conditions.judge(binds.when, Item(known, {}, compiled.conditions.bits))
    )


def _lexicons_of(matches: Iterable[Match]) -> frozenset[str]:
    return frozenset(match.key[0] for match in matches)  # type: ignore[index]
