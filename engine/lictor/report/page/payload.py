"""Samples as the page's script reads them: JSON in which nothing can end the element it stands in."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from lictor.decide.words import LANGUAGES
from lictor.report.page.model import Sample, Samples, Span
from lictor.report.page.words import WORDS

__all__ = ["as_script", "packed"]

_LONGEST = 4000  # characters of a sample; a text of a megabyte is not read in a page
_BEFORE = 1000  # of them before the first evidence


class _Known:
    """Values that come often, each kept once and meant by its number; `size` is what they take as JSON."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.size = 0
        self._numbers: dict[Hashable, int] = {}

    def number(self, key: Hashable, value: object) -> int:
        """The number of the value, which is kept under its key when it is new."""
        known = self._numbers.setdefault(key, len(self.values))
        if known == len(self.values):
            self.values.append(value)
            self.size += _size(value)
        return known


def packed(samples: Samples, *, lang: str, room: int) -> dict[str, Any]:
    """The samples for the script: as many, from the first on, as `room` bytes hold.

    `facets` are columns with their values, `whats` what was found: term, lexicon and disguises in words. A row is id,
    text, spans (start, end, number of a what), the number of a value for each facet, notes and score.
    """
    names = list(dict.fromkeys(name for sample in samples.samples for name in sample.facets))
    facets, whats = [_Known() for _ in names], _Known()
    rows: list[list[object]] = []
    taken = 0
    for sample in samples.samples:
        row = _row(sample, dict(zip(names, facets, strict=True)), whats, lang)
        taken += _size(row)
        if taken + whats.size + sum(known.size for known in facets) > room:
            break
        rows.append(row)
    return {
        "facets": [{"name": name, "values": known.values} for name, known in zip(names, facets, strict=True)],
        "whats": whats.values,
        "rows": rows,
    }


def as_script(value: object) -> str:
    """JSON for a `<script>`: no `<`, no character that could hide or turn what a reader of the file sees."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub(
        r"[<>&\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]",
        lambda found: f"\\u{ord(found[0]):04x}",
        text,
    )


def _size(value: object) -> int:
    return len(as_script(value).encode()) + 1  # and the comma after it


def _row(sample: Sample, facets: Mapping[str, _Known], whats: _Known, lang: str) -> list[object]:
    text, spans, notes = _shortened(sample, lang)
    chosen = [_plain(sample.facets.get(name, "")) for name in facets]
    return [
        _plain(sample.id),
        _plain(text),
        [[span.start, span.end, _what(span, whats, lang)] for span in spans],
        [known.number(value, value) for known, value in zip(facets.values(), chosen, strict=True)],
        [_plain(note) for note in notes],
        sample.score,
    ]


def _what(span: Span, whats: _Known, lang: str) -> int:
    mechanisms = [LANGUAGES[lang].mechanism.get(one, _plain(one)) for one in span.mechanisms]
    key = (span.term, span.lexicon, *mechanisms)
    return whats.number(key, [_plain(span.term), _plain(span.lexicon), mechanisms])


def _shortened(sample: Sample, lang: str) -> tuple[str, Sequence[Span], Sequence[str]]:
    """The sample's text round its first evidence where it is long, what of the evidence is in it, and its notes."""
    length = len(sample.text)
    if length <= _LONGEST:
        return sample.text, sample.spans, sample.notes
    first = max(0, min((span.start for span in sample.spans), default=0) - _BEFORE)
    first = min(first, length - _LONGEST)
    last = first + _LONGEST
    spans = [
        Span(span.start - first, span.end - first, span.term, span.lexicon, span.mechanisms)
        for span in sample.spans
        if span.start >= first and span.end <= last
    ]
    cut = WORDS[lang]["text_cut"].format(shown=f"{_LONGEST:,}", all=f"{length:,}")
    return sample.text[first:last], spans, [*sample.notes, cut]


def _plain(text: str) -> str:
    """The text as a file can hold it: half a surrogate pair, which no encoding has, is a replacement character."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)
