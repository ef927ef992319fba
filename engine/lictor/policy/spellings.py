"""Character classes in terms: `[ab]币` is a term of two spellings, `[a-c]币` of three. A bracket itself is `[[]`.

No other pattern exists: a term stays a short list of literal texts, so what it costs and finds can be read off it.
"""

from __future__ import annotations

import re
from itertools import product

__all__ = ["MOST_SPELLINGS", "spellings"]

MOST_SPELLINGS = 256
_PART = re.compile(r"\[([^\]]+|\][^\]]*)\]|([^\[\]]+)|(.)", re.DOTALL)


def spellings(term: str) -> tuple[str, ...]:
    """Every spelling of the term, in order.

    Raises:
        ValueError: a bracket has no partner, a range runs backwards, or there are more spellings than `MOST_SPELLINGS`.
    """
    if "[" not in term and "]" not in term:
        return (term,)
    choices: list[list[str]] = []
    many = 1
    for group, plain, stray in _PART.findall(term):
        if stray:
            raise ValueError(f"`{stray}` has no partner")
        choices.append(_members(group) if group else [plain])
        many *= len(choices[-1])
        if many > MOST_SPELLINGS:
            raise ValueError(f"there are more than {MOST_SPELLINGS} spellings")
    return tuple(dict.fromkeys("".join(chosen) for chosen in product(*choices)))


def _members(group: str) -> list[str]:
    members: list[str] = []
    at = 0
    while at < len(group):
        first, last = group[at], group[at + 2] if group[at + 1 : at + 2] == "-" and at + 2 < len(group) else group[at]
        if last < first:
            raise ValueError(f"the range `{first}-{last}` runs backwards")
        if ord(last) - ord(first) >= MOST_SPELLINGS:
            raise ValueError(f"there are more than {MOST_SPELLINGS} spellings")
        members += [chr(point) for point in range(ord(first), ord(last) + 1)]
        at += 3 if last != first or group[at + 1 : at + 3] == f"-{first}" else 1
    return members
