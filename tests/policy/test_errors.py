"""Each mistake an author can make, as the author sees it: a folder with the policy and the text that answers it.

`LICTOR_GOLDEN=1` writes the texts anew.
"""

import os
import re
from pathlib import Path

import pytest

from lictor.errors import PolicyError, render
from lictor.policy import load, load_policy, source

HERE = Path(__file__).parent
CASES = sorted(path.name for path in (HERE / "errors").iterdir())
DIAGNOSTICS = Path(__file__).parents[2] / "docs" / "diagnostics.md"
CODE = re.compile(r"\bP\d{3}\b")


@pytest.mark.parametrize("case", CASES)
def test_author_sees(case, monkeypatch):
    """Every mistake is shown with its code, its place, a caret of the right width and the way out."""
    monkeypatch.chdir(HERE / "errors")
    if case == "file-too-large":
        monkeypatch.setattr(source, "MAX_BYTES", 1_000)
    if case == "too-many-mistakes":
        monkeypatch.setattr(load, "MAX_MISTAKES", 3)
    try:
        shown = [render(note) for note in load_policy(Path(case)).notes]
    except PolicyError as wrong:
        shown = [str(wrong)]
    answer = "\n\n".join(shown) + "\n"
    expected = HERE / "errors" / case / "expected.txt"
    if os.environ.get("LICTOR_GOLDEN"):
        expected.write_text(answer, encoding="utf-8")

    assert expected.read_text(encoding="utf-8") == answer


def test_codes_are_documented_and_shown():
    """The codes in the source, the headings of the documentation and the codes in these texts are the same."""
    sources = {code for path in Path(source.__file__).parent.glob("*.py") for code in CODE.findall(path.read_text())}
    headings = re.findall(r"^## (P\d{3})", DIAGNOSTICS.read_text(encoding="utf-8"), re.MULTILINE)
    shown = {
        code
        for path in (HERE / "errors").glob("*/expected.txt")
        for code in re.findall(r"^(?:error|note)\[(P\d{3})\]", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert sources == set(headings) == shown
    assert sorted(headings) == headings


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_has_a_way_out(case):
    """No answer leaves its author without a hint."""
    answer = (HERE / "errors" / case / "expected.txt").read_text(encoding="utf-8")

    assert len(re.findall(r"^(?:error|note)\[", answer, re.MULTILINE)) == len(
        re.findall(r"^ += hint: ", answer, re.MULTILINE)
    )


def test_documented_examples_are_what_authors_see():
    """Each example in the documentation stands, word for word, in one of these texts."""
    examples = re.findall(r"```text\n(.*?)\n```", DIAGNOSTICS.read_text(encoding="utf-8"), re.DOTALL)
    answers = [(HERE / "errors" / case / "expected.txt").read_text(encoding="utf-8") for case in CASES]

    assert examples
    assert [example for example in examples if not any(example in answer for answer in answers)] == []
