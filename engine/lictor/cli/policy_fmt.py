"""`lictor policy fmt`: a policy's files in one layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from lictor.author.lint import difference, sources
from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.options import POLICY, chosen
from lictor.cli.rewriting import refuse_bundled, rewrite
from lictor.errors import UsageError, escape_controls
from lictor.policy import load_policy
from lictor.policy.layout import laid_out

__all__ = ["command"]


@click.command()
@click.argument("policies", type=POLICY, nargs=-1, metavar="[P]...")
@click.option("check", "--check", is_flag=True, help="Change nothing; the exit code is 1 where a file would change.")
@click.option("diff", "--diff", is_flag=True, help="Change nothing; show what would change.")
def command(*, policies: Sequence[str], check: bool, diff: bool) -> int:
    """A policy's YAML files in one layout, with every word and comment kept.

    P is a file or a folder, and loads; with --check or --diff, also a bundled policy's name. What a policy borrows is
    left alone.
    """
    policies = chosen(policies)
    if not (check or diff):
        refuse_bundled(policies)
    changed, refused = 0, False
    for name, text in _files(policies):
        try:
            made = laid_out(name, text)
        except UsageError as wrong:
            say.error(str(wrong), wrong.hint)
            refused = True
            continue
        if made == text:
            continue
        changed += 1
        if diff:
            say.result("\n".join(escape_controls(line) for line in difference(name, text, made).split("\n")))
        else:
            say.result(escape_controls(name))
        if not (check or diff):
            rewrite(Path(name), text, made)
    if refused:
        return FAILED
    return FOUND if changed and (check or diff) else OK


def _files(policies: Sequence[str]) -> Iterator[tuple[str, str]]:
    for policy in policies:
        loaded = load_policy(policy)
        if not loaded.files:
            raise UsageError(f"`{policy}` is a pack, not written by hand", hint="lay out what it was made from")
        for name, text in sources(loaded).items():
            if name.endswith((".yaml", ".yml")):
                yield name, text
