"""What a policy borrows from another -> the same tree, with the lender's parts standing where its own would.

* A name is that of a lexicon, condition, exemption, category or signal, or one of the sections in `WHOLE`.
* What a borrowed condition or exemption needs comes along. What the lender itself lacks is for `checks` to say.
* Nothing borrowed replaces anything: a name that is defined here too is a mistake.

Each borrowed part keeps the file it came from; its name stands at the place that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lictor.errors import Diagnostic
from lictor.facts import suggest
from lictor.policy.source import Node, quoted

__all__ = ["ENTRIES", "WHOLE", "lend"]

ENTRIES = ("lexicons", "conditions", "exemptions", "categories", "signals")
"""The sections whose entries are borrowed one by one."""

WHOLE = ("versions", "severities", "calendar")
"""The sections that are borrowed as a whole: a part of a calendar would be another calendar."""


@dataclass(frozen=True, slots=True)
class _Loan:
    """One part of the lender: the section it stands in, its name (`""` for a whole section), its node."""

    section: str
    name: str
    node: Node


def lend(lender: Node, name: str, asked: Node, borrower: Node, *, complete: bool) -> Iterator[Diagnostic]:
    """The borrower's tree gets what is `asked` of the lender `name`; mistakes are yielded.

    `complete`: all of the lender's files are in its tree, so that a name it does not know is a mistake.
    """
    seen: set[_Loan] = set()
    for item in asked.items or [asked]:
        if not isinstance(item.value, str):
            continue
        loans = _loans(lender, item.value)
        if not loans and complete:
            hint = suggest(item.value, _lendable(lender)) or "lexicons, conditions, exemptions and categories are lent"
            message = f"policy {quoted(name)} has no {quoted(item.value)} to lend"
            yield Diagnostic("P047", message, item.place, hint=hint)
        for loan in loans:
            if loan not in seen:
                seen.add(loan)
                yield from _settle(loan, name, item, borrower)


def _loans(lender: Node, name: str) -> list[_Loan]:
    """What goes by that name, then all it needs, each once."""
    if name in WHOLE:
        whole = lender.get(name)
        return [] if whole is None else [_Loan(name, "", whole)]
    loans: dict[tuple[str, str], _Loan] = {}
    wanted = [name]
    while wanted:
        one = wanted.pop()
        for section in ENTRIES:
            entries = lender.get(section)
            node = entries.get(one) if entries else None
            if node is not None and (section, one) not in loans:
                loans[section, one] = _Loan(section, one, node)
                wanted += _needs(section, node)
    return list(loans.values())


def _needs(section: str, node: Node) -> Iterator[str]:
    """The names without which that entry says nothing."""
    if section == "conditions":
        yield from _named(node)
    elif section == "exemptions":
        when, cancelled_by = node.get("when"), node.get("cancelled_by")
        yield from _named(when) if when else ()
        yield from (str(one.value) for one in (cancelled_by.items if cancelled_by else ()))


def _named(condition: Node) -> Iterator[str]:
    """Every name in a condition that may be another entry's: used, of a lexicon, or of a signal."""
    if isinstance(condition.value, str):
        yield condition.value
    for one in condition.items:
        yield from _named(one)
    for key, (_, value) in condition.entries.items():
        if key in ("any", "all", "of", "near", "not", "count", "distinct", "same_field", "use", "lexicon"):
            yield from _named(value)
        else:
            yield key


def _settle(loan: _Loan, lender: str, item: Node, borrower: Node) -> Iterator[Diagnostic]:
    """The loan in its place among the borrower's own, unless that is taken."""
    key = Node(item.file, item.line, item.column, item.length, loan.name or loan.section)
    if loan.name:
        empty = Node(item.file, item.line, item.column, item.length, {})
        entries = borrower.entries.setdefault(loan.section, (key, empty))[1].entries
    else:
        entries = borrower.entries
    own_key, own = entries.setdefault(str(key.value), (key, loan.node))
    if own is not loan.node and own.place != loan.node.place:
        along = "" if key.value == item.value else f" and comes with {quoted(item.value)}"
        message = f"{quoted(key.value)} is borrowed from {quoted(lender)}{along}, and is here already"
        label = f"the other is at {own_key.file.name}:{own_key.line}"
        yield Diagnostic("P049", message, item.place, label, "rename your own, or leave one of the two out")


def _lendable(lender: Node) -> Iterator[str]:
    yield from (name for name in WHOLE if name in lender.entries)
    for section in ENTRIES:
        node = lender.get(section)
        yield from node.entries if node else ()
