"""One fact applied to one key: what it changed, decided, refused, and sent on to other keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lictor.enforce.lives import Life, move
from lictor.enforce.rulebook import Rulebook
from lictor.enforce.states import Case
from lictor.facts.kinds import ContentPublished, Fact

__all__ = ["Transition", "Turn"]


@dataclass(frozen=True, slots=True)
class Transition:
    """A step in a life: whose, from which state, by what, to which."""

    life: Life
    of: str
    before: str
    event: str
    after: str

    def to_dict(self) -> dict[str, str]:
        """The transition as JSON values."""
        return {"life": self.life, "of": self.of, "from": self.before, "event": self.event, "to": self.after}


@dataclass(slots=True)
class Turn:
    """The fact, the instant it counts from, and what came of it so far."""

    rules: Rulebook
    fact: Fact
    now: datetime
    remembered: Callable[[str], Fact | None]
    transitions: list[Transition] = field(default_factory=list)
    routed: list[tuple[str, Fact]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    corrections: list[dict[str, object]] = field(default_factory=list)
    refused: str | None = None

    def move(self, life: Life, of: str, before: str, event: str) -> str:
        """The next state of that life, with the step written down; refused by name where the table has none."""
        after = move(life, before, event)
        self.transitions.append(Transition(life, of, before, event, after))
        return after

    def recall(self, id: str) -> Fact | None:  # noqa: A002
        """The fact of that id, if it had happened by now: one that came late is not to be seen before its time."""
        fact = self.remembered(id)
        return fact if fact is not None and fact.at <= self.now else None

    def published(self, item: str) -> ContentPublished | None:
        """What was published under that id, as it was told; none where the id names something else, or nothing."""
        fact = self.recall(item)
        return fact if isinstance(fact, ContentPublished) else None

    def send(self, key: str, kind: type[Fact], **said: Any) -> None:
        """Another key is told: a fact of that kind, named after this one, is applied there next."""
        tag = kind.__struct_config__.tag
        same = sum(type(what) is kind for _, what in self.routed)
        name = f"{self.fact.id}>{tag}" + (f":{same}" if same else "")
        self.routed.append((key, kind(id=name, at=self.now, **said)))
