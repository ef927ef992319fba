"""What several verbs take, read in the same way by each: policies, instants, texts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from lictor.cli import say
from lictor.errors import UsageError
from lictor.facts import FIELDS, SURFACES, instant
from lictor.policy import bundled_policies

__all__ = [
    "INSTANT",
    "POLICY",
    "WORDS",
    "as_of_option",
    "chosen",
    "clock",
    "columns_of",
    "fed_policy_option",
    "jobs_option",
    "json_option",
    "ledgers_argument",
    "now_option",
    "page_options",
    "policies_option",
    "policy_option",
    "processes_option",
    "rows_options",
    "sets_option",
]

STDIN_KINDS = ["txt", "jsonl", "csv", "parquet"]

F = TypeVar("F", bound=Callable[..., Any])


class Words(click.ParamType[str]):
    """A text or a name, which is valid UTF-8."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """The text as given; bytes that are not UTF-8 are refused."""
        try:
            value.encode()
        except UnicodeEncodeError as wrong:
            assert param is not None
            named = param.opts[-1] if isinstance(param, click.Option) else param.human_readable_name
            raise UsageError(
                f"`{named}` is not UTF-8 after its first {wrong.start:,} characters",
                hint="convert it first, for example with `iconv -t UTF-8`",
            ) from None
        return value


class Instant(click.ParamType[datetime]):
    """An instant with its offset from UTC."""

    name = "instant"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ARG002
        """The instant; one without an offset is refused."""
        return instant(value)


class PolicyName(click.Path):
    """A policy: the name of a bundled one, or a file or folder."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Bundled policies that begin so, and files."""
        bundled = [CompletionItem(name) for name in bundled_policies() if name.startswith(incomplete)]
        return [*bundled, *super().shell_complete(ctx, param, incomplete)]


WORDS = Words()
INSTANT = Instant()
POLICY = PolicyName()


def policies_option(help: str) -> Callable[[F], F]:  # noqa: A002 - as click calls it
    """`--policy P`, as often as wanted, with what it means where it is left out."""
    return click.option("policies", "-p", "--policy", type=POLICY, multiple=True, metavar="P", help=help)


policy_option = policies_option(
    "A bundled policy's name, a file, a folder or a pack; may be given several times. "
    "Left out: the folder `policy/` here, else `wechat`."
)
fed_policy_option = policies_option(
    "A bundled policy's name, a file, a folder or a pack; may be given several times. "
    "Left out: those that the ledger was last fed under."
)
as_of_option = click.option(
    "as_of",
    "--as-of",
    "--at",
    type=INSTANT,
    metavar="T",
    help="Judge by the rules in force at this instant, such as 2022-06-21T09:00:00+08:00. "
    "Left out: by the newest version.",
)
now_option = click.option(
    "now",
    "--now",
    "--at",
    type=INSTANT,
    metavar="T",
    help="The instant that counts as now, such as 2022-06-21T09:00:00+08:00. Left out: the clock's.",
)
json_option = click.option("as_json", "--json", is_flag=True, help="For a machine to read.")

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    metavar="N",
    help="Work in so many processes. Left out: as many as there are processors.",
)
processes_option = click.option(
    "--jobs", type=click.IntRange(min=1), default=1, metavar="N", help="Work in so many processes."
)
sets_option = click.option(
    "sets",
    "--set",
    multiple=True,
    type=WORDS,
    metavar="PATH=VALUE",
    help="What if this stood in the policy, such as `strikes.life=90d`? All that are given make one variant.",
)
ledgers_argument = click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")


def clock(now: datetime | None) -> datetime:
    """The instant given, or the clock's."""
    return now or datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the command line reads the clock


def chosen(policies: Sequence[str]) -> list[str]:
    """The policies named, or the one that stands here, else the bundled one; the choice is said."""
    if policies:
        return list(policies)
    if Path("policy").is_dir():
        say.note("no policy named: using the folder `policy/` here")
        return ["./policy"]
    say.note("no policy named: using the bundled policy `wechat`")
    return ["wechat"]


def columns_of(mapping: Iterable[str]) -> dict[str, str]:
    """What `--map NAME=COLUMN` says, each name once."""
    columns: dict[str, str] = {}
    for pair in mapping:
        name, equals, column = pair.partition("=")
        if not (name and equals and column):
            raise UsageError(f"mapping `{pair}` is not `NAME=COLUMN`", hint="write `--map text=body`")
        if columns.setdefault(name, column) != column:
            raise UsageError(f"`{name}` is mapped twice", hint="read it from one column")
    return columns


def page_options(command: F) -> F:
    """A report to read in a browser, and its language."""
    lang = click.Choice(["en", "zh"])
    command = click.option("--lang", type=lang, default="en", help="The language of the report.")(command)
    path = click.Path(path_type=Path)
    return click.option("--html", type=path, metavar="F", help="Write a report to read in a browser.")(command)


def rows_options(command: F) -> F:
    """How rows are read from files: under which names, and as what where they do not say themselves."""
    for option in reversed(
        [
            click.option(
                "mapping", "--map", type=WORDS, multiple=True, metavar="NAME=COLUMN", help="Such as text=body."
            ),
            click.option("--field", type=click.Choice(FIELDS), help="The field of rows that do not say."),
            click.option("--subject", type=WORDS, metavar="NAME", help="The subject type of rows that do not say."),
            click.option("--surface", type=click.Choice(SURFACES), help="The surface of rows that do not say."),
            click.option("--whole-files", is_flag=True, help="A .txt file is one text, instead of one a line."),
            click.option("--stdin-kind", type=click.Choice(STDIN_KINDS), help="What standard input holds."),
        ]
    ):
        command = option(command)
    return command
