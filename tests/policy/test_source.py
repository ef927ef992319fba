"""The YAML door: strict YAML 1.2 core, bounded, and never a traceback."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lictor.errors import PolicyError
from lictor.policy import Policy, load_policy, source
from lictor.policy.source import decode, plain, read_terms, read_yaml

BASE = (Path(__file__).parent / "errors" / "han-caret" / "policy.yaml").read_text(encoding="utf-8")


def read(text):
    report = []
    node = read_yaml(decode("test.yaml", text.encode(), report), report)
    assert not report
    return plain(node)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("no", "no"), ("True", "True"), ("NULL", "NULL"),
        ("1:30", "1:30"), ("012", "012"), ("0x1F", "0x1F"), ("0o7", "0o7"), ("1_000", "1_000"), ("1e3", "1e3"),
        ("12", 12), ("-3", -3), ("0", 0), ("0.5", 0.5), ("+1", "+1"), (".5", ".5"), (".inf", ".inf"),
        ("2026-01-01", "2026-01-01"), ("'12'", "12"), ('"\\u6bd4"', "比"), ("<<", "<<"), ("=", "="),
    ],
)  # fmt: skip
def test_scalars(written, value):
    """Only `true`, `false`, null and plain decimal numbers are anything but text."""
    assert read(f"key: {written}") == {"key": value}
    assert type(read(f"key: {written}")["key"]) is type(value)


def test_keys_are_text():
    """A key is the text it is written as, whatever a value of that form would be."""
    assert read("{on: 1, true: 2, 12: 3, 'a b': 4}") == {"on": 1, "true": 2, "12": 3, "a b": 4}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(ends):
    """LF, CR LF and CR end a line, and a byte order mark is no part of the text."""
    report = []
    file = decode("test.yaml", ("\ufeffa: 1" + ends + "b: [x]").encode(), report)
    node = read_yaml(file, report)

    assert plain(node) == {"a": 1, "b": ["x"]}
    assert str(node.get("b").items[0].place) == "test.yaml:2:5"


def test_columns_are_code_points():
    """Columns count code points, also outside the basic plane."""
    report = []
    node = read_yaml(decode("test.yaml", "𝓪: {比特币: [x]}".encode(), report), report)
    place = node.get("𝓪").get("比特币").items[0].place

    assert (place.column, place.length, place.source[place.column - 1]) == (11, 1, "x")


def test_terms_of_a_text_file():
    """One term a line; blank lines and comments are left out, a `#` inside a word is not one."""
    terms = read_terms(decode("a.txt", "# names\n\n  bitcoin \nc#\n比特币 # 大饼\n".encode(), []))

    assert [node.value for node in terms] == ["bitcoin", "c#", "比特币"]
    assert [node.place.column for node in terms] == [3, 1, 1]


@pytest.mark.parametrize("parser", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize(
    "case", ["tab", "unclosed-list", "unclosed-quote", "colon-in-text", "at-sign", "anchor", "tag"]
)
def test_both_parsers_find_the_same(monkeypatch, parser, case):
    """A policy is answered with the same words by libyaml and by Python's parser."""
    monkeypatch.setattr(source, "_PARSER", parser)
    monkeypatch.chdir(Path(__file__).parent / "errors")
    with pytest.raises(PolicyError) as wrong:
        load_policy(Path(case))

    assert str(wrong.value) + "\n" == Path(case, "expected.txt").read_text(encoding="utf-8")


