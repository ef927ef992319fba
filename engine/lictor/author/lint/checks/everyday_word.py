"""An everyday word decides alone.

A word that one text in two hundred holds makes its rule fire on all of those, whatever they are about; and an
exemption that an everyday word brings about excuses nearly everything. Ask for something beside it: `near`, `all`,
`at_least`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.study import Study
from lictor.text.dictionary import everydayness

CODE = "L005"
LEVEL = "warning"

FIRES = 0.004
EXCUSES = 0.1
EXCUSES_ALL = 0.25
"""Shares of texts; the last holds even where something cancels the excuse."""


def find(study: Study) -> Iterator[Fault]:
    """Each everyday word that alone makes a rule fire, or excuses whatever stands beside it."""
    for entry in study.terms.entries:
        if entry.host or (len(entry.text) == 1 and entry.number in study.alone) or entry.options.ticker:
            continue
        share = everydayness(entry.text)
        rules = study.alone.get(entry.number, ())
        if share >= FIRES and rules:
            named = listed(study.document.rules[number].id for number in rules)
            message = f"the everyday word `{entry.text}` makes {named} fire"
            hint = "ask for something beside it, with `near` or `all`"
            yield Fault(study.spot(entry, rules[0]), message, hint)
        for name in study.excusing.get(entry.number, ()):
            cancelled = bool(study.document.exemptions[name].cancelled_by)
            if share >= (EXCUSES_ALL if cancelled else EXCUSES):
                message = f"the everyday word `{entry.text}` brings about exemption `{name}`, which excuses most texts"
                hint = "name words that only such texts hold, or say under `cancelled_by` what ends the excuse"
                yield Fault(entry.node.place, message, hint)
                break
