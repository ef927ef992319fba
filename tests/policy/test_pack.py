"""A policy in one file: the same policy, or refused."""

import hashlib
import zlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor import Engine, InputError, LictorError, UsageError
from lictor.policy import bundled_policies, load_policy
from lictor.policy.contents import refuse_silent_change
from lictor.policy.pack import MAX_PACK, Pack, pack_of, read_pack


def _repacked(policy, change):
    """A pack whose document was changed, with a text that fits it."""
    document = orjson.loads(zlib.decompress(pack_of(policy).body))
    change(document)
    content = orjson.dumps(document)
    lines = pack_of(policy).text.splitlines()
    body = zlib.compress(content)
    lines[-1] = f"content {hashlib.sha256(body).hexdigest()} {len(content)}"
    return Pack("\n".join(lines) + "\n", "", body).to_bytes()


@pytest.mark.parametrize("name", sorted(bundled_policies()))
def test_a_pack_is_the_policy(tmp_path, name):
    """A bundled policy, packed with all it includes and borrows, has its digest, bytes and rules' own tests."""
    policy = load_policy(name)
    pack = pack_of(policy)
    path = tmp_path / pack.name
    path.write_bytes(pack.to_bytes())
    loaded = load_policy(path)

    assert f"{policy.id}-{policy.digest[:12]}.lictor" == pack.name
    assert (policy.digest, policy.canonical) == (loaded.digest, loaded.canonical)
    assert [rule.tests for rule in policy.document.rules] == [rule.tests for rule in loaded.document.rules]
    assert pack.to_bytes() == pack_of(loaded).to_bytes()


def test_a_pack_decides_as_its_folder(tulips, tmp_path):
    """The engine loads a pack like any policy, and its decisions are the same bytes."""
    path = tmp_path / "tulips.lictor"
    path.write_bytes(pack_of(load_policy(tulips)).to_bytes())
    texts = ["buy my tulip", "tulip to the moon", "据报道，有人卖郁金香", "nothing", "tu.lip"]
    one, other = Engine.load(tulips), Engine.load(path)

    assert [one.check(text).to_json() for text in texts] == [other.check(text).to_json() for text in texts]


def test_the_same_policy_gives_the_same_file(tulips):
    """Nothing of when or where it was packed is in the file."""
    assert pack_of(load_policy(tulips)).to_bytes() == pack_of(load_policy(str(tulips))).to_bytes()


def test_a_policy_without_its_files_can_be_packed(tulips):
    """What came out of a ledger as canonical bytes packs, too."""
    from lictor.policy import load_canonical

    bare = load_canonical(load_policy(tulips).canonical)

    assert bare.digest == read_pack(pack_of(bare).to_bytes(), "x").policy("x").digest


@given(st.data())
def test_any_change_is_refused(tulips, data):
    """A pack with a byte changed, cut off or added is refused, never believed and never a traceback."""
    whole = pack_of(load_policy(tulips)).to_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    way = data.draw(st.sampled_from(["change", "cut", "add", "drop"]))
    byte = data.draw(st.integers(1, 255))
    broken = {
        "change": whole[:at] + bytes([whole[at] ^ byte]) + whole[at + 1 :],
        "cut": whole[:at],
        "add": whole[:at] + bytes([byte]) + whole[at:],
        "drop": whole[:at] + whole[at + 1 :],
    }[way]
    if broken == whole:
        return

    with pytest.raises(LictorError):
        _ = read_pack(broken, "x").policy("x").digest


@pytest.mark.parametrize(
    ("make", "fact"),
    [
        (lambda whole: b"", "is no policy pack"),
        (lambda whole: b"PK\x03\x04" + whole, "is no policy pack"),
        (lambda whole: whole.replace(b"pack 1\n", b"pack 2\n", 1), "a format that this Lictor does not read"),
        (lambda whole: whole[:40], "its beginning is not that of a pack"),
        (lambda whole: whole[:-1], "was it cut off"),
        (lambda whole: whole + b"x", "was it cut off"),
        (lambda whole: whole.replace(b"revision 0", b"revision \xff", 1), "its beginning is no text"),
        (lambda whole: whole.replace(b"revision 0", b"revision 1", 1), "another policy, version or revision"),
        (lambda whole: whole + b"\0" * MAX_PACK, "is larger than"),
    ],
)
def test_what_is_no_whole_pack_is_named(tulips, make, fact):
    """Each way a file can be no pack is said in a sentence, with the way out."""
    whole = pack_of(load_policy(tulips)).to_bytes()

    with pytest.raises(InputError, match=fact) as refused:
        read_pack(make(whole), "x.lictor").policy("x.lictor")

    assert refused.value.hint


