"""What each rule and each term contributes: what would be decided without it.

A rule is left out of what was found and the decision made again: rules do not see one another, so this is what the
policy without the rule decides. A term is left out of the matches of a text and the text judged again, in each row in
which it stands and something was found, be it excused: this is what the policy without the term decides of them. Rows
in which nothing was found are not asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

import orjson

from lictor.decide import Decision, Judgement, decide, judge
from lictor.detect import CompiledPolicy, Detection
from lictor.facts import Content
from lictor.ledger.replay import content_of
from lictor.match import Match
from lictor.policy.actions import strength
from lictor.policy.models import Condition, PolicyDocument, Rule
from lictor.simulate.labels import Truth
from lictor.simulate.verdicts import acting

__all__ = ["MOST_TERMS", "Contributions", "Without", "contributions"]

MOST_TERMS = 100
"""Different terms of one row that are left out one by one; the terms of a row with more are not, which is counted."""

_REMEMBERED = 4096
_WRITTEN = ""  # stands for the lexicons made of terms that are written in conditions

Became = Literal["freed", "weaker", "same", "stronger", "hit"]
Part = tuple[Literal["rule", "term"], str, str]  # of a term, its lexicon and itself; of a rule, "" and itself


@dataclass(frozen=True, slots=True)
class Without:
    """What a row becomes where one part of the policy is left out."""

    part: Part
    became: Became


class Contributions:
    """Counts of what became of rows without each part, by what the rows are."""

    def __init__(self) -> None:
        self.counts: dict[Part, Counter[tuple[Became, bool | None]]] = {}
        self.passed_over = 0

    def add(self, parts: Sequence[Without] | None, truth: Truth | None) -> None:
        """Counts a row; None where it held too many terms to ask."""
        if parts is None:
            self.passed_over += 1
            return
        for one in parts:
            self.counts.setdefault(one.part, Counter())[one.became, None if truth is None else truth.violates] += 1

    def merge(self, other: Contributions) -> None:
        """Adds the other's counts."""
        self.passed_over += other.passed_over
        for part, counts in other.counts.items():
            self.counts.setdefault(part, Counter()).update(counts)


def contributions(found: Contributions) -> dict[str, Any]:
    """The counts as JSON values: for rules and for terms, those first without which most is freed."""
    return {
        "rules": [{"rule": name, **counts} for (kind, _, name), counts in _ranked(found) if kind == "rule"],
        "terms": [
            {"term": name, "lexicon": lexicon, **counts}
            for (kind, lexicon, name), counts in _ranked(found)
            if kind == "term"
        ],
        "rows_passed_over": found.passed_over,
    }


def _ranked(found: Contributions) -> Iterator[tuple[Part, dict[str, Any]]]:
    def plain(counts: Counter[tuple[Became, bool | None]]) -> dict[str, Any]:
        return {
            "rows": counts.total(),
            **{
                became: {
                    "rows": sum(counts[became, truth] for truth in (True, False, None)),
                    "violations": counts[became, True],
                    "innocent": counts[became, False],
                }
                for became in ("freed", "weaker", "stronger", "hit")
            },
        }

    all_of = [(part, plain(counts)) for part, counts in found.counts.items()]
    yield from sorted(all_of, key=lambda one: (-one[1]["freed"]["rows"], -one[1]["rows"], one[0]))


