"""`lictor check`: one text, one decision, told so that a moderator knows what to do."""

import json

import pytest

AT = "2021-06-01T00:00:00+01:00"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("hide-and-rectify", ["buy my tulip", "--at", AT]),
        ("newest-version", ["buy my tulip"]),
        ("disguised", ["please b\u200buy a TU.LIP, t\u202eulips: 买郁金香", "--at", AT]),
        ("excused", ["reportedly they buy tulips", "--at", AT]),
        ("monitored", ["a tu.lip", "--at", AT]),
        ("ban", ["tulip", "--at", AT, "--signal", "risk=950000", "--reasons", "zh"]),
        ("nothing", ["a day in spring", "--at", AT]),
        ("before-the-rules", ["buy my tulip", "--at", "2019-01-01T00:00:00Z"]),
        ("elsewhere", ["buy my tulip", "--at", AT, "--signal", "registered_region=DE", "--reasons", "en"]),
        ("long", ["x" * 500 + " buy " + "y " * 3 + "tulip " + "z" * 500 + "\nsell\ttulip " * 30, "--at", AT]),
    ],
)
def test_what_a_moderator_reads(lictor, tulips, golden, name, arguments):
    """The decision in words: what happens, by which rule, shown by which words, why, and what was not known."""
    ran = lictor("check", "-p", tulips, *arguments)
    decided = json.loads(lictor("check", "-p", tulips, *arguments, "--json").out)

    assert "" == ran.err
    golden(f"check-{name}.txt", ran.out.replace(decided["id"], "<id>"))


@pytest.mark.parametrize(
    ("code", "action", "arguments"),
    [
        (0, "none", ["a day in spring"]),
        (0, "none", ["reportedly they buy tulips"]),
        (0, "flag", ["tulip to the moon", "--signal", "registered_region=DE"]),
        (1, "filter", ["tulip", "--field", "message"]),
        (1, "hide", ["buy my tulip", "--signal", "registered_region=DE"]),
        (1, "ban_permanent", ["tulip", "--signal", "risk=950000"]),
    ],
)
def test_the_exit_code_is_the_action(lictor, tulips, code, action, arguments):
    """The exit code is 1 exactly where the action is stronger than `flag`."""
    ran = lictor("check", "-p", tulips, *arguments, "--json")

    assert (code, action) == (ran.code, json.loads(ran.out)["action"])


def test_json_is_the_decision(lictor, tulips):
    """With `--json` the decision comes out as its canonical bytes, with all that was said of the item."""
    from lictor import Engine

    given = {"subject": "shop", "surface": "group", "account": "acc", "item": "it", "lang": "en"}
    expected = Engine.load(tulips).check("buy my tulip", field="bio", at=AT, published_at=AT, **given)
    options = [part for name, value in given.items() for part in (f"--{name}", value)]

    ran = lictor(
        "check", "-p", tulips, "buy my tulip", *options, "--field", "bio", "--as-of", AT, "--published-at", AT, "--json"
    )

    assert expected.to_json() + b"\n" == ran.out.encode()


def test_text_from_standard_input(lictor, tulips):
    """`-` reads standard input to its end, line ends and all."""
    ran = lictor("check", "-", "-p", tulips, "--json", stdin="buy my\n tulip\n")

    last = json.loads(ran.out)["violations"][0]["evidence"][-1]
    assert (1, "tulip", 8, 13) == (ran.code, last["text"], last["start"], last["end"])


@pytest.mark.parametrize(
    ("arguments", "stdin", "message", "hint"),
    [
        (["-"], b"ab\xff\xfe", "standard input is not UTF-8: byte 0xff at offset 2", "iconv"),
        (["x", "--at", "2021-06-01"], b"", "has no offset from UTC", "say which"),
        (["x", "--published-at", "soon"], b"", "`soon` is not an instant", "2022-06-21T09:00:00+08:00"),
        (["x", "--subject", "nobody"], b"", "subject `nobody` is not known", "group"),
        (["x", "--signal", "risk"], b"", "signal `risk` has no value", "--signal risk=VALUE"),
        (["x", "--signal", "rsk=1"], b"", "signal `rsk` is declared by no policy here", "did you mean `risk`?"),
        (["x", "--signal", "risk=high"], b"", "signal `risk` is a whole number, not `high`", "ppm"),
        (["x", "--signal", "serves_cn=yes"], b"", "signal `serves_cn` is `true` or `false`, not `yes`", ""),
    ],
)
def test_what_cannot_be_judged(lictor, tulips, arguments, stdin, message, hint):
    """What cannot be judged is refused with the fact and the way out."""
    ran = lictor("check", "-p", tulips, *arguments, stdin=stdin)

    assert (2, "") == (ran.code, ran.out)
    assert message in ran.err
    assert hint in ran.err


def test_a_policy_that_is_not_there(lictor):
    """A policy nobody knows is refused with those that are known."""
    ran = lictor("check", "x", "-p", "nope.yaml")

    assert (2, "error: there is no policy at `nope.yaml`") == (ran.code, ran.err.splitlines()[0])


def test_a_policy_that_does_not_load(lictor, tmp_path):
    """A policy that does not load shows its mistakes as the linter does."""
    path = tmp_path / "bad.yaml"
    path.write_text("lictor: 1\npolicy: x\npolicy: y\n")

    ran = lictor("check", "x", "-p", path)

    assert (2, "") == (ran.code, ran.out)
    assert "error[P010]: the key `policy` is given twice" in ran.err


def test_the_policy_here(lictor, tulips, tmp_path, monkeypatch):
    """Without `--policy` the folder `policy/` here is used, and that is said."""
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "policy.yaml").write_text(tulips.read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)

    ran = lictor("check", "buy my tulip")

    assert (1, "note: no policy named: using the folder `policy/` here\n") == (ran.code, ran.err)
