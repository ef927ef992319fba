"""A policy as the checks read it: its terms, its conditions as formulas, where each was written, what uses what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

from lictor.author.lint.formulas import Formulas
from lictor.author.lint.logic import And, Domain, Formula, In, Lit, Logic, Or, Range, Spans, Where, Words
from lictor.author.lint.terms import Entry, Terms, options_of
from lictor.errors import Place
from lictor.facts import FIELDS, SURFACES
from lictor.policy import Policy
from lictor.policy.models import Condition, Rule
from lictor.policy.source import Node, TextFile
from lictor.text.frequency import frequency

__all__ = ["Study"]

Values = frozenset[str | int | bool]


class Study:
    """One loaded policy under study. What several checks ask is worked out once. `now`: the instant it is read at."""

    def __init__(self, policy: Policy, now: datetime | None = None) -> None:
        self.now = now
        self.policy = policy
        self.document = policy.document
        self.nodes: dict[int, Node] = {}
        self._costs: dict[Spans, float] = {}
        self.terms = Terms()
        for name, condition in self.document.conditions.items():
            self._pair(condition, policy.node("conditions", name))
        for number, rule in enumerate(self.document.rules):
            self._pair(rule.when, policy.node("rules", number, "when"))
        for name, exemption in self.document.exemptions.items():
            self._pair(exemption.when, policy.node("exemptions", name, "when"))
        if self.document.binds is not None:
            self._pair(self.document.binds.when, policy.node("binds", "when"))
        for name in self.document.lexicons:
            self._read_lexicon(name)
        self.formulas = Formulas(self.document, self.terms)

    # --- places

    @cached_property
    def start(self) -> Place:
        """Where the policy begins."""
        node = self.policy.node()
        return node.place if node else Place("", 1, 1)

    def place(self, *path: str | int) -> Place:
        """Where that part was written, or the nearest part above it that was."""
        parts = list(path)
        while parts:
            found = self.policy.place(*parts)
            if found is not None:
                return found
            parts.pop()
        return self.start

    def spot(self, entry: Entry, rule: int) -> Place:
        """Where to show what a term does to a rule: at the term, or at the rule where the term was borrowed."""
        return entry.node.place if self.is_own(entry.node.file.name) else self.place("rules", rule, "when")

    def at(self, condition: Condition) -> Place:
        """Where the condition was written."""
        node = self.nodes.get(id(condition))
        return node.place if node else self.start

    @cached_property
    def files(self) -> Mapping[str, TextFile]:
        """The policy's own files, by the name they are shown by; a file that is read twice is there once."""
        return {file.name: file for file in self.policy.files}

    def is_own(self, file: str) -> bool:
        """Whether the file is one of the policy's own; what was borrowed lies elsewhere."""
        return file in self.files

    # --- rules

    @cached_property
    def active(self) -> list[tuple[int, Rule]]:
        """The rules that are judged, with their number: drafts are not."""
        return [(number, rule) for number, rule in enumerate(self.document.rules) if rule.status != "draft"]

    def fields(self, rule: Rule) -> frozenset[str]:
        """The fields that the rule looks at."""
        return frozenset(rule.fields or FIELDS)

    @cached_property
    def logic(self) -> Logic:
        """What can be true of an item under this policy."""
        values: dict[str, Values] = {"surface": frozenset(SURFACES)}
        if self.document.subjects:
            values["subject"] = frozenset(self.document.subjects)
        for name, spec in self.document.known_signals.items():
            if spec.type == "boolean":
                values[f"signal {name}"] = frozenset({True, False})
            elif spec.values:
                values[f"signal {name}"] = frozenset(spec.values)
        return Logic(Domain(values, frozenset(FIELDS)), self.terms.covered)

    @cached_property
    def alone(self) -> Mapping[int, list[int]]:
        """For each entry the numbers of the rules that its match alone can make fire, wherever in a text it stands."""
        found: dict[int, list[int]] = {}
        for number, rule in self.active:
            for entry in lonely(self.formulas.of(rule.when)):
                if isinstance(entry, int):
                    found.setdefault(entry, []).append(number)
        return found

    @cached_property
    def anchors(self) -> frozenset[int]:
        """The entries that start rules: for each rule the rarest set of terms without which it cannot fire."""
        found: set[int] = set()
        for _, rule in self.active:
            needs = self._needs(self.formulas.of(rule.when))
            found.update(one for one in min(needs, key=self._cost, default=()) if isinstance(one, int))
        return frozenset(found)

    def _needs(self, formula: Formula) -> list[Spans]:
        match formula:
            case And(parts):
                return [need for part in parts for need in self._needs(part)]
            case Or(choices):
                best = [min(self._needs(choice), key=self._cost, default=None) for choice in choices]
                return [frozenset().union(*(one for one in best if one))] if best and all(best) else []
            case Lit(Words(spans), True):
                return [spans] if all(isinstance(one, int) for one in spans) else []
            case _:
                return []

    def _cost(self, spans: Spans) -> float:
        if spans not in self._costs:
            texts = (self.terms.entries[one].text for one in spans if isinstance(one, int))
            self._costs[spans] = sum(map(frequency, texts))
        return self._costs[spans]

    @cached_property
    def excusing(self) -> Mapping[int, list[str]]:
        """For each entry the exemptions that its match alone can bring about."""
        found: dict[int, list[str]] = {}
        for name, exemption in self.document.exemptions.items():
            for entry in lonely(self.formulas.of(exemption.when)):
                if isinstance(entry, int):
                    found.setdefault(entry, []).append(name)
        return found

    def walk(self, condition: Condition) -> Iterator[Condition]:
        """The condition and all below it; named ones are not entered."""
        yield condition
        for below in condition.children():
            yield from self.walk(below)

    def roots(self) -> Iterator[tuple[str, Condition]]:
        """Every condition that stands on its own, with what it belongs to."""
        for rule in self.document.rules:
            yield f"rule `{rule.id}`", rule.when
        for name, condition in self.document.conditions.items():
            yield f"condition `{name}`", condition
        for name, exemption in self.document.exemptions.items():
            yield f"exemption `{name}`", exemption.when
        if self.document.binds is not None:
            yield "`binds`", self.document.binds.when

    # --- reading

    def _pair(self, condition: Condition, node: Node | None) -> None:
        """Remembers where the condition and all below it stand, and the terms written in it."""
        if node is None:
            return
        self.nodes[id(condition)] = node
        if condition.terms is not None and (listed := node.get("terms")) is not None:
            options = options_of(condition.match)
            made = self.terms.inline.setdefault(id(condition), [])
            for text, one in zip(condition.terms, listed.items or [listed], strict=True):
                made += self.terms.add([(text, one)], options=options)
        for key in ("not", "count", "distinct", "same_field", "any", "all", "of", "near"):
            value = node.get(key)
            below = getattr(condition, f"{key}_" if key in ("not", "any", "all") else key)
            if value is None or below is None:
                continue
            conditions = [below] if isinstance(below, Condition) else list(below)
            for inner, written in zip(conditions, value.items or [value], strict=True):
                self._pair(inner, written)

    def _read_lexicon(self, name: str) -> None:
        lexicon = self.document.lexicons[name]
        made: list[Entry] = self.terms.by_lexicon.setdefault(name, [])
        written = self.policy.node("lexicons", name, "terms")
        for term, node in zip(lexicon.terms, written.items if written else (), strict=True):
            variants = node.get("variants")
            spelled = [(term.term, node.get("term") or node)]
            spelled += zip(term.variants, variants.items if variants else (), strict=True)
            made += self.terms.add(
                spelled,
                lexicon=name,
                strength=term.strength,
                options=options_of(lexicon.match, term.match),
                allow=(*lexicon.allow, *term.allow),
                host=lexicon.kind == "host",
            )


