"""The changes between two policies, for a terminal or a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lictor.author.diff import Change, Kind
from lictor.errors import escape_controls

__all__ = ["change_to_dict", "render_changes"]

_SIGNS: Mapping[Kind, str] = {"added": "+", "removed": "-", "changed": "~"}


def render_changes(changes: Sequence[Change]) -> str:
    """A sentence a line, `+` for what is new, `-` for what is gone, `~` for what changed; and how many of each."""
    lines = [f"{_SIGNS[one.kind]} {escape_controls(one.text)}" for one in changes]
    counts = Counter(one.kind for one in changes)
    tally = ", ".join(f"{counts[kind]} {kind}" for kind in _SIGNS if counts[kind])
    return "\n".join([*lines, "", tally] if lines else ["no change of meaning"])


def change_to_dict(change: Change) -> dict[str, Any]:
    """The change as plain values."""
    return {"kind": change.kind, "part": change.part, "name": change.name, "text": change.text}
