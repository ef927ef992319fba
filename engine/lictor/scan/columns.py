"""Columns of text in, decisions out: clean rows cost no Python.

A batch has the column `text`, or one column `text.<field>` for each field (or both, but no row has both), and may have
`id, field, subject, surface, account, published_at, lang` and the signals a policy declares. A row with a value that
cannot be is named, not judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import repeat
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lictor.decide import Decision, decide, judge, judged_bytes
from lictor.detect import CompiledPolicy, Find, find_in_column, find_matches
from lictor.errors import UsageError
from lictor.facts import FIELDS, SURFACES, Content, instant, one_of, suggest
from lictor.match import Match
from lictor.policy.actions import strength
from lictor.scan.naming import naming

__all__ = [
    "ATTRIBUTES",
    "DECISION_SCHEMA",
    "Decided",
    "RowError",
    "completed",
    "decide_columns",
    "decision_batch",
    "signal_columns",
]

ATTRIBUTES = ("id", "field", "subject", "surface", "account", "published_at", "lang")
"""What a row may say of itself beside its texts; the names are those of the columns."""
# Instants that certainly can be; the others (the ends of months, far years) are parsed to know.
_INSTANT = (
    r"^[1-6]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
    r"(Z|[+-][01]\d:[0-5]\d)$"
)

DECISION_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("action", pa.string()),
        ("category", pa.string()),
        ("severity", pa.string()),
        ("rules", pa.list_(pa.string())),
        ("decision", pa.string()),
    ]
)
"""What comes out for each row; `decision` is canonical JSON, null where the action is `none`."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A row of the batch (from 0) of which something is decided: what, and canonical JSON of what was judged."""

    row: int
    decision: Decision
    judged: bytes


@dataclass(frozen=True, slots=True)
class RowError:
    """A row of the batch (from 0) that was not judged, why, and what would do."""

    row: int
    reason: str
    hint: str


def signal_columns(policies: Iterable[CompiledPolicy]) -> Mapping[str, str]:
    """The columns that are read as signals under these policies, by name, with the type of each.

    One that policies declare differently is a text: each says of its rows what cannot be.
    """
    types: dict[str, str] = {}
    for compiled in policies:
        for name, spec in compiled.policy.document.known_signals.items():
            types[name] = spec.type if types.get(name, spec.type) == spec.type else "text"
    return dict(sorted(types.items()))


def decide_columns(
    policies: Sequence[CompiledPolicy],
    batch: pa.RecordBatch,
    *,
    as_of: datetime | None,
    engine: str,
    items: Callable[[int], str | None] | None = None,
    find: Find = find_in_column,
    silent: bool = False,
    checked: bool = False,
) -> list[Decided | RowError]:
    """The rows that something is decided of, and the rows that cannot be judged, in order.

    Of several policies that know the row's subject type, the one with the strongest action speaks, the first of equals.
    `items` names rows that have no `id`. With `silent`, decisions to do nothing count too, where a rule fired and was
    excused or only watches. With `checked`, all strings are known to be UTF-8.
    """
    table = _Table(batch, signal_columns(policies), checked=checked)
    errors = {error.row: error for error in table.errors(policies)}
    found: dict[int, Decided] = {}
    for compiled in policies:
        unsaid = str(compiled.policy.document.assume.get("field") or "post")
        field_of = partial(table.field_or, unsaid)
        columns = {name or "": column for name, column in table.texts.items()}
        matched = find_matches(compiled, columns, field_of, find=find)
        looked_at = {row: m for row, m in matched.items() if row not in errors and table.speaks_for(row, compiled)}
        for row, content, matches in table.contents(looked_at, items):
            try:
                judgement = judge(compiled, content, matches)
            except UsageError as wrong:
                errors[row] = RowError(row, str(wrong), wrong.hint)
                continue
            if not judgement.detection.violations:
                continue
            decision = decide(compiled.policy, judgement, as_of=as_of, engine=engine)
            best = found.get(row)
            if (silent or decision.action != "none") and (
                best is None or strength(decision.action) > strength(best.decision.action)
            ):
                found[row] = Decided(row, decision, judged_bytes(content))
    both: dict[int, Decided | RowError] = {**found, **errors}
    return [both[row] for row in sorted(both)]


