"""`lictor guard list`: the rules that went beyond their guards and wait to be armed again."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.lives import ledger_option
from lictor.cli.options import json_option
from lictor.errors import escape_controls
from lictor.ledger import GuardRecord, Ledger
from lictor.ledger.guards import tripped

__all__ = ["command"]


@click.command()
@ledger_option
@json_option
def command(*, ledger: Path, as_json: bool) -> int:
    """The rules that are tripped, and what they did.

    A tripped rule decides as before; what its guard is about waits for a person, until `lictor guard rearm`. The exit
    code is 1 where a rule is tripped.
    """
    with Ledger.read(ledger) as opened:
        trips = tripped(opened)
    if as_json:
        said = [{"policy": one.policy, "guard": one.guard, "rule": one.rule, "at": one.at, **one.told} for one in trips]
        say.result(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result("\n".join(map(_told, trips)) or "no rule is tripped")
    return FOUND if trips else OK


def _told(one: GuardRecord) -> str:
    told = one.told
    return escape_controls(
        f"{one.rule} of {one.policy}, guard {one.guard}: tripped {one.at} by {told['items']:,} of "
        f"{told['of_items']:,} items and {told['accounts']:,} accounts within {told['within']}; "
        f"{', '.join(told['actions'])} wait for a person"
    )
