"""The detectors: what each finds, with a text that shows it, tried here."""

from __future__ import annotations

from lictor.match.detectors import DETECTORS
from written.markdown import code, table
from written.words import words

__all__ = ["page"]

HEAD = """# Detectors

A detector finds what no list can hold. Use its name wherever a condition takes the name of a lexicon:

```yaml
rules:
  - id: ticket-price
    title: Tickets with a price
    category: trade.tickets
    severity: S1
    when: {near: [ticket, price], within: 20}
```

Each example below was tried when this page was made.

"""


def page() -> str:
    """The whole page."""
    told = words("detectors")
    rows = []
    for name, find in sorted(DETECTORS.items()):
        text = told[name]["text"]
        matches = find(text)
        if not matches:
            raise AssertionError(f"detector `{name}` finds nothing in {text!r}")
        found = ", ".join(
            f"{code(one.text)}" + (f" as {code(one.term)}" if one.term != one.text else "") for one in matches
        )
        rows.append([code(name), told[name]["means"], code(text), found])
    return HEAD + table(["detector", "what it finds", "in this text", "it finds"], rows)
