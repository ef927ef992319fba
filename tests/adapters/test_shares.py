"""Keys shared out over segments: whatever the number of shares and batches, they record what one ledger would."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lictor.adapters.shares import Folded, Heard, Share, Told, segment_paths, settle, share_of
from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.errors import LedgerError, UsageError
from lictor.facts.kinds import ContentEdited, ContentPublished, Fact, Truth, fact_from
from lictor.intake import Intake
from lictor.ledger import FactRecord, Ledger
from lictor.policy import load_policy

sys.path.append(str(Path(__file__).parents[1] / "enforce"))
import world


def truthful(history: world.History) -> list[Fact]:
    """The facts, with what was found in their texts as what is true of them."""
    facts = []
    for fact, findings in history.facts:
        if findings and isinstance(fact, ContentPublished | ContentEdited):
            one = findings[0]
            truth = Truth(categories=(one.category,), severity=one.severity, content_only=one.content_only)
            facts.append(msgspec.structs.replace(fact, truth=truth))
        else:
            facts.append(fact)
    return facts


def batches(facts: Sequence[Fact], sizes: Iterator[int]) -> Iterator[list[Fact]]:
    """The facts cut into batches, each in its order of time and ids."""
    rest = list(facts)
    while rest:
        size = next(sizes)
        yield sorted(rest[:size], key=lambda one: (one.at, one.id))
        del rest[:size]


class Shares:
    """All shares of a ledger in one process."""

    def __init__(self, stack: ExitStack, folder: Path, count: int, rules: Rulebook, *, by_truth: bool = True) -> None:
        folder.mkdir(exist_ok=True)
        self.ledgers = [stack.enter_context(Ledger.open(path)) for path in segment_paths(folder, count)]
        self._rules = rules
        self._by_truth = by_truth
        self.rounds = 0

    def share(self, number: int) -> Share:
        """A share that knows nothing but what its segment holds."""
        return Share(
            self._rules, number=number, shares=len(self.ledgers), engine="test", ledger=self.ledgers[number],
            by_truth=self._by_truth,
        )  # fmt: skip

    def mine(self, facts: Iterable[Fact], number: int) -> list[Fact]:
        """The facts for a share: an answer to an appeal goes to all, since it does not say whose it is."""
        return [
            one for one in facts if subject_of(one) is None or share_of(subject_of(one), len(self.ledgers)) == number
        ]

    def settle(self, facts: Sequence[Fact]) -> tuple[dict[int, Heard], dict[int, Folded]]:
        """What each hears, and what comes of it."""

        def fold(asked: Mapping[int, Heard]) -> dict[int, Folded]:
            self.rounds += 1
            return {n: self.share(n).fold(self.mine(facts, n), (), heard) for n, heard in asked.items()}

        return settle(fold, len(self.ledgers), None)

    def record(self, facts: Sequence[Fact], heard: Mapping[int, Heard]) -> None:
        """Each share records its part."""
        for number, one in heard.items():
            self.share(number).fold(self.mine(facts, number), (), one, record=True)

    def take(self, facts: Sequence[Fact]) -> dict[int, Folded]:
        """A batch, settled and recorded."""
        heard, folded = self.settle(facts)
        self.record(facts, heard)
        return folded


def subject_of(fact: Fact) -> str | None:
    """What a fact says it is about."""
    if fact.__struct_config__.tag == "appeal_decision":
        return None
    named = (getattr(fact, name, None) for name in ("against", "giver", "subject"))
    return next((one for one in named if one is not None), fact.id)


def states(ledgers: Iterable[Ledger]) -> dict[str, Any]:
    """Every state kept, but fresh ones that somebody only asked for."""
    rows = {}
    for ledger in ledgers:
        for key, row in ledger.all_states():
            assert key not in rows
            rows[key] = row
    return dict(sorted(rows.items()))


def rows(ledgers: Iterable[Ledger]) -> dict[str, FactRecord]:
    """Every fact with all that was made of it, by its id."""
    kept: dict[str, FactRecord] = {}
    for ledger in ledgers:
        for one in ledger.facts():
            assert one.record.id not in kept
            kept[one.record.id] = one.record
    return dict(sorted(kept.items()))


@settings(
    suppress_health_check=list(HealthCheck),
    deadline=None,
    max_examples=150,
    phases=[__import__("hypothesis").Phase.generate],
)
@given(world.histories(20), st.integers(1, 5), st.data())
@pytest.mark.parametrize("late", [False, True])
def test_shares_record_what_one_ledger_does(late: bool, history: world.History, count: int, data: Any) -> None:
    """Rows and states are the same, whatever the cut into shares and batches, also where facts come late."""
    facts = truthful(history)
    if late:
        known = len(world.SUBJECTS)
        facts = [*facts[:known], *data.draw(st.permutations(facts[known:]))]
    cut = list(batches(facts, iter(lambda: data.draw(st.integers(1, 9)), None)))
    with TemporaryDirectory() as folder, ExitStack() as stack:
        one = stack.enter_context(Ledger.open(Path(folder) / "one.db"))
        many = Shares(stack, Path(folder) / "many", count, world.rules())
        refused, unfit = set(), set()
        for batch in cut:
            whole = Intake(world.rules(), engine="test", ledger=one, by_truth=True).take_fit(batch)
            refused |= {wrong.fact.id for wrong in whole.unfit}
            folded = many.take(batch)
            unfit |= {name for part in folded.values() for name in part.unfit}
            unfit |= frozenset.intersection(*(part.unclaimed for part in folded.values()))

        assert refused == unfit
        assert rows([one]) == rows(many.ledgers)
        assert states([one]) == states(many.ledgers)
