"""Conditions on what changed, such as `newly_banned > 0.1%`: by which a build fails.

`NAME OPERATOR NUMBER`, with `>`, `>=`, `<` or `<=`, and a number of rows, or with `%` a share of the rows compared.
Names are those of changes, and `newly.ACTION` and `no_longer.ACTION`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lictor.errors import UsageError
from lictor.facts import one_of
from lictor.policy.actions import ACTIONS
from lictor.simulate.verdicts import CHANGES, WATCHED

__all__ = ["NAMES", "Limit", "limit_of"]

NAMES: tuple[str, ...] = (
    "changed", "flipped", *CHANGES, "newly_banned", "no_longer_banned", *WATCHED,
    *(f"newly.{action}" for action in ACTIONS if action != "none"),
    *(f"no_longer.{action}" for action in ACTIONS if action != "none"),
)  # fmt: skip

_FORM = re.compile(
    r"\s*(?P<name>[\w.]+)\s*(?P<operator>>=|<=|>|<)\s*(?P<number>\d{1,15}(\.\d{1,15})?)\s*(?P<percent>%?)\s*"
)
_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition on one count, as written in `text`."""

    text: str
    name: str
    operator: str
    number: Fraction
    share: bool

    def holds(self, counts: Mapping[str, int], rows: int) -> bool:
        """Whether the condition holds of these counts, of so many rows compared; nothing is no share of no rows."""
        count = Fraction(counts.get(self.name, 0))
        if self.share:
            count = count * 100 / rows if rows else Fraction(0)
        return _COMPARE[self.operator](count, self.number)


def limit_of(text: str) -> Limit:
    """The condition that is written so; anything else is a `UsageError`."""
    found = _FORM.fullmatch(text)
    if found is None or not found["number"].isascii():
        raise UsageError(
            f"`{text}` is no condition on what changed", hint="write a name, `>` and a number: `newly_banned > 0.1%`"
        )
    name = one_of(found["name"], NAMES, "count")
    return Limit(text.strip(), name, found["operator"], Fraction(found["number"]), bool(found["percent"]))
