"""One structured event a decision, for those who collect logs. The only place that sets up structlog.

An event is one line of JSON: `event` is `decision`, `timestamp` is when it was logged; then where the text was read and
what was decided. It holds nobody's words: those are in the decision.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

import orjson
import structlog

from lictor.report.rows import ScanRow

__all__ = ["event_log"]

_OF_THE_DECISION = ("id", "account", "subject", "field", "policy", "version", "digest", "permanent", "strike", "clause")


def event_log(emit: Callable[[bytes], object]) -> Callable[[Iterable[ScanRow]], None]:
    """A writer of one event for each decision among the rows; the lines of one call are emitted together."""
    lines = io.BytesIO()
    log = structlog.wrap_logger(
        structlog.BytesLogger(lines),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.BoundLogger,
    )

    def write(rows: Iterable[ScanRow]) -> None:
        for row in rows:
            if row.decision is None:
                continue
            decision = orjson.loads(row.decision)
            log.info(
                "decision",
                file=row.file,
                row=row.row,
                item=row.item,
                action=row.action,
                status=row.status,
                category=row.category,
                severity=row.severity,
                rules=row.rules,
                effects=[effect["effect"] for effect in decision["effects"]],
                **{name: decision[name] for name in _OF_THE_DECISION},
            )
        emit(lines.getvalue())
        lines.seek(0)
        lines.truncate()

    return write
