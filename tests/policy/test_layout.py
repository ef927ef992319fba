"""The one layout of policy files: what changes, what never does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.errors import UsageError
from lictor.policy.layout import WIDTH, laid_out

POLICIES = Path(__file__).parents[2] / "policies"
EXAMPLES = Path(__file__).parents[1] / "author" / "lint" / "examples"
FILES = [path for folder in (POLICIES, EXAMPLES) for path in sorted(folder.rglob("*.yaml"))]


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("a:   1\n", "a: 1\n"),
        ("a: {b: 1,c:   2}", "a: {b: 1, c: 2}\n"),
        ("a: [ 1 ,2,\n  3]\n", "a: [1, 2, 3]\n"),
        ("a:\n- 1\n- b: 2\n  c: 3\n", "a:\n  - 1\n  - b: 2\n    c: 3\n"),
        ("a:\n      b:\n            c: 1\n", "a:\n  b:\n    c: 1\n"),
        ("a: 1 #why\n#whole\nb: 2\n", "a: 1  # why\n# whole\nb: 2\n"),
        ("\n\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("a:  # why\n    b: 1\n    # last of a\nc: 2\n", "a:  # why\n  b: 1\n  # last of a\nc: 2\n"),
        ("a: 'it''s # no comment'\n", "a: 'it''s # no comment'\n"),
        ("a: |\n      one\n        two\nb: 1\n", "a: |\n  one\n    two\nb: 1\n"),
        ("a: [1, # one\n    2]\n", "a: [1, # one\n  2]\n"),
        ("a: >-  # folded\n    one\n    two\n", "a: >-  # folded\n  one\n  two\n"),
        ("- a\n-   b: 1\n", "- a\n- b: 1\n"),
        ("a: one\n     two\n", "a: one\n  two\n"),
        ("a:\n  -\n    b: 1\n", "a:\n  - b: 1\n"),
    ],
)
def test_layout(written, laid):
    """Spaces, indentation and blank lines are made one; words and comments stay."""
    assert laid == laid_out("p.yaml", written)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_files_of_this_project(path):
    """Every file is laid out, says the same (the layout checks that itself), and stays so."""
    once = laid_out(path.name, path.read_text("utf-8"))

    assert once == laid_out(path.name, once)


def test_long_lists_are_broken():
    """A list in brackets is broken after commas, within the width."""
    laid = laid_out("p.yaml", "a: [" + ", ".join(["tulip"] * 100) + "]\n")

    assert max(map(len, laid.split("\n"))) <= WIDTH
    assert all(line.endswith((",", "]", "")) for line in laid.split("\n"))


@pytest.mark.parametrize("text", ["a: [1", "a: &b 1\n", "a: |2\n    x\n", "", "a: 1\n---\nb: 2\n"])
def test_what_cannot_be_laid_out_is_refused(text):
    """Broken YAML, and what the layout does not know, is left alone."""
    with pytest.raises(UsageError):
        laid_out("p.yaml", text)


WORDS = st.sampled_from(["a", "tulip", "'x # y'", '"q\\"#"', "12", "true", "花", "a b", "it's"])
TREES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda some: f"[{' ,'.join(some)}  ]"),
        st.dictionaries(st.sampled_from(["k", "longer key", "花"]), inner, min_size=1, max_size=2).map(
            lambda some: "{" + ",   ".join(f"{key}:  {value}" for key, value in some.items()) + "}"
        ),
    ),
    max_leaves=6,
)
LINES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["# c", "   #c", "", "  "])),
        st.tuples(st.sampled_from("defgh"), TREES, st.sampled_from(["", " #c", "   # d # e"])),
        st.tuples(st.sampled_from("ijkl"), st.lists(TREES, min_size=1, max_size=3), st.sampled_from([0, 2, 5])),
    ),
    min_size=1,
    max_size=8,
)


@given(LINES)
def test_any_layout_becomes_the_one(lines):
    """Whatever the spaces and comments: what comes out says the same and is stable, or is refused by name."""
    seen, out = set(), []
    for line in lines:
        if line[0] in seen:
            continue
        if len(line) == 1:
            out.append(line[0])
        elif isinstance(line[1], list):
            seen.add(line[0])
            out.append(f"{line[0]}:")
            out += [" " * line[2] + f"-   {item}" for item in line[1]]
        else:
            seen.add(line[0])
            out.append(f"{line[0]}:   {line[1]}{line[2]}")
    text = "\n".join(out)
    if not seen:
        return
    once = laid_out("p.yaml", text)

    assert once == laid_out("p.yaml", once)