def test_a_bomb_is_not_unpacked(tulips):
    """Neither a document that says it is huge, nor one that is larger than it says, is unpacked further than that."""
    lines = pack_of(load_policy(tulips)).text.splitlines()
    bomb = zlib.compress(b" " * 200_000_000, 9)
    named = hashlib.sha256(bomb).hexdigest()

    for length, fact in ((999_999_999, "would hold 999,999,999 bytes"), (5_000, "not as long as its text says")):
        with pytest.raises(InputError, match=fact):
            Pack("\n".join([*lines[:-1], f"content {named} {length}\n"]), "", bomb).policy("x")
    plain = b"not compressed"
    pack = Pack("\n".join([*lines[:-1], f"content {hashlib.sha256(plain).hexdigest()} 14\n"]), "", plain)
    with pytest.raises(InputError, match="cannot be unpacked"):
        pack.policy("x")


def test_what_is_inside_is_checked_like_any_policy(tulips):
    """A pack made by another hand, whole and with a policy that is none, gets the diagnostics of a policy."""
    policy = load_policy(tulips)

    def circle(document):
        document["conditions"]["entry"] = {"any": ["entry", "url"]}

    with pytest.raises(LictorError, match="entry"):
        read_pack(_repacked(policy, circle), "x").policy("x")

    def another_term(document):
        document["lexicons"]["shouting"]["terms"].append("mars")

    with pytest.raises(InputError, match="says digest"):
        read_pack(_repacked(policy, another_term), "x").policy("x")


def test_deep_nesting_is_refused(tulips):
    """A document nested deeper than any policy is refused before anything recurses into it."""

    def deepen(document):
        inner = "tulip"
        for _ in range(200):
            inner = {"not": inner}
        document["conditions"]["entry"] = inner

    with pytest.raises(InputError, match="nested too deep"):
        read_pack(_repacked(load_policy(tulips), deepen), "x").policy("x")


def _changed(tulips, tmp_path, *changes):
    text = tulips.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "changed.yaml"
    path.write_text(text, "utf-8")
    return load_policy(path)


@pytest.mark.parametrize(
    "named_anew",
    [
        ("lictor: 1\n", "lictor: 1\nrevision: 1\n"),
        ("lexicons:\n", "  - {id: v3, from: '2022-01-01T00:00:00Z', source: {name: Rules}}\nlexicons:\n"),
        ("policy: tulips", "policy: daffodils"),
    ],
)
def test_what_changed_goes_by_another_name(tulips, tmp_path, named_anew):
    """Other words under the same version and revision are refused; a revision, a version or another policy is not."""
    known = load_policy(tulips)
    change = ("{terms: [moon]}", "{terms: [moon, mars]}")
    silent = _changed(tulips, tmp_path, change)

    with pytest.raises(UsageError, match="changed under the same name: version `v2`, revision 0") as refused:
        refuse_silent_change(silent, [(known.digest, known.canonical)], "`old`")

    assert "revision: 1" in refused.value.hint
    refuse_silent_change(_changed(tulips, tmp_path, change, named_anew), [(known.digest, known.canonical)], "`old`")
    refuse_silent_change(known, [(known.digest, known.canonical)], "`old`")


def test_comments_and_tests_are_no_change(tulips, tmp_path):
    """What decides nothing may change under the same name."""
    known = load_policy(tulips)
    again = _changed(
        tulips, tmp_path, ("tests: {fires: [tulip to the moon]}", "tests: {fires: [tulip moon]}  # shorter")
    )

    refuse_silent_change(again, [(known.digest, known.canonical)], "`old`")
