"""`lictor policy schema`: the language of policies, for editors."""

from __future__ import annotations

import click
import orjson

from lictor.author.schema import Part, schema
from lictor.cli import say
from lictor.cli.codes import OK

__all__ = ["command"]


@click.command()
@click.option(
    "part",
    "--for",
    type=click.Choice(["policy", "part", "lexicon"]),
    default="policy",
    help="A whole policy, a file that a policy includes, or a lexicon's file.",
)
def command(*, part: Part) -> int:
    """The JSON Schema of policies, by which an editor completes keys and marks mistakes.

    Save it, and begin a policy with `# yaml-language-server: $schema=policy.schema.json`.
    """
    say.result(orjson.dumps(schema(part), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return OK