BOMBS = {
    "brackets": "'[' * 200_000",
    "braces": "'{' * 200_000",
    "keys": "'{a: ' * 100_000",
    "dashes": "'- ' * 200_000",
    "questions": "'? ' * 200_000",
    "indents": "''.join(' ' * n + 'a:\\n' for n in range(2_000))",
    "laughs": "'a: &a [x, x]\\n' + ''.join(f'{c}: &{c} [*{p}, *{p}]\\n' for p, c in zip('abcdefghijk', 'bcdefghijkl'))",
    "itself": "'a: &a [*a]'",
    "one key": "'k' * 5_000_000",
    "many keys": "''.join(f'k{n}: 1\\n' for n in range(300_000))",
    "same key": "'k: 1\\n' * 300_000",
    "empty items": "'-\\n' * 300_000",
    "quotes": "'\"' + 'a' * 5_000_000",
    "too large": "'#' * 9_000_000",
    "number": "'a: ' + '9' * 1_000_000",
}
RUN = """
import resource, sys
from pathlib import Path
from lictor.errors import PolicyError
from lictor.policy import load_policy
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
try:
    load_policy(Path(sys.argv[1]))
except PolicyError as wrong:
    assert len(str(wrong)) < 500_000, len(str(wrong))
    print("refused", wrong.diagnostics[0].code)
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(bomb, tmp_path):
    """A file made to exhaust the reader is refused in bounded time and memory; the process lives."""
    path = tmp_path / "policy.yaml"
    path.write_text(eval(BOMBS[bomb]))  # a literal of this file
    engine = str(Path(source.__file__).parents[2])
    command = [sys.executable, "-c", RUN, str(path)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env={"PYTHONPATH": engine})

    assert (ran.returncode, ran.stdout[:9]) == (0, "refused P"), ran.stderr[-2_000:]


def either(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yaml"
        path.write_bytes(data)
        try:
            return load_policy(path)
        except PolicyError as wrong:
            return wrong


@given(st.text())
@example("")
@example("\0")
@example("a: \t")
@example("lictor policy pack 7")
@example("%YAML 1.1\n---\na: on")
@example("---\n---\n")
@example("!!python/object/apply:os.system [ls]")
@example('a: "\\ud800"')
def test_any_text(text):
    """Any text is either a policy or a `PolicyError`."""
    assert isinstance(either(text.encode("utf-8", "surrogatepass")), Policy | PolicyError)


@given(st.binary())
@example(b"\xff\xfea\0")
@example(b"\xef\xbb\xbf")
def test_any_bytes(data):
    """Any bytes are either a policy or a `PolicyError`."""
    assert isinstance(either(data), Policy | PolicyError)


@settings(max_examples=300)
@given(st.data())
def test_any_edit_of_a_policy(data):
    """A policy with a piece replaced by anything is either a policy or a `PolicyError`."""
    start = data.draw(st.integers(0, len(BASE)))
    end = data.draw(st.integers(start, min(len(BASE), start + 40)))
    piece = data.draw(
        st.sampled_from(
            ["", " ", "\n", "[", "]", "{", "}", ": ", "- ", "null", "7", "''", "'", "*a", "&a ", "a", "[]", "{}", ","]
        )
        | st.text(max_size=8)
    )
    edited = BASE[:start] + piece + BASE[end:]

    assert isinstance(either(edited.encode("utf-8", "surrogatepass")), Policy | PolicyError)


@pytest.mark.parametrize(
    "section",
    ["signals: {x: {type: []}}", "bundles: {B: [[]]}", "invariants: {never_restrict: [[]]}"],
)
def test_a_list_in_place_of_a_name(section):
    """A list where a name belongs is a mistake with a place, like any other."""
    wrong = either(f"{BASE}\n{section}\n".encode())

    assert isinstance(wrong, PolicyError)
    assert any(one.place is not None for one in wrong.diagnostics)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(0, 2)
    | st.sampled_from(["S1", "coin", "v1", "x", "", "7d"]),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["any", "near", "id", "en", "S1", "x"]), below)
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.data())
def test_any_value_in_any_place(data):
    """A policy with any value put in place of another is either a policy or a `PolicyError`."""
    document = yaml.safe_load(BASE)
    at, key = (
        document,
        data.draw(st.sampled_from([*document, "orders", "ladders", "notices", "assume", "signals", "evasion"])),
    )
    while isinstance(at.get(key) if isinstance(at, dict) else at[key], dict | list) and data.draw(st.booleans()):
        at = at[key]
        if not at:
            return
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
    at[key] = data.draw(VALUES)

    assert isinstance(either(yaml.safe_dump(document, allow_unicode=True).encode()), Policy | PolicyError)
