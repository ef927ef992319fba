"""`lictor policy new`: a starting folder for a policy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from lictor.author.new import starting_files
from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import WORDS
from lictor.errors import InputError, UsageError

__all__ = ["command"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("owner", "--owner", type=WORDS, default="policy-team", metavar="WHO", help="Who answers for the policy.")
def command(*, folder: Path, owner: str) -> int:
    """A starting folder for a policy: it loads, lints and tests clean, and is yours to change.

    DIR must not exist yet, or be empty.
    """
    now = datetime.now(UTC)  # noqa: TID251 - the command line reads the clock
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    files = starting_files(folder.resolve().name, owner=owner, start=today)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"`{folder}` is there already and not empty", hint="name a new folder")
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as wrong:
        raise InputError(f"`{folder}` cannot be written: {(wrong.strerror or str(wrong)).lower()}") from None
    say.result("\n".join(str(folder / name) for name in files))
    say.note(f"next: `lictor policy lint {folder}`, then `lictor policy test {folder}`")
    return OK
