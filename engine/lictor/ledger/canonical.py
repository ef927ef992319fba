"""JSON with one spelling only (RFC 8785), so that equal values are equal bytes and a hash can stand for a value.

Rules: object keys are ASCII, so that sorting them by byte is sorting them by UTF-16 unit; numbers are integers that a
double holds exactly; nothing but objects, lists, text, integers, booleans and null. Within these rules orjson with
sorted keys is RFC 8785, some hundred times faster than a general implementation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

import orjson

from lictor.errors import LedgerError

__all__ = ["LEAVES", "SPELLING", "canonical", "plain", "refuse_keys", "spell"]

LEAVES = frozenset({str, int, bool, NoneType})
SPELLING = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def canonical(value: Any) -> bytes:
    """The canonical JSON of a value; a float, a key that is not ASCII or anything JSON has no word for is refused."""
    return spell(plain(value))


def spell(value: Any) -> bytes:
    """The canonical JSON of what `plain` has let through."""
    try:
        return orjson.dumps(value, option=SPELLING)
    except TypeError as error:  # an integer beyond 53 bits, a lone surrogate, nesting too deep
        raise LedgerError(f"a value cannot be written as canonical JSON: {str(error).lower()}") from None


def plain(value: Any) -> Any:
    """The value as dicts, lists and leaves; whatever is outside the rules is refused."""
    if type(value) in LEAVES:
        return value
    if isinstance(value, Mapping):
        refuse_keys(value)
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    hint = "write a share in parts per million" if isinstance(value, float) else ""
    raise LedgerError(f"a `{type(value).__name__}` cannot be kept in the ledger", hint=hint)


def refuse_keys(value: Mapping[Any, Any]) -> None:
    """Nothing, if every key is ASCII text; otherwise an error: its place in canonical JSON would be uncertain."""
    try:
        ascii_only = "".join(value).isascii()
    except TypeError:
        ascii_only = False
    if not ascii_only:
        raise LedgerError("an object to be kept in the ledger has a key that is not ASCII text")
