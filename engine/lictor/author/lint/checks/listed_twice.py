"""The same thing is listed twice.

A name or a text stands twice in one list: the second does nothing, and mostly another one was meant. Of a rule's tests,
a text that must and must not make it fire can never pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.policy.source import Node, quoted

CODE = "L039"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each text that an earlier one of its list already is, and each test that asks for the contrary of another."""
    root = study.policy.node()
    if root is not None:
        for name, (_, section) in root.entries.items():
            if name not in ("lexicons", "borrow"):
                yield from _below(section)
    for number, rule in enumerate(study.document.rules):
        fires = set(rule.tests.fires)
        for at, text in enumerate(rule.tests.silent):
            if text in fires:
                place = study.place("rules", number, "tests", "silent", at)
                message = f"{quoted(text)} must and must not make `{rule.id}` fire"
                yield Fault(place, message, "take it from one of the two lists")


def _below(node: Node) -> Iterator[Fault]:
    first: dict[str, Node] = {}
    for item in node.items:
        if isinstance(item.value, str):
            before = first.setdefault(item.value, item)
            if before is not item:
                label = f"first listed at line {before.line}"
                yield Fault(item.place, f"{quoted(item.value)} is listed twice", "take one away", label)
    for below in node.items or [value for _, value in node.entries.values()]:
        yield from _below(below)
