"""`lictor appeal file`: an account contests a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from lictor.cli.acting import Scene, act
from lictor.cli.lives import id_option, ledger_option, new_id, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option
from lictor.enforce.appeals import appeal_until
from lictor.facts.kinds import Appeal

__all__ = ["command"]


@click.command()
@click.option(
    "--decision", type=WORDS, required=True, metavar="ID",
    help="The decision's id as the notice shows it, or the id of the fact that made it.",
)  # fmt: skip
@click.option("--account", type=WORDS, metavar="ID", help="Whose appeal it is, where a decision is about several.")
@click.option("--text", type=WORDS, metavar="WORDS", help="What the account says.")
@ledger_option
@id_option
@fed_policy_option
@now_option
@json_option
def command(
    *,
    decision: str,
    account: str | None,
    text: str | None,
    named: str | None,
    ledger: Path,
    policies: Sequence[str],
    now: datetime | None,
    as_json: bool,
) -> int:
    """Contest a decision, for an account.

    The appeal is recorded whether it is accepted or refused; the exit code is 1 where it is refused: too late, or
    contested before.
    """

    def make(scene: Scene) -> Appeal:
        contested = scene.contested(decision, account)
        return Appeal(
            id=new_id("appeal", named), at=scene.now, subject=contested.account.id, decision=contested.id, text=text
        )

    def why(scene: Scene, reason: str) -> str:
        contested = scene.contested(decision, account)
        held = contested.case or contested.item
        assert held is not None
        if reason == "appeal_too_late" and held.policy is not None:
            until = appeal_until(scene.rules.document(held.policy), held)
            return f"appeals against it were open until {until.isoformat()}"
        if held.appeal is not None and reason == "appeal_exhausted":
            return f"appeal `{held.appeal.id}` of {held.appeal.at.isoformat()} is {held.appeal.state}"
        return ""

    return act(ledger, policies, now, make, as_json=as_json, why_refused=why)
