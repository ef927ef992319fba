"""`lictor due`: what was foreseen happens: deadlines, ends, beginnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.lives import clock, intake, ledger_option, now_option, rules_of
from lictor.cli.options import fed_policy_option, json_option
from lictor.ledger import Ledger
from lictor.policy.actions import above_flag
from lictor.report.timeline import outcome_to_dict, timeline

__all__ = ["command"]


@click.command()
@ledger_option
@fed_policy_option
@now_option
@json_option
def command(*, ledger: Path, policies: Sequence[str], now: datetime | None, as_json: bool) -> int:
    """Let what was foreseen happen, record it, and say what it was.

    Run it as often as deadlines should be kept; what has happened does not happen again. The exit code is 1 where an
    action stronger than `flag` followed.
    """
    at = clock(now)
    with Ledger.open(ledger, create=False) as opened:
        outcomes = intake(opened, rules_of(opened, policies)).due(at)
    if as_json:
        told = {"now": at.isoformat(), "outcomes": [outcome_to_dict(one) for one in outcomes]}
        say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(timeline(outcomes) or "nothing was due")
    return FOUND if any(above_flag(case.action) for one in outcomes for case in one.decisions) else OK
