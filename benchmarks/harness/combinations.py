"""A generated policy of combinations (together, near, in order, excused, counted), timed against its terms alone.

Each rule has three terms of its own, and rows are planted with a text that breaks one of the rules. The policy's
answer is checked against a naive reading of every rule on the planted rows before anything is timed.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from harness.corpora import corpus_of
from harness.definitions import Case
from harness.terms import terms_of

__all__ = ["time_combinations"]

NAIVE_ROWS = 20
SHARED = ("买", "卖", "收", "出", "加", "进群", "联系", "代理")
EXCUSE = "辟谣"
WINDOW = 8
AT = "2022-07-01T00:00:00Z"
APART = "在这里和那里还有别处都比不上"
Own = Sequence[str]
Record = dict[str, Any]


def _terms(*terms: str) -> Record:
    # With repeats a term takes in the like character that the next one begins with, and they overlap.
    return {"terms": list(terms), "match": {"repeats": False}}


def _near(text: str, *pairs: tuple[str, str]) -> bool:
    """Whether one of the pairs stands in that order in one sentence, apart by the window at most."""
    between = rf"[^。！？!?；;\n]{{0,{WINDOW}}}?"
    return any(
        one in text and other in text and re.search(re.escape(one) + between + re.escape(other), text) is not None
        for one, other in pairs
    )


# What a rule asks, a text that breaks it, and the same read naively.
KINDS: tuple[tuple[Callable[[Own], Record], Callable[[Own], str], Callable[[Own, str], bool]], ...] = (
    (
        lambda own: {"all": [_terms(own[0]), _terms(own[1])]},
        lambda own: own[1] + APART + own[0],
        lambda own, text: own[0] in text and own[1] in text,
    ),
    (
        lambda own: {"near": [_terms(own[0]), _terms(own[1])], "within": WINDOW, "inside": "sentence"},
        lambda own: f"{own[1]}与{own[0]}",
        lambda own, text: _near(text, *permutations(own[:2])),
    ),
    (
        lambda own: {
            "near": [_terms(own[0]), _terms(own[1])], "within": WINDOW, "inside": "sentence", "ordered": True,
        },
        lambda own: f"{own[0]}与{own[1]}",
        lambda own, text: _near(text, (own[0], own[1])),
    ),
    (
        lambda own: {"near": [{"lexicon": "shared"}, _terms(own[0])], "within": WINDOW, "inside": "sentence"},
        lambda own: f"收{own[0]}",
        lambda own, text: _near(text, *(pair for word in SHARED for pair in permutations((word, own[0])))),
    ),
    (
        lambda own: {"all": [_terms(own[0]), _terms(own[1]), {"not": _terms(own[2])}]},
        lambda own: own[1] + APART + own[0],
        lambda own, text: own[0] in text and own[1] in text and own[2] not in text,
    ),
    (
        lambda own: {"count": _terms(*own[:2]), "minimum": 3},
        lambda own: f"{own[0]}，{own[1]}，{own[0]}",
        lambda own, text: text.count(own[0]) + text.count(own[1]) >= 3,
    ),
    (
        lambda own: {"distinct": _terms(*own), "minimum": 3},
        "，".join,
        lambda own, text: all(term in text for term in own),
    ),
    (
        lambda own: {"at_least": 2, "of": [_terms(term) for term in own]},
        lambda own: own[2] + APART + own[1],
        lambda own, text: sum(term in text for term in own) >= 2,
    ),
)  # fmt: skip


def time_combinations(case: Case, *, runs: int) -> Record:
    """A column by the policy, by its terms alone, and by every rule in turn on a few rows."""
    from lictor import Engine, Matcher  # noqa: PLC0415

    terms, rules = terms_of(case.terms), case.options["rules"]
    rows, planted = _planted(case, terms, rules)
    batch = pa.record_batch({"text": rows})
    characters = sum(map(len, rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "policy.yaml")
        path.write_bytes(_policy(terms, rules))
        start = time.perf_counter()
        engine = Engine.load(path)
        engine.warm_up()
        built = time.perf_counter() - start
    matcher = Matcher(engine.policies[0].terms)

    decided = {one.row: set(one.decision.rules) for one in engine.decide_batch(batch, at=AT)}
    sample = sorted(planted)[:NAIVE_ROWS] or range(min(NAIVE_ROWS, len(rows)))
    start = time.perf_counter()
    expected = {row: _naive(terms, rules, rows[row]) for row in sample}
    naive = (time.perf_counter() - start) * characters / sum(len(rows[row]) for row in sample)
    missed = {row for row, number in planted.items() if f"r{number}" not in decided.get(row, ())}
    missed |= {row for row, broken in expected.items() if not broken <= decided.get(row, set())}
    wrong = f"{len(missed)} rows without a rule they break" if missed else ""
    timed = {
        "lictor/rules": lambda: engine.decide_batch(batch, at=AT),
        "lictor/terms": lambda: matcher.find_column(batch.column(0)),
    }
    best = {name: min(_seconds(run) for _ in range(runs)) for name, run in timed.items()} | {"naive/rules": naive}
    return {
        "case": case.name,
        "characters": characters,
        "terms": len(engine.policies[0].terms),
        "results": [
            {"engine": name, "wrong": wrong, "best": seconds, "rows": len(decided), "build": built}
            for name, seconds in best.items()
        ],
    }


def _planted(case: Case, terms: Sequence[str], rules: int) -> tuple[list[str], dict[int, int]]:
    """The rows, and by row which rule it was made to break."""
    share = case.text.planted
    rows = list(corpus_of(case.text, terms).rows)
    dice = random.Random(17)
    planted = {row: dice.randrange(rules) for row in dice.sample(range(len(rows)), round(len(rows) * share))}
    for row, number in planted.items():
        rows[row] += "。" + _kind(number)[1](_own(terms, number))
    return rows, planted


def _naive(terms: Sequence[str], rules: int, text: str) -> set[str]:
    if EXCUSE in text:
        return set()
    return {f"r{number}" for number in range(rules) if _kind(number)[2](_own(terms, number), text)}


def _kind(number: int) -> tuple[Callable[[Own], Record], Callable[[Own], str], Callable[[Own, str], bool]]:
    return KINDS[number % len(KINDS)]


def _own(terms: Sequence[str], number: int) -> Own:
    return terms[number * 3 % len(terms) :][:3]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _policy(terms: Sequence[str], rules: int) -> bytes:
    """A policy file of so many rules, three of the terms to each, in every kind in turn; an exemption for all."""
    document = {
        "lictor": 1,
        "policy": "combinations",
        "title": "Combinations",
        "owner": "benchmarks",
        "assume": {"field": "post"},
        "versions": [{"id": "v1", "from": "2020-01-01T00:00:00Z", "source": {"name": "Generated"}}],
        "severities": [{"id": "S1", "title": "Any"}],
        "categories": {
            "any": {"title": "Any", "from": "v1", "ground": {"kind": "incompatible_content", "clause": "1"}}
        },
        "subjects": {"account": {"title": "Account"}},
        "lexicons": {"shared": {"terms": list(SHARED)}},
        "exemptions": {"EXCUSE": {"title": "Excused", "when": {"terms": [EXCUSE]}}},
        "rules": [
            {
                "id": f"r{number}",
                "title": f"Rule {number}",
                "category": "any",
                "severity": "S1",
                "status": "enforce",
                "when": _kind(number)[0](_own(terms, number)),
                "unless": ["EXCUSE"],
            }
            for number in range(rules)
        ],
        "detected": {"S1": "hide"},
        "automatic": ["hide"],
        "appeals": {"window": "30d", "answer": "7d", "how": "Write to us."},
    }
    return orjson.dumps(document)
