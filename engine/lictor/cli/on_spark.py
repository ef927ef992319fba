"""`lictor scan --engine spark`: files cut into parts, and the parts decided on a cluster's executors.

The reading and the deciding are those of one machine; only where they run differs. Every executor must see the files
under the same paths.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from functools import partial

from lictor.adapters.spark import session, spread
from lictor.cli.judging import Judge, Judged, judge_of, tasks
from lictor.errors import UsageError
from lictor.scan.inputs import FileError, Inputs, Note, Piece
from lictor.scan.inputs.parts import Part
from lictor.scan.inputs.paths import Source

__all__ = ["judged_on_spark"]

_Found = Source | FileError | Note


def judged_on_spark(judge: Judge, inputs: Inputs) -> Generator[Judged]:
    """The inputs decided, in the order of the input."""
    sources = [_absolute(one) for one in inputs.sources()]
    if any(isinstance(one, Source) and one.path is None for one in sources):
        raise UsageError("standard input cannot be read on a cluster", hint="write it to a file that all can read")
    spark = session()
    parts = [part for some in spread(spark, partial(_cutter, inputs.cutter()), sources) for part in some]
    canonical = [one.policy.canonical for one in judge.engine.policies]
    make = partial(judge_of, canonical, judge.as_of, judge.defaults, every=judge.every)
    for some in spread(spark, partial(_PartJudge.made, make, inputs.reader()), parts):
        yield from some


def _cutter(cut: Callable[[Source], list[Part | FileError]]) -> Callable[[_Found], list[Part | FileError | Note]]:
    return lambda found: [*cut(found)] if isinstance(found, Source) else [found]


def _absolute(found: _Found) -> _Found:
    # An executor works in a folder of its own.
    if isinstance(found, Source) and found.path is not None:
        return replace(found, path=found.path.absolute())
    return found


@dataclass(frozen=True, slots=True)
class _PartJudge:
    """Reads parts, and decides what it reads."""

    judge: Judge
    read: Callable[[Part], Iterable[Piece]]

    @classmethod
    def made(cls, make: Callable[[], Judge], read: Callable[[Part], Iterable[Piece]]) -> _PartJudge:
        """The judge for parts, from what travels."""
        return cls(make(), read)

    def __call__(self, part: Part | FileError | Note) -> list[Judged]:
        pieces = self.read(part) if isinstance(part, Part) else [part]
        return [self.judge(task) for task in tasks(pieces)]
