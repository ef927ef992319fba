"""The actions a decision can take, and which of two is the stronger.

They are compared only within one subject. `network_block` (of a host) and `merchant_terminated` stand beside the order:
they are as final for a host or a merchant as taking down is for a group or a mini-program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

__all__ = ["ACTIONS", "PERMANENT", "Action", "above_flag", "strength", "strongest"]

Action = Literal[
    "none", "flag", "filter", "hide", "refuse", "warn", "restrict", "rectify_order", "payment_halt", "suspend",
    "block_indefinite", "disable", "delist", "network_block", "merchant_terminated", "ban_permanent",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = Action.__args__  # type: ignore[attr-defined]

_ORDER: tuple[tuple[Action, ...], ...] = (
    ("none",), ("flag",), ("filter", "hide", "refuse"), ("warn",), ("restrict",), ("rectify_order",), ("payment_halt",),
    ("suspend",), ("block_indefinite",), ("disable", "delist", "network_block", "merchant_terminated"),
    ("ban_permanent",),
)  # fmt: skip
_STRENGTH = {action: strength for strength, actions in enumerate(_ORDER) for action in actions}

PERMANENT: frozenset[Action] = frozenset({"ban_permanent", "disable", "merchant_terminated", "network_block"})
"""Actions without an end date. `block_indefinite` is none of them: it ends when somebody ends it."""


def strength(action: str) -> int:
    """How strong the action is: 0 for `none`, more for stronger ones, equal for those of equal standing."""
    return _STRENGTH[action]  # type: ignore[index]


def strongest(actions: Iterable[Action]) -> Action:
    """The strongest action, the first of equals; `none` where there are none."""
    return max(actions, key=strength, default="none")


def above_flag(action: str) -> bool:
    """Whether the action touches an item or an account, rather than only asking for a person's look."""
    return strength(action) > strength("flag")
