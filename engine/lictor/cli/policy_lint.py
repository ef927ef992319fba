"""`lictor policy lint`: every mistake in a policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.options import POLICY, chosen, json_option
from lictor.errors import Diagnostic, PolicyError, render
from lictor.policy import load_policy
from lictor.scan.inputs.paths import display

__all__ = ["command"]


@click.command()
@click.argument("policies", type=POLICY, nargs=-1, metavar="[P]...")
@json_option
def command(*, policies: Sequence[str], as_json: bool) -> int:
    """Every mistake in a policy, with its place and the way out.

    P is a bundled policy's name, a file or a folder. The exit code is 1 where there is a warning, 2 where a policy does
    not load.
    """
    code, found = OK, list[Diagnostic]()
    for name in chosen(policies):
        try:
            some = load_policy(name).notes
        except PolicyError as wrong:
            some, code = wrong.diagnostics, FAILED
        found += some
    if code == OK and any(one.level == "warning" for one in found):
        code = FOUND
    if as_json:
        say.result(orjson.dumps([_to_dict(one) for one in found], option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result("\n\n".join([*map(render, found), _count(found)]))
    return code


def _count(found: Sequence[Diagnostic]) -> str:
    counts = Counter(one.level for one in found)
    told = [f"{n} {level}{'s' if n > 1 else ''}" for level in ("error", "warning", "note") if (n := counts[level])]
    return ", ".join(told) or "no mistakes"


def _to_dict(one: Diagnostic) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("code", "level", "message", "label", "hint")}
    where = {name: getattr(one.place, name, None) for name in ("line", "column", "length")}
    return told | where | {"file": None if one.place is None else display(one.place.file)}
