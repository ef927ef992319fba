"""`lictor policy lint` and `lictor policy test`: what an author is told."""

import json
import os
from pathlib import Path

import pytest


@pytest.fixture
def policy(tulips, tmp_path):
    """Writes the tulips policy with replacements, and returns its path."""

    def write(*changes):
        text = tulips.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "changed.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_lint_of_a_clean_policy(lictor):
    """A policy without mistakes says so."""
    ran = lictor("policy", "lint", Path(__file__).parents[1] / "author" / "lint" / "examples" / "clean")

    assert (0, "no mistakes\n", "") == (ran.code, ran.out, ran.err)


def test_lint_of_a_broken_policy(lictor, policy):
    """A policy that does not load has every mistake shown with its place, and exit code 2."""
    path = policy(("category: trade.talk\n", "category: trade.tok\n"), ("severity: S3\n", "severity: S4\n"))

    ran = lictor("policy", "lint", path)
    told = json.loads(lictor("policy", "lint", path, "--json").out)

    assert (2, "2 errors") == (ran.code, ran.out.splitlines()[-1])
    assert f"--> {path}:" in ran.out
    assert [("error", str(path))] * 2 == [(one["level"], one["file"]) for one in told]
    assert all({"code", "message", "hint", "line", "column", "length"} <= set(one) for one in told)


def test_lint_of_a_file_with_any_name(lictor, policy):
    """A file's name may be any bytes: it comes out as text, in JSON too."""
    path = policy(("severity: S3\n", "severity: S4\n"))
    path = path.rename(path.parent / os.fsdecode(b"caf\xe9.yaml"))

    ran = lictor("policy", "lint", path)
    (told,) = json.loads(lictor("policy", "lint", path, "--json").out)

    assert 2 == ran.code
    assert told["file"].endswith("caf\\xe9.yaml")


def test_lint_of_no_policy(lictor):
    """A policy that is not there cannot be linted."""
    ran = lictor("policy", "lint", "nope.yaml")

    assert (2, "", True) == (ran.code, ran.out, ran.err.startswith("error: there is no policy"))


def test_tests_that_pass(lictor, tulips):
    """A policy whose rules do what their tests say passes."""
    ran = lictor("policy", "test", tulips)

    assert (0, "6 passed\n", "") == (ran.code, ran.out, ran.err)


def test_tests_that_fail(lictor, policy, golden):
    """A failed test shows its text with the evidence marked, what was wanted and what happened instead."""
    path = policy(
        ("silent: [a tulip in spring]", "silent: [please buy my tulip today]"),
        ("fires: [buy my tulip]", "fires: ['reportedly they buy a tulip', 'tulip to the moon']"),
        ("fires: [tulip to the moon]", "fires: ['\u202etu.lip']"),
    )

    ran = lictor("policy", "test", path)

    assert 1 == ran.code
    golden("policy-test.txt", ran.out.replace(str(path.parent), "."))


def test_tests_as_json(lictor, policy):
    """For a machine each test comes with its outcome and the whole decision."""
    path = policy(("silent: [a tulip in spring]", "silent: [buy a tulip]"))

    ran = lictor("policy", "test", path, "--json", "--run", "^offer")

    told = json.loads(ran.out)
    fired, silent = told["rules"]
    assert [] == told["scenarios"]
    assert (1, "passed", "failed") == (ran.code, fired["outcome"], silent["outcome"])
    assert ("offer", "stay_silent", "buy a tulip") == (silent["rule"], silent["must"], silent["text"])
    assert "offer" in [one["rule"] for one in silent["decision"]["violations"]]


def test_a_draft_is_skipped(lictor, policy):
    """A draft's tests are counted as skipped."""
    path = policy(("status: monitor", "status: draft"))

    ran = lictor("policy", "test", path)

    assert (0, "5 passed, 1 skipped\n") == (ran.code, ran.out)


def test_no_rule_of_that_name(lictor, tulips):
    """A pattern that fits no rule runs nothing and says so; one that is none is refused."""
    assert (0, "no tests\n") == ((ran := lictor("policy", "test", tulips, "--run", "nope")).code, ran.out)
    assert 2 == lictor("policy", "test", tulips, "--run", "(").code
