"""`lictor policy pack`: a policy in one file, named by its digest, signed on request."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.ledger_checkpoint import text_of
from lictor.cli.options import POLICY, json_option
from lictor.cli.revisions import policy_at
from lictor.cli.rewriting import refuse_replacing
from lictor.policy.contents import refuse_silent_change
from lictor.policy.load import PACKED
from lictor.policy.pack import pack_of
from lictor.report.files import whole_file

__all__ = ["command"]

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("name", type=POLICY, metavar="P")
@click.option("--key", type=_FILE, metavar="K", help="Sign with this private key; `lictor ledger key` makes one.")
@click.option("--out", type=_FILE, metavar="F", help="The file to write, or the folder. Left out: the folder here.")
@click.option(
    "--against", type=POLICY, metavar="OLD", help="Refuse where OLD goes by the same name, and says other things."
)
@json_option
def command(*, name: str, key: Path | None, out: Path | None, against: str | None, as_json: bool) -> int:
    """Pack a policy into one file, named by its digest; sign it.

    P is a bundled policy's name, a file, a folder, a pack, or a state in git such as `HEAD:policies/wechat`. The file
    is called by the policy and the digest that decisions name, and stands wherever a policy is asked for. The same
    policy always gives the same file, with all it includes and borrows.
    """
    policy = policy_at(name)
    if against is not None:
        other = policy_at(against)
        refuse_silent_change(policy, [(other.digest, other.canonical)], f"`{against}`")
    pack = pack_of(policy)
    if key is not None:
        from lictor.ledger.note import read_signer  # noqa: PLC0415 - cryptography is loaded only where keys are used

        pack = pack.signed(read_signer(text_of(key)).sign(pack.text))
    place = Path(pack.name) if out is None else out / pack.name if out.is_dir() else out
    if place.suffix != PACKED:
        place = place.with_name(f"{place.name}{PACKED}")
    refuse_replacing(place, [Path(one) for one in (name, against, key) if one is not None])
    with whole_file(place) as file:
        file.write(pack.to_bytes())
    if as_json:
        said = {"file": str(place), "policy": policy.id, "digest": policy.digest, "signed_by": pack.signers}
        say.result(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(str(place))
    return OK
