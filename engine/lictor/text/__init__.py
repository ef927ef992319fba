"""What characters are to the matcher: folds, skeletons with offsets, and the differences between two characters."""

from lictor.text.fold import (
    JOINED,
    LOOSE,
    PARTED,
    Codes,
    Marks,
    Offsets,
    Skeleton,
    Symbols,
    encode,
    fold,
    fold_apart,
    fold_tables,
    skeleton,
    spell,
)
from lictor.text.pairs import BITS, MECHANISMS, Char, Part, describe, differences, names_of

__all__ = [
    "BITS",
    "JOINED",
    "LOOSE",
    "MECHANISMS",
    "PARTED",
    "Char",
    "Codes",
    "Marks",
    "Offsets",
    "Part",
    "Skeleton",
    "Symbols",
    "describe",
    "differences",
    "encode",
    "fold",
    "fold_apart",
    "fold_tables",
    "names_of",
    "skeleton",
    "spell",
]
