"""Which columns are read, and under which name a file holds them.

`columns` maps a wanted name to a column of the file (`text` -> `body`). A column mapped to another name loses its own:
after `text.title` -> `text`, `text` is no longer read as the text. Columns not wanted are never looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from lictor.errors import InputError
from lictor.facts import FIELDS, one_of, suggest
from lictor.scan.naming import naming

__all__ = ["Wanted", "assemble", "without_text"]

TEXTS = ("text", *(f"text.{field}" for field in FIELDS))
OPTIONAL = ("id", "field", "subject", "surface", "account", "published_at", "lang")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Wanted name -> the file's column, for texts, for what is known of a row, and for signals.

    `types` has the types of signals, where they are known, for files that hold nothing but text.
    """

    texts: Mapping[str, str]
    optional: Mapping[str, str]
    signals: Mapping[str, str]
    mapped: Mapping[str, str]
    types: Mapping[str, str]

    @classmethod
    def of(cls, columns: Mapping[str, str], signals: Collection[str] | Mapping[str, str]) -> Wanted:
        """The columns to read; a mapping to a name that nobody reads is a `UsageError`."""
        extra = sorted(set(signals) - {*TEXTS, *OPTIONAL})
        for name in columns:
            one_of(name, [*TEXTS, *OPTIONAL, *extra], "column")
        taken = set(columns.values())

        def held(names: Iterable[str]) -> dict[str, str]:
            return {n: columns.get(n, n) for n in names if n in columns or n not in taken}

        types = dict(signals) if isinstance(signals, Mapping) else {}
        return cls(held(TEXTS), held(OPTIONAL), held(extra), dict(columns), types)

    def columns(self) -> dict[str, str]:
        """Every wanted name and its column, in the order in which a batch holds them."""
        return {**self.texts, **self.optional, **self.signals}

    def found(self, names: Collection[str]) -> dict[str, str]:
        """The wanted columns that a file with these has; an `InputError` if no text is among them."""
        count = Counter(names)
        for wanted, column in self.mapped.items():
            if column not in count:
                raise InputError(
                    f"no column `{column}`, which `{wanted}` is to be read from: {naming(names)}",
                    hint=suggest(column, names),
                )
        found = {wanted: column for wanted, column in self.columns().items() if column in count}
        for column in found.values():
            if count[column] > 1:
                raise InputError(f"column `{column}` stands {count[column]} times", hint="rename all but one of them")
        if not found.keys() & self.texts.keys():
            near = suggest("text", names)
            raise InputError(
                f"no column `text`: {naming(names)}",
                hint=(near + "; " if near else "") + "name the column that holds the text with `--map text=NAME`",
            )
        return found

    def unread(self, names: Collection[str]) -> list[str]:
        """The columns that look like texts (`text.bioo`) but are no field, and so are not read."""
        return sorted({n for n in names if n.startswith("text.")} - set(self.columns().values()))


def assemble(arrays: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """The batch of these columns, without those that hold nothing."""
    kept = {name: array for name, array in arrays.items() if array.null_count < len(array)}
    return pa.RecordBatch.from_arrays(list(kept.values()), names=list(kept))


def without_text(arrays: Mapping[str, pa.Array], wanted: Wanted) -> pa.Array | None:
    """A mask of the rows in which every text is null; `None` where there is no such row."""
    mask = None
    for name in arrays.keys() & wanted.texts.keys():
        array = arrays[name]
        if array.null_count == 0:
            return None
        null = array.is_null()
        mask = null if mask is None else pc.and_(mask, null)
    return mask if mask is not None and pc.any(mask).as_py() else None
