"""`lictor ledger key`: a key to sign checkpoints with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import WORDS
from lictor.errors import UsageError
from lictor.report.files import whole_file

__all__ = ["command"]

_SEED = 32  # bytes


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="F", help="Where the private key goes.")
@click.option(
    "--name",
    type=WORDS,
    default="lictor-ledger",
    show_default=True,
    metavar="N",
    help="Whose key it is, such as example.org/ledger: checkpoints are known by it.",
)
def command(*, out: Path, name: str) -> int:
    """Make a key to sign checkpoints with.

    The private key goes to F, readable by you alone; the verifier key, which everybody may know, is said and goes to
    F.pub. Keep F away from where the ledger is kept.
    """
    from lictor.ledger.note import new_signer  # noqa: PLC0415 - cryptography is loaded only where keys are used

    signer = new_signer(name, secrets.token_bytes(_SEED))
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"`{out}` exists", hint="a key is never overwritten: name another file") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{signer.text()}\n")
    verifier = signer.verifier.text()
    with whole_file(out.with_name(f"{out.name}.pub")) as file:
        file.write(f"{verifier}\n".encode())
    say.result(verifier)
    return OK
