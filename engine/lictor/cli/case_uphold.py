"""`lictor case uphold`: a person finds that what was found is so; what follows is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from lictor.cli.acting import act
from lictor.cli.answers import review_of
from lictor.cli.lives import by_option, id_option, ledger_option, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option
from lictor.facts import TRIGGERS, Trigger

__all__ = ["command"]


@click.command()
@click.argument("ids", type=WORDS, nargs=-1, required=True, metavar="ID...")
@ledger_option
@by_option
@click.option("--category", type=WORDS, metavar="C", help="What was violated. Left out: what detection found.")
@click.option("--severity", type=WORDS, metavar="S", help="How gravely. Left out: as detection found, the gravest.")
@click.option("items", "--item", type=WORDS, multiple=True, metavar="NAME", help="What the account is to mend.")
@click.option(
    "--trigger", type=click.Choice(TRIGGERS), help="What led to it. Left out: complaints where there were enough."
)
@click.option("--note", type=WORDS, metavar="WORDS", help="A note for other people; nothing reads it.")
@id_option
@fed_policy_option
@now_option
@json_option
def command(
    *,
    ids: Sequence[str],
    ledger: Path,
    by: str,
    category: str | None,
    severity: str | None,
    items: Sequence[str],
    trigger: Trigger | None,
    note: str | None,
    named: str | None,
    policies: Sequence[str],
    now: datetime | None,
    as_json: bool,
) -> int:
    """Uphold what waits: what follows is carried out.

    ID... are items of one account, or the account with all that waits there: it becomes one review. What follows by the
    account's ladder counts a strike; `lictor case show ID` says beforehand what it is. The exit code is 1 where it was
    refused.
    """
    return act(
        ledger,
        policies,
        now,
        lambda scene: review_of(
            scene,
            ids,
            "upheld",
            by=by,
            category=category,
            severity=severity,
            trigger=trigger,
            items=items,
            note=note,
            named=named,
        ),
        as_json=as_json,
    )
