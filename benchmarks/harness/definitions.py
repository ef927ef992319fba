"""Cases from TOML: text, terms, options, engines and the expected answer, with a paragraph of analysis a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Case", "Group", "TermSpec", "TextSpec", "load_groups", "pin"]

FOLDER = Path(__file__).parent.parent / "definitions"


@dataclass(frozen=True, slots=True)
class TextSpec:
    """Which text: a corpus, cut to so many characters, its rows as they are or cut, a share of them planted.

    `rows` is whole, short (10 to 40 characters), hundred, long (10,000 and more) or one. The whole is repeated `times`.
    """

    corpus: str
    characters: int
    rows: str = "whole"
    planted: float = 0.0
    disguised: bool = True
    times: int = 1


@dataclass(frozen=True, slots=True)
class TermSpec:
    """Which terms: a kind, how many, by which seed."""

    kind: str
    count: int
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Case:
    """One benchmark. `answers` holds rows and matches by fold (`raw`, `fold`, ...) and for `lictor`.

    `options` are match options where the measure is `column` or `call`, else what the measure itself takes.
    """

    name: str
    text: TextSpec
    terms: TermSpec
    engines: tuple[str, ...] = ("lictor",)
    options: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A file of cases that are measured alike and read together."""

    name: str
    title: str
    measure: str
    analysis: str
    cases: tuple[Case, ...]


def load_groups(folder: Path = FOLDER) -> list[Group]:
    """The groups in the order of their file names; an unknown key is an error."""
    return [_group(path) for path in sorted(folder.glob("*.toml"))]


def pin(answers: Mapping[str, Mapping[str, tuple[int, int]]], folder: Path = FOLDER) -> None:
    """Writes the answers of cases, by name, into their files."""
    for path in folder.glob("*.toml"):
        text = path.read_text("utf-8")
        for name, of in answers.items():
            line = "answers = {" + ", ".join(f"{fold} = [{rows}, {found}]" for fold, (rows, found) in of.items()) + "}"
            place = re.compile(rf'(name = "{re.escape(name)}"\n)(answers = .*\n)?')
            text = place.sub(rf"\g<1>{line}\n", text)
        path.write_text(text, "utf-8")


def _group(path: Path) -> Group:
    data = tomllib.loads(path.read_text("utf-8"))
    common = data.pop("common", {})
    cases = tuple(_case({**common, **one}) for one in data.pop("case"))
    return Group(name=path.stem, cases=cases, **data)


def _case(data: dict[str, Any]) -> Case:
    return Case(
        text=TextSpec(**data.pop("text")),
        terms=TermSpec(**data.pop("terms")),
        engines=tuple(_names(data.pop("engines", ["lictor"]))),
        answers={fold: (rows, found) for fold, (rows, found) in data.pop("answers", {}).items()},
        **data,
    )


def _names(names: Iterable[str]) -> Iterable[str]:
    seen = set()
    for name in names:
        if name in seen:
            raise ValueError(f"engine `{name}` is listed twice")
        seen.add(name)
        yield name
