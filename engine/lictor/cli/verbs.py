"""The tree of verbs. A verb's module is loaded when it is called, so that `lictor --help` costs no engine."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

__all__ = ["Verbs", "lictor"]


class Verbs(click.Group):
    """A group whose verbs are known by name, a line of help, and their module or the group of verbs below them."""

    def __init__(self, *, verbs: Mapping[str, tuple[str, str | click.Group]], **settings: Any) -> None:
        super().__init__(no_args_is_help=True, subcommand_metavar="VERB ...", **settings)
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the verbs, in the order they are shown."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb of that name, loaded."""
        if cmd_name not in self._verbs:
            return None
        _, verb = self._verbs[cmd_name]
        if isinstance(verb, click.Group):
            return verb
        command: click.Command = import_module(f"lictor.cli.{verb}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the verbs, each with its line of help."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, line) for name, (line, _) in self._verbs.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The verbs and options that begin so."""
        fitting = [(name, line) for name, (line, _) in self._verbs.items() if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=line) for name, line in fitting), *options]


_policy = Verbs(
    name="policy",
    help="Check and test a policy.",
    verbs={
        "lint": ("Every mistake in a policy, with its place and the way out.", "policy_lint"),
        "test": ("Every rule's own tests: what must make it fire, and what must not.", "policy_test"),
    },
)

_ledger = Verbs(
    name="ledger",
    help="Verify the record of decisions.",
    verbs={"verify": ("Whether the record is whole; names the first broken row.", "ledger_verify")},
)

lictor = Verbs(
    name="lictor",
    help="""
    Carries out a platform's content rules, and can account for every decision.

    \b
    Exit codes: 0 nothing found, 1 found something, 2 could not run, 130 interrupted.
    Results go to standard output, everything else to standard error.
    """,
    verbs={
        "check": ("Decide on one text, and say why.", "check"),
        "scan": ("Decide on every row of files, and keep the decisions.", "scan"),
        "policy": ("Check and test a policy.", _policy),
        "ledger": ("Verify the record of decisions.", _ledger),
        "bench": ("How fast this machine searches and decides, on generated text.", "bench"),
        "completion": ("Make your shell complete `lictor`.", "completion"),
    },
)
click.version_option(package_name="lictor", prog_name="lictor", message="%(prog)s %(version)s")(lictor)
