"""`lictor policy pack` and `verify`: a policy in one file, signed; and one that changed without saying so."""

import json

import pytest

from lictor.policy import load_policy


@pytest.fixture
def signed(lictor, tulips, tmp_path):
    """A signed pack, and the key that verifies it."""
    lictor("ledger", "key", "--out", tmp_path / "key", "--name", "example.org/policy")
    ran = lictor("policy", "pack", tulips, "--key", tmp_path / "key", "--out", tmp_path)

    assert 0 == ran.code, ran.err
    return tmp_path / ran.out.strip().rpartition("/")[2], tmp_path / "key.pub"


def test_a_pack_is_named_by_its_digest(signed, tulips):
    """In a folder, the file is called by the policy and the digest that decisions cite."""
    assert f"tulips-{load_policy(tulips).digest[:12]}.lictor" == signed[0].name


def test_verify_names_the_signer(lictor, signed, tulips):
    """A whole pack is told by name, version, revision and digest; with its key, by who signed it."""
    pack, key = signed
    told, verified = lictor("policy", "verify", pack), lictor("policy", "verify", pack, "--key", key)

    assert (0, 0) == (told.code, verified.code)
    assert "policy tulips, version v2, revision 0\n" in told.out
    assert load_policy(tulips).digest in told.out
    assert "it says it is signed by example.org/policy; `--key` verifies that" in told.out
    assert verified.out.endswith("signed by example.org/policy\n")


def test_verify_for_a_machine(lictor, signed):
    """With `--json` it is one object, whose `problem` is null where there is none."""
    pack, key = signed
    said = json.loads(lictor("policy", "verify", pack, "--key", key, "--json").out)

    assert ("tulips", "v2", 0, "example.org/policy", None) == tuple(
        said[name] for name in ("policy", "version", "revision", "signed_by", "problem")
    )


def test_what_is_not_as_it_should_be(lictor, signed, tulips, tmp_path):
    """A pack that was changed, another key, no signature: exit code 1, and which it is."""
    pack, key = signed
    lictor("ledger", "key", "--out", tmp_path / "other")
    lictor("policy", "pack", tulips, "--out", tmp_path / "bare.lictor")
    broken = tmp_path / "broken.lictor"
    broken.write_bytes(pack.read_bytes()[:-1])
    ran = [
        lictor("policy", "verify", broken),
        lictor("policy", "verify", pack, "--key", tmp_path / "other.pub"),
        lictor("policy", "verify", tmp_path / "bare.lictor", "--key", key),
    ]

    assert [1, 1, 1] == [one.code for one in ran]
    assert ["was it cut off or changed", "is not signed by key", "is not signed"] == [
        fact
        for one, fact in zip(ran, ("was it cut off or changed", "is not signed by key", "is not signed"), strict=True)
        if fact in one.out
    ]
    assert '"problem":"`' in lictor("policy", "verify", broken, "--json").out


def test_what_cannot_be_verified(lictor, tulips, signed, tmp_path):
    """What is no pack has no signature; a file that is none of ours, or no key, is exit code 2."""
    (tmp_path / "junk.lictor").write_bytes(b"junk")

    assert 2 == lictor("policy", "verify", tulips).code
    assert 2 == lictor("policy", "verify", tulips, "--key", signed[1]).code
    assert 2 == lictor("policy", "verify", tmp_path / "junk.lictor").code
    assert 2 == lictor("policy", "verify", signed[0], "--key", tulips).code
    assert 2 == lictor("policy", "verify", tmp_path / "none.lictor").code


@pytest.mark.parametrize("verb", ["lint", "fmt"])
def test_a_pack_is_not_edited(lictor, signed, verb):
    """What works on lines refuses a pack, which has none."""
    ran = lictor("policy", verb, signed[0])

    assert (2, True) == (ran.code, "is a pack" in ran.err)


def test_a_pack_stands_where_a_policy_does(lictor, signed, tulips):
    """`check`, `policy test`, `show` and `diff` take a pack."""
    pack = signed[0]

    assert (
        lictor("check", "buy my tulip", "-p", tulips, "--json").out
        == lictor("check", "buy my tulip", "-p", pack, "--json").out
    )
    assert 0 == lictor("policy", "test", pack).code
    assert 0 == lictor("policy", "show", pack).code
    assert 0 == lictor("policy", "diff", pack, tulips).code


def test_a_pack_may_be_called_anything(lictor, signed, tulips):
    """A pack is known by how it begins, too: what a deployment calls it decides nothing."""
    pack = signed[0].rename(signed[0].with_name("policy"))
    verified = lictor("policy", "verify", pack, "--key", signed[1])

    assert load_policy(tulips).digest == load_policy(pack).digest
    assert (0, True) == (verified.code, verified.out.endswith("signed by example.org/policy\n"))
    assert "is a pack" in lictor("policy", "lint", pack).err


def test_a_silent_change_is_refused_everywhere(lictor, tulips, rows, tmp_path):
    """Other words under the same version and revision: `pack` and `verify` refuse against the old, a ledger always."""
    changed = tmp_path / "changed.yaml"
    changed.write_text(tulips.read_text("utf-8").replace("[moon]", "[moon, mars]"), "utf-8")
    named = tmp_path / "named.yaml"
    named.write_text(changed.read_text("utf-8").replace("lictor: 1", "lictor: 1\nrevision: 1"), "utf-8")
    ledger = tmp_path / "ledger"
    lictor("scan", rows, "-p", tulips, "--ledger", ledger)
    facts = tmp_path / "facts.jsonl"
    facts.write_text("")
    pack = lictor("policy", "pack", changed, "--against", tulips)
    verify = lictor("policy", "verify", changed, "--against", tulips)
    scan = lictor("scan", rows, "-p", changed, "--ledger", ledger)
    enforce = lictor("enforce", facts, "-p", changed, "--ledger", ledger)

    assert [2, 1, 2, 2] == [one.code for one in (pack, verify, scan, enforce)]
    for said in (pack.err, verify.out, scan.err, enforce.err):
        assert "changed under the same name: version `v2`, revision 0" in said
        assert "`revision: 1`" in said
    assert 0 == lictor("policy", "verify", named, "--against", tulips).code
    assert 1 == lictor("scan", rows, "-p", named, "--ledger", ledger).code


def test_a_pack_that_is_not_there(lictor, tmp_path):
    """A name that nothing stands behind is called that, and not a pack nobody signed."""
    told = lictor("policy", "verify", tmp_path / "gone.lictor", "--key", tmp_path / "key.pub")

    assert (2, True) == (told.code, "there is no pack at" in told.err)
