"""`lictor appeal list`: the appeals that wait for an answer, the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.case_list import queue
from lictor.cli.codes import OK
from lictor.cli.lives import clock, ledger_option, now_option
from lictor.cli.options import fed_policy_option, json_option
from lictor.ledger import Ledger
from lictor.report.queue import render_queue, waiting_to_dict

__all__ = ["command"]


@click.command()
@ledger_option
@fed_policy_option
@now_option
@json_option
def command(*, ledger: Path, policies: Sequence[str], now: datetime | None, as_json: bool) -> int:
    """The appeals that wait for an answer, the longest waiting first, each with the day its answer is due."""
    with Ledger.read(ledger) as opened:
        things, _ = queue(opened, policies, 1_000_000, "appeal")
    if as_json:
        told = {"waiting": [waiting_to_dict(one) for one in things]}
        say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_queue(things, clock(now)) if things else "no appeal waits for an answer")
    return OK
