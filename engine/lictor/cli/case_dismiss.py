"""`lictor case dismiss`: a person finds nothing wrong; what detection did is undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from lictor.cli.acting import act
from lictor.cli.answers import review_of
from lictor.cli.lives import by_option, id_option, ledger_option, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option

__all__ = ["command"]


@click.command()
@click.argument("ids", type=WORDS, nargs=-1, required=True, metavar="ID...")
@ledger_option
@by_option
@click.option("--why", type=WORDS, metavar="WORDS", help="Why nothing is wrong; it is recorded.")
@id_option
@fed_policy_option
@now_option
@json_option
def command(
    *,
    ids: Sequence[str],
    ledger: Path,
    by: str,
    why: str | None,
    named: str | None,
    policies: Sequence[str],
    now: datetime | None,
    as_json: bool,
) -> int:
    """Dismiss what waits: what detection did is undone.

    ID... are items of one account, or the account with all that waits there. The exit code is 1 where it was refused.
    """
    return act(
        ledger,
        policies,
        now,
        lambda scene: review_of(scene, ids, "dismissed", by=by, note=why, named=named),
        as_json=as_json,
    )
