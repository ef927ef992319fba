"""The JSON Schema for editors: right about every policy that loads, and wrong about plain mistakes."""

from pathlib import Path

import jsonschema
import pytest

from lictor.author.schema import schema
from lictor.policy import bundled_policies, load_policy
from lictor.policy.models import PolicyDocument
from lictor.policy.source import TextFile, plain, read_yaml

EXAMPLES = sorted((Path(__file__).parent / "lint" / "examples").glob("*/policy.yaml"))
FILES = [path for folder in bundled_policies().values() for path in sorted(folder.rglob("*.yaml"))]
FILES = [path for path in [*FILES, *EXAMPLES] if path.parent.name != "scenarios"]


def mistakes(path, part):
    tree = read_yaml(TextFile(path.name, path.read_text("utf-8")), [])
    return [one.message for one in jsonschema.Draft202012Validator(schema(part)).iter_errors(plain(tree))]


@pytest.mark.parametrize("part", ["policy", "part", "lexicon"])
def test_it_is_a_schema(part):
    """Each schema is one by the rules of its draft."""
    jsonschema.Draft202012Validator.check_schema(schema(part))


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_what_loads_is_valid(path):
    """No editor marks a mistake in a policy that has none."""
    part = "policy" if path.name == "policy.yaml" else "lexicon" if path.parent.name == "lexicons" else "part"

    assert [] == mistakes(path, part)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("status: enforce", "status: enforced"),
        ("rectify: 7d", "rectify: 7 days"),
        ("by: strikes", "by: strike"),
        ("severity: S2\n", "severity: 2\n"),
        ("automatic: [flag, filter, hide]", "automatic: [flag, conceal]"),
        ("in: [article, post]", "in: [article, blog]"),
        ("owner: garden-policy\n", "ownr: garden-policy\n"),
        ("within: 8}", "within: eight}"),
    ],
)
def test_plain_mistakes_are_marked(tulips, tmp_path, old, new):
    """A misspelled key, an unknown value, a length that is none: an editor shows them."""
    text = tulips.read_text("utf-8")
    assert old in text
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")

    assert [] == mistakes(tulips, "policy")
    assert mistakes(path, "policy")


def test_every_key_is_known():
    """The schema has every key of a policy, each documented or plain."""
    keys = {field.alias or name for name, field in PolicyDocument.model_fields.items()}

    assert keys == set(schema()["properties"])
    assert all("description" in one for one in schema()["$defs"].values())


def test_a_loaded_policy_is_what_the_schema_speaks_of(tulips):
    """The two agree on an example that loads."""
    assert load_policy(tulips).document.policy == "tulips"
