"""`lictor account reinstate`: a person takes a decision back without an appeal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from lictor.cli.acting import Scene, act
from lictor.cli.lives import by_option, id_option, ledger_option, new_id, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option
from lictor.errors import UsageError
from lictor.facts.kinds import Reinstatement

__all__ = ["command"]


@click.command()
@click.argument("id", type=WORDS, metavar="ID")
@click.option(
    "--decision", type=WORDS, required=True, metavar="D", help="The decision's id, or that of the fact that made it."
)
@by_option
@click.option("--why", type=WORDS, required=True, metavar="WORDS", help="Why it is taken back; it is recorded.")
@ledger_option
@id_option
@fed_policy_option
@now_option
@json_option
def command(
    *,
    id: str,  # noqa: A002
    decision: str,
    by: str,
    why: str,
    named: str | None,
    ledger: Path,
    policies: Sequence[str],
    now: datetime | None,
    as_json: bool,
) -> int:
    """Take a decision back, without an appeal.

    What it took away from account ID ends, and its strike never counted.
    """

    def make(scene: Scene) -> Reinstatement:
        contested = scene.contested(decision, id)
        if contested.account.id != id:
            raise UsageError(f"decision `{decision}` is about `{contested.account.id}`, not `{id}`")
        if contested.case is None:
            raise UsageError(
                f"`{decision}` is an item that detection alone acted on",
                hint=f"`lictor case dismiss {contested.id}` undoes that",
            )
        return Reinstatement(
            id=new_id("reinstatement", named), at=scene.now, by=by, subject=id, decision=contested.id, why=why
        )

    return act(ledger, policies, now, make, as_json=as_json)
