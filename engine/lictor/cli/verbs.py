"""The tree of verbs. A verb's module is loaded when it is called, so that `lictor --help` costs no engine."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
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
    help="Write, check, test, read and compare policies.",
    verbs={
        "lint": (
            "Every mistake in a policy, and what is foolish in it, each with its place and the way out.",
            "policy_lint",
        ),
        "test": (
            "Every rule's own tests, the policy's tables of cases, and its scenarios over time.",
            "policy_test",
        ),
        "coverage": ("What of a policy no test, scenario or text has ever exercised.", "policy_coverage"),
        "show": (
            "A policy as a page: clauses, rules in plain words, ladders step by step, what held when.",
            "policy_show",
        ),
        "schema": (
            "The JSON Schema of policies, by which an editor completes keys and marks mistakes.",
            "policy_schema",
        ),
        "new": ("A starting folder for a policy.", "policy_new"),
        "fmt": ("A policy's YAML files in one layout, with every word and comment kept.", "policy_fmt"),
        "diff": ("What changed from policy A to policy B, a sentence each: not lines but meaning.", "policy_diff"),
        "pack": ("Pack a policy into one file, named by its digest; sign it.", "policy_pack"),
        "verify": ("Whether a pack is whole and who signed it; or a policy changed silently.", "policy_verify"),
    },
)

_ledger = Verbs(
    name="ledger",
    help="Verify the record of decisions, sign it, replay it, export it, erase from it.",
    verbs={
        "verify": ("Whether the record is whole; names the first broken row.", "ledger_verify"),
        "replay": ("Make each recorded decision of a text again, and say whether it is the same.", "ledger_replay"),
        "rebuild": ("Fold the recorded facts again, and compare with the states that are kept.", "ledger_rebuild"),
        "export": ("Write what the ledger holds of decisions to a file.", "ledger_export"),
        "erase": ("Erase an account, or what one entry says.", "ledger_erase"),
        "checkpoint": ("Verify a ledger and sign its size and root: a checkpoint.", "ledger_checkpoint"),
        "key": ("Make a key to sign checkpoints with.", "ledger_key"),
    },
)

_case = Verbs(
    name="case",
    help="What waits for a person: look at it, uphold it, dismiss it.",
    verbs={
        "list": ("What waits for a person, the longest first.", "case_list"),
        "show": ("One thing that waits, its evidence, and what each answer would do.", "case_show"),
        "uphold": ("Uphold what waits: what follows is carried out.", "case_uphold"),
        "dismiss": ("Dismiss what waits: what detection did is undone.", "case_dismiss"),
    },
)

_appeal = Verbs(
    name="appeal",
    help="Contest decisions, and answer those who do.",
    verbs={
        "list": ("The appeals that wait for an answer.", "appeal_list"),
        "file": ("Contest a decision, for an account.", "appeal_file"),
        "reject": ("Answer an appeal: the decision stands.", "appeal_reject"),
        "grant": ("Answer an appeal: the decision is taken back.", "appeal_grant"),
    },
)

_guard = Verbs(
    name="guard",
    help="Rules that went beyond what their guards allow: list them, arm them again.",
    verbs={
        "list": ("The rules that are tripped, and what they did.", "guard_list"),
        "rearm": ("Let a tripped rule act by itself again.", "guard_rearm"),
    },
)

_account = Verbs(
    name="account",
    help="Where an account stands, and what its holder is told.",
    verbs={
        "show": ("Where an account stands, and every decision about it with its reasons.", "account_show"),
        "notice": ("What an account's holder is told: what was decided, why, how to contest it.", "account_notice"),
        "reinstate": ("Take a decision back, without an appeal.", "account_reinstate"),
    },
)

_simulate = Verbs(
    name="simulate",
    help="Ask what a policy would do, before it does it to anybody.",
    verbs={
        "diff": ("What policy B would decide otherwise than policy A, over a corpus.", "simulate_diff"),
        "timeline": ("What would have become of accounts: facts replayed, what-ifs side by side.", "simulate_timeline"),
        "population": ("A modelled population under a policy, and under what it might become.", "simulate_population"),
    },
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
        "enforce": ("Feed facts into the lives of accounts, and record what they lead to.", "enforce"),
        "follow": ("Feed facts in as they come, under policies as they change.", "follow"),
        "due": ("Let what was foreseen happen, record it, and say what it was.", "due"),
        "case": ("What waits for a person: look at it, uphold it, dismiss it.", _case),
        "appeal": ("Contest decisions, and answer those who do.", _appeal),
        "account": ("Where an account stands, and what its holder is told.", _account),
        "policy": ("Write, check, test, read and compare policies.", _policy),
        "simulate": ("Ask what a policy would do, before it does it to anybody.", _simulate),
        "guard": ("Rules that went beyond what their guards allow: list them, arm them again.", _guard),
        "ledger": ("Verify the record of decisions.", _ledger),
        "bench": ("How fast this machine searches and decides, on generated text.", "bench"),
        "completion": ("Make your shell complete `lictor`.", "completion"),
    },
)


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - as click calls it
    if asked and not ctx.resilient_parsing:
        kernel = import_module("lictor.kernel")
        click.echo(f"lictor {version('lictor')}\nsearch: {kernel.name()}")
        ctx.exit()


click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version, and what searches texts here, and exit.",
)(lictor)
