"""`lictor ledger replay`: recorded decisions made again."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.options import POLICY, json_option
from lictor.detect import compile_policy
from lictor.errors import escape_controls
from lictor.ledger import Ledger
from lictor.ledger.replay import Replayed, replay
from lictor.policy import load_policy

__all__ = ["command"]

_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-p",
    "--policy",
    type=POLICY,
    metavar="P",
    help="Decide by this policy instead, and compare what it decides. Left out: by the policies in the ledger.",
)
@json_option
def command(*, file: Path, policy: str | None, as_json: bool) -> int:
    """Make each recorded decision of a text again, and say whether it is the same.

    Each is decided by the policy it names, from that policy's own bytes in the ledger. What was erased, and what
    another version of the engine decided, cannot be replayed. The exit code is 1 where a decision is different.
    Decisions made by facts follow from `lictor ledger rebuild`.
    """
    with Ledger.read(file) as ledger:
        by = None if policy is None else compile_policy(load_policy(policy))
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for one in replay(ledger, engine=version("lictor"), policy=by):
            counts[one.result] += 1
            if one.why:
                reasons[one.why] += 1
            if one.result == "different" and (as_json or counts["different"] <= _SHOWN):
                say.result(_line(one) if as_json else _told(one))
    if as_json:
        total = {name.replace(" ", "_"): counts[name] for name in ("same", "different", "not replayable")}
        say.result(orjson.dumps(total | {"why": dict(reasons)}, option=orjson.OPT_APPEND_NEWLINE))
    else:
        if counts["different"] > _SHOWN:
            say.result(f"... and {counts['different'] - _SHOWN:,} more")
        because = ", ".join(f"{count:,} {why}" for why, count in sorted(reasons.items()))
        say.result(
            f"{counts['same']:,} same, {counts['different']:,} different, {counts['not replayable']:,} not replayable"
            + (f" ({escape_controls(because)})" if because else "")
        )
    return FOUND if counts["different"] else OK


def _told(one: Replayed) -> str:
    return f"row {one.seq}: decision `{escape_controls(one.id)}` is different: {', '.join(one.differs)}"


def _line(one: Replayed) -> bytes:
    value = {"row": one.seq, "id": one.id, "result": one.result, "differs": list(one.differs)}
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
