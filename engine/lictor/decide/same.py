"""A policy document as the key of what is remembered about it."""

from __future__ import annotations

from dataclasses import dataclass

from lictor.policy.models import PolicyDocument

__all__ = ["Same"]


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """A document that equals itself alone: comparing two whole documents would take longer than a decision."""

    document: PolicyDocument

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.document is self.document
