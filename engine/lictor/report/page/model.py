"""What a page says, apart from how it looks: sections of plots, tables, samples and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Block", "Cell", "Note", "Page", "Plot", "Sample", "Samples", "Section", "Span", "Table"]

Cell = str | int | float | None
"""What stands in a table: words, a number, or nothing."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of numbers. `about` is one sentence, what to see in it, and stands for it where it is not seen.

    `spec` is Vega-Lite with its rows in `data.values`; width, colours and fonts are the page's. `plots` writes the
    usual ones. The rows are also put beneath the picture as a table, so their keys are words for a reader.
    """

    title: str
    about: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; a column of numbers is set to the right, and any column can be sorted by."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a sample that was evidence: half-open code-point offsets, the term, how it was disguised."""

    start: int
    end: int
    term: str
    lexicon: str = ""
    mechanisms: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """A text for a person to read. `facets` are what the page filters by, and every sample of a list has the same."""

    text: str
    spans: Sequence[Span]
    facets: Mapping[str, str]
    notes: Sequence[str] = ()
    id: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Samples:
    """Texts to read, search and filter, in the order given until the reader sorts them."""

    title: str
    samples: Sequence[Sample]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph; what stands in backticks is code."""

    text: str


Block = Plot | Table | Samples | Note


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: Sequence[Block]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A report. `facts` say where it comes from: policies and digests, corpus, seed, instants, the command.

    `lang` is the language of the page's own words, `en` or `zh`.
    """

    title: str
    about: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    lang: str = "en"
