"""`lictor guard rearm`: a tripped rule acts by itself again, because somebody says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.lives import by_option, ledger_option
from lictor.cli.options import WORDS, clock, now_option
from lictor.errors import UsageError
from lictor.facts import stamp, suggest
from lictor.ledger import Ledger
from lictor.ledger.guards import rearm, tripped

__all__ = ["command"]


@click.command()
@ledger_option
@by_option
@click.option("rules", "--rule", type=WORDS, multiple=True, metavar="ID", help="The rule; several times for several.")
@click.option("every", "--all", is_flag=True, help="Every rule that is tripped.")
@now_option
def command(*, ledger: Path, by: str, rules: Sequence[str], every: bool, now: datetime | None) -> int:
    """Let a tripped rule act by itself again.

    It is recorded who said so. What the rule did until now no longer counts against its budget; what was held back
    stays with the people it waits for.
    """
    if every == bool(rules):
        raise UsageError("either rules or all of them are armed", hint="give `--rule ID`, or `--all`")
    with Ledger.open(ledger, create=False) as opened:
        trips = tripped(opened)
        known = sorted({one.rule for one in trips})
        for rule in rules:
            if rule not in known:
                hint = suggest(rule, known) if known else "`lictor guard list` shows those that are"
                raise UsageError(f"rule `{rule}` is not tripped", hint=hint)
        chosen = [one for one in trips if every or one.rule in rules]
        rearm(opened, chosen, by=by, at=stamp(clock(now)))
    said = "\n".join(f"rule {one.rule} of {one.policy} acts by itself again" for one in chosen)
    say.result(said or "no rule is tripped")
    return OK