class Dissector:
    """Asks what a policy would decide of rows without each of its parts that had a hand in it."""

    def __init__(self, compiled: CompiledPolicy, as_of: datetime | None, engine: str) -> None:
        self._compiled, self._as_of, self._engine = compiled, as_of, engine
        self._known: dict[bytes, tuple[Without, ...] | None] = {}
        self._narrow: dict[frozenset[str], CompiledPolicy] = {}
        self._rests_on = {rule.id: _lexicons(rule, compiled.policy.document) for rule in compiled.rules}
        named = compiled.policy.document.conditions
        self._held_by = {
            rule.id: frozenset(name for name, denied in _words(rule.when, named) if denied) for rule in compiled.rules
        }

    def ask(self, decision: Decision, judged: bytes) -> tuple[Without, ...] | None:
        """What becomes of the row without each part; None where it holds too many terms."""
        said = orjson.loads(judged)
        # Who wrote it changes nothing in a first decision: many rows read the same.
        key = orjson.dumps(said | {"account": None})
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._dissect(decision, content_of(said, item=None))
        return self._known[key]

    def _dissect(self, decision: Decision, content: Content) -> tuple[Without, ...] | None:
        compiled = self._compiled
        matches = {
            field: [*compiled.anchors.find(text, overlap="all"), *compiled.others.find(text, overlap="all")]
            for field, text in content.fields.items()
        }
        terms: dict[tuple[str, str], set[str]] = {}
        for match in (match for some in matches.values() for match in some):
            terms.setdefault(_name(match), set()).add(_lexicon(match))
        if len(terms) > MOST_TERMS:
            return None
        judgement = judge(compiled, content, matches)
        parts: list[Without] = []
        for rule in dict.fromkeys(one.rule for one in acting(decision)):
            kept = tuple(one for one in judgement.detection.violations if one.rule.id != rule)
            part: Part = ("rule", "", rule)
            parts.append(self._became(part, decision, replace(judgement, detection=Detection(kept, ()))))
        whole = _deciding(judgement)
        fired = frozenset(name for name, _, _ in whole)
        for (lexicon, term), lexicons in terms.items():
            part = ("term", lexicon, term)
            held = frozenset(name for name, some in self._held_by.items() if not some.isdisjoint(lexicons))
            if not held and all(self._rests_on[name].isdisjoint(lexicons) for name in fired):
                parts.append(Without(part, "same"))
                continue
            less = {field: [one for one in some if _name(one) != (lexicon, term)] for field, some in matches.items()}
            without = judge(self._narrowed(fired | held), content, less)
            same = _deciding(without) == whole
            parts.append(Without(part, "same") if same else self._became(part, decision, without))
        return tuple(parts)

    def _narrowed(self, rules: frozenset[str]) -> CompiledPolicy:
        """The policy with no more than these rules, to be asked of texts whose matches are known."""
        if rules not in self._narrow:
            whole = self._compiled
            kept = [n for n, rule in enumerate(whole.rules) if rule.id in rules]
            self._narrow[rules] = replace(
                whole,
                rules=tuple(whole.rules[n] for n in kept),
                needs=tuple(whole.needs[n] for n in kept),
                by_need={},
                unanchored=tuple(range(len(kept))),
            )
        return self._narrow[rules]

    def _became(self, part: Part, decision: Decision, without: Judgement) -> Without:
        action = decide(self._compiled.policy, without, as_of=self._as_of, engine=self._engine).action
        if (action == "none") != (decision.action == "none"):
            return Without(part, "freed" if action == "none" else "hit")
        difference = strength(action) - strength(decision.action)
        return Without(part, "weaker" if difference < 0 else "stronger" if difference > 0 else "same")


def _lexicons(rule: Rule, document: PolicyDocument) -> frozenset[str]:
    """The lexicons that the rule, its exemptions and what cancels those look at."""
    exemptions = [document.exemptions[name] for name in rule.unless]
    cancelling = [document.cancellers[name] for one in exemptions for name in one.cancelled_by]
    conditions = (rule.when, *(one.when for one in exemptions), *cancelling)
    return frozenset(name for one in conditions for name, _ in _words(one, document.conditions))


def _words(
    condition: Condition,
    named: Mapping[str, Condition],
    denied: bool = False,  # noqa: FBT001, FBT002
) -> Iterator[tuple[str, bool]]:
    """The lexicons a condition looks at, and whether it holds where they are missing; those written in it are one."""
    name = condition.use or condition.lexicon
    if condition.use is not None and condition.use in named:
        yield from _words(named[condition.use], named, denied)
    elif name is not None:
        yield name, denied
    elif condition.operator == "terms":
        yield _WRITTEN, denied
    for below in condition.children():
        yield from _words(below, named, denied or condition.operator == "not")


def _lexicon(match: Match) -> str:
    """The lexicon as `_words` calls it."""
    kind, source, _ = cast("tuple[str, str, str]", match.key)
    return kind if source else _WRITTEN


def _name(match: Match) -> tuple[str, str]:
    """The lexicon and the term; terms written in a condition have a lexicon without a name."""
    _, lexicon, _ = cast("tuple[str, str, str]", match.key)
    return lexicon, match.term


def _deciding(judgement: Judgement) -> list[tuple[str, str | None, str | None]]:
    """All of what was found that an action follows from: rules, their excuses, and the field each is shown in first."""
    return [
        (one.rule.id, one.exempted_by, one.evidence[0].field if one.evidence else None)
        for one in judgement.detection.violations
    ]
