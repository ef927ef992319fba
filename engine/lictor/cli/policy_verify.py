"""`lictor policy verify`: whether a pack is whole, who signed it, and whether a policy changed without saying so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.ledger_checkpoint import text_of
from lictor.cli.options import POLICY, json_option
from lictor.cli.revisions import policy_at
from lictor.errors import InputError, LictorError, PolicyError, UsageError, escape_controls
from lictor.policy import Policy
from lictor.policy.contents import refuse_silent_change
from lictor.policy.load import PACKED, is_pack
from lictor.policy.pack import MAX_PACK, Pack, read_pack

if TYPE_CHECKING:
    from lictor.ledger.note import Verifier

__all__ = ["command"]


@click.command()
@click.argument("name", type=POLICY, metavar="P")
@click.option("--key", type=click.Path(path_type=Path), metavar="K", help="The verifier key that must have signed it.")
@click.option("--against", type=POLICY, metavar="OLD", help="Where OLD goes by the same name, it must say the same.")
@json_option
def command(*, name: str, key: Path | None, against: str | None, as_json: bool) -> int:
    """Whether a pack is whole and who signed it; or a policy changed silently.

    P is a pack; with --against, any policy: one that changed goes by another version or revision. Without --key nothing
    is said of who made the pack: anybody can make one that is whole. The exit code is 1 where something is not as it
    should be.
    """
    pack = _pack(name)
    if key is not None and pack is None:
        raise UsageError(f"`{name}` is no pack, so nobody signed it", hint="`lictor policy pack --key` signs one")
    if pack is None and against is None:
        raise UsageError(f"`{name}` is no pack", hint="name a pack, or with `--against` what it must agree with")
    verifier = None if key is None else _verifier(key)
    other = None if against is None else policy_at(against)
    policy = policy_at(name) if pack is None else None
    problem: LictorError | None = None
    try:
        if pack is not None:
            policy = pack.policy(name)
            _hold(pack, verifier, name)
        if other is not None and policy is not None:
            refuse_silent_change(policy, [(other.digest, other.canonical)], f"`{against}`")
    except (InputError, PolicyError, UsageError) as wrong:
        problem = wrong
    signed_by = verifier.name if verifier is not None and problem is None else None
    if as_json:
        said = {
            "name": name,
            "policy": policy and policy.id,
            "version": policy and policy.document.versions[-1].id,
            "revision": policy and policy.document.revision,
            "digest": policy and policy.digest,
            "signed_by": signed_by,
            "problem": problem and str(problem),
        }
        say.result(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
    elif problem is None and policy is not None:
        say.result(_told(policy, pack, signed_by))
    elif problem is not None:
        hint = f"\nhint: {escape_controls(problem.hint)}" if problem.hint else ""
        say.result(f"not as it should be: {escape_controls(str(problem))}{hint}")
    return OK if problem is None else FOUND


def _pack(name: str) -> Pack | None:
    path = Path(name)
    if path.suffix == PACKED and not path.exists():
        raise UsageError(f"there is no pack at `{name}`", hint="`lictor policy pack` says where it writes one")
    if not path.is_file() or not is_pack(path):
        return None
    with path.open("rb") as file:
        return read_pack(file.read(MAX_PACK + 1), name)


def _verifier(key: Path) -> Verifier:
    from lictor.ledger.note import read_verifier  # noqa: PLC0415 - cryptography is loaded only where keys are used

    return read_verifier(text_of(key))


def _hold(pack: Pack, verifier: Verifier | None, name: str) -> None:
    """Nothing, if the key asked for has signed the pack, or none was asked for."""
    if verifier is not None:
        if not pack.signers:
            raise UsageError(f"`{name}` is not signed", hint="`lictor policy pack --key` signs it")
        verifier.open(pack.note)


def _told(policy: Policy, pack: Pack | None, signed_by: str | None) -> str:
    document = policy.document
    lines = [
        f"policy {policy.id}, version {document.versions[-1].id}, revision {document.revision}",
        f"digest {policy.digest}",
    ]
    if signed_by is not None:
        lines.append(f"signed by {signed_by}")
    elif pack is not None and pack.signers:
        lines.append(f"it says it is signed by {', '.join(pack.signers)}; `--key` verifies that")
    elif pack is not None:
        lines.append("not signed")
    return "\n".join(map(escape_controls, lines))