def completed(batch: pa.RecordBatch, defaults: Mapping[str, str]) -> pa.RecordBatch:
    """The batch, with these values by column for rows that do not say."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    for name, value in defaults.items():
        column = columns.get(name)
        columns[name] = pa.repeat(value, batch.num_rows) if column is None else pc.fill_null(column, value)
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def decision_batch(first_row: int, rows: int, outcomes: Iterable[Decided | RowError]) -> pa.RecordBatch:
    """One row for each row of the batch, in order, by `DECISION_SCHEMA`; rows are numbered from `first_row`."""
    action: list[str] = ["none"] * rows
    columns: dict[str, list[Any]] = {name: [None] * rows for name in ("category", "severity", "rules", "decision")}
    for outcome in outcomes:
        if isinstance(outcome, RowError):
            raise UsageError(f"row {first_row + outcome.row}: {outcome.reason}", hint=outcome.hint)
        decision = outcome.decision
        action[outcome.row] = decision.action
        columns["category"][outcome.row] = decision.category
        columns["severity"][outcome.row] = decision.severity
        columns["rules"][outcome.row] = list(decision.rules)
        columns["decision"][outcome.row] = decision.to_json().decode()
    arrays = [range(first_row, first_row + rows), action, *columns.values()]
    return pa.RecordBatch.from_arrays(
        [pa.array(values, field.type) for values, field in zip(arrays, DECISION_SCHEMA, strict=True)],
        schema=DECISION_SCHEMA,
    )


class _Table:
    """The columns of a batch by their role. Null means not said."""

    def __init__(self, batch: pa.RecordBatch, signals: Iterable[str], *, checked: bool) -> None:
        if not isinstance(batch, pa.RecordBatch):
            raise UsageError(
                f"a batch is a `RecordBatch`, not a `{type(batch).__name__}`",
                hint="`to_batches()` makes batches of a table or data set",
            )
        names = batch.schema.names
        for name, count in Counter(names).items():
            if count > 1:
                raise UsageError(f"column `{name}` stands {count} times", hint="rename all but one of them")
        self.texts: dict[str | None, pa.Array] = {}
        for name in names:
            if name == "text" or name.startswith("text."):
                self.texts[name[5:] or None] = _strings(batch.column(name), name, checked=checked)
        if not self.texts:
            raise UsageError(f"no column `text`: {naming(names)}", hint=suggest("text", names))
        for field in self.texts:
            if field is not None:
                one_of(field, FIELDS, "field")
        self.attributes = {n: _strings(batch.column(n), n, checked=checked) for n in ATTRIBUTES if n in names}
        self.signals = {n: batch.column(n) for n in signals if n in names}

    def errors(self, policies: Sequence[CompiledPolicy]) -> Iterator[RowError]:
        """The rows with a value that cannot be, found on whole columns."""
        absent = None
        for column in self.texts.values():
            absent = pc.is_null(column) if absent is None else pc.and_(absent, pc.is_null(column))
        for row in _where(absent):
            yield RowError(row, "no text", "give an empty text if there is none")
        for field, column in self.texts.items():
            if None in self.texts and field is not None:
                for row in _where(pc.and_(pc.is_valid(self.texts[None]), pc.is_valid(column))):
                    yield RowError(row, f"both `text` and `text.{field}`", "name each text's field, or none")
        subjects = sorted({name for compiled in policies for name in compiled.policy.document.subjects})
        for name, allowed in (("field", FIELDS), ("surface", SURFACES), ("subject", subjects)):
            if name in self.attributes:
                column = self.attributes[name]
                wrong = _where(pc.and_(pc.is_valid(column), pc.invert(pc.is_in(column, pa.array(allowed)))))
                said = cache(partial(_not_known, name, allowed))
                for row, value in zip(wrong, column.take(pa.array(wrong, pa.int64())).to_pylist(), strict=True):
                    yield RowError(row, *said(value))
        if "published_at" in self.attributes:
            column = self.attributes["published_at"]
            for row in _where(pc.invert(pc.match_substring_regex(column, _INSTANT))):
                try:
                    instant(column[row].as_py(), what="published_at")
                except UsageError as wrong:
                    yield RowError(row, str(wrong), wrong.hint)

    def speaks_for(self, row: int, compiled: CompiledPolicy) -> bool:
        """Whether the policy knows the row's subject type; a row that says none is everybody's."""
        subject = self._attribute("subject", row)
        return subject is None or subject in compiled.policy.document.subjects

    def contents(
        self, matched: Mapping[int, Mapping[str, Sequence[Match]]], items: Callable[[int], str | None] | None
    ) -> Iterator[tuple[int, Content, dict[str | None, Sequence[Match]]]]:
        """The rows as facts, with their matches by column as matches by the field that the fact names."""
        chosen = pa.array(matched, pa.int64())

        def taken(columns: Mapping[Any, pa.Array]) -> Iterable[dict[Any, Any]]:
            values = [column.take(chosen).to_pylist() for column in columns.values()]
            return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)] if values else repeat({})

        rows = zip(matched.items(), taken(self.texts), taken(self.attributes), taken(self.signals), strict=False)
        for (row, found), texts, said, signals in rows:
            published_at, item = said.get("published_at"), said.get("id") or None
            fields: dict[str | None, str] = {}
            matches: dict[str | None, Sequence[Match]] = {}
            for column, text in texts.items():
                if text is not None:
                    field = said.get("field") if column is None else column
                    fields[field], matches[field] = text, found.get(column or "", ())
            content = Content(
                fields=fields,
                item=item if item is not None or items is None else items(row),
                account=said.get("account"),
                subject=said.get("subject"),
                surface=said.get("surface"),
                published_at=None if published_at is None else instant(published_at, what="published_at"),
                lang=said.get("lang"),
                signals={name: value for name, value in signals.items() if value is not None},
            )
            yield row, content, matches

    def field_or(self, unsaid: str, column: str, row: int) -> str:
        """The field that the text of a column (`""` for the bare one) is in the row, where it is said."""
        return column or self._attribute("field", row) or unsaid

    def _attribute(self, name: str, row: int) -> str | None:
        value: str | None = self.attributes[name][row].as_py() if name in self.attributes else None
        return value


def _strings(column: pa.Array, name: str, *, checked: bool) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise UsageError(f"column `{name}` holds {column.type}, not text", hint="cast it to string")
    try:
        if not checked:
            column.validate(full=True)
    except pa.ArrowInvalid:
        raise UsageError(f"column `{name}` is not UTF-8 throughout", hint="decode its bytes to text first") from None
    return column


def _not_known(name: str, allowed: Sequence[str], value: str) -> tuple[str, str]:
    return f"{name} `{value}` is not known", suggest(value, allowed)


def _where(mask: pa.Array) -> list[int]:
    rows: list[int] = pc.indices_nonzero(pc.fill_null(mask, fill_value=False)).to_pylist()
    return rows
