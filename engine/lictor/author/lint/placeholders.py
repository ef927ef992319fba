"""Words that stand where something is still to be said."""

from __future__ import annotations

import re

__all__ = ["is_placeholder"]

_NOTHING = re.compile(
    r"\W*|(tbd|tba|todo|to ?do|fixme|xxx+|n/?a|none|nobody|no ?one|unknown|someone|somebody|anyone|me|\?+"
    r"|待定|未定|无|暂无)"
)


def is_placeholder(text: str) -> bool:
    """Whether the text says nothing: it is empty, a mark, or a word for something still to come."""
    return _NOTHING.fullmatch(text.strip().lower().strip(".:!-_ ")) is not None
