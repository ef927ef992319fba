"""A short term is matched by sound.

Mandarin has some 400 syllables without tones, so words of two syllables sound alike by the dozen: 火币 is said like
货币. An everyday word itself is never matched by sound, but its parts beside other characters are. Initials
(`sound: initials`) of two or three letters are shared by thousands of words. Leave `sound` to terms of three
syllables or more.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, counted, listed
from lictor.author.lint.study import Study
from lictor.text.dictionary import words_that_sound_like

CODE = "L003"
LEVEL = "warning"

_HINT = "leave `sound` out for this term: `match: {sound: none}`, or write a longer one"


def find(study: Study) -> Iterator[Fault]:
    """Each term too short for the sound it is matched by."""
    for entry in study.terms.entries:
        sound = entry.options.sound
        if sound == "none" or not entry.is_han:
            continue
        alike = words_that_sound_like(entry.text)
        if len(entry.text) == 1:
            message = f"`{entry.text}` is one syllable and matched by sound: every character said so is one of it"
        elif sound == "initials" and len(entry.text) <= 3:
            message = f"`{entry.text}` is matched by {len(entry.text)} initials, which thousands of words share"
        elif alike:
            message = f"`{entry.text}` sounds like {counted(len(alike), 'everyday word')}: {listed(alike)}"
        elif len(entry.text) == 2:
            message = f"`{entry.text}` has two syllables and is matched by sound: parts of other words sound the same"
        else:
            continue
        yield Fault(entry.node.place, message, _HINT)
