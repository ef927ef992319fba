"""A policy is found by file, folder or name, read whole, and known by its canonical bytes."""

import os
import re
import time
from pathlib import Path

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lictor.errors import InputError, PolicyError, UsageError
from lictor.policy import PolicyDocument, bundled_policies, load, load_canonical, load_policy
from lictor.policy.names import DETECTORS, MECHANISMS, SIGNALS

POLICY = """\
lictor: 1
policy: demo
title: {zh: 示例, en: Demo}
owner: trust-and-safety
include: [rules/offers.yaml]
versions:
  - {id: v1, from: '2026-01-01T00:00:00+08:00', note: The first}
severities: [{id: S1, title: Talk}, {id: S2, title: Service}]
signals: {age: {type: number}, kind: {type: text, values: [new, old]}}
assume: {surface: group, registered_region: CN}
categories:
  trade.coin:
    {title: Trade, from: {default: v1, message: v1}, ground: {kind: incompatible_content, clause: '1'}}
lexicons:
  coin: {file: lexicons/coins.txt, terms: [{term: 大饼, variants: [大餅], allow: [卖大饼]}], match: {sound: none}}
  trade: {file: lexicons/trade.yaml}
subjects: {group: {title: Group, rectify: 1d, bundle: B}}
functions: [login, post]
bundles: {B: [login]}
detected: {S1: flag, S2: {default: hide, message: filter}}
ladders:
  - {id: A, for: group, categories: [trade.*], from: v1, by: strikes,
     steps: [[hide, {suspend: 30d}], [{restrict: B, for: 7d}], [ban_permanent]], severity: {S2: [ban_permanent]}}
orders: {extension: {max: 1, by: 3d, if_fixed: 50%}}
appeals: {window: 30d, answer: 7 workdays, how: {en: Write to us, zh: 请申诉}}
calendar: {holidays: ['2026-10-01']}
"""
PARTS = {
    "rules/offers.yaml": """\
rules:
  - id: offer
    title: Offers
    category: trade.coin
    severity: S1
    in: message
    when: {all: [{near: [coin, trade], within: 12, ordered: false}, {age: {below: 18}}, {kind: [new, old]}]}
    tests: {fires: [收大饼], given: {subject: group, at: '2026-02-01T00:00:00Z', age: 3}}
  - {id: contact, title: Contacts, category: trade.coin, severity: {case: 1, max: S2, alone: S1}, when: url}
""",
    "lexicons/coins.txt": "# names\n比特币\n\n以太坊  # also ETH\n",
    "lexicons/trade.yaml": "title: Words of trade\nterms: [买, 卖]\nmatch: {separators: none}\n",
}


def written(folder: Path, policy: str = POLICY, parts: dict[str, str] = PARTS) -> Path:
    for name, text in {"policy.yaml": policy, **parts}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "demo")


def test_files_become_one_document(folder):
    """Includes are merged and lexicon files read, terms in place first."""
    document = load_policy(folder).document

    assert [rule.id for rule in document.rules] == ["offer", "contact"]
    assert [term.term for term in document.lexicons["coin"].terms] == ["大饼", "比特币", "以太坊"]
    assert document.lexicons["trade"].match.given() == {"separators": "none"}


def test_file_folder_and_text_name_the_same(folder):
    """A policy is found by its folder, by its file, and by either as text."""
    digests = {load_policy(spec).digest for spec in (folder, folder / "policy.yaml", str(folder))}

    assert len(digests) == 1


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("wechta", "there is no policy `wechta`"),
        ("no/such/folder", "there is no policy at `no/such/folder`"),
        ("a\0b", "there is no policy"),
        ("x" * 10_000, "there is no policy"),
    ],
)
def test_unknown_policy(spec, says):
    """A policy that is not there is the caller's mistake."""
    with pytest.raises(UsageError, match=says):
        load_policy(spec)


def test_unknown_name_says_which_there_are(monkeypatch, folder):
    """A misspelled name is answered with the bundled name meant."""
    monkeypatch.setattr("lictor.policy.load.bundled_policies", lambda: {"wechat": folder})
    with pytest.raises(UsageError) as wrong:
        load_policy("wechta")

    assert wrong.value.hint == "did you mean `wechat`?"
    assert load_policy("wechat").id == "demo"


