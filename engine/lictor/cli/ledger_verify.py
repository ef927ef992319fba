"""`lictor ledger verify`: whether the record of decisions is whole."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.ledger_checkpoint import text_of
from lictor.cli.options import jobs_option, json_option, ledgers_argument
from lictor.errors import LedgerError, UsageError, escape_controls
from lictor.ledger import Ledger, Verified, verify
from lictor.ledger.checkpoint import Checkpoint, read_checkpoint, segment_named, verify_against
from lictor.ledger.segments import segments_in
from lictor.ledger.verify import Spread
from lictor.scan.inputs.paths import display
from lictor.scan.jobs import ordered_map

__all__ = ["command"]


@click.command()
@ledgers_argument
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="F", help="A signed checkpoint kept elsewhere.")
@click.option(
    "--key", type=click.Path(path_type=Path), metavar="K", help="The verifier key the checkpoint is signed by."
)
@click.option("--new", is_flag=True, help="Look only at what was added since the checkpoint.")
@jobs_option
@json_option
def command(
    *, files: tuple[Path, ...], checkpoint: Path | None, key: Path | None, new: bool, jobs: int, as_json: bool
) -> int:
    """Whether the record is whole; names the first broken row.

    The exit code is 1 where the ledger is broken, 2 where FILE cannot be read or is no ledger. A cut tail leaves a
    whole, shorter ledger, and so does a chain computed anew: give a checkpoint, or compare rows and head with what was
    noted elsewhere. Of several files, or a folder of them, the one that is broken, cut off or missing is named.
    """
    # What cannot be opened is refused here: that is not the same as broken.
    segments = segments_in(files)
    for file in segments:
        Ledger.read(file).close()
    signed = _signed(checkpoint, key)
    if new and signed is None:
        raise UsageError("what is new is what a checkpoint has not seen", hint="give `--checkpoint` and `--key`")
    spread = partial(ordered_map, jobs=jobs)
    try:
        if signed is None:
            found = [_verified(file, spread, jobs, alone=len(segments) == 1) for file in segments]
        else:
            found = verify_against(signed, segments, spread=spread, parts=jobs, new=new)
    except LedgerError as broken:
        if as_json:
            _result({"whole": False, "row": broken.seq, "fact": display(str(broken)), "hint": broken.hint})
        else:
            hint = f"\nhint: {escape_controls(broken.hint)}" if broken.hint else ""
            say.result(f"broken: {escape_controls(str(broken))}{hint}")
        return FOUND
    several = len(segments) > 1
    if as_json:
        for file, one in zip(segments, found, strict=True):
            named = {"segment": display(file.name)} if several else {}
            told = {name: value for name, value in asdict(one).items() if name != "after" or new}
            _result(named | {"whole": True, **told} | ({} if signed is None else {"checkpoint": signed.origin}))
    else:
        for file, one in zip(segments, found, strict=True):
            say.result((f"segment: {escape_controls(file.name)}\n" if several else "") + _told(one))
        if signed is not None:
            rows = sum(segment.rows for segment in signed.segments)
            say.result(f"checkpoint: as `{escape_controls(signed.origin)}` signed it at {rows:,} rows")
    return OK


def _signed(checkpoint: Path | None, key: Path | None) -> Checkpoint | None:
    if checkpoint is None and key is None:
        return None
    if checkpoint is None or key is None:
        raise UsageError(
            "a checkpoint and the key it is signed by belong together", hint="give `--checkpoint` and `--key`"
        )
    from lictor.ledger.note import read_verifier  # noqa: PLC0415 - cryptography is loaded only where keys are used

    return read_checkpoint(read_verifier(text_of(key)).open(text_of(checkpoint)))


def _verified(file: Path, spread: Spread, jobs: int, *, alone: bool) -> Verified:
    with segment_named(None if alone else file.name):
        return verify(file, spread=spread, parts=jobs)


def _told(one: Verified) -> str:
    looked_at = f", those after row {one.after:,} looked at" if one.after else ""
    return f"whole: {one.rows:,} rows, {one.blobs:,} blobs, {one.erased:,} erased{looked_at}\nhead: {one.head}"


def _result(value: dict[str, Any]) -> None:
    say.result(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
