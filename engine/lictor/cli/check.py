"""`lictor check`: one text, one decision, with its reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

import click

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.loading import loaded
from lictor.cli.options import INSTANT, WORDS, as_of_option, chosen, json_option, policy_option
from lictor.errors import InputError, UsageError
from lictor.facts import FIELDS, SURFACES, suggest
from lictor.policy.actions import above_flag
from lictor.policy.models import PolicyDocument
from lictor.policy.names import SIGNALS, SignalType
from lictor.report.decision import Reasons, render_decision

__all__ = ["command"]


@click.command()
@click.argument("text", type=WORDS)
@policy_option
@click.option("--field", type=click.Choice(FIELDS), help="What kind of text it is.")
@click.option("--subject", type=WORDS, help="What kind of account published it, as the policy names them.")
@click.option("--surface", type=click.Choice(SURFACES), help="Where it was published.")
@click.option("--account", type=WORDS, help="The account's id.")
@click.option("--item", type=WORDS, help="The item's id.")
@click.option("--lang", type=WORDS, help="The text's language, such as `zh`.")
@click.option("--published-at", type=INSTANT, metavar="T", help="When it was published.")
@as_of_option
@click.option("signals", "--signal", type=WORDS, multiple=True, metavar="NAME=VALUE", help="What else the policy asks.")
@click.option("--reasons", type=click.Choice(["en", "zh", "both"]), default="both", help="The language of the reasons.")
@json_option
def command(
    *,
    text: str,
    policies: Sequence[str],
    field: str | None,
    subject: str | None,
    surface: str | None,
    account: str | None,
    item: str | None,
    lang: str | None,
    published_at: datetime | None,
    as_of: datetime | None,
    signals: Sequence[str],
    reasons: str,
    as_json: bool,
) -> int:
    """Decide on one text, and say why.

    TEXT `-` reads standard input to its end. The exit code is 1 where the action is stronger than `flag`.
    """
    engine = loaded(chosen(policies))
    documents = {compiled.policy.digest: compiled.policy.document for compiled in engine.policies}
    given = _standard_input() if text == "-" else text
    decision = engine.check(
        given,
        field=field,
        subject=subject,
        surface=surface,
        account=account,
        item=item,
        lang=lang,
        published_at=published_at,
        at=as_of,
        signals=_signals(signals, documents.values()),
    )
    if as_json:
        say.result(decision.to_json() + b"\n")
    else:
        # One text was judged, in one field, whatever that field is called.
        texts = dict.fromkeys((piece.field for one in decision.violations for piece in one.evidence), given)
        say.result(render_decision(decision, texts, documents[decision.digest], reasons=cast("Reasons", reasons)))
    return FOUND if above_flag(decision.action) else OK


def _standard_input() -> str:
    data = say.standard_input().read()
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        raise InputError(
            f"standard input is not UTF-8: byte 0x{data[wrong.start]:02x} at offset {wrong.start:,}",
            hint="convert it first, for example with `iconv -t UTF-8`",
        ) from None


def _signals(pairs: Iterable[str], documents: Iterable[PolicyDocument]) -> dict[str, str | int | bool]:
    """The signals by name, each of the type its policy declares."""
    declared = dict(SIGNALS)
    for document in documents:
        declared |= {name: SignalType(spec.type, spec.values) for name, spec in document.signals.items()}
    signals = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"signal `{pair}` has no value", hint=f"write `--signal {pair}=VALUE`")
        if name not in declared:
            raise UsageError(f"signal `{name}` is declared by no policy here", hint=suggest(name, declared))
        signals[name] = _signal(name, value, declared[name].type)
    return signals


def _signal(name: str, value: str, kind: str) -> str | int | bool:
    if kind == "boolean":
        if value not in ("true", "false"):
            raise UsageError(f"signal `{name}` is `true` or `false`, not `{value}`")
        return value == "true"
    if kind == "number":
        if not re.fullmatch(r"-?\d{1,15}", value):
            raise UsageError(f"signal `{name}` is a whole number, not `{value}`", hint="give shares in ppm")
        return int(value)
    return value
