"""The site: what the pages of reference must say. `make docs` builds it; this needs none of what builds it."""

import re
import sys
from pathlib import Path

import jsonschema
import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def builder():
    """The builder's modules can be imported, and leave no trace."""
    sys.path.insert(0, str(DOCS / "builder"))
    yield
    sys.path.remove(str(DOCS / "builder"))
    for name in [name for name in sys.modules if name.split(".")[0] in ("reference", "stage")]:
        del sys.modules[name]


def test_every_key_of_a_policy_is_described(builder):
    """No key is without a sentence, in `docs/builder/words/keys.yaml` or its model's docstring; no sentence is idle."""
    from written.keys import undescribed

    assert undescribed() == []


def test_every_key_of_a_policy_has_an_example(builder):
    """From a bundled policy, or from `docs/builder/words/examples.yaml`, whose examples are valid."""
    from written.examples import definitions
    from written.keys import without_example
    from written.words import words

    definitions = dict(definitions())
    wrong = []
    for model, keys in words("examples").items():
        node = definitions[model]
        own = node if "properties" in node else next(one for one in node["anyOf"] if "properties" in one)
        held = jsonschema.Draft202012Validator({"properties": own["properties"], "$defs": definitions})
        wrong += [(model, key) for key, shown in keys.items() if list(held.iter_errors(shown)) or key not in shown]

    assert without_example() == []
    assert wrong == []


def test_every_field_of_a_decision_is_described(builder):
    """The same of what a decision says of itself, in `docs/builder/words/decision.yaml`."""
    from written.decisions import undescribed

    assert undescribed() == []


def test_the_pages_of_reference_can_be_written(builder):
    """Each is made from the code, and what it claims of options and detectors is tried while it is made."""
    from stage import written

    made = written(DOCS)

    assert [name for name, text in made.items() if not text.startswith("# ")] == []
    assert {"reference/cli.md", "reference/facts.md", "codes/P001.md", "codes/L001.md"} <= set(made)


def test_every_page_has_its_place():
    """The first page lists every other one: a page that nobody finds is none."""
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([\w/-]+\.md)\)", index))
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} - {"index.md"}

    assert pages - linked == set()
    assert {link for link in linked - pages if not link.startswith("reference/")} == set()
