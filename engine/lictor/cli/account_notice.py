"""`lictor account notice`: what the holder of an account is told: what was decided, why, how to contest it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.account_show import entries
from lictor.cli.acting import Scene, look
from lictor.cli.codes import OK
from lictor.cli.lives import ledger_option, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option
from lictor.enforce import Account
from lictor.enforce.appeals import appeal_until
from lictor.enforce.notices import notice_shown
from lictor.enforce.states import Case
from lictor.errors import UsageError
from lictor.report.account import Entry, Notice, render_notice

__all__ = ["command"]


@click.command()
@click.argument("id", type=WORDS, metavar="ID")
@click.option("--decision", type=WORDS, metavar="D", help="Of which decision. Left out: the newest in force.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="The language; en unless told.")
@ledger_option
@fed_policy_option
@now_option
@json_option
def command(
    *,
    id: str,  # noqa: A002
    decision: str | None,
    lang: str,
    ledger: Path,
    policies: Sequence[str],
    now: datetime | None,
    as_json: bool,
) -> int:
    """What an account's holder is told: what was decided, why, how to contest it."""
    with look(ledger, policies, now) as scene:
        account = scene.account(id)
        notice = _notice(scene, account, _entry(scene, account, decision))
        if as_json:
            say.result(orjson.dumps(notice.to_dict(scene.now, lang), option=orjson.OPT_APPEND_NEWLINE))
        else:
            say.result(render_notice(notice, scene.now, lang=lang))
    return OK


def _entry(scene: Scene, account: Account, decision: str | None) -> Entry:
    told = list(entries(scene, account))
    if decision is None:
        newest = scene.lives.standing(account.id, scene.now).case
        found = [one for one in told if newest is not None and one.case is newest] or told[-1:]
        if not found:
            raise UsageError(f"nothing was decided about `{account.id}`", hint="so there is nothing to tell its holder")
        return found[-1]
    contested = scene.contested(decision, account.id)
    held = contested.case or contested.item
    for one in reversed(told if contested.account.id == account.id else []):
        if decision == one.decision["id"] or (one.case or one.item) is held:
            return one
    raise UsageError(
        f"decision `{decision}` is not about `{account.id}`",
        hint=f"`lictor account show {account.id}` lists those that are",
    )


def _notice(scene: Scene, account: Account, entry: Entry) -> Notice:
    document = scene.rules.document(str(entry.decision["policy"]))
    held = entry.case or entry.item
    shown: Sequence[str] = () if entry.case is None else entry.case.notices
    if entry.case is None and entry.item is not None:
        # An item's own notice, as those see it who open it.
        done = {"hidden": "hide", "filtered": "filter", "refused": "refuse"}.get(entry.item.state)
        stand_in = Case(
            id=entry.item.id,
            at=entry.item.at,
            trigger="proactive",
            policy=document.policy,
            category=entry.item.category,
        )
        subject = scene.rules.subject(document, account.profile)
        name = done and notice_shown(document, "item", stand_in, subject, actions=(done,), functions=())
        shown = (name,) if name else ()
    return Notice(
        account=account,
        entry=entry,
        document=document,
        shown=shown,
        found=list(_found(scene, entry)),
        appeal_until=None if held is None else appeal_until(document, held),
    )


def _found(scene: Scene, entry: Entry) -> Iterator[tuple[str, str, list[tuple[int, int]]]]:
    """The texts that the decision is about, with what was found in them."""
    about = entry.case.about if entry.case is not None else () if entry.item is None else (entry.item.id,)
    for name in about:
        published = scene.ledger.fact(name)
        if published is None or not isinstance(text := published.record.fact.get("text"), str):
            continue
        spans = [
            (piece["start"], piece["end"])
            for decision in published.record.decisions
            for violation in decision["violations"]
            if not violation["exempted_by"]
            for piece in violation["evidence"]
        ]
        yield name, text, spans
