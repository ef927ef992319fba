"""`lictor case show`: one thing that waits, with its evidence, and what each answer would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson
from msgspec.structs import replace

from lictor.cli import say
from lictor.cli.acting import Scene, look, rehearse
from lictor.cli.answers import answer_appeal, review_of, waiting_thing
from lictor.cli.codes import OK
from lictor.cli.lives import ledger_option, now_option
from lictor.cli.options import WORDS, fed_policy_option, json_option
from lictor.enforce import Outcome
from lictor.errors import LictorError
from lictor.facts.kinds import Fact
from lictor.report.account import brief
from lictor.report.queue import Found, Waiting, render_case, waiting_to_dict
from lictor.report.timeline import outcome_to_dict

__all__ = ["command"]


@click.command()
@click.argument("id", type=WORDS, metavar="ID")
@ledger_option
@fed_policy_option
@now_option
@json_option
def command(*, id: str, ledger: Path, policies: Sequence[str], now: datetime | None, as_json: bool) -> int:  # noqa: A002
    """One thing that waits, its evidence, and what each answer would do.

    ID is an item's, an account's or an appeal's, as `lictor case list` shows it. Nothing is recorded.
    """
    with look(ledger, policies, now) as scene:
        thing = waiting_thing(scene, id)
        found = list(_found(scene, thing))
        rehearsals = [(answer, _rehearsed(scene, thing, answer)) for answer in _ANSWERS[thing.kind]]
        if as_json:
            told: dict[str, Any] = {
                "waiting": waiting_to_dict(thing),
                "found": [{"item": one.item, "text": one.text, "decisions": list(one.decisions)} for one in found],
                "answers": {
                    answer: {"outcomes": [outcome_to_dict(one) for one in outcomes], "not_possible": why or None}
                    for answer, (outcomes, why) in rehearsals
                },
            }
            say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        else:
            shown = [(f"if {answer}", outcomes, why) for answer, (outcomes, why) in rehearsals]
            about = brief(scene.lives.account(thing.account), scene.lives.standing(thing.account, scene.now), scene.now)
            say.result(render_case(thing, about, found, shown, scene.now))
    return OK


_ANSWERS = {
    "item": ("upheld", "dismissed"),
    "review": ("upheld", "dismissed"),
    "appeal": ("granted", "rejected"),
}
_YOU = "whoever decides"


def _found(scene: Scene, thing: Waiting) -> Iterator[Found]:
    account = scene.lives.account(thing.account)
    if thing.kind == "item":
        names: Sequence[str] = (thing.id,)
    elif thing.kind == "review":
        names = [item.id for item in account.items.values() if item.pending]
    else:
        case = next((one for one in account.cases if one.id == thing.contested), None)
        names = case.about if case is not None else (thing.contested or "",)
    for name in names:
        published = scene.ledger.fact(name)
        if published is None or published.record.kind != "content":
            continue
        newest = published
        if name in account.items and account.items[name].at != datetime.fromisoformat(str(published.record.at)):
            for recorded in scene.ledger.facts(thing.account):
                if recorded.record.kind == "content_edited" and recorded.record.fact.get("item") == name:
                    newest = recorded
        yield Found(name, newest.record.fact.get("text"), newest.record.decisions)


def _rehearsed(scene: Scene, thing: Waiting, answer: str) -> tuple[Sequence[Outcome], str]:
    """What that answer would lead to, or why it cannot be given like that."""
    trial = rehearse(scene.ledger, scene.rules, scene.now, quiet=True)
    try:
        if thing.kind == "appeal":
            fact: Fact = answer_appeal(trial, thing.id, "granted" if answer == "granted" else "rejected", by=_YOU)
        else:
            fact = review_of(trial, [thing.id], "upheld" if answer == "upheld" else "dismissed", by=_YOU)
        return trial.lives.take([replace(fact, id="this-answer")]), ""
    except LictorError as wrong:
        return (), wrong.hint or str(wrong)
