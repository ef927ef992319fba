"""A ledger's facts, in the order in which they were recorded, for a replay that leaves the ledger as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lictor.enforce import Finding
from lictor.enforce import routed as told
from lictor.facts.kinds import ContentEdited, ContentPublished, Fact
from lictor.intake import fact_of, findings_of
from lictor.ledger import Ledger
from lictor.ledger.masking import MASK

__all__ = ["AT_ONCE", "Recorded", "RecordedFacts"]

AT_ONCE = 4096
"""Facts in one batch at most."""


@dataclass(slots=True)
class Recorded:
    """Facts in order of time with what was found in them then, and until when somebody let the clock run after them."""

    facts: list[Fact] = field(default_factory=list)
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    ran_until: datetime | None = None


class RecordedFacts:
    """What was fed into a ledger, in batches. What the fold told itself comes of it again, so it is left out.

    `erased` counts the facts whose account or words are gone, `masked` those whose words were never kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.erased = 0
        self.masked = 0

    def __iter__(self) -> Iterator[Recorded]:
        batch = Recorded()
        for recorded in self._ledger.facts():
            if not {"account", "content"}.isdisjoint(recorded.erased):
                self.erased += 1
                continue
            if recorded.record.kind in told.KINDS:
                if recorded.record.kind == told.Due.__struct_config__.tag:
                    batch.ran_until = fact_of(recorded.record).at
                continue
            fact = fact_of(recorded.record)
            # A deadline that came before a later fact comes by itself; one that somebody asked for has to be asked for.
            asked = batch.ran_until is not None and fact.at <= batch.ran_until
            if asked or len(batch.facts) == AT_ONCE or (batch.facts and fact.at < batch.facts[-1].at):
                yield batch
                batch = Recorded()
            batch.ran_until = None
            batch.facts.append(fact)
            batch.findings[fact.id] = findings_of(recorded.record)
            self.masked += isinstance(fact, ContentPublished | ContentEdited) and fact.text == MASK
        if batch.facts or batch.ran_until is not None:
            yield batch
