from typing import Any

from numpy.typing import NDArray

_Array = NDArray[Any]

VERSION: int

def decide(
    codes: _Array,
    words: _Array,
    begins: _Array,
    second: _Array,
    until: _Array,
    loose: _Array,
    tables: tuple[object, ...],
    /,
) -> tuple[bytearray, bytearray]: ...
def decode(bytes: Any, ends: _Array, codes: _Array, starts: _Array, /) -> int: ...  # noqa: A002
def find(
    symbols: _Array, offsets: _Array, marks: _Array, tables: tuple[object, ...], /
) -> tuple[bytearray, bytearray]: ...
def fold(
    codes: _Array,
    table: _Array,
    expansions: tuple[object, ...],
    letters: _Array | None,
    begin: int,
    symbols: _Array,
    offsets: _Array,
    marks: _Array,
    duals: _Array | None,
    /,
) -> tuple[int, int]: ...
def strings(lines: bytes, keys: tuple[bytes, ...], offsets: _Array, valid: _Array, texts: _Array, /) -> int: ...
def places(codes: _Array, table: _Array, /) -> bytearray: ...
def may_be_duals(
    codes: _Array,
    duals: _Array,
    symbols: _Array,
    offsets: _Array,
    marks: _Array,
    tables: tuple[object, ...],
    around: _Array,
    has_short: bool,
    /,
) -> bytearray: ...
def together(
    kinds: list[list[Any]],
    within: int,
    ordered: bool,
    most: int,
    found: dict[Any, Any],
    /,
) -> None: ...
