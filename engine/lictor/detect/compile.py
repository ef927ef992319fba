"""A policy compiled for detection: the terms that may start a rule, all other terms, and the rules by what they need.

Most text holds nothing of interest, so a rule names the rarest set of terms without which it cannot be true (its
*anchors*), and only items that hold an anchor are looked at further. A rule without anchors (it reads signals alone,
or a detector alone) makes every item worth a look; `unanchored` names such rules.

Of the other sets without which it cannot be true, each rule is filed under the one it shares with the fewest rules, so
that an item is judged by the few rules it may break, however many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lictor.detect.conditions import Ask, Chosen, Conditions, Finding
from lictor.detect.item import Key
from lictor.detect.needs import Needs
from lictor.detect.prospects import Prospects
from lictor.match import Matcher, MatchOptions, Term
from lictor.policy import Policy
from lictor.policy.models import Condition, Lexicon, MatchSettings, Rule
from lictor.policy.spellings import spellings
from lictor.text.frequency import frequency

__all__ = ["CompiledPolicy", "Started", "compile_policy"]

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Started:
    """A rule ready to be asked of items, and those of its exemptions that may hold of one, by name."""

    rule: Rule
    fields: frozenset[str] | None
    ask: Ask
    excuses: Chosen[list[tuple[str, Ask]]]


@dataclass(frozen=True)
class CompiledPolicy:
    """A policy ready to judge. Immutable, and safe to share between threads.

    `anchors` finds the terms that may start a rule, `others` the rest; `terms` are both, the anchors first.
    """

    policy: Policy
    terms: tuple[Term, ...]
    anchors: Matcher
    conditions: Conditions
    rules: tuple[Rule, ...]
    needs: tuple[tuple[frozenset[str], ...], ...]
    by_need: Mapping[str, tuple[int, ...]]
    by_anchors: Prospects
    by_terms: Prospects
    unanchored: tuple[int, ...]

    @cached_property
    def others(self) -> Matcher:
        """The matcher of every term that is no anchor, built on first need: most texts hold no anchor."""
        return Matcher(self.terms[len(self.anchors.terms) :])

    def started(self, lexicons: frozenset[str]) -> Sequence[Started]:
        """The rules that may be true where these lexicons matched, in the policy's order."""
        known = self._started.get(lexicons)
        if known is None:
            if len(self._started) >= _REMEMBERED:
                self._started.clear()
            numbers = set(self.unanchored)
            for name in lexicons:
                numbers.update(self.by_need.get(name, ()))
            known = self._started[lexicons] = tuple(
                self._rule(n) for n in sorted(numbers) if not any(map(lexicons.isdisjoint, self.needs[n]))
            )
        return known

    @cached_property
    def scopes(self) -> dict[Hashable, Finding]:
        """Whether the policy binds accounts of whom so much is known, of those that were met."""
        return {}

    @cached_property
    def _started(self) -> dict[frozenset[str], tuple[Started, ...]]:
        """The rules started, for sets of lexicons that were met."""
        return {}

    @cached_property
    def _ready(self) -> dict[int, Started]:
        """The rules that were started once, by number."""
        return {}

    @cached_property
    def _excuses(self) -> dict[str, tuple[tuple[int, ...], tuple[str, Ask]]]:
        """The exemptions that were asked for once, with what an item needs for each to hold."""
        return {}

    def _rule(self, number: int) -> Started:
        known = self._ready.get(number)
        if known is None:
            rule = self.rules[number]
            known = self._ready[number] = Started(
                rule=rule,
                fields=None if rule.fields is None else frozenset(rule.fields),
                ask=self.conditions.ask(rule.when),
                excuses=Chosen.of([self._excuse(name) for name in rule.unless]),
            )
        return known

    def _excuse(self, name: str) -> tuple[tuple[int, ...], tuple[str, Ask]]:
        known = self._excuses.get(name)
        if known is None:
            document = self.policy.document
            exemption = document.exemptions[name]
            cancellers = [document.cancellers[one] for one in exemption.cancelled_by]
            known = self._excuses[name] = (
                self.conditions.guards(exemption.when),
                (name, self.conditions.unless(exemption.when, cancellers)),
            )
        return known


