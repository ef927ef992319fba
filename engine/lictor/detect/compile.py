"""A policy compiled for detection: one matcher for what may start a rule, one for everything, and the rules by start.

Most text holds nothing of interest, so a rule names the rarest set of terms without which it cannot be true (its
*anchors*), and only items that hold an anchor are looked at further. A rule without anchors (it reads signals alone,
or a detector alone) makes every item worth a look; `unanchored` names such rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lictor.detect.conditions import Judge
from lictor.match import Matcher, MatchOptions, Term
from lictor.policy import Policy
from lictor.policy.models import Condition, Lexicon, MatchSettings, Rule
from lictor.policy.names import DETECTORS
from lictor.policy.spellings import spellings
from lictor.text.frequency import frequency

__all__ = ["CompiledPolicy", "compile_policy"]

Anchors = frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy ready to judge. Immutable, and safe to share between threads."""

    policy: Policy
    anchors: Matcher
    terms: Matcher
    judge: Judge
    rules: tuple[Rule, ...]
    by_anchor: Mapping[str, tuple[int, ...]]
    unanchored: tuple[int, ...]

    def started(self, lexicons: Iterable[str]) -> list[Rule]:
        """The rules that may be true where these lexicons matched, in the policy's order."""
        numbers = set(self.unanchored)
        for lexicon in lexicons:
            numbers.update(self.by_anchor.get(lexicon, ()))
        return [self.rules[number] for number in sorted(numbers)]


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
    inline = {id(node): f"~{number}" for number, node in enumerate(_walk(roots)) if node.operator == "terms"}
    terms = [term for name, lexicon in document.lexicons.items() for term in _lexicon_terms(name, lexicon)]
    terms += [
        term for node in _walk(roots) if node.operator == "terms" for term in _inline_terms(inline[id(node)], node)
    ]

    by_lexicon: dict[str, list[Term]] = {}
    for term in terms:
        by_lexicon.setdefault(term.key[0], []).append(term)  # type: ignore[index]
    costs = {name: sum(map(_frequency, some)) for name, some in by_lexicon.items()}
    finder = _AnchorFinder(document.conditions, inline, costs)
    by_anchor: dict[str, list[int]] = {}
    unanchored = []
    for number, rule in enumerate(rules):
        anchors = finder.anchors(rule.when)
        if anchors is None:
            unanchored.append(number)
        for name in anchors or ():
            by_anchor.setdefault(name, []).append(number)
    return CompiledPolicy(
        policy=policy,
        anchors=Matcher([term for name in by_anchor for term in by_lexicon.get(name, ())]),
        terms=Matcher(terms),
        judge=Judge(document.conditions, inline),
        rules=rules,
        by_anchor={name: tuple(numbers) for name, numbers in by_anchor.items()},
        unanchored=tuple(unanchored),
    )


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
    for entry in lexicon.terms:
        options = _options(lexicon.match, entry.match)
        allow = tuple(text for phrase in (*lexicon.allow, *entry.allow) for text in spellings(phrase))
        for written in (entry.term, *entry.variants):
            for text in spellings(written):
                yield Term(
                    text,
                    name=text if written == entry.term else entry.term,
                    key=(name, name, entry.strength),
                    options=options,
                    allow=allow,
                    host=lexicon.kind == "host",
                )


def _inline_terms(key: str, node: Condition) -> Iterable[Term]:
    assert node.terms is not None
    options = _options(node.match)
    return [Term(text, key=(key, "", "context"), options=options) for term in node.terms for text in spellings(term)]


def _frequency(term: Term) -> float:
    """How often the term stands in ordinary text; a ticker counts in capitals only, which is far rarer."""
    return frequency(term.text) / (100 if term.options.ticker else 1)


class _AnchorFinder:
    def __init__(self, named: Mapping[str, Condition], inline: Mapping[int, str], costs: Mapping[str, float]) -> None:
        self._named = named
        self._inline = inline
        self._costs = costs

    def anchors(self, node: Condition) -> Anchors | None:
        """Lexicons one of which must match for the condition to hold; None where it can hold without any."""
        match node.operator:
            case "use" if (named := self._named.get(node.use or "")) is not None:
                return self.anchors(named)
            case "use" if node.use in DETECTORS:
                return None
            case "use" | "lexicon":
                return frozenset({node.use or node.lexicon or ""})
            case "terms":
                return frozenset({self._inline[id(node)]})
            case "any" | "mechanism":
                return self._every(node.any_ or node.of or ())
            case "all" | "near":
                return self._best(node.all_ or node.near or ())
            case "at_least":
                # With n of m needed, one of any m - n + 1 must hold.
                assert node.of is not None
                assert node.at_least is not None
                kinds = [self.anchors(below) for below in node.of]
                kinds.sort(key=lambda a: float("inf") if a is None else self._cost(a))
                return _union(kinds[: len(kinds) - node.at_least + 1])
            case "count" | "distinct" | "same_field":
                return self._best(node.children())
            case _:
                return None

    def _every(self, nodes: Iterable[Condition]) -> Anchors | None:
        return _union([self.anchors(node) for node in nodes])

    def _best(self, nodes: Iterable[Condition]) -> Anchors | None:
        return min((a for a in map(self.anchors, nodes) if a is not None), key=self._cost, default=None)

    def _cost(self, anchors: Anchors) -> float:
        return sum(self._costs.get(name, 0.0) for name in anchors)


def _union(kinds: list[Anchors | None]) -> Anchors | None:
    if not kinds or any(kind is None for kind in kinds):
        return None
    return frozenset().union(*(kind for kind in kinds if kind is not None))
