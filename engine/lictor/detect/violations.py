"""The rules at work: which of them an item breaks, what shows it, and what excuses it.

Nothing here depends on time: whether a rule was in force, and what follows, is decided later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from lictor.detect.compile import CompiledPolicy
from lictor.detect.conditions import EVIDENCE_KEPT, Finding
from lictor.detect.item import Item, Key, Known, Passage, Span
from lictor.match import Match, keys_of
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
_REMEMBERED = 4096


def detect(compiled: CompiledPolicy, known: Known) -> Detection:
    """The rules the item breaks. Its texts are searched for anchors first, and further only if one is there."""
    anchors = {name: compiled.anchors.find(text, overlap="all") for name, text in known.texts.items()}
    if not compiled.unanchored:
        found = {name: keys_of(some) for name, some in anchors.items() if some}
        if not (found and compiled.by_anchors.any(found)):
            return _NOTHING
    matches = {name: [*anchors[name], *compiled.others.find(text, overlap="all")] for name, text in known.texts.items()}
    if not compiled.by_terms.any({name: keys_of(some) for name, some in matches.items() if some}):
        return _NOTHING
    return detect_matches(compiled, known, matches)


def detect_matches(compiled: CompiledPolicy, known: Known, matches: Mapping[str, Sequence[Match]]) -> Detection:
    """The same, for an item whose matches of every term are known already, by field."""
    passages = {name: Passage(name, text, matches.get(name, ())) for name, text in known.texts.items()}
    item = Item(known, passages, compiled.conditions)
    violations: list[Violation] = []
    missing: set[str] = set()
    for started in compiled.started(item.lexicons):
        view = item
        if started.fields is not None and not passages.keys() <= started.fields:
            if started.fields.isdisjoint(passages):
                continue
            view = item.within(started.fields)
        came = started.ask(view)
        if came is False:
            continue
        if isinstance(came, frozenset):
            missing |= came
            continue
        exempted_by = None
        for name, ask in started.excuses[item.bits & started.excuses.mask]:
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
    """For whole columns: the rows that may break a rule, each with its matches by column. Others cost no `Match`.

    A row without an anchor that may start a rule is searched no further, unless the policy has rules without anchors;
    one that holds too little else for any rule is left out. `field_of` says which field the text of a column is in.
    """
    anchors = {name: find(compiled, "anchors", name, column, None) for name, column in columns.items()}
    by_row = _keys_by_row(anchors, field_of)
    if compiled.unanchored:
        worth = list(range(len(next(iter(columns.values())))))
    else:
        worth = sorted(row for row, keys in by_row.items() if compiled.by_anchors.any(keys))
    if not worth:
        return {}
    others = {name: find(compiled, "others", name, column, worth) for name, column in columns.items()}
    for row, fields in _keys_by_row(others, field_of).items():
        known = by_row.setdefault(row, {})
        for field, keys in fields.items():
            known[field] = known.get(field, frozenset()) | keys
    found: dict[int, dict[str, tuple[Match, ...]]] = {}
    for row in worth:
        if compiled.by_terms.any(by_row.get(row, {})):
            both = {name: (*anchors[name].get(row, ()), *others[name].get(row, ())) for name in columns}
            found[row] = {name: matches for name, matches in both.items() if matches}
    return found


def _keys_by_row(
    found: Mapping[str, Mapping[int, Sequence[Match]]], field_of: Callable[[str, int], str]
) -> dict[int, dict[str, frozenset[Key]]]:
    """The keys of what was found by column, by row and field."""
    by_row: dict[int, dict[str, frozenset[Key]]] = {}
    for name, rows in found.items():
        for row, matches in rows.items():
            by_row.setdefault(row, {})[field_of(name, row)] = keys_of(matches)
    return by_row


def scope(compiled: CompiledPolicy, known: Known) -> Finding:
    """Whether the policy binds the account at all; a policy that does not say binds everybody."""
    binds = compiled.policy.document.binds
    if binds is None:
        return Finding(True)
    # No text can tell, and most accounts are known by the same few values.
    asked = known.subject, known.surface, *known.signals.items()
    said = compiled.scopes.get(asked)
    if said is None:
        if len(compiled.scopes) >= _REMEMBERED:
            compiled.scopes.clear()
        said = compiled.conditions.judge(binds.when, Item(known, {}, compiled.conditions))
        compiled.scopes[asked] = said
    return said
