"""A check: its code, which is for ever, how grave its findings are, what it is about, and what finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.errors import Level

__all__ = ["Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `title` is a few words, `text` says what is wrong with what it finds and what to do."""

    code: str
    level: Level
    title: str
    text: str
    find: Callable[[Study], Iterator[Fault]]

    @classmethod
    def of(cls, module: ModuleType) -> Check:
        """The check a module makes: its docstring is title and text."""
        title, _, text = (module.__doc__ or "").partition("\n\n")
        name = title.strip().rstrip(".")
        return cls(module.CODE, module.LEVEL, name[0].lower() + name[1:], text.strip(), module.find)