def compile_policy(policy: Policy) -> CompiledPolicy:
    """The policy compiled. Drafts are left out: they are checked for mistakes and nothing more."""
    document = policy.document
    rules = tuple(rule for rule in document.rules if rule.status != "draft")
    roots = [
        *document.conditions.values(),
        *(rule.when for rule in rules),
        *(exemption.when for exemption in document.exemptions.values()),
        *([document.binds.when] if document.binds else []),
    ]
    written = [node for node in _walk(roots) if node.operator == "terms"]
    inline = {id(node): f"~{number}" for number, node in enumerate(written)}
    by_lexicon = {name: list(_lexicon_terms(name, lexicon)) for name, lexicon in document.lexicons.items()}
    by_lexicon |= {inline[id(node)]: _inline_terms(inline[id(node)], node) for node in written}

    by_key: dict[Key, float] = {}
    costs = dict.fromkeys(by_lexicon, 0.0)
    for name, some in by_lexicon.items():
        for term in some:
            often = _frequency(term)
            costs[name] += often
            key: Key = term.key  # type: ignore[assignment]
            by_key[key] = by_key.get(key, 0.0) + often
    finder = Needs(document.conditions, inline, costs, lambda name, _: frozenset({name}))
    needs = [finder.of(rule.when) for rule in rules]
    anchors: dict[str, list[int]] = {}
    for number, sets in enumerate(needs):
        for name in finder.best(sets) or ():
            anchors.setdefault(name, []).append(number)
    first = [term for name in anchors for term in by_lexicon.get(name, ())]
    rest = [term for name, some in by_lexicon.items() if name not in anchors for term in some]
    keys: dict[str, list[Key]] = {name: [] for name in by_lexicon}
    for key in by_key:
        keys[key[0]].append(key)
    by_need = _filed(needs, costs)
    unanchored = tuple(number for number, sets in enumerate(needs) if not sets)
    return CompiledPolicy(
        policy=policy,
        terms=(*first, *rest),
        anchors=Matcher(first),
        conditions=Conditions(document.conditions, inline, by_key),
        rules=rules,
        needs=tuple(needs),
        by_need=by_need,
        by_anchors=Prospects(
            rules, anchors, (), keys={name: keys[name] for name in anchors}, named=document.conditions, inline=inline
        ),
        by_terms=Prospects(rules, by_need, unanchored, keys=keys, named=document.conditions, inline=inline),
        unanchored=unanchored,
    )


def _filed(needs: Iterable[tuple[frozenset[str], ...]], costs: Mapping[str, float]) -> Mapping[str, tuple[int, ...]]:
    """The rules by the lexicons of the set that they share with the fewest others, the rarest of equals."""
    needs = list(needs)
    sharing = Counter(name for sets in needs for need in sets for name in need)
    filed: dict[str, list[int]] = {}
    for number, sets in enumerate(needs):
        if sets:
            chosen = min(sets, key=lambda need: (sum(sharing[n] for n in need), sum(costs.get(n, 0.0) for n in need)))
            for name in chosen:
                filed.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in filed.items()}


def _walk(roots: Iterable[Condition]) -> Iterable[Condition]:
    for node in roots:
        yield node
        yield from _walk(node.children())


def _options(*settings: MatchSettings) -> MatchOptions:
    given: dict[str, Any] = {}
    for setting in settings:
        given |= setting.given()
    return MatchOptions(**given)


def _lexicon_terms(name: str, lexicon: Lexicon) -> Iterable[Term]:
    common, allowed = _options(lexicon.match), tuple(_spelled(lexicon.allow))
    for entry in lexicon.terms:
        options = _options(lexicon.match, entry.match) if entry.match.model_fields_set else common
        allow = (*allowed, *_spelled(entry.allow))
        key = (name, name, entry.strength)
        for written in (entry.term, *entry.variants):
            for text in spellings(written):
                yield Term(
                    text,
                    name=text if written == entry.term else entry.term,
                    key=key,
                    options=options,
                    allow=allow,
                    host=lexicon.kind == "host",
                )


def _inline_terms(key: str, node: Condition) -> list[Term]:
    options = _options(node.match)
    return [Term(text, key=(key, "", "context"), options=options) for text in _spelled(node.terms or ())]


def _spelled(terms: Iterable[str]) -> Iterable[str]:
    return (text for term in terms for text in spellings(term))


def _frequency(term: Term) -> float:
    """How often the term stands in ordinary text; a ticker counts in capitals only, which is far rarer."""
    return frequency(term.text) / (100 if term.options.ticker else 1)
