"""`lictor ledger verify`: whether the record of decisions is whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.options import json_option
from lictor.errors import LedgerError, escape_controls
from lictor.ledger import Ledger, verify
from lictor.scan.inputs.paths import display

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def command(*, file: Path, as_json: bool) -> int:
    """Whether the record is whole; names the first broken row.

    The exit code is 1 where the ledger is broken, 2 where FILE cannot be read or is no ledger. A cut tail leaves a
    whole, shorter ledger: compare the rows and head with what was noted elsewhere.
    """
    # What cannot be opened is refused here: that is not the same as broken.
    Ledger.read(file).close()
    try:
        verified = verify(file)
    except LedgerError as broken:
        if as_json:
            _result({"whole": False, "row": broken.seq, "fact": display(str(broken)), "hint": broken.hint})
        else:
            hint = f"\nhint: {escape_controls(broken.hint)}" if broken.hint else ""
            say.result(f"broken: {escape_controls(str(broken))}{hint}")
        return FOUND
    if as_json:
        _result({"whole": True, **asdict(verified)})
    else:
        say.result(
            f"whole: {verified.rows:,} rows, {verified.blobs:,} blobs, {verified.erased:,} erased\n"
            f"head: {verified.head}"
        )
    return OK


def _result(value: dict[str, Any]) -> None:
    say.result(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
