"""What the verbs over accounts' lives share: the ledger, the policies it was fed under, the instant, and who acts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import click

from lictor.cli import say
from lictor.cli.options import WORDS, clock, now_option
from lictor.detect import CompiledPolicy, compile_policy
from lictor.enforce import Rulebook
from lictor.engine import collector_paused
from lictor.errors import UsageError
from lictor.facts import suggest
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.policy import Policy, bundled_policies, load_canonical, load_policy
from lictor.policy.contents import refuse_silent_change

__all__ = [
    "bundled",
    "by_option",
    "chosen_for_lives",
    "clock",
    "id_option",
    "intake",
    "ledger_option",
    "new_id",
    "now_option",
    "refuse_other_content",
    "rules_for",
    "rules_of",
]

_DEFAULT = ("wechat", "payments")

ledger_option = click.option(
    "--ledger", type=click.Path(path_type=Path), required=True, metavar="F", help="The ledger that holds the lives."
)
id_option = click.option(
    "named",
    "--id",
    type=WORDS,
    metavar="ID",
    help="A name for what is recorded, such as a ticket's. Left out: a new one.",
)


def new_id(kind: str, given: str | None = None) -> str:
    """The name given for a fact that a person makes here, or one that is like no other."""
    return given or f"{kind}-{secrets.token_hex(8)}"


def rules_for(policies: Sequence[str]) -> Rulebook:
    """The rules of these policies, or of those that stand here, else of the bundled ones; the choice is said."""
    return Rulebook([_loaded(name) for name in chosen_for_lives(policies)], bundled)


def chosen_for_lives(policies: Sequence[str]) -> list[str]:
    """The policies named, or the one that stands here, else the bundled ones; the choice is said."""
    chosen = list(policies)
    if not chosen and Path("policy").is_dir():
        say.note("no policy named: using the folder `policy/` here")
        chosen = ["./policy"]
    if not chosen:
        say.note("no policy named: using the bundled policies " + " and ".join(f"`{name}`" for name in _DEFAULT))
        chosen = list(_DEFAULT)
    return chosen


def rules_of(ledger: Ledger, policies: Sequence[str]) -> Rulebook:
    """The rules of these policies, or of those that the ledger was last fed facts under."""
    if policies:
        return Rulebook([_loaded(name) for name in policies], bundled)
    if not ledger.summary().kinds.get("fact"):
        raise UsageError(
            "the ledger holds no facts, so there are no lives in it",
            hint="`lictor scan` decides of texts alone; what was published goes in with `lictor enforce`",
        )
    recorded = [load_canonical(ledger.policy(digest) or b"") for digest in ledger.fed_under() or ledger.policies()]
    newest = {policy.id: policy for policy in recorded}
    with collector_paused():
        return Rulebook([compile_policy(policy) for policy in newest.values()], bundled)


def intake(ledger: Ledger, rules: Rulebook, *, by_truth: bool = False, rehearsed: bool = False) -> Intake:
    """The lives that the ledger holds, under these rules; a policy that changed without saying so is refused."""
    if not rehearsed:
        refuse_other_content(ledger, [one.policy for one in rules])
    return Intake(rules, engine=version("lictor"), ledger=ledger, by_truth=by_truth, rehearsed=rehearsed)


def refuse_other_content(ledger: Ledger, policies: Iterable[Policy]) -> None:
    """Nothing, unless one of the policies goes by a name under which the ledger knows another content."""
    recorded = {digest: ledger.policy(digest) or b"{}" for digest in ledger.policies()}
    for policy in policies:
        if policy.digest not in recorded:
            refuse_silent_change(policy, recorded.items(), "the ledger")


def _somebody(context: click.Context, option: click.Parameter, value: str) -> str:  # noqa: ARG001
    if not value.strip():
        raise UsageError("`--by` names nobody", hint="say who decides")
    return value


by_option = click.option(
    "--by", type=WORDS, required=True, metavar="WHO", help="Who decides; it is recorded.", callback=_somebody
)
"""What everything a person decides must carry."""


def _loaded(name: str) -> CompiledPolicy:
    with collector_paused():
        return compile_policy(load_policy(name))


def bundled(name: str) -> CompiledPolicy:
    """The bundled policy of that name, compiled."""
    if name not in bundled_policies():
        raise UsageError(f"`{name}` is no bundled policy", hint=suggest(name, bundled_policies()))
    return _loaded(name)
