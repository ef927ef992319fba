"""`lictor appeal reject`: a person answers an appeal against a decision: it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from lictor.cli.acting import act
from lictor.cli.answers import answer_appeal
from lictor.cli.lives import by_option, id_option, ledger_option, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option

__all__ = ["command"]


@click.command()
@click.argument("appeal", type=WORDS, metavar="APPEAL")
@ledger_option
@by_option
@id_option
@fed_policy_option
@now_option
@json_option
def command(
    *,
    appeal: str,
    ledger: Path,
    by: str,
    named: str | None,
    policies: Sequence[str],
    now: datetime | None,
    as_json: bool,
) -> int:
    """Answer an appeal: the decision stands.

    Whoever made the decision may not answer. The exit code is 1 where the answer is refused.
    """
    return act(
        ledger,
        policies,
        now,
        lambda scene: answer_appeal(scene, appeal, "rejected", by=by, named=named),
        as_json=as_json,
    )
