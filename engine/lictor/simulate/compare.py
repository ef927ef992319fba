"""Two policies over the same rows in one pass: each batch is read and searched once, and decided by both.

What each decides is what it decides alone, to the byte. Rows in which neither finds anything cost no Python. A row that
one of the two cannot judge (its subject type is unknown to it) is not compared, and counted for that side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from lictor.decide import Decision
from lictor.detect import CompiledPolicy
from lictor.scan.columns import Decided, RowError, completed, decide_columns
from lictor.scan.inputs import InputBatch
from lictor.simulate.comparison import Comparison, Seen, Tally
from lictor.simulate.contribution import Dissector
from lictor.simulate.labels import Truth, truth_of
from lictor.simulate.samples import Samples
from lictor.simulate.together import Together
from lictor.simulate.verdicts import acting, change_of, verdict_of

__all__ = ["Comparer", "Question", "Side"]

Side = tuple[CompiledPolicy, datetime | None]
"""A policy, and the instant it judges as of, where there is one."""


@dataclass(frozen=True, slots=True)
class Question:
    """How two sides are to be compared.

    `defaults` are values for rows that do not say. `labels` names the column that says what a row is; `contribution`
    asks what each rule and term contributes; at most `samples` rows of each change and category are kept.
    """

    defaults: Mapping[str, str] = field(default_factory=dict)
    labels: str | None = None
    contribution: bool = False
    samples: int = 3
    seed: int = 0


class Comparer:
    """Compares two sides, a batch at a time. `engine` is the version that decisions carry."""

    def __init__(self, sides: tuple[Side, Side], question: Question, *, engine: str) -> None:
        self._sides, self._question, self._engine = sides, question, engine
        self._together = Together([compiled for compiled, _ in sides])
        self._categories = frozenset(name for one, _ in sides for name in one.policy.document.categories)
        self._truths: dict[str, Truth | None] = {}
        self._dissectors = [Dissector(compiled, as_of, engine) for compiled, as_of in sides]

    def warm_up(self) -> None:
        """Builds what is otherwise built on first need: for those who start processes as copies."""
        self._together.warm_up()

    def nothing(self) -> Comparison:
        """The comparison of no rows, to which others are added."""
        return Comparison(Samples(each=self._question.samples, seed=self._question.seed))

    def __call__(self, found: InputBatch) -> Comparison:
        """The rows of the batch compared."""
        made = self.nothing()
        made.read = found.batch.num_rows
        made.files.add(found.source)
        made.digests.add(found.digest)
        batch = completed(found.batch, self._question.defaults)
        outcomes = self._decided(batch, found)
        unfit = {row for side in outcomes for row, one in side.items() if isinstance(one, RowError)}
        made.compared = batch.num_rows - len(unfit)
        for tally, side in zip(made.sides, outcomes, strict=True):
            _tell(tally, side, batch.num_rows)
        accounts = _column(batch, "account")
        if accounts is not None:
            made.seen.update(name for name in pc.unique(accounts).to_pylist() if name is not None)
        truths = self._labelled(made, batch, unfit)
        for row in sorted({row for side in outcomes for row in side} - unfit):
            pair = (_of(outcomes[0], row), _of(outcomes[1], row))
            self._compare(made, found, row, pair, None if truths is None else truths.get(row))
        none = made.compared - made.moves.total()
        made.moves["none", "none"] += none
        return made

    def _decided(self, batch: pa.RecordBatch, found: InputBatch) -> list[dict[int, Decided | RowError]]:
        find = self._together.batch()
        return [
            {
                one.row: one
                for one in decide_columns(
                    (compiled,), batch, as_of=as_of, engine=self._engine, items=found.item, find=find, silent=True
                )
            }
            for compiled, as_of in self._sides
        ]

    def _compare(
        self,
        made: Comparison,
        found: InputBatch,
        row: int,
        pair: tuple[Decided | None, Decided | None],
        truth: Truth | None,
    ) -> None:
        decisions = (_decision(pair[0]), _decision(pair[1]))
        verdicts = (verdict_of(decisions[0]), verdict_of(decisions[1]))
        change = change_of(*verdicts)
        one = pair[1] or pair[0]
        assert one is not None
        account = one.decision.account
        made.add(account, *verdicts, change)
        if change is not None:
            where = {
                "file": found.source,
                "row": int(found.rows[row]),
                "item": one.decision.item,
                "account": account,
                "subject": one.decision.subject,
                "label": None if truth is None else list(truth.names),
            }
            made.samples.offer(change, verdicts, decisions, one.judged, where)
        if change in ("newly_hit", "newly_freed"):
            shown = decisions[1] if change == "newly_hit" else decisions[0]
            assert shown is not None
            made.evidence.setdefault(change, Counter()).update(_shown(shown))
        if truth is not None and change is not None:
            made.changed_truths[change, truth.violates] += 1
        for side, decision in enumerate(decisions):
            if truth is not None and decision is not None and decision.action != "none":
                made.marks[side].add(truth, verdicts[side], len(_shown(decision)))
            if self._question.contribution and decision is not None:
                made.parts[side].add(self._dissectors[side].ask(decision, one.judged), truth)

    def _labelled(self, made: Comparison, batch: pa.RecordBatch, unfit: set[int]) -> dict[int, Truth | None] | None:
        """The truth of each row that has one; what the others say is counted, and how many rows are of each truth."""
        if self._question.labels is None:
            return None
        column = _column(batch, self._question.labels)
        if column is None:
            made.unlabelled += made.compared
            return {}
        labels = column.cast(pa.string()).fill_null("").dictionary_encode()
        names = labels.dictionary.to_pylist()
        known = [self._truth(name) for name in names]
        truths: dict[int, Truth | None] = {}
        for row, number in enumerate(labels.indices.to_pylist()):
            if row in unfit:
                continue
            truth = known[number]
            if isinstance(truth, str):
                made.no_labels[truth] += 1
            elif truth is None:
                made.unlabelled += 1
            else:
                made.truths[truth] += 1
                truths[row] = truth
        return truths

    def _truth(self, label: str) -> Truth | str | None:
        """What the label says; a word that is no label comes back as it is."""
        try:
            if label not in self._truths:
                self._truths[label] = truth_of(label, self._categories)
            return self._truths[label]
        except ValueError as wrong:
            return str(wrong)


def _tell(tally: Tally, side: Mapping[int, Decided | RowError], rows: int) -> None:
    for one in side.values():
        if isinstance(one, RowError):
            tally.unfit[one.reason] += 1
        else:
            tally.actions[one.decision.action] += 1
    tally.rows = rows - tally.unfit.total()
    tally.actions["none"] += tally.rows - tally.actions.total()


def _of(side: Mapping[int, Decided | RowError], row: int) -> Decided | None:
    one = side.get(row)
    assert not isinstance(one, RowError)
    return one


def _decision(decided: Decided | None) -> Decision | None:
    return None if decided is None else decided.decision


def _shown(decision: Decision) -> set[Seen]:
    """The different terms, by lexicon, that show what the decision rests on."""
    return {(piece.lexicon, piece.term) for one in acting(decision) for piece in one.evidence}


def _column(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    return batch.column(name) if name in batch.schema.names else None
