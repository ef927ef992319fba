"""Lictor on Spark: DataFrames decided by `mapInArrow`, and work of our own spread over the executors.

The policy travels as its canonical bytes, and is compiled once in each Python process of an executor. Nothing is kept
between batches, so a lost executor's partitions are decided again, to the same bytes.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import zstandard

from lictor.adapters.arrow import DECIDED, Scanner
from lictor.engine import Engine
from lictor.errors import LictorError

if TYPE_CHECKING:
    from pyspark import Accumulator, SparkContext
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Metrics", "kept_out_of_collections", "scan", "session", "spread"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_TASKS_A_CORE = 4  # so that a slow one holds nobody up for long
_ITEMS_A_TASK = 16  # at most: the driver holds the results of a task or two, however many items there are


class Metrics:
    """What a scan came to, counted on the executors: rows read, rows decided on, rows that could not be judged.

    To be read after an action. Spark counts a task that it ran twice twice: exact counts are those of the results.
    """

    def __init__(self, context: SparkContext) -> None:
        self.rows: Accumulator[int] = context.accumulator(0)
        self.decided: Accumulator[int] = context.accumulator(0)
        self.errors: Accumulator[int] = context.accumulator(0)

    def add(self, decided: pa.RecordBatch) -> None:
        """Counts a batch that came out."""
        errors = decided.column("error").is_valid()
        self.rows.add(decided.num_rows)
        self.decided.add(pc.sum(decided.column("decision").is_valid()).as_py() or 0)
        self.errors.add(pc.sum(errors).as_py() or 0)


def session(name: str = "lictor") -> SparkSession:
    """The running Spark session, or one started with what the environment says."""
    try:
        from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        raise LictorError("PySpark is not installed", hint="pip install 'lictor[spark]'; it needs Java 17") from None
    try:
        return SparkSession.builder.appName(name).getOrCreate()
    except PySparkRuntimeError as error:
        raise LictorError(
            f"Spark does not start: {str(error).partition(chr(10))[0]}",
            hint="it needs Java 17, on the path or under `JAVA_HOME`",
        ) from None


def scan(
    df: DataFrame,
    policy: str | Path | Iterable[str | Path] | Engine = "wechat",
    *,
    at: str | datetime | None = None,
    columns: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
    metrics: Metrics | None = None,
) -> DataFrame:
    """The decisions of a DataFrame's rows: the columns kept, then those of `lictor.adapters.arrow.DECIDED`.

    `df` may be a stream. The arguments are those of `Scanner`; only the columns that are read or kept travel to Python.
    A row that could not be judged has a null `action` and says why in `error`.
    """
    from pyspark.sql.pandas.types import from_arrow_type  # noqa: PLC0415
    from pyspark.sql.types import StructType  # noqa: PLC0415

    scanner = Scanner(policy, at=at, columns=columns, defaults=defaults, keep=keep)
    narrow = df.select(*(f"`{name}`" for name in scanner.reads(df.columns)))
    out = StructType([narrow.schema[name] for name in scanner.keep])
    for field in DECIDED:
        out = out.add(field.name, from_arrow_type(field.type))
    return narrow.mapInArrow(partial(_decided, scanner, metrics), out)


def spread(
    spark: SparkSession, make_worker: Callable[[], Callable[[Item], Result]], items: Sequence[Item]
) -> Iterator[Result]:
    """The results of the worker on each item, in order, made on the executors.

    Items, results and `make_worker` are pickled; each Python process of an executor makes its own worker once. Results
    wait on the executors' disks until they are taken.
    """
    from pyspark import StorageLevel  # noqa: PLC0415

    if not items:
        return
    tasks = max(_TASKS_A_CORE * spark.sparkContext.defaultParallelism, -(-len(items) // _ITEMS_A_TASK))
    tasks = min(len(items), tasks)
    share, more = divmod(len(items), tasks)
    ends = [share * n + min(n, more) for n in range(tasks + 1)]
    slices = [pickle.dumps(items[start:end]) for start, end in pairwise(ends)]
    done = spark.sparkContext.parallelize(slices, tasks).flatMap(partial(_worked, uuid4().hex, make_worker))
    done.persist(StorageLevel.DISK_ONLY)
    try:
        done.count()
        for result in done.toLocalIterator(prefetchPartitions=True):
            yield pickle.loads(zstandard.decompress(result))  # noqa: S301 (our own bytes, from an executor)
    finally:
        done.unpersist()


def kept_out_of_collections() -> None:
    """What this process holds by now is no longer looked at when garbage is collected.

    PySpark collects after every task, and a compiled policy is so many objects that this took a tenth of a second.
    """
    gc.collect()
    gc.freeze()


def _decided(scanner: Scanner, metrics: Metrics | None, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        decided = scanner(batch)
        if metrics is not None:
            metrics.add(decided)
        yield decided


_WORKERS: dict[str, Callable[[object], object]] = {}


def _worked(name: str, make_worker: Callable[[], Callable[[Item], Result]], items: bytes) -> Iterator[bytes]:
    if name not in _WORKERS:
        _WORKERS.clear()
        _WORKERS[name] = make_worker()  # type: ignore[assignment]
        kept_out_of_collections()
    worker = _WORKERS[name]
    for item in pickle.loads(items):  # noqa: S301 (our own bytes, from the driver)
        # Decisions are much alike: packed they are a small part of what travels to the one driver.
        yield zstandard.compress(pickle.dumps(worker(item)), 1)
