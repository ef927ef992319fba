"""Policies and batches that the tests of `simulate diff` compare."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lictor.detect import CompiledPolicy, compile_policy
from lictor.policy import load_policy
from lictor.scan.inputs import InputBatch
from lictor.simulate.compare import Comparer, Question
from lictor.simulate.comparison import Comparison


def edited(policy: Path, folder: Path, *changes: tuple[str, str]) -> CompiledPolicy:
    """The policy with these pieces of its text replaced, each of which stands there."""
    text = policy.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{abs(hash(changes))}.yaml"
    path.write_text(text, "utf-8")
    return compile_policy(load_policy(path))


def batch_of(rows: Sequence[Mapping[str, Any]], first: int = 1) -> InputBatch:
    """The rows as they are read from a file."""
    names = dict.fromkeys(name for row in rows for name in row)
    batch = pa.RecordBatch.from_pydict({name: [row.get(name) for row in rows] for name in names})
    return InputBatch(batch, "rows.jsonl", "digest", np.arange(first, first + len(rows), dtype=np.int64))


def compared(before: CompiledPolicy, after: CompiledPolicy, *batches: InputBatch, **question: Any) -> Comparison:
    """The batches compared, one after the other."""
    comparer = Comparer(((before, None), (after, None)), Question(**question), engine="test")
    made = comparer.nothing()
    for batch in batches:
        made.merge(comparer(batch))
    return made


def texts(*some: str) -> list[dict[str, str]]:
    """Rows of nothing but a text."""
    return [{"text": text} for text in some]


def named(rows: Iterable[Mapping[str, Any]], key: str, value: str) -> Mapping[str, Any]:
    """The one of the rows whose key has the value."""
    (found,) = [row for row in rows if row[key] == value]
    return found