def test_folder_without_policy(tmp_path):
    """A folder that holds no policy says which file is wanted."""
    with pytest.raises(UsageError, match=r"holds no `policy\.yaml`"):
        load_policy(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(folder):
    """A file that may not be read is named, with the system's reason."""
    (folder / "policy.yaml").chmod(0)
    with pytest.raises(InputError, match="cannot be read: permission denied"):
        load_policy(folder)


@pytest.mark.parametrize("name", ["policy.yaml", "endless.yaml"])
def test_a_file_without_end_is_refused(folder, name):
    """A file beyond the limit is refused without being read to its end, the policy's own and an included one."""
    written(folder, POLICY.replace("[rules/", "[endless.yaml, rules/"))
    with (folder / name).open("a") as endless:
        endless.truncate(1 << 42)
    with pytest.raises(PolicyError, match="P004"):
        load_policy(folder)


def test_links_out_of_the_folder_are_refused(folder, tmp_path):
    """A symbolic link that leads out of the policy's folder is not followed."""
    (tmp_path / "outside.txt").write_text("term\n")
    (folder / "lexicons" / "coins.txt").unlink()
    (folder / "lexicons" / "coins.txt").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(PolicyError, match=r"P026.*leads out of the policy's folder"):
        load_policy(folder)


def test_long_chains_are_refused(folder):
    """Thousands of conditions or files that lead to one another are refused, not followed to the end."""
    chain = "".join(f"  c{n}: {{all: [c{n + 1}, coin]}}\n" for n in range(3_000))
    files = {f"f{n}.yaml": f"include: [f{n + 1}.yaml]\n" for n in range(100)}
    written(folder, POLICY.replace("[rules/", "[f0.yaml, rules/") + f"conditions:\n{chain}", {**PARTS, **files})
    with pytest.raises(PolicyError) as wrong:
        load_policy(folder)

    assert {"P005", "P043"} <= {diagnostic.code for diagnostic in wrong.value.diagnostics}


@pytest.mark.parametrize("name", ["..", ".", "a\\0b", "rules", "/", "x" * 300])
def test_names_that_are_no_files(folder, name):
    """Whatever an include names, the answer is a diagnostic."""
    written(folder, POLICY.replace("[rules/offers.yaml]", f'["{name}"]'))
    with pytest.raises(PolicyError, match=r"P02[67]"):
        load_policy(folder)


# --- canonical bytes


def test_canonical_is_rfc_8785(folder):
    """The canonical bytes are what the RFC's own package makes of their value."""
    canonical = load_policy(folder).canonical

    assert canonical == rfc8785.dumps(orjson.loads(canonical))


def test_canonical_round_trip(folder):
    """The canonical bytes rebuild the policy: same digest, same bytes, same rules."""
    policy = load_policy(folder)
    again = load_canonical(policy.canonical)

    assert (again.canonical, again.digest) == (policy.canonical, policy.digest)
    assert again.document.rules[0].when == policy.document.rules[0].when
    assert again.document.ladders == policy.document.ladders
    assert again.place("rules", "offer") is None


TEXT = st.text(min_size=1, max_size=20).filter(str.strip)


@given(
    title=st.dictionaries(st.sampled_from(["zh", "en", "fr"]), TEXT, min_size=1),
    terms=st.lists(
        st.text(min_size=1, max_size=20).filter(re.compile(r"^[^\[\]]*[^\s\[\]][^\[\]]*\Z").search),
        min_size=1,
        max_size=5,
    ),
    bound=st.integers(-(2**53) + 1, 2**53 - 1),
    share=st.floats(0, 1),
    life=st.sampled_from(["90s", "7d", "1 workday", "2 calendar years"]),
)
def test_canonical_of_any_values(title, terms, bound, share, life):
    """Whatever texts, numbers and durations it holds, a policy's canonical bytes are RFC 8785 and rebuild it."""
    value = {
        "lictor": 1,
        "policy": "p",
        "title": title,
        "owner": terms[0],
        "versions": [{"id": "v", "from": "2026-01-01T00:00:00+08:00"}],
        "severities": [{"id": "S1", "title": terms[0]}],
        "lexicons": {"a": {"terms": terms}},
        "conditions": {"c": {"all": ["a", {"age": {"above": bound}}, {"not": {"near": ["a", "a"], "within": 3}}]}},
        "orders": {"extension": {"max": 1, "by": "3d", "if_fixed": share}},
        "appeals": {"window": "30d", "answer": life, "how": title},
    }
    document = PolicyDocument.model_validate(value)
    canonical = load._canonical(document)

    assert canonical == rfc8785.dumps(orjson.loads(canonical))
    assert load_canonical(canonical).canonical == canonical
    assert load_canonical(canonical).document == document


@pytest.mark.parametrize("name", sorted(bundled_policies()))
def test_bundled_policies_round_trip(name):
    """Every bundled policy loads, and is rebuilt by its canonical bytes, which are RFC 8785."""
    policy = load_policy(name)

    assert load_canonical(policy.canonical).digest == policy.digest
    assert policy.canonical == rfc8785.dumps(orjson.loads(policy.canonical))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("note: The first", "note: Another"),
        ("{zh: 示例, en: Demo}", "{en: Demo, zh: 示例}"),
        ("{sound: none}}", "{sound: none}}  # a comment"),
        ("'2026-10-01'", '"2026-10-01"'),
    ],
)
def test_what_decides_nothing_does_not_change_the_digest(folder, was, becomes):
    """Notes, comments, quotes and the order of languages are not part of the digest."""
    before = load_policy(folder).digest
    after = load_policy(written(folder, POLICY.replace(was, becomes))).digest

    assert before == after


