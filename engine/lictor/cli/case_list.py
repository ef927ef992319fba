"""`lictor case list`: what waits for a person, the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.lives import clock, ledger_option, now_option, rules_of
from lictor.cli.options import fed_policy_option, json_option
from lictor.enforce import Account, Rulebook
from lictor.enforce.appeals import answer_due
from lictor.enforce.states import Case, Item, decode_state
from lictor.ledger import Ledger
from lictor.report.queue import Waiting, render_queue, waiting_at, waiting_to_dict

__all__ = ["command", "queue"]

_SHOWN = 50


@click.command()
@ledger_option
@fed_policy_option
@now_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=_SHOWN, metavar="N", help=f"Show so many; {_SHOWN} unless told."
)
@json_option
def command(*, ledger: Path, policies: Sequence[str], now: datetime | None, limit: int, as_json: bool) -> int:
    """What waits for a person, the longest first.

    It is flagged and hidden items, open reviews, and pending appeals.
    """
    with Ledger.read(ledger) as opened:
        things, more = queue(opened, policies, limit)
        proposed = 0 if things else _scanned(opened)
    if as_json:
        told = {"waiting": [waiting_to_dict(one) for one in things], "more": more}
        say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_queue(things, clock(now)))
    if more:
        say.note("more waits; `--limit N` shows more")
    if proposed:
        say.note(
            f"the ledger holds {proposed:,} decisions of `lictor scan`: what they propose is in no queue, since a scan "
            "knows no accounts' lives; feed what was published with `lictor enforce`"
        )
    return OK


def queue(ledger: Ledger, policies: Sequence[str], limit: int, kind: str | None = None) -> tuple[list[Waiting], bool]:
    """So many of the things that wait, of one kind if one is named, and whether there are more."""
    states = (decode_state(body) for body in _bodies(ledger, None if kind else limit))
    things = [one for state in states if isinstance(state, Account) for one in waiting_at(state)]
    things = sorted((one for one in things if kind in (None, one.kind)), key=lambda one: one.since)
    more = len(things) > limit
    things = things[:limit]
    if any(one.kind == "appeal" for one in things):
        rules = rules_of(ledger, policies)
        things = [_with_answer(ledger, rules, one) if one.kind == "appeal" else one for one in things]
    return things, more or (kind is None and len(ledger.waiting(limit + 1)) > limit)


def _bodies(ledger: Ledger, limit: int | None) -> list[bytes]:
    # The longest waiting thing of an account is what its key is sorted by: so many keys hold as many oldest things.
    keys = ledger.waiting() if limit is None else ledger.waiting(limit)
    kept = ledger.states(keys)
    return [kept[key] for key in keys]


def _with_answer(ledger: Ledger, rules: Rulebook, thing: Waiting) -> Waiting:
    state = decode_state(ledger.states([thing.account])[thing.account])
    assert isinstance(state, Account)
    held: dict[str, Case | Item] = {**state.items, **{case.id: case for case in state.cases}}
    policy = held[thing.contested].policy if thing.contested in held else None
    return thing if policy is None else replace(thing, answer_due=answer_due(rules.document(policy), thing.since))


def _scanned(ledger: Ledger) -> int:
    return ledger.summary().kinds.get("decision", 0)