def lonely(formula: Formula) -> Spans:
    """The spans one match of which, and nothing else in the text, can make the formula true."""
    named: set[int | str] = set()
    _collect(formula, named)
    if not named or _possible(formula, frozenset()):
        return frozenset()  # it holds without any
    groups = {one.atom.spans for one in _literals(formula) if isinstance(one.atom, Words)}
    found: set[int | str] = set()
    for spans in groups:
        left = spans - found
        if not left:
            continue
        # All of them at once first: mostly none is enough, and then none need be tried alone.
        if _possible(formula, left):
            found.update(one for one in left if _possible(formula, frozenset({one})))
    return frozenset(found)


def _possible(formula: Formula, found: Spans) -> bool:
    """Whether the formula can be true where only these are found, each once; what is known besides is left open."""
    match formula:
        case And(parts):
            return all(_possible(part, found) for part in parts)
        case Or(choices):
            return any(_possible(choice, found) for choice in choices)
        case Lit(Words(spans), positive):
            return spans.isdisjoint(found) != positive
        case Lit(In() | Range() | Where(), _):
            return True
        case Lit(_, positive):
            return not positive


def _literals(formula: Formula) -> Iterator[Lit]:
    match formula:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _literals(part)
        case Lit():
            yield formula


def _collect(formula: Formula, into: set[int | str]) -> None:
    for literal in _literals(formula):
        if isinstance(literal.atom, Words):
            into |= literal.atom.spans
