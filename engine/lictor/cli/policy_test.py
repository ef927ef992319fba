"""`lictor policy test`: every rule's own tests."""

from __future__ import annotations

from collections.abc import Sequence

import click
import orjson

from lictor import Engine
from lictor.author import rule_tests
from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.options import POLICY, WORDS, chosen, json_option
from lictor.report.cases import case_to_dict, counted, render_cases

__all__ = ["command"]


@click.command()
@click.argument("policies", type=POLICY, nargs=-1, metavar="[P]...")
@click.option("pattern", "--run", type=WORDS, default="", metavar="PATTERN", help="Only rules whose id it is found in.")
@json_option
def command(*, policies: Sequence[str], pattern: str, as_json: bool) -> int:
    """Every rule's own tests: what must make it fire, and what must not.

    P is a bundled policy's name, a file or a folder. The exit code is 1 where a test failed.
    """
    results = [one for policy in chosen(policies) for one in rule_tests(Engine.load(policy), pattern=pattern)]
    if as_json:
        say.result(orjson.dumps([case_to_dict(one) for one in results], option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_cases(results))
    return FOUND if counted(results)["failed"] else OK
