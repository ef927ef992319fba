"""A term holds another term of the same list.

Wherever the longer term stands, the shorter one is found, too, so the longer one decides nothing. Either the
shorter one is wider than was meant (and `allow` should name where it is innocent), or the longer one can go. Only
lists whose terms make a rule fire by themselves are looked at: in other lists a longer form may be there to be
named as evidence.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L002"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each term that is found only where another of its list is found."""
    entries = study.terms.entries
    for entry in entries:
        if entry.number not in study.alone:
            continue
        held = (entries[number] for number in sorted(study.terms.inside.get(entry.number, ())))
        for other in held:
            if (
                (other.lexicon, other.strength) == (entry.lexicon, entry.strength)
                and other.name != entry.name
                and set(study.alone[entry.number]) <= set(study.alone.get(other.number, ()))
                and len(other.text) < len(entry.text)
            ):
                message = f"`{entry.text}` is found only where `{other.text}` is"
                hint = f"leave it out, or say under `allow` where `{other.text}` is innocent"
                related = ((other.node.place, "the shorter one"),)
                yield Fault(entry.node.place, message, hint, related=related)
                break
