"""The result of a comparison as JSON values, in an order that never changes: what every report is made from.

| key | meaning |
|---|---|
| `lictor_simulate_diff` | the format: 1 |
| `engine`, `seed` | the engine's version; what samples were drawn by |
| `a`, `b` | each side: its policy, digest, version judged by, instant; and what its own scan counts |
| `corpus` | files, rows read, rejects by reason, rows compared, and a digest of the files' digests |
| `counts` | rows by kind of change: every name that a condition may ask for and that has rows |
| `moves` | rows by the action of A and the action of B |
| `by` | by action, status, category, ...: rows of A, of B, gained and lost |
| `evidence` | the terms that show what is newly hit, and what was newly freed, with their rows |
| `accounts` | how rows are spread over accounts: of A, of B, newly hit, newly freed |
| `labels` | null, or how right each side is |
| `contribution` | null, or what each rule and term of each side contributes |
| `samples` | rows to read |
| `limits` | the conditions asked for, and whether each holds |
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lictor.decide.versions import version_at
from lictor.facts import stamp
from lictor.policy.actions import ACTIONS
from lictor.simulate.compare import Question, Side
from lictor.simulate.comparison import Comparison, Tally
from lictor.simulate.concentration import concentration
from lictor.simulate.contribution import contributions
from lictor.simulate.labels import figures
from lictor.simulate.limits import NAMES, Limit
from lictor.simulate.verdicts import CHANGES

__all__ = ["result_of"]

_COUNTS = ("a", "b", "gained", "lost")


def result_of(
    made: Comparison,
    sides: tuple[Side, Side],
    names: tuple[str, str],
    question: Question,
    *,
    limits: Sequence[Limit] = (),
    engine: str,
) -> dict[str, Any]:
    """The result; `names` are the sides as the caller named them."""
    counts = made.counts()
    return {
        "lictor_simulate_diff": 1,
        "engine": engine,
        "seed": question.seed,
        "a": _side(names[0], sides[0], made.sides[0]),
        "b": _side(names[1], sides[1], made.sides[1]),
        "corpus": {
            "files": sorted(made.files),
            "digest": hashlib.sha256("\n".join(sorted(made.digests)).encode()).hexdigest(),
            "rows": made.read + made.rejects.total(),
            "rejects": _ranked(made.rejects),
            "compared": made.compared,
            "accounts": len(made.seen),
        },
        "counts": {name: counts[name] for name in NAMES if counts.get(name)},
        "moves": [
            {"a": a, "b": b, "rows": rows}
            for (a, b), rows in sorted(made.moves.items(), key=lambda pair: _in_order(pair[0]))
            if rows
        ],
        "by": {
            dimension: [
                {"name": name, **dict(zip(_COUNTS, rows, strict=True))}
                for name, rows in sorted(names_.items(), key=lambda pair: (-pair[1][2] - pair[1][3], pair[0]))
            ]
            for dimension, names_ in made.by.items()
        },
        "evidence": {
            change: [
                {"term": term, "lexicon": lexicon, "rows": rows}
                for (lexicon, term), rows in sorted(
                    made.evidence.get(change, Counter()).items(), key=lambda pair: (-pair[1], pair[0])
                )
            ]
            for change in ("newly_hit", "newly_freed")
        },
        "accounts": {
            name: {
                **concentration({account: rows[at] for account, rows in made.accounts.items() if rows[at]}),
                "rows_without_account": made.unsaid[at],
            }
            for at, name in enumerate(("a", "b", "newly_hit", "newly_freed"))
        },
        "labels": _labels(made) if question.labels is not None else None,
        "contribution": {"a": contributions(made.parts[0]), "b": contributions(made.parts[1])}
        if question.contribution
        else None,
        "samples": list(made.samples),
        "limits": [{"condition": one.text, "holds": one.holds(counts, made.compared)} for one in limits],
    }


def _side(name: str, side: Side, tally: Tally) -> dict[str, Any]:
    compiled, as_of = side
    document = compiled.policy.document
    version = version_at(document, as_of)
    return {
        "named": name,
        "policy": compiled.policy.id,
        "digest": compiled.policy.digest,
        "version": None if version is None else document.versions[version].id,
        "as_of": None if as_of is None else stamp(as_of),
        "rows": tally.rows,
        "actions": {name: tally.actions[name] for name in ACTIONS if tally.actions[name]},
        "rejects": _ranked(tally.unfit),
    }


def _labels(made: Comparison) -> dict[str, Any]:
    truths = made.truths
    return {
        "rows": sum(truths.values()),
        "violations": sum(rows for truth, rows in truths.items() if truth.violates),
        "unlabelled": made.unlabelled,
        "not_understood": _ranked(made.no_labels),
        "changes": [
            {
                "change": change,
                "violations": made.changed_truths[change, True],
                "innocent": made.changed_truths[change, False],
            }
            for change in CHANGES
        ],
        "a": figures(made.marks[0], truths),
        "b": figures(made.marks[1], truths),
    }


def _ranked(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _in_order(move: tuple[str, str]) -> tuple[int, int]:
    order: tuple[str, ...] = ACTIONS
    return order.index(move[0]), order.index(move[1])
