"""`lictor ledger checkpoint`: a ledger's size and root, signed, to be kept elsewhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import jobs_option, ledgers_argument
from lictor.cli.rewriting import refuse_replacing
from lictor.errors import UsageError
from lictor.ledger.checkpoint import take_checkpoint
from lictor.ledger.segments import segments_in
from lictor.report.files import whole_file
from lictor.scan.jobs import ordered_map

__all__ = ["command", "text_of"]


@click.command()
@ledgers_argument
@click.option(
    "--key", type=click.Path(path_type=Path), required=True, metavar="K", help="The private key to sign with."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="F", help="Write the checkpoint to this file.")
@jobs_option
def command(*, files: tuple[Path, ...], key: Path, out: Path | None, jobs: int) -> int:
    """Verify a ledger and sign its size and root: a checkpoint.

    Keep it where nobody who writes the ledger can change it: against it `lictor ledger verify --checkpoint` shows that
    nothing was cut off and nothing computed anew. A ledger of several files, or a folder of them, is signed as one.
    """
    from lictor.ledger.note import read_signer  # noqa: PLC0415 - cryptography is loaded only where keys are used

    segments = segments_in(files)
    if out is not None:
        refuse_replacing(out, [key, *segments])
    signer = read_signer(text_of(key))
    checkpoint = take_checkpoint(segments, signer.name, spread=partial(ordered_map, jobs=jobs), parts=jobs)
    note = signer.sign(checkpoint.text()).encode()
    if out is None:
        say.result(note)
    else:
        with whole_file(out) as file:
            file.write(note)
    return OK


def text_of(path: Path) -> str:
    """The text of a small file."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"`{path}` is not text", hint="name the file that was written for this") from None