def test_where_terms_lie_does_not_change_the_digest(folder):
    """A lexicon in a file and the same terms in place are the same policy."""
    before = load_policy(folder).digest
    moved = POLICY.replace(
        "{file: lexicons/trade.yaml}", "{title: Words of trade, terms: [买, 卖], match: {separators: none}}"
    )
    after = load_policy(written(folder, moved)).digest

    assert before == after


def test_what_decides_changes_the_digest(folder):
    """Another term is another policy."""
    before = load_policy(folder).digest
    written(folder, POLICY, {**PARTS, "lexicons/coins.txt": "比特币\n以太坊\n狗狗币\n"})

    assert before != load_policy(folder).digest


@pytest.mark.parametrize("data", [b"", b"\xff", b"{}", b"[1]", b'{"lictor":1}'])
def test_other_bytes_are_no_canonical_policy(data):
    """Bytes that are no policy are refused as the caller's mistake."""
    with pytest.raises(UsageError, match="no canonical policy"):
        load_canonical(data)


# --- places


@pytest.mark.parametrize(
    ("path", "at"),
    [
        (("rules", "offer"), "rules/offers.yaml:2:9"),
        (("rules", 0, "when"), "rules/offers.yaml:7:5"),
        (("lexicons", "coin"), "policy.yaml:15:3"),
        (("versions", "v1", "from"), "policy.yaml:7:14"),
        (("lexicons", "trade", "terms", 1), "lexicons/trade.yaml:2:12"),
        (("rules", "no-such"), None),
        (("title", "en", "deeper"), None),
    ],
)
def test_places(folder, monkeypatch, path, at):
    """Each part of the document knows the file, line and column it was written at."""
    monkeypatch.chdir(folder)
    place = load_policy(folder.resolve()).place(*path)

    assert (str(place) if place else None) == at


# --- speed and names


def test_ten_thousand_terms_load_fast(folder):
    """A policy of 10,000 terms in a list loads well under half a second; the bound allows for a shared machine."""
    terms = "".join(f"- 词{number:05}\n" for number in range(10_000))
    written(folder, POLICY, {**PARTS, "lexicons/trade.yaml": terms})
    load_policy(folder)  # the imports
    started = time.perf_counter()
    policy = load_policy(folder)
    taken = time.perf_counter() - started

    assert len(policy.document.lexicons["trade"].terms) == 10_000
    assert taken < 1.5


def test_names_stand_once():
    """No name means two things: detectors, mechanisms and built-in signals are apart."""
    assert len({*DETECTORS, *MECHANISMS, *SIGNALS}) == len(DETECTORS) + len(MECHANISMS) + len(SIGNALS)
