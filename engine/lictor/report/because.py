"""Why a rule did what it did, as lines: what was true, false or unknown, and what each part of the condition saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lictor.author.because import Part, Why
from lictor.errors import escape_controls

__all__ = ["because_lines", "because_to_dict"]

_TRUTHS = {True: "true   ", False: "false  ", None: "unknown"}
_LONGEST = 160


def because_lines(why: Why, *, fired: bool) -> list[str]:
    """The condition as a tree; of a rule whose condition held, its exemptions too."""
    if why.when is None:
        return ["none of the fields it judges is there"]
    lines = list(_tree(why.when, 0))
    if why.when.truth or fired:
        for excuse in why.excuses:
            lines += _tree(Part(f"unless `{excuse.name}`", excuse.truth, parts=(excuse.when,)), 0)
            for part in excuse.cancelled_by:
                if part.truth is not False:
                    lines += _tree(Part(f"cancelled by {part.words}", part.truth, part.saw, parts=part.parts), 1)
    return lines


def because_to_dict(why: Why) -> dict[str, Any]:
    """The same as JSON values; null is unknown."""
    return {
        "when": None if why.when is None else _plain(why.when),
        "unless": [
            {
                "exemption": one.name,
                "truth": one.truth,
                "when": _plain(one.when),
                "cancelled_by": [_plain(part) for part in one.cancelled_by],
            }
            for one in why.excuses
        ],
    }


def _tree(part: Part, depth: int) -> Iterator[str]:
    for below, one in part.walk(depth):
        text = f"{'  ' * below}{one.words}" + (f": {one.saw}" if one.saw else "")
        shown = escape_controls(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
        yield f"{_TRUTHS[one.truth]}  {shown}"


def _plain(part: Part) -> dict[str, Any]:
    return {
        "condition": part.words,
        "truth": part.truth,
        "saw": part.saw,
        "spans": [{"field": one.field, "start": one.start, "end": one.end} for one in part.spans],
        "parts": [_plain(one) for one in part.parts],
    }
