"""An automatic ban.

What is listed under `automatic` is done as soon as a machine finds something; everything else waits for a person. A
ban or an indefinite block belongs to a person: a false match would close accounts until somebody notices.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.ladders import BANS
from lictor.author.lint.mending import without_item
from lictor.author.lint.study import Study
from lictor.policy.actions import strength

CODE = "L027"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each action under `automatic` that ends an account or closes it without an end."""
    written = study.policy.node("automatic")
    for number, action in enumerate(study.document.automatic):
        if action in BANS or strength(action) >= strength("suspend"):
            node = written.items[number] if written else None
            message = f"`{action}` is automatic: no person looks before it is done"
            hint = "take it out of `automatic`; it is then proposed, and a review decides"
            edit = without_item(written, node) if written and node else None
            yield Fault(node.place if node else study.place("automatic"), message, hint, edit=edit)
