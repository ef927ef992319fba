"""`lictor ledger erase`: what a ledger holds of a person, or of one entry, gone for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import WORDS
from lictor.facts import stamp
from lictor.ledger import Ledger

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", type=WORDS, metavar="A", help="Erase who this account is, and its words.")
@click.option("--entry", type=WORDS, metavar="ID", help="Erase the words of this decision or fact.")
@click.option("--by", type=WORDS, required=True, metavar="WHO", help="Who erases; it is recorded.")
@click.option("--why", type=WORDS, required=True, metavar="TEXT", help="The reason; it is recorded.")
def command(*, file: Path, account: str | None, entry: str | None, by: str, why: str) -> int:
    """Erase an account, or what one entry says. It cannot be undone.

    A row says what was erased, and the ledger verifies as before. What was decided stays, without names and words; it
    can no longer be replayed.
    """
    now = stamp(datetime.now(UTC))  # noqa: TID251 - the command line reads the clock
    with Ledger.open(file, create=False) as ledger:
        erased = ledger.erase(account=account, entry=entry, by=by, why=why, at=now)
    say.result(
        f"erased: the words of {erased.rows:,} rows, {erased.identities:,} identities, {erased.states:,} states; "
        f"row {erased.seq} says so"
    )
    return OK
