"""A term is inside ordinary words.

Letters of the Latin alphabet run on: without a boundary `eth` is found in `method` and `together`. Chinese is
written without spaces, so a short term is found inside longer words: 以太 in 以太网. Where the term alone makes a
rule fire, or has no boundary, this is a warning; where something else must stand beside it, a note. The words are
counted in the dictionaries that ship with Lictor; the shown ones are the commonest. Give a Latin term its boundary
back, list the words under `allow`, or write a longer term.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, counted, listed
from lictor.author.lint.study import Study
from lictor.author.lint.terms import Entry
from lictor.text.dictionary import everydayness, words_around

CODE = "L001"
LEVEL = "warning"

RARE = 0.001
"""In fewer texts than this share a term is rare: one in a thousand."""

SINGLY = 5
"""So many notes are told one by one, more of them as one."""

_ALLOW = "list the words under the term's `allow`, or write a longer term"


def find(study: Study) -> Iterator[Fault]:
    """Each term that everyday words hold and nothing keeps apart from them."""
    looked_at = [entry for entry in study.terms.entries if _is_open(study, entry)]
    around = words_around({entry.text for entry in looked_at})
    beside_others: list[tuple[Entry, Fault]] = []
    for entry in looked_at:
        words = [word for word in around.get(entry.text, ()) if not any(one.lower() in word for one in entry.allow)]
        if not words:
            continue
        language = "English" if entry.is_latin else "Chinese"
        message = f"`{entry.text}` is inside {counted(len(words), language + ' word')}: {listed(words)}"
        if entry.is_latin:
            yield Fault(entry.node.place, message, "add a boundary: `match: {boundary: auto}`")
        elif entry.number in study.alone:
            yield Fault(entry.node.place, message, _ALLOW)
        elif study.is_own(entry.node.file.name):
            beside_others.append((entry, Fault(entry.node.place, message, _ALLOW, level="note")))
    if len(beside_others) <= SINGLY:
        yield from (fault for _, fault in beside_others)
    else:
        number, names = len(beside_others), listed(entry.text for entry, _ in beside_others)
        message = f"{number} terms that start rules are inside ordinary words: {names}"
        yield Fault(study.place("lexicons"), message, _ALLOW, level="note")


def _is_open(study: Study, entry: Entry) -> bool:
    """Whether nothing keeps the term apart from the words it may stand in, and its match there would matter."""
    if entry.host or len(entry.text) < 2:
        return False
    if entry.is_latin:
        return entry.options.boundary == "none" and not entry.options.ticker
    return entry.is_han and (entry.number in study.alone or _is_rare_anchor(study, entry))


def _is_rare_anchor(study: Study, entry: Entry) -> bool:
    """Whether the term starts a rule and means little by itself: an ordinary word is ordinary inside others, too."""
    rare = everydayness(entry.text) < RARE
    return rare and entry.number in study.anchors and entry.strength != "weak"
