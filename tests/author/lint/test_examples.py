"""Each foolishness the lint knows, as its author sees it: a folder with the smallest policy that shows it.

`LICTOR_GOLDEN=1` writes the answers, and `docs/lint.md`, anew.
"""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from lictor.author.lint import ABOUT_COMMENTS, CHECKS, lint
from lictor.policy import load_policy
from lictor.report.lint import render_findings

HERE = Path(__file__).parent / "examples"
EXAMPLES = sorted(path.name for path in HERE.iterdir())
PAGE = Path(__file__).parents[3] / "docs" / "lint.md"
GOLDEN = bool(os.environ.get("LICTOR_GOLDEN"))
CODES = [check.code for check in CHECKS] + list(ABOUT_COMMENTS)

HEAD = """# Lint

`lictor policy lint` says two kinds of things. A code with P is a mistake: the policy does not load, and
[diagnostics.md](diagnostics.md) has a heading for it. A code with L is about a policy that loads and may not do what
its author wants; those are here. `lictor policy lint --explain L004` shows the same text.

An *error* or *warning* makes the exit code 1, a *note* does not. A finding you want to keep is allowed by a comment at
the end of its line, or on a line of its own above it, with the reason:

```yaml
terms: [花, 菊]  # lint: allow L004 because the market's boards hold single words
```

`--fix` shows the mends that are certain as a diff, and with `--yes` makes them: an `allow` phrase that never applies, a
ban among the automatic actions, a comment that allows nothing, a word that should be in quotes. `--format json`,
`sarif` and `github` are for machines.

This page is written by the tests from the checks and their examples (`make golden`).
"""


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Places are named from the folder of the examples."""
    monkeypatch.chdir(HERE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_author_sees(example):
    """Every foolishness is shown with its code, its place and the way out."""
    answer = render_findings(lint(load_policy(Path(example)))) + "\n"
    expected = HERE / example / "expected.txt"
    if GOLDEN:
        expected.write_text(answer, "utf-8")

    assert expected.read_text("utf-8") == answer


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_shows_one_thing(example):
    """An example that is named after a check shows that check, and one that is not shows none."""
    found = {one.diagnostic.code for one in lint(load_policy(Path(example))) if one.allowed is None}
    about_comments = example.startswith("L09")

    assert example[:4] in found if about_comments else found == ({example[:4]} if example[0] == "L" else set())


def test_every_check_has_an_example():
    """No check is without a policy that shows it."""
    shown = {example[:4] for example in EXAMPLES if example.startswith("L")}

    assert sorted(CODES) == sorted(shown)


def test_codes_are_in_order():
    """No two checks have one code."""
    assert sorted(set(CODES)) == CODES


def test_the_page_says_what_the_checks_say():
    """`docs/lint.md` has a heading for each check, with its text and what an author sees."""
    page = _page()
    if GOLDEN:
        PAGE.write_text(page, "utf-8")

    assert PAGE.read_text("utf-8") == page


def _page() -> str:
    answers = defaultdict(list)
    for example in EXAMPLES:
        answers[example[:4]].append((HERE / example / "expected.txt").read_text("utf-8"))
    told = [(check.code, check.title, f"{check.text}\n\n") for check in CHECKS]
    told += [(code, title, "") for code, title in ABOUT_COMMENTS.items()]
    return "\n".join(
        [HEAD, *(f"## {code}: {title}\n\n{text}{_shown(answers[code], code)}" for code, title, text in told)]
    )


def _shown(answers: list[str], code: str) -> str:
    found = re.findall(rf"(?ms)^\w+\[{code}\].*?(?=\n\n)", "\n".join(answers))
    return "".join(f"```text\n{one}\n```\n" for one in found[:2])
