"""`lictor policy show`: a policy as a page to read."""

from __future__ import annotations

from collections.abc import Sequence

import click

from lictor.author.show import page
from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import POLICY, WORDS, chosen
from lictor.errors import UsageError
from lictor.policy import load_policy
from lictor.report.show import to_markdown, to_text
from lictor.report.show_html import to_html

__all__ = ["command"]


@click.command()
@click.argument("policies", type=POLICY, nargs=-1, metavar="[P]")
@click.option(
    "form",
    "--format",
    type=click.Choice(["text", "markdown", "html"]),
    default="text",
    help="For a terminal, as Markdown, or as one HTML file that needs nothing else.",
)
@click.option("lang", "--lang", type=WORDS, default="en", metavar="LANG", help="The language of titles, such as `zh`.")
def command(*, policies: Sequence[str], form: str, lang: str) -> int:
    """A policy as a page: clauses, rules in plain words, ladders step by step, what held when.

    P is a bundled policy's name, a file or a folder.
    """
    names = chosen(policies)
    if len(names) > 1:
        raise UsageError("one policy makes one page", hint="name one policy")
    blocks = page(load_policy(names[0]), lang=lang)
    if form == "html":
        say.result(to_html(blocks, lang=lang))
    else:
        say.result(to_markdown(blocks) if form == "markdown" else to_text(blocks))
    return OK
