"""The texts that a ledger holds, as rows that a policy can be asked about.

First what scans decided of, then what was published, in the order recorded. Of a scan the ledger keeps only the rows
that something was decided of; of facts every text, with what was known of its author at that time. What was erased or
masked is gone, and comes as a reject.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from lictor.enforce import Account, Enforcer, Rulebook
from lictor.enforce import routed as told
from lictor.facts import readable, stamp
from lictor.facts.kinds import ContentEdited, ContentPublished
from lictor.intake import fact_of, findings_of, signals_of
from lictor.ledger import Ledger, RecordedDecision
from lictor.ledger.masking import MASK
from lictor.scan.inputs import InputBatch, Reject

__all__ = ["recorded_texts"]

_ROWS = 4096
_KEPT = ("account", "subject", "surface", "published_at", "lang")

Row = tuple[int, dict[str, Any]]  # the row's number in the ledger, and its columns


def recorded_texts(ledger: Ledger, name: str, rules: Rulebook | None) -> Iterator[InputBatch | Reject]:
    """The texts of the ledger of that name. Those of facts need the rules that the facts were fed under."""
    pieces = _decided(ledger, name)
    yield from _batched(pieces, name)
    if rules is not None:
        yield from _batched(_published(ledger, name, rules), name)


def _decided(ledger: Ledger, name: str) -> Iterator[Row | Reject]:
    for recorded in ledger.decisions():
        gone = _gone(recorded)
        if gone:
            yield Reject(name, recorded.seq, "no_text", gone, b"")
            continue
        said = orjson.loads(recorded.input or b"{}")
        columns = {f"text.{field}" if field else "text": text for field, text in said["fields"].items()}
        known = {key: said[key] for key in _KEPT if key in said}
        yield recorded.seq, {**columns, **known, **said.get("signals", {}), "id": recorded.decision["item"]}


def _gone(recorded: RecordedDecision) -> str:
    if recorded.erased:
        return "the words were erased"
    return "the words are masked" if recorded.decision.get("masked") else ""


def _published(ledger: Ledger, name: str, rules: Rulebook) -> Iterator[Row | Reject]:
    """The texts of facts. The facts are folded again on the way, for what was known of accounts when each came."""
    enforcer = Enforcer(rules)
    for recorded in ledger.facts():
        fact = fact_of(recorded.record)
        if isinstance(fact, told.Due):
            enforcer.advance(fact.at)
            continue
        if recorded.record.kind in told.KINDS:
            continue
        if isinstance(fact, ContentPublished | ContentEdited):
            original = fact if isinstance(fact, ContentPublished) else enforcer.published(fact.item)
            account = enforcer.state(fact.subject)
            if recorded.erased or original is None or fact.text == MASK:
                gone = "the words are masked" if fact.text == MASK else "the words were erased"
                yield Reject(name, recorded.seq, "no_text", gone, b"")
            elif isinstance(account, Account):
                profile = account.profile
                yield (
                    recorded.seq,
                    {
                        **signals_of(profile, original),
                        f"text.{original.form}": readable(fact.text),
                        "id": original.id,
                        "account": original.subject,
                        "subject": profile.type,
                        "surface": original.surface,
                        "published_at": stamp(original.at),
                        "lang": original.lang,
                    },
                )
        enforcer.apply(fact, findings_of(recorded.record))


def _batched(pieces: Iterable[Row | Reject], name: str) -> Iterator[InputBatch | Reject]:
    pieces = iter(pieces)
    while some := list(islice(pieces, _ROWS)):
        yield from (one for one in some if isinstance(one, Reject))
        rows = [one for one in some if not isinstance(one, Reject)]
        if rows:
            yield from _batch(rows, name)


def _batch(rows: list[Row], name: str) -> Iterator[InputBatch]:
    columns = dict.fromkeys(key for _, row in rows for key in row)
    try:
        arrays = {key: pa.array([row.get(key) for _, row in rows]) for key in columns}
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        if len(rows) == 1:
            raise
        # A signal that was text once and is a number now has no column: such rows go one by one.
        for row in rows:
            yield from _batch([row], name)
        return
    kept = {key: array for key, array in arrays.items() if array.null_count < len(array)}
    batch = pa.RecordBatch.from_arrays(list(kept.values()), names=list(kept))
    yield InputBatch(batch, name, name, np.array([number for number, _ in rows], np.int64))
