"""Broken policies by the dozen: one edit of a sound policy each, and what its author is told.

`⟦` marks in the edit where the caret must stand. Nothing else may be said: a mistake has no false followers.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.author.new import starting_files
from lictor.errors import PolicyError
from lictor.policy import load_policy

POLICY, RULES, PILLS = "policy.yaml", "rules/advertising.yaml", "lexicons/pills.txt"

MISTAKES = [json.loads(line) for line in (Path(__file__).parent / "mistakes.jsonl").read_text("utf-8").splitlines()]
"""`edits`: a file, what is replaced in it (nothing: the file is written), what by."""

SEVERAL = {
    "three broken parts and two wrong values": (
        [
            (POLICY, "title: Spam\n", 'title: ⟦"Spam\n'),
            (POLICY, "owner: base-team", "⟦ownre: base-team"),
            (POLICY, "functions: [post.publish, message.send]", "functions: ⟦[post.publish, message.send"),
            (RULES, "    severity: S2", "    severity: ⟦S7"),
            (RULES, "    status: monitor", "    status: ⟦@monitor"),
        ],
        {"P001", "P014", "P030"},
    ),
    "one rule is broken, the other is wrong, a list has a term twice": (
        [
            (RULES, "      fires:\n        - Wonder", "      fires: ⟦[\n        - Wonder"),
            (RULES, "    severity: S1", "    severity: ⟦S7"),
            (PILLS, "hair tonic", "⟦wonder pill"),
            (POLICY, "window: 30d", "window: ⟦30 days"),
        ],
        {"P001", "P020", "P030", "P039"},
    ),
    "a dash is missing, a colon is wide, a tab indents": (
        [
            (POLICY, "  - {id: S2, title: A business}", "  ⟦{id: S2, title: A business}"),
            (POLICY, "timezone: UTC", "⟦timezone：UTC"),
            (
                RULES,
                "    unless: [WARNING]\n    tests:\n      fires: [Slimming",
                "⟦\tunless: [WARNING]\n    tests:\n      fires: [Slimming",
            ),
        ],
        {"P001"},
    ),
    "an anchor, its alias, and a name beside them": (
        [
            (POLICY, "functions: [", "functions: ⟦&f ["),
            (POLICY, "  NO-POSTING: [post.publish, message.send]", "  NO-POSTING: ⟦*f"),
            (POLICY, "    for: [member]", "    for: [⟦members]"),
        ],
        {"P006", "P030"},
    ),
}


def broken(folder, edits):
    """Writes the sound policy with these edits; the places that are marked in them."""
    texts = starting_files("base", owner="base-team", start=datetime(2026, 1, 1, tzinfo=UTC))
    for file, old, new in edits:
        text = texts.get(file, "")
        assert old in text
        texts[file] = text.replace(old, new, 1) if old else new
    places = set()
    for name, text in texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            parts = line.split("⟦")
            places |= {(name, number, len("".join(parts[: at + 1])) + 1) for at in range(len(parts) - 1)}
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("⟦", ""), encoding="utf-8")
    return places


def told(folder):
    """What is said of the policy in the folder."""
    with pytest.raises(PolicyError) as wrong:
        load_policy(folder)
    return wrong.value.diagnostics


def place(one, folder):
    return (one.place.file.removeprefix(f"{folder}/"), one.place.line, one.place.column)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["id"])
def test_a_mistake_is_named_where_it_is(tmp_path, mistake):
    """One mistake, one diagnostic: the code, the line and column, and a hint that leads to the fix."""
    places = broken(tmp_path, mistake["edits"])
    found = told(tmp_path)

    assert {(one.code, one.hint) for one in found} == {(mistake["code"], mistake["hint"])}
    assert {place(one, tmp_path) for one in found} == places


@pytest.mark.parametrize("name", SEVERAL)
def test_broken_syntax_hides_nothing_else(tmp_path, name):
    """All mistakes in one run: those in files and in parts of a file that a parser gives up on, and all others."""
    edits, codes = SEVERAL[name]
    places = broken(tmp_path, edits)
    found = told(tmp_path)

    assert {one.code for one in found} == codes
    assert {place(one, tmp_path) for one in found} == places


BITS = st.sampled_from([
    "\t", "- ", ": ", "[", "]", "{", "}", "'", '"', "#", "&a ", "*a ", "!x ", "|\n", "\u00a0", "：", "，", "null", "~",
    "---\n", "? ", "% ", "@", "\r", "  ", "\n", "<<: {a: 1}\n", "比特币", "\x07", "\ufeff", "",
])  # fmt: skip


@st.composite
def edited(draw):
    """A file of the sound policy with some of its lines damaged."""
    name = draw(st.sampled_from([POLICY, RULES, PILLS]))
    lines = starting_files("base", owner="base-team", start=datetime(2026, 1, 1, tzinfo=UTC))[name].split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        start, end = sorted((draw(st.integers(0, len(lines[at]))), draw(st.integers(0, len(lines[at])))))
        lines[at] = lines[at][:start] + draw(BITS) + lines[at][end:]
    return name, "\n".join(lines)


@given(edited())
@settings(max_examples=150)
def test_a_damaged_policy_is_never_a_traceback(edit):
    """Whatever is cut or typed into a policy, it loads or every mistake has a place and a hint."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        broken(folder, [(edit[0], "", edit[1])])
        found = load_policy(folder).notes if loads(folder) else told(folder)

    for one in found:
        assert one.place is not None
        assert one.hint
        assert "\n" not in one.place.source
        assert 1 <= one.place.column <= len(one.place.source) + 1


def loads(folder):
    """Whether the policy in the folder loads."""
    try:
        load_policy(folder)
    except PolicyError:
        return False
    return True
