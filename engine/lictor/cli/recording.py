"""A scan kept in a ledger: each batch held to the guards of its policies, then appended in one transaction.

Here, and not among the other sinks, because few scans are recorded, and what that needs takes its time to load.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from lictor.cli.budgets import Budgets, tell_tripped, warn_of
from lictor.cli.judging import Judged
from lictor.cli.lives import refuse_other_content
from lictor.cli.options import clock
from lictor.engine import Engine
from lictor.facts import stamp
from lictor.ledger import Batch, BatchSummary, DecisionRecord, Ledger, PolicyRecord
from lictor.ledger.masking import masked_decision, masked_input
from lictor.scan.inputs.paths import display

__all__ = ["open_ledger"]


def open_ledger(
    stack: ExitStack, path: Path, engine: Engine
) -> tuple[Callable[[Judged], Judged], Callable[[Judged], None]]:
    """What holds each batch to the guards, and what appends it then; the stack closes the ledger."""
    ledger = stack.enter_context(Ledger.open(path))
    refuse_other_content(ledger, [one.policy for one in engine.policies])
    tell_tripped(ledger, path)
    append = _appending(ledger, engine)

    def keep(judged: Judged) -> None:
        append(judged)
        warn_of(judged.trips, display(str(path)))

    return Budgets(ledger, engine, clock(None)), keep


def _appending(ledger: Ledger, engine: Engine) -> Callable[[Judged], None]:
    policies = [PolicyRecord(one.policy.digest, one.policy.canonical) for one in engine.policies]
    masks = {one.policy.digest: one.policy.document.ledger.mask for one in engine.policies}

    def append(judged: Judged) -> None:
        if not judged.count:
            return
        decided = [orjson.loads(row.decision) for row in judged.rows if row.decision is not None]
        records = [
            _as_kept(decision, judged_bytes, masks[decision["digest"]])
            for decision, judged_bytes in zip(decided, judged.inputs, strict=True)
        ]
        summary = BatchSummary(
            read=judged.read,
            rows=judged.count,
            rejects=len(judged.rejects),
            actions=Counter(decision["action"] for decision in decided),
            categories=Counter(decision["category"] for decision in decided if decision["category"]),
            rules=Counter(rule for decision in decided for rule in decision["rules"]),
            monitored=Counter(rule for rules in judged.monitored for rule in rules),
            policies=tuple(policy.digest for policy in policies),
            # When it was run, not what it was judged by: the decisions say that.
            at=stamp(datetime.now(UTC)),  # noqa: TID251 - the command line reads the clock
        )
        ledger.append(Batch(records, policies, summary, guards=judged.trips))

    return append


def _as_kept(decision: Mapping[str, Any], judged: bytes, mask: Collection[str]) -> DecisionRecord:
    if mask:
        decision, judged = masked_decision(decision, mask), masked_input(judged, mask)
    return DecisionRecord(decision["id"], decision["account"], decision["as_of"], decision, judged)
