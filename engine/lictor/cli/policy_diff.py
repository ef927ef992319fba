"""`lictor policy diff`: what changed between two policies, in sentences."""

from __future__ import annotations

import click
import orjson

from lictor.author.diff import differences
from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.options import POLICY, json_option
from lictor.cli.revisions import policy_at
from lictor.report.diff import change_to_dict, render_changes

__all__ = ["command"]


@click.command()
@click.argument("before", type=POLICY, metavar="A")
@click.argument("after", type=POLICY, metavar="B")
@json_option
def command(*, before: str, after: str, as_json: bool) -> int:
    """What changed from policy A to policy B, a sentence each: not lines but meaning.

    A and B are bundled policies' names, files or folders, or a state in git such as `HEAD:policies/wechat`. Comments,
    layout and tests decide nothing and are no change. The exit code is 1 where something changed.
    """
    changes = differences(policy_at(before).document, policy_at(after).document)
    if as_json:
        say.result(orjson.dumps([change_to_dict(one) for one in changes], option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_changes(changes))
    return FOUND if changes else OK
