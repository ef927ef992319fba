"""`lictor account show`: where an account stands, and every decision about it with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.acting import Scene, case_of, look
from lictor.cli.codes import OK
from lictor.cli.lives import ledger_option, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option
from lictor.enforce import Account
from lictor.ledger import FactRecord, RecordedFact
from lictor.report.account import Entry, account_to_dict, render_account
from lictor.report.timeline import recorded, render

__all__ = ["command", "entries"]


@click.command()
@click.argument("id", type=WORDS, metavar="ID")
@ledger_option
@fed_policy_option
@now_option
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="The language of the reasons.")
@click.option("every", "--all", is_flag=True, help="Every decision, and the history: who did what.")
@json_option
def command(
    *,
    id: str,  # noqa: A002
    ledger: Path,
    policies: Sequence[str],
    now: datetime | None,
    lang: str,
    every: bool,
    as_json: bool,
) -> int:
    """Where an account stands, and every decision about it with its reasons.

    At an instant in the past, the account is shown as it stood then, by all that is known today.
    """
    with look(ledger, policies, now) as scene:
        account = scene.account(id)
        if account.seen is not None and account.seen > scene.now:
            account = scene.lives.past(id, scene.now)
        standing = scene.lives.standing_of(account, scene.now)
        told = [one for one in entries(scene, account) if datetime.fromisoformat(one.decision["as_of"]) <= scene.now]
        if as_json:
            values = account_to_dict(account, standing, told, scene.now)
            if every:
                values["history"] = [asdict(one) for one in _records(scene, id)]
            say.result(orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE))
        else:
            say.result(render_account(account, standing, told, scene.now, lang=lang, every=every))
            if every:
                say.result("\n".join(["  history", *render(recorded(one, id) for one in _records(scene, id))]))
    return OK


def entries(scene: Scene, account: Account) -> Iterator[Entry]:
    """Every decision about the account in the order recorded, each with what became of it."""
    for found in scene.ledger.facts(account.id):
        for decision in found.record.decisions:
            case = case_of(account, decision)
            item = None if case is not None else account.items.get(str(decision["item"]))
            yield Entry(decision, case, item, None if case is None else case.by or _by(found))


def _records(scene: Scene, id: str) -> list[FactRecord]:  # noqa: A002
    """Every fact about the account up to now, in order of time."""
    records = [one.record for one in scene.ledger.facts(id)]
    known = [(datetime.fromisoformat(one.at), one) for one in records if one.at is not None]
    return [one for at, one in sorted(known, key=lambda pair: pair[0]) if at <= scene.now]


def _by(found: RecordedFact) -> str | None:
    by = found.record.fact.get("by")
    return None if by is None else str(by)
