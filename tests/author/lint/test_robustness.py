"""Any text is either a policy with findings or a list of mistakes, each at a place and with a way out."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.author.lint import Finding, lint
from lictor.errors import PolicyError
from lictor.policy import load_policy
from lictor.report.lint import render_findings, to_annotations, to_rows, to_sarif

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*/policy.yaml"))
TOKEN = re.compile(r"[\w.'-]+")
PIECES = [
    "[]", "{}", "true", "0", "999999", "''", "'*'", "any", "not", "near", "hide", "ban_permanent", "0d", "1000d", "v1",
    "S2", "until", "花", "U", "{", "]", ":", "\n", "- ", "#", "&a", "\t", '"', "100%", "distinct",
]  # fmt: skip


@given(st.data())
@settings(max_examples=150)
def test_changed_policies(tmp_path_factory, data):
    """A policy with some words changed, lost or doubled is linted or refused, and never a traceback."""
    text = data.draw(st.sampled_from(EXAMPLES)).read_text("utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        words = list(TOKEN.finditer(text))
        if not words:
            break
        at = words[data.draw(st.integers(0, len(words) - 1))]
        new = data.draw(st.one_of(st.sampled_from(PIECES), st.sampled_from([word[0] for word in words])))
        text = text[: at.start()] + new + text[at.end() :]
    path = tmp_path_factory.mktemp("changed") / "policy.yaml"
    path.write_text(text, "utf-8")

    try:
        found = lint(load_policy(path))
    except PolicyError as wrong:
        found = [Finding(one) for one in wrong.diagnostics]

    assert all(one.diagnostic.place and one.diagnostic.hint for one in found)
    assert render_findings(found)
    assert len(to_annotations(found).splitlines()) == len(to_rows(found))
    assert len(found) == len(to_sarif(found, version="0")["runs"][0]["results"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_place_is_in_the_file(path):
    """A finding's caret stands under something that is written."""
    for one in lint(load_policy(path)):
        place = one.diagnostic.place

        assert path.parent in Path(place.file).absolute().parents
        assert place.source == Path(place.file).read_text("utf-8").split("\n")[place.line - 1]
        assert place.source[place.column - 1 :][: place.length].strip()
