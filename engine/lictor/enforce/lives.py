"""The lives: every state that something under enforcement can be in, and what leads from one to the next.

Each life is a literal table of (state, event) -> state. What is not in the table does not happen: `move` refuses it by
name. The diagrams in `docs/enforcement.md` are drawn from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lictor.errors import UsageError

__all__ = ["LIVES", "Life", "move"]

Life = Literal["order", "review", "appeal", "rename", "item", "host", "holding", "decision"]
Table = Mapping[tuple[str, str], str]

ORDER: Table = {
    # An order waits until its notice has arrived (and a suspension before it is over), then its clock runs.
    ("awaiting", "start"): "running",
    ("awaiting", "stop"): "held",
    ("held", "resume"): "awaiting",
    ("held", "stop"): "held",
    ("running", "stop"): "stopped",
    ("stopped", "stop"): "stopped",
    ("stopped", "resume"): "running",
    ("held", "pass"): "passed",
    ("stopped", "pass"): "passed",
    ("running", "expire"): "expired",
    # A mini-program that was taken down may still claim.
    ("expired", "claim_late"): "reclaimed",
    ("reclaimed", "fail"): "expired",
    ("reclaimed", "pass"): "passed",
    # Evasion fails an order that is open.
    ("awaiting", "evade"): "failed",
    ("held", "evade"): "failed",
    ("running", "evade"): "failed",
    ("stopped", "evade"): "failed",
    ("failed", "claim_late"): "reclaimed",
    # The evasion was overturned: the order is as it was before.
    ("failed", "revive"): "awaiting",
    ("awaiting", "lift"): "lifted",
    ("held", "lift"): "lifted",
    ("running", "lift"): "lifted",
    ("stopped", "lift"): "lifted",
    ("expired", "lift"): "lifted",
    ("reclaimed", "lift"): "lifted",
    ("failed", "lift"): "lifted",
}

REVIEW: Table = {
    ("closed", "open"): "open",
    ("open", "uphold"): "closed",
    ("open", "dismiss"): "closed",
}

APPEAL: Table = {
    ("none", "file"): "pending",
    ("pending", "reject"): "rejected",
    ("pending", "grant"): "granted",
}

RENAME: Table = {
    ("settled", "request"): "pending",
    ("pending", "revoke"): "settled",
    ("pending", "confirm"): "settled",
}

ITEM: Table = {
    ("public", "flag"): "flagged",
    ("public", "hide"): "hidden",
    ("public", "filter"): "filtered",
    ("public", "refuse"): "refused",
    ("public", "remove"): "removed",
    ("flagged", "hide"): "hidden",
    ("flagged", "clear"): "public",
    ("flagged", "edit"): "public",
    ("flagged", "remove"): "removed",
    ("hidden", "restore"): "public",
    ("hidden", "edit"): "public",
    ("hidden", "remove"): "removed",
    ("filtered", "restore"): "public",
    ("refused", "restore"): "public",
}

HOST: Table = {
    ("open", "flag"): "flagged",
    ("open", "list"): "listed",
    ("flagged", "list"): "listed",
    ("flagged", "clear"): "open",
    ("listed", "delist"): "open",
}

HOLDING: Table = {
    ("unheld", "acquire"): "held",
    ("held", "give"): "held",
    ("held", "acquire"): "held",
}

DECISION: Table = {
    ("in_force", "end"): "ended",
    ("in_force", "overturn"): "overturned",
    ("in_force", "reinstate"): "reinstated",
    ("ended", "overturn"): "overturned",
    ("ended", "reinstate"): "reinstated",
}

LIVES: Mapping[Life, Table] = {
    "order": ORDER,
    "review": REVIEW,
    "appeal": APPEAL,
    "rename": RENAME,
    "item": ITEM,
    "host": HOST,
    "holding": HOLDING,
    "decision": DECISION,
}


def move(life: Life, state: str, event: str) -> str:
    """The state that the event leads to; a `UsageError` where it leads nowhere from there."""
    try:
        return LIVES[life][state, event]
    except KeyError:
        possible = ", ".join(f"`{event}`" for before, event in LIVES[life] if before == state) or "nothing"
        raise UsageError(
            f"{life}: `{event}` is not possible while it is `{state}`", hint=f"possible there: {possible}"
        ) from None
