"""The `allow` phrases of a policy, each with what it does to the terms it stands beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lictor.author.lint.study import Study
from lictor.author.lint.terms import Entry
from lictor.match import Matcher
from lictor.match.terms import MatchOptions, Term
from lictor.policy.source import Node
from lictor.policy.spellings import spellings

__all__ = ["Phrase", "phrases"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase: where it stands and in which list, whose it is, whether it holds a term, and the terms it undoes."""

    text: str
    node: Node
    list: Node
    whose: str
    applies: bool
    cancels: tuple[Entry, ...]


def phrases(study: Study) -> Iterator[Phrase]:
    """Every phrase of the policy's own lexicons."""
    for name in study.document.lexicons:
        written = study.policy.node("lexicons", name, "allow")
        if written is not None and written.items and study.is_own(written.file.name):
            of_lexicon = study.terms.by_lexicon[name]
            yield from _judged(written, of_lexicon, f"term of lexicon `{name}`")
        listed = study.policy.node("lexicons", name, "terms")
        for term in listed.items if listed else ():
            allow = term.get("allow")
            if allow is not None and allow.items and study.is_own(allow.file.name):
                variants = term.get("variants")
                own = {id(term.get("term")), *map(id, variants.items if variants else ())}
                some = [entry for entry in study.terms.by_lexicon[name] if id(entry.node) in own]
                yield from _judged(allow, some, f"`{some[0].text}`" if some else "term")


def _judged(written: Node, entries: Sequence[Entry], whose: str) -> Iterator[Phrase]:
    for node in written.items:
        texts = list(spellings(str(node.value)))
        plain = {_plain(text) for text in texts}
        cancels = tuple(entry for entry in entries if _plain(entry.text) in plain)
        applies = any(entry.text in text for text in texts for entry in entries) or _found(entries, texts)
        yield Phrase(str(node.value), node, written, whose, applies, cancels)


def _found(entries: Sequence[Entry], texts: Sequence[str]) -> bool:
    """Whether the matcher finds one of the terms in one of the texts, in any form the term is matched in."""
    matcher = Matcher([Term(entry.text, options=_wide(entry), host=entry.host) for entry in entries])
    return any(matcher.find(text) for text in texts)


def _wide(entry: Entry) -> MatchOptions:
    """The term's options without boundaries: the phrase may go on where it ends."""
    return replace(entry.options, boundary="none", ticker=False)


def _plain(text: str) -> str:
    return text.casefold().replace(" ", "")
