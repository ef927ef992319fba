"""The rules at work: which of them an item breaks, what shows it, and what excuses it.

Nothing here depends on time: whether a rule was in force, and what follows, is decided later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lictor.detect.compile import CompiledPolicy
from lictor.detect.conditions import EVIDENCE_KEPT, Finding
from lictor.detect.item import Item, Known, Passage, Span
from lictor.match import Match
from lictor.policy.models import Rule

__all__ = ["Detection", "Violation", "detect", "detect_matches", "find_matches", "scope"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that fired, with the spans that show it, and the exemption that excuses it, if one does."""

    rule: Rule
    evidence: tuple[Span, ...]
    exempted_by: str | None
    truncated: bool


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything a policy's rules found in one item, and the signals without which it could not be sure."""

    violations: tuple[Violation, ...]
    missing: tuple[str, ...]


def detect(compiled: CompiledPolicy, known: Known) -> Detection:
    """The rules the item breaks. Its texts are searched for anchors first, and further only if one is there."""
    anchored = compiled.unanchored or any(compiled.anchors.find(text, overlap="all") for text in known.texts.values())
    if not anchored:
        return Detection((), ())
    matches = {name: tuple(compiled.terms.find(text, overlap="all")) for name, text in known.texts.items()}
    return detect_matches(compiled, known, matches)


def detect_matches(compiled: CompiledPolicy, known: Known, matches: Mapping[str, Sequence[Match]]) -> Detection:
    """The same, for an item whose matches of every term are known already, by field."""
    passages = {name: Passage(name, text, matches.get(name, ())) for name, text in known.texts.items()}
    item = Item(known, passages)
    lexicons = {lexicon for passage in passages.values() for lexicon in passage.lexicons}
    excused: dict[str, Finding] = {}
    violations: list[Violation] = []
    missing: set[str] = set()
    for rule in compiled.started(lexicons):
        view = item if rule.fields is None else item.within(rule.fields)
        if not view.passages:
            continue
        finding = compiled.judge.judge(rule.when, view)
        missing |= finding.missing
        if finding.truth is not True:
            continue
        for exemption in rule.unless:
            if exemption not in excused:
                excused[exemption] = _exemption(compiled, exemption, item)
                missing |= excused[exemption].missing
        exempted_by = next((name for name in rule.unless if excused[name].truth is True), None)
        cut = len(finding.spans) >= EVIDENCE_KEPT
        violations.append(Violation(rule, finding.spans[:EVIDENCE_KEPT], exempted_by, cut))
    return Detection(tuple(violations), tuple(sorted(missing)))


def find_matches(compiled: CompiledPolicy, columns: Mapping[str, pa.Array]) -> dict[int, dict[str, tuple[Match, ...]]]:
    """For whole columns: the rows worth a look, each with its matches by column. Clean rows cost no Python.

    A row without an anchor in any column is left out, unless the policy has rules without anchors.
    """
    rows = next(iter(columns.values()))
    if compiled.unanchored:
        worth = list(range(len(rows)))
    else:
        worth = sorted({row for column in columns.values() for row in compiled.anchors.find_column(column)})
    found: dict[int, dict[str, tuple[Match, ...]]] = {row: {} for row in worth}
    if worth:
        chosen = pa.array(worth, pa.int64())
        for name, column in columns.items():
            for at, matches in compiled.terms.find_column(column.take(chosen)).items():
                found[worth[at]][name] = matches
    return found


def scope(compiled: CompiledPolicy, known: Known) -> Finding:
    """Whether the policy binds the account at all; a policy that does not say binds everybody."""
    binds = compiled.policy.document.binds
    return Finding(True) if binds is None else compiled.judge.judge(binds.when, Item(known, {}))


def _exemption(compiled: CompiledPolicy, name: str, item: Item) -> Finding:
    exemption = compiled.policy.document.exemptions[name]
    finding = compiled.judge.judge(exemption.when, item)
    if finding.truth is not True:
        return finding
    named = compiled.policy.document.conditions
    cancelled = [compiled.judge.judge(named[canceller], item) for canceller in exemption.cancelled_by]
    if any(one.truth is True for one in cancelled):
        return Finding(False)
    missing = frozenset().union(*(one.missing for one in cancelled))
    return Finding(None if any(one.truth is None for one in cancelled) else True, finding.spans, missing)
