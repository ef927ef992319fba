"""`lictor bench`: how fast this machine is at it, in a few seconds, with answers checked before anything is timed.

Text is generated, so nothing is read but the bundled policy. Figures of different machines, and of texts that users
wrote, differ: `docs/benchmarks.md` has real texts and rivals.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles

import click
import orjson
import pyarrow as pa

from lictor import Engine, Matcher, kernel
from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.options import json_option

__all__ = ["command"]

# Text is drawn from these and no term consists of them, so that exactly the planted rows hold a term.
_HAN = "春夏秋冬山水云雨风雪花草树林江河湖海日月星光早晚晨昏东西南北村桥路门窗灯茶酒饭菜书画琴歌鸟鱼马牛羊竹松梅兰"
_WORDS = ("the", "of", "and", "to", "in", "was", "for", "that", "with", "river", "garden", "window", "morning", "walk")
_RARE = "彗鹳鲟麒麟鳄狐貂鸢鹫鲸豚蟾蜍鼹獾猞猁"
_OFFER = "收U 6.42 出大饼，量大私聊"
_AT = "2022-07-01T09:00:00+08:00"
_ROWS, _LENGTH, _TERMS, _CALLS = 8_000, 100, 1_000, 500


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what was done, how fast, and what is wrong with the answer, if anything."""

    name: str
    value: float | None
    unit: str
    wrong: str = ""


@click.command()
@click.option("--runs", type=click.IntRange(min=1), default=3, metavar="N", help="Take the best of so many runs.")
@json_option
def command(*, runs: int, as_json: bool) -> int:
    """How fast this machine searches and decides, on generated text.

    Answers are checked first; one that is wrong is not timed, and makes the exit code 1.
    """
    figures = list(_figures(runs))
    if as_json:
        say.result(orjson.dumps([asdict(figure) for figure in figures], option=orjson.OPT_APPEND_NEWLINE))
    else:
        width = max(len(figure.name) for figure in figures)
        say.result("\n".join(_line(figure, width) for figure in figures))
        say.note(f"generated text, the best of each, searched by the {kernel.name()} kernel")
        say.note("compare runs of one machine with one another")
    return FOUND if any(figure.wrong for figure in figures) else OK


def _line(figure: Figure, width: int) -> str:
    if figure.value is None:
        return f"{figure.name:<{width}}  wrong answer: {figure.wrong}"
    return f"{figure.name:<{width}}  {figure.value:>9,.1f} {figure.unit}"


def _figures(runs: int) -> Iterator[Figure]:
    dice = random.Random(7)  # noqa: S311 (the same text each time)
    han = ["".join(dice.choices(_HAN, k=_LENGTH)) for _ in range(_ROWS)]
    latin = [" ".join(dice.choices(_WORDS, k=_LENGTH // 6)) for _ in range(_ROWS)]
    terms = list(dict.fromkeys(dice.choice(_RARE) + "".join(dice.choices(_HAN + _RARE, k=2)) for _ in range(_TERMS)))
    matcher = Matcher(terms)
    yield _column("Chinese, clean", matcher, han, set(), runs)
    yield _column("Chinese, one row in a hundred disguised", matcher, *_planted(han, terms, 100, dice), runs)
    yield _column("Chinese, one row in three disguised", matcher, *_planted(han, terms, 3, dice), runs)
    yield _column("English, clean", matcher, latin, set(), runs)
    yield from _deciding(han, runs)


def _planted(rows: Sequence[str], terms: Sequence[str], every: int, dice: random.Random) -> tuple[list[str], set[int]]:
    """The rows, each so many with a term that has something invisible or a symbol between its characters."""
    planted = list(rows)
    chosen = set(range(0, len(rows), every))
    for number in sorted(chosen):
        half = len(planted[number]) // 2
        hidden = dice.choice("\u200b★ ").join(dice.choice(terms))
        planted[number] = planted[number][:half] + hidden + planted[number][half:]
    return planted, chosen


def _column(name: str, matcher: Matcher, rows: Sequence[str], expected: set[int], runs: int) -> Figure:
    """Million characters a second of a column search that finds exactly the rows expected."""
    column = pa.array(rows)
    unit = "million characters a second"
    found = set(matcher.find_column(column))
    if found != expected:
        return Figure(name, None, unit, f"{len(found):,} rows found, {len(expected):,} expected")
    return Figure(name, sum(map(len, rows)) / _best(lambda: matcher.find_column(column), runs) / 1e6, unit)


def _deciding(rows: Sequence[str], runs: int) -> Iterator[Figure]:
    """The bundled policy: what loading it costs, single texts, and batches."""
    start = time.perf_counter()
    engine = Engine.load("wechat")
    yield Figure("policy `wechat`, loaded", (time.perf_counter() - start) * 1000, "milliseconds")
    texts = list(rows[:_CALLS])
    offers = [f"{text[:60]}，{_OFFER}" for text in texts]
    yield from _calls("check, clean text", engine, texts, decided=False)
    yield from _calls("check, with a violation", engine, offers, decided=True)
    mixed = [offers[number % _CALLS] if number % 100 == 0 else row for number, row in enumerate(rows)]
    batch = pa.RecordBatch.from_pydict({"text": mixed})
    decided = [outcome.row for outcome in engine.decide_batch(batch, at=_AT)]
    name, unit = "scan of a batch, one row in a hundred decided on", "thousand rows a second"
    if decided != list(range(0, len(rows), 100)):
        yield Figure(name, None, unit, f"{len(decided):,} rows decided on, {len(rows) // 100:,} expected")
        return
    yield Figure(name, len(rows) / _best(lambda: engine.decide_batch(batch, at=_AT), runs) / 1000, unit)


def _calls(name: str, engine: Engine, texts: Sequence[str], *, decided: bool) -> Iterator[Figure]:
    """Microseconds of single calls: the median and the 99th percentile."""
    times, right = [], 0
    for text in texts:
        start = time.perf_counter_ns()
        decision = engine.check(text, field="message", subject="group", at=_AT)
        times.append((time.perf_counter_ns() - start) / 1000)
        right += (decision.action != "none") == decided
    wrong = "" if right == len(texts) else f"{right:,} of {len(texts):,} decisions as expected"
    cuts = quantiles(times, n=100)
    for which, value in (("median", cuts[49]), ("99th percentile", cuts[98])):
        yield Figure(f"{name}, {which}", None if wrong else value, "microseconds", wrong)


def _best(run: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)
