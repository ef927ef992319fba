"""The actions, from the mildest, with how strong each is."""

from __future__ import annotations

from lictor.policy.actions import ACTIONS, PERMANENT, strength
from written.markdown import code, table
from written.words import words

__all__ = ["page"]

HEAD = """# Actions and effects

A decision has one headline *action* and its *effects* in order. The action is the strongest effect, proposed ones
included.

What a policy lists under `automatic` is *applied* at once. Everything else is *proposed*: it waits for a person. What
a rule in `monitor` would have led to is told and not done. Two actions are compared only about one subject.

"""
TAIL = """
An effect can be aimed at the account, the item, the group's owner, the account's principal, or a host (`target`). It
can be meant for some viewers only, such as those in one country (`viewers`). Every effect has a way back: what is
hidden is shown again when a review dismisses it or an appeal is granted, and what was taken away comes back.
"""


def page() -> str:
    """The whole page."""
    told = words("actions")
    rows = [
        [
            str(strength(action)),
            code(action),
            told[action]["on"],
            told[action]["means"],
            "no end date" if action in PERMANENT else "",
        ]
        for action in sorted(ACTIONS, key=strength)
    ]
    return HEAD + table(["strength", "action", "touches", "what it does", ""], rows) + TAIL
