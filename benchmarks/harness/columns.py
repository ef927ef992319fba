"""A case timed: answers first, then all engines in turn, round after round, so that noise meets them alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa

from harness.corpora import HOSTILE, Corpus, corpus_of
from harness.definitions import Case
from harness.folds import FOLDS, agreed, counted, naive
from harness.node import NODE_LIBRARIES, time_under_node
from harness.rivals import LIBRARIES, Answer, Missing, build, lictor, parts
from harness.terms import terms_of

__all__ = ["Result", "answers_of", "engine_of", "expected_rows", "load_tables", "time_case"]

NAIVE_LIMIT = 2_000  # more terms than this are searched naively only when answers are pinned
SAMPLE, HOSTILE_SAMPLE = 200, 12  # characters of a row that the slow reference is asked about
AHEAD = "lictor"


@dataclass(slots=True)
class Result:
    """One engine at one case. `wrong` or `skipped` say why there is no time."""

    engine: str
    build: float | None = None
    best: float | None = None
    median: float | None = None
    runs: int = 0
    rows: int | None = None
    matches: int | None = None
    planted: int | None = None
    wrong: str = ""
    skipped: str = ""


def time_case(case: Case, *, budget: float, runs: int) -> dict[str, Any]:
    """The case as a record: its size, and every engine's answer and times.

    An engine runs until it has spent its budget of seconds, at least once and at most `runs` times.
    """
    terms = terms_of(case.terms)
    corpus = corpus_of(case.text, terms)
    expected = _Expected(case, corpus, terms)
    load_tables()
    results = [Result(name) for name in case.engines]
    ready: list[tuple[Result, Callable[[], Answer], list[float]]] = []
    for result in results:
        try:
            if result.engine in NODE_LIBRARIES:
                _under_node(result, terms, corpus, expected, budget=budget, runs=runs)
                continue
            start = time.perf_counter()
            run = _engine(result.engine, case, terms, corpus)
            result.build = time.perf_counter() - start
            answer = run()
        except Missing as reason:
            result.skipped = str(reason)
            continue
        except (RuntimeError, ValueError, MemoryError, TypeError) as failure:
            result.skipped = (
                f"it failed: {str(failure).splitlines()[0][:200] if str(failure) else type(failure).__name__}"
            )
            continue
        _judge(result, answer, corpus, expected)
        if not result.wrong:
            ready.append((result, run, []))
    for _ in range(runs):
        for _result, run, times in ready:
            if sum(times) < budget:
                start = time.perf_counter()
                run()
                times.append(time.perf_counter() - start)
    for result, _run, times in ready:
        result.best, result.median, result.runs = min(times), median(times), len(times)
    return {
        "case": case.name,
        "characters": corpus.characters,
        "rows": len(corpus.rows),
        "terms": len(terms),
        "planted": len(corpus.planted),
        "results": [asdict(result) for result in results],
    }


def answers_of(case: Case) -> dict[str, tuple[int, int]]:
    """What the case's engines must find; of Lictor's answer a sample is compared with the reference matcher."""
    terms = terms_of(case.terms)
    corpus = corpus_of(case.text, terms)
    keys = dict.fromkeys(_key(name) for name in case.engines if name != AHEAD)
    answer = _engine(AHEAD, case, terms, corpus)()
    _agrees_with_reference(case, terms, corpus, answer.rows)
    ours = {} if case.terms.kind == "bundled" else {AHEAD: (len(answer.rows), answer.matches or 0)}
    return ours | {key: _sizes(found) for key, found in _naively(keys, corpus, terms).items()}


def load_tables() -> None:
    """Tables that are built on first need are built before anything is timed; `lictor check` is timed from cold."""
    for change in FOLDS.values():
        change("a")
    lictor(["warm"], {})


def _lictor_terms(case: Case) -> Sequence[Any]:
    """The terms as Lictor takes them: the bundled ones with their own options, others as plain text."""
    if case.terms.kind != "bundled":
        return terms_of(case.terms)
    from lictor import Engine  # noqa: PLC0415

    return Engine.load("wechat").policies[0].terms


def engine_of(name: str, case: Case, terms: Sequence[str]) -> Callable[[Any], Answer]:
    """The engine built; Lictor takes an Arrow column, the others a sequence of str."""
    return lictor(_lictor_terms(case), case.options) if name == AHEAD else build(name, terms)


def expected_rows(name: str, case: Case) -> set[int]:
    """The rows that an engine must find, searched naively; for Lictor, those of its column search."""
    terms = terms_of(case.terms)
    corpus = corpus_of(case.text, terms)
    if name == AHEAD:
        return set(_engine(AHEAD, case, terms, corpus)().rows)
    key = _key(name)
    return _naively([key], corpus, terms)[key][0]


def _engine(name: str, case: Case, terms: Sequence[str], corpus: Corpus) -> Callable[[], Answer]:
    return partial(engine_of(name, case, terms), pa.array(corpus.rows) if name == AHEAD else corpus.rows)


def _under_node(
    result: Result, terms: Sequence[str], corpus: Corpus, expected: _Expected, *, budget: float, runs: int
) -> None:
    timed = time_under_node(result.engine, terms, corpus.rows, budget, runs)
    result.build = timed.build
    _judge(result, timed.answer, corpus, expected)
    if not result.wrong:
        result.best, result.median, result.runs = min(timed.times), median(timed.times), len(timed.times)


def _judge(result: Result, answer: Answer, corpus: Corpus, expected: _Expected) -> None:
    result.rows, result.matches = len(answer.rows), answer.matches
    result.planted = len(answer.rows & corpus.planted)
    result.wrong = expected.wrong(result.engine, answer)


class _Expected:
    """The answers of a case: pinned, or found by the naive search; and what engines of one kind found before."""

    def __init__(self, case: Case, corpus: Corpus, terms: Sequence[str]) -> None:
        self._case, self._corpus, self._terms = case, corpus, terms
        self._found: dict[str, tuple[int, int]] = dict(case.answers)
        self._rows: dict[str, frozenset[int]] = {}

    def wrong(self, name: str, answer: Answer) -> str:
        """What is wrong with the answer; empty if nothing is."""
        key = _key(name)
        expected = self._answer(key)
        library = LIBRARIES.get(name if name == AHEAD else parts(name)[0]) if name not in NODE_LIBRARIES else None
        more = name in NODE_LIBRARIES or (library is not None and library.more)
        if expected is not None:
            rows, matches = expected
            if len(answer.rows) < rows or (len(answer.rows) > rows and not more):
                return f"{len(answer.rows):,} rows, expected {rows:,}"
            exact = name == AHEAD or (library is not None and library.all_matches)
            if exact and answer.matches is not None and answer.matches != matches:
                return f"{answer.matches:,} matches, expected {matches:,}"
        if more:
            return ""
        before = self._rows.setdefault(key, answer.rows)
        if before != answer.rows:
            return f"{len(before ^ answer.rows):,} rows differ from what others of its kind found"
        return ""

    def _answer(self, key: str) -> tuple[int, int] | None:
        if key not in self._found and key == AHEAD:
            self._found[key] = _row_by_row(self._case, self._corpus)
        elif key not in self._found and len(self._terms) <= NAIVE_LIMIT:
            self._found[key] = _sizes(_naively([key], self._corpus, self._terms)[key])
        return self._found.get(key)


def _key(name: str) -> str:
    """Which answer an engine must give: by fold, and whether it sees whole words only."""
    if name == AHEAD:
        return AHEAD
    if name in NODE_LIBRARIES:
        return "raw_words" if name == "obscenity" else "raw"
    library, how, _ = parts(name)
    return ("fold" if how in ("spans", "table") else how) + ("_words" if LIBRARIES[library].words else "")


def _naively(keys: Iterable[str], corpus: Corpus, terms: Sequence[str]) -> dict[str, tuple[set[int], int]]:
    """The answers by key, without any engine where there are few enough terms for that."""
    search = naive if len(terms) <= NAIVE_LIMIT else agreed
    found: dict[str, tuple[str, list[tuple[int, int]]]] = {}
    answers = {}
    for key in keys:
        how, _, words = key.partition("_")
        if how not in found:
            found[how] = search(corpus.rows, terms, how)
        answers[key] = counted(*found[how], words=bool(words))
    return answers


def _row_by_row(case: Case, corpus: Corpus) -> tuple[int, int]:
    """What Lictor finds in single calls, for a case whose answer is not pinned."""
    from lictor import Matcher  # noqa: PLC0415

    matcher = Matcher(_lictor_terms(case), **case.options)
    found = [len(matcher.find(row, overlap="all")) for row in corpus.rows]
    return sum(map(bool, found)), sum(found)


def _sizes(found: tuple[set[int], int]) -> tuple[int, int]:
    return len(found[0]), found[1]


def _agrees_with_reference(case: Case, terms: Sequence[str], corpus: Corpus, hit: Iterable[int]) -> None:
    """Lictor's matches agree with the slow reference matcher of `tests/` on some rows hit and some not."""
    if case.terms.kind == "bundled":
        return  # their own options, and a policy that changes: the tests hold them
    sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "match"))
    from reference import find_all  # noqa: PLC0415

    from lictor import Matcher  # noqa: PLC0415
    from lictor.match.terms import Term, options_from  # noqa: PLC0415

    options = options_from(dict(case.options))
    matcher = Matcher(terms, **case.options)
    rows = sorted(hit)
    others = sorted(set(range(len(corpus.rows))) - set(rows))
    for row in [*rows[:: len(rows) // 12 + 1], *others[:: len(others) // 4 + 1]]:
        text = corpus.rows[row][: HOSTILE_SAMPLE if case.text.corpus in HOSTILE else SAMPLE]
        found = matcher.find(text, overlap="all")
        near = list(dict.fromkeys([*(match.term for match in found), *terms[:10]]))[:20]
        ours = [(m.term, m.start, m.end, m.mechanisms) for m in found if m.term in near]
        if ours != find_all([Term(term, options=options) for term in near], text):
            raise AssertionError(f"{case.name}, row {row}: the matcher and the reference disagree")
