"""A text as it is displayed where overrides turn its direction round, with offsets back to the text as written."""

from __future__ import annotations

__all__ = ["OVERRIDE", "displayed"]

OVERRIDE = "\u202e"
# What ends an override: a pop, the left-to-right override, the end of the paragraph.
_ENDS = frozenset("\u202c\u202d\u2069\n\u2029")


def displayed(text: str) -> tuple[str, list[int]]:
    """The characters in the order they are seen in, and the offset of each."""
    order: list[int] = []
    turned: list[int] | None = None
    for place, char in enumerate(text):
        if char == OVERRIDE:
            order += reversed(turned or [])
            turned = []
        elif turned is not None and char in _ENDS:
            order += reversed(turned)
            turned = None
        if turned is None or char == OVERRIDE:
            order.append(place)
        else:
            turned.append(place)
    order += reversed(turned or [])
    return "".join(text[place] for place in order), order
