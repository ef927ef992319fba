"""One name for one content: a policy that changed goes by another version or revision than before.

Decisions name the version they were made under, and a digest. Whoever reads `v2` in two decisions must be able to trust
that both were made by the same words; the digest would tell otherwise, and nobody reads it.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from lictor.errors import UsageError
from lictor.policy.load import Policy

__all__ = ["refuse_silent_change"]


def refuse_silent_change(policy: Policy, known: Iterable[tuple[str, bytes]], where: str) -> None:
    """Nothing, unless one of the known policies (digest and canonical bytes) has this one's name and other content.

    `where` says, for the message, who knows it.
    """
    document = policy.document
    name = (policy.id, document.versions[-1].id)
    taken: dict[int, str] = {}
    for digest, canonical in known:
        other = orjson.loads(canonical)
        if (other["policy"], other["versions"][-1]["id"]) == name:
            taken[other.get("revision", 0)] = digest
    digest = taken.get(document.revision, policy.digest)
    if digest != policy.digest:
        raise UsageError(
            f"policy `{policy.id}` changed under the same name: version `{name[1]}`, revision {document.revision} "
            f"is {digest[:12]} in {where} and {policy.digest[:12]} here",
            hint=f"write `revision: {max(taken) + 1}`, or begin a version; `lictor policy diff` says what changed",
        )
