"""A rule has no tests.

Nobody knows whether the rule does what its title says: no text shows that it fires. Add a few of your own sentences
under `tests`: `fires` for what it must find, `silent` for what looks alike and is innocent. `lictor policy test`
runs them. A rule with no `silent` text is a note: nothing shows that it leaves the innocent alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L017"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each rule without a text that must make it fire, or without one that must not; drafts may wait."""
    for number, rule in study.active:
        if not rule.tests.fires:
            message = f"rule `{rule.id}` has no text that must make it fire"
            yield Fault(study.place("rules", number), message, "add `tests: {fires: [...], silent: [...]}`")
        elif not rule.tests.silent:
            message = f"rule `{rule.id}` has no text that must not make it fire"
            hint = "add `silent: [...]`: what looks alike and is innocent"
            yield Fault(study.place("rules", number, "tests"), message, hint, level="note")
