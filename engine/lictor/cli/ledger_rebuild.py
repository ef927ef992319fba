"""`lictor ledger rebuild`: the states of accounts, folded anew from the recorded facts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.options import json_option, policies_option
from lictor.detect import CompiledPolicy, compile_policy
from lictor.enforce import Rulebook
from lictor.errors import UsageError, escape_controls
from lictor.intake import refold
from lictor.ledger import Ledger
from lictor.ledger.rebuild import Rebuilt, rebuild
from lictor.policy import load_canonical, load_policy

__all__ = ["command"]

_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@policies_option("Fold under these policies. Left out: under those the ledger holds.")
@click.option("--write", is_flag=True, help="Put what follows from the facts in place of the states that are kept.")
@json_option
def command(*, file: Path, policies: tuple[str, ...], write: bool, as_json: bool) -> int:
    """Fold the recorded facts again, and compare with the states that are kept.

    Nothing is detected again. The exit code is 1 where a state is not what follows from the facts; with `--write` it is
    put right.
    """
    with Ledger.open(file, create=False) if write else Ledger.read(file) as ledger:
        rules = _rules(ledger, policies)
        rebuilt = rebuild(ledger, partial(refold, rules), write=write)
    if as_json:
        say.result(_line(rebuilt, written=write and not rebuilt.same))
    else:
        for what in ("missing", "other", "extra"):
            for key in getattr(rebuilt, what)[:_SHOWN]:
                say.result(f"{_TOLD[what]}: `{escape_controls(key)}`")
        wrong = len(rebuilt.missing) + len(rebuilt.other) + len(rebuilt.extra)
        say.result(
            f"{rebuilt.states:,} states from {rebuilt.facts:,} facts ({rebuilt.erased:,} erased): "
            + (f"{wrong:,} kept otherwise" + (", now put right" if write else "") if wrong else "as they are kept")
        )
    return OK if rebuilt.same else FOUND


_TOLD = {
    "missing": "no state is kept",
    "other": "another state is kept",
    "extra": "a state is kept that follows from no fact",
}


def _rules(ledger: Ledger, named: Sequence[str]) -> Rulebook:
    if named:
        return Rulebook([compile_policy(load_policy(name)) for name in named], _bundled)
    stored = {digest: load_canonical(ledger.policy(digest) or b"") for digest in ledger.policies()}
    newest = {policy.id: policy for policy in stored.values()}
    judging = [stored[digest] for digest in ledger.fed_under()] or list(newest.values())
    if not judging:
        raise UsageError("the ledger holds no policy", hint="name those the facts were taken under with `--policy`")

    def pack(name: str) -> CompiledPolicy:
        return compile_policy(newest[name]) if name in newest else _bundled(name)

    return Rulebook([compile_policy(policy) for policy in judging], pack)


def _bundled(name: str) -> CompiledPolicy:
    return compile_policy(load_policy(name))


def _line(rebuilt: Rebuilt, *, written: bool) -> bytes:
    value = {
        "same": rebuilt.same, "written": written, "facts": rebuilt.facts, "erased": rebuilt.erased,
        "states": rebuilt.states, "missing": rebuilt.missing, "other": rebuilt.other, "extra": rebuilt.extra,
    }  # fmt: skip
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
