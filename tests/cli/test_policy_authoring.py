"""`lictor policy lint|diff|show|schema|new|fmt`: what an author is told, and what is written."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lictor.policy import load_policy

FOOLISH = """\
lictor: 1
policy: market
title: Market
owner: market-team
versions: [{id: v1, from: '2026-01-01T00:00:00Z', source: {name: Rules}}]
severities: [{id: S1, title: Trade}]
lexicons:
  flower:
    terms:
      - {term: tulip, allow: [tulip festival, peony festival]}
      - peony
      - on
categories: {trade: {title: Trade, from: v1, ground: {kind: incompatible_content, clause: '1'}}}
rules:
  - id: offer
    title: Offers
    category: trade
    severity: S1
    status: enforce
    when: {near: [flower, {terms: [buy]}], within: 9}  # lint: allow L004 because nothing
    tests: {fires: [buy a tulip], silent: [a tulip]}
subjects: {shop: {title: Shop, rectify: 7d}}
detected: {S1: hide}
automatic: [hide, ban_permanent]
ladders: [{id: L, for: [shop], from: v1, by: strikes, steps: [[warn], [ban_permanent]]}]
strikes: {life: 365d}
appeals: {window: 30d, answer: 7d, how: Write.}
notices: [{id: N, text: Mend it., on: account}]
"""


@pytest.fixture
def foolish(tmp_path):
    """A policy that loads, with four foolishnesses of which each has a sure mend."""
    path = tmp_path / "market.yaml"
    path.write_text(FOOLISH, "utf-8")
    return path


def test_lint_finds_foolishness(lictor, foolish):
    """A policy that loads and is foolish ends with 1; notes alone would not."""
    ran = lictor("policy", "lint", foolish)

    assert (1, "2 warnings, 2 notes") == (ran.code, ran.out.splitlines()[-1])
    assert ["L007", "P041", "L090", "L027"] == [one.split("[")[1][:4] for one in ran.out.splitlines() if "]: " in one]


def test_lint_as_json(lictor, foolish):
    """For a program each finding comes with its place, its hint and whether it has a sure mend."""
    told = json.loads(lictor("policy", "lint", foolish, "--format", "json").out)

    assert told == json.loads(lictor("policy", "lint", foolish, "--json").out)
    assert [("L007", 10, True), ("P041", 12, True), ("L090", 20, True), ("L027", 24, True)] == [
        (one["code"], one["line"], one["fixable"]) for one in told
    ]


def test_lint_as_sarif(lictor, foolish):
    """Code scanning gets rules, results and regions; what is allowed is suppressed with its reason."""
    text = foolish.read_text("utf-8").replace("automatic: [hide, ban_permanent]", "automatic: [hide, ban_permanent]"
                                              "  # lint: allow L027 because the market is tiny")  # fmt: skip
    foolish.write_text(text, "utf-8")
    (run,) = json.loads(lictor("policy", "lint", foolish, "--format", "sarif").out)["runs"]
    allowed = [one for one in run["results"] if "suppressions" in one]

    assert "unicodeCodePoints" == run["columnKind"]
    assert ["L027"] == [one["ruleId"] for one in allowed]
    assert "the market is tiny" == allowed[0]["suppressions"][0]["justification"]
    assert all(run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_lint_for_a_workflow(lictor, foolish):
    """A GitHub workflow gets a line for each finding, with its place."""
    first = lictor("policy", "lint", foolish, "--format", "github").out.splitlines()[0]

    assert first.startswith(f"::warning file={foolish},line=10,col=")
    assert "title=L007::`peony festival` under `allow` holds no `tulip`" in first


def test_a_broken_policy_in_every_form(lictor, foolish):
    """A policy that does not load ends with 2, whatever the form."""
    foolish.write_text(FOOLISH.replace("by: strikes", "by: strike"), "utf-8")

    assert {2} == {
        lictor("policy", "lint", foolish, "--format", form).code for form in ("text", "json", "sarif", "github")
    }


def test_mends_are_shown_first(lictor, foolish):
    """`--fix` shows a diff and changes nothing."""
    ran = lictor("policy", "lint", foolish, "--fix")

    assert (1, FOOLISH) == (ran.code, foolish.read_text("utf-8"))
    assert "-      - {term: tulip, allow: [tulip festival, peony festival]}" in ran.err
    assert "+      - {term: tulip, allow: [tulip festival]}" in ran.err
    assert "nothing was changed" in ran.err


def test_mends_are_made(lictor, foolish):
    """`--fix --yes` makes the mends; what is left is shown, and the policy says what it said."""
    before = load_policy(foolish)
    foolish.write_bytes(FOOLISH.replace("\n", "\r\n").encode())
    ran = lictor("policy", "lint", foolish, "--fix", "--yes")
    text = foolish.read_bytes().decode()

    assert (0, "no mistakes\n") == (ran.code, ran.out)
    assert "- 'on'\r\n" in text
    assert "within: 9}\r\n" in text
    assert "automatic: [hide]\r\n" in text
    assert "\n" not in text.replace("\r\n", "")
    assert [rule.id for rule in before.document.rules] == [rule.id for rule in load_policy(foolish).document.rules]


def test_sure_without_a_mend_is_refused(lictor, foolish):
    """`--yes` alone means nothing."""
    assert 2 == lictor("policy", "lint", foolish, "--yes").code


def test_explain(lictor):
    """A check is explained by its code; one that is none is refused."""
    assert (
        "L013 (warning): two rules contradict each other"
        == lictor("policy", "lint", "--explain", "l013").out.split("\n")[0]
    )
    assert 2 == lictor("policy", "lint", "--explain", "L999").code


def test_explain_knows_every_code(lictor):
    """Mistakes are explained as the page of their code does, with the example; so is every check."""
    page = (Path(__file__).parents[2] / "docs" / "diagnostics.md").read_text("utf-8")
    codes = re.findall(r"^## (P\d{3}): (.+)$", page, re.MULTILINE)

    assert len(codes) > 40
    for code, title in codes:
        told = lictor("policy", "lint", "--explain", code.lower())
        level = "note" if code == "P041" else "error"

        assert (0, f"{code} ({level}): {title}") == (told.code, told.out.split("\n")[0])
        assert f"    {level}[{code}]: " in told.out
        assert "```" not in told.out


def test_diff(lictor, foolish, tmp_path):
    """Changes are sentences with 1 as the exit code; none is 0."""
    other = tmp_path / "other.yaml"
    other.write_text(FOOLISH.replace("rectify: 7d", "rectify: 9d"), "utf-8")
    ran = lictor("policy", "diff", foolish, other)

    assert (1, "~ subject type `shop`: deadline to rectify is now 9d, before 7d\n\n1 changed\n") == (ran.code, ran.out)
    assert ["changed"] == [one["kind"] for one in json.loads(lictor("policy", "diff", foolish, other, "--json").out)]
    assert (0, "no change of meaning\n") == ((same := lictor("policy", "diff", foolish, foolish)).code, same.out)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_diff_with_git(lictor, tmp_path, monkeypatch):
    """A state in git is named by revision and path; one that is not there is refused by name."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "policies" / "market"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(FOOLISH, "utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "one")):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    (folder / "policy.yaml").write_text(FOOLISH.replace("life: 365d", "life: 90d"), "utf-8")
    ran = lictor("policy", "diff", "HEAD:policies/market", folder)

    assert (1, "~ setting `strikes.life` is now 90d, before 365d") == (ran.code, ran.out.splitlines()[0])
    assert "is not there" in lictor("policy", "diff", "HEAD:policies/nope", folder).err
    assert 2 == lictor("policy", "diff", "nope:policies/market", folder).code
    assert 2 == lictor("policy", "diff", "HEAD:../x", folder).code


def test_show(lictor, foolish):
    """The page comes in each form; two policies are no page."""
    assert lictor("policy", "show", foolish).out.startswith("Market\n======\n")
    assert lictor("policy", "show", foolish, "--format", "markdown").out.startswith("# Market\n")
    assert lictor("policy", "show", foolish, "--format", "html").out.startswith("<!doctype html>\n")
    assert 2 == lictor("policy", "show", foolish, foolish).code


def test_schema(lictor):
    """The schema is JSON; that of a part requires nothing."""
    assert "required" in json.loads(lictor("policy", "schema").out)
    assert "required" not in json.loads(lictor("policy", "schema", "--for", "part").out)


def test_new(lictor, tmp_path):
    """A new policy loads, lints and tests clean, and is laid out; a folder that is not empty is refused."""
    folder = tmp_path / "no spam!"
    ran = lictor("policy", "new", folder, "--owner", "trust & safety")

    assert (0, True) == (ran.code, "README.md" in ran.out)
    assert (0, "no mistakes\n") == ((lint := lictor("policy", "lint", folder)).code, lint.out)
    assert (0, "6 passed\n") == ((test := lictor("policy", "test", folder)).code, test.out)
    assert (0, "") == ((fmt := lictor("policy", "fmt", "--check", folder)).code, fmt.out)
    assert ("no-spam", "trust & safety") == ((it := load_policy(folder).document).policy, it.owner)
    assert (2, True) == ((again := lictor("policy", "new", folder)).code, "not empty" in again.err)


def test_what_comes_with_lictor_is_not_rewritten(lictor, monkeypatch, tmp_path):
    """A bundled policy is laid out or mended by nobody's installation, named or not; it may be looked at."""
    monkeypatch.chdir(tmp_path)
    ran = [lictor("policy", "fmt", "wechat"), lictor("policy", "fmt"), lictor("policy", "lint", "--fix", "--yes")]

    assert [(2, True)] * 3 == [(one.code, "`wechat` is not rewritten" in one.err) for one in ran]
    assert lictor("policy", "fmt", "--check", "wechat").code in (0, 1)


def test_fmt(lictor, foolish):
    """`--check` and `--diff` change nothing and end with 1; without them files are rewritten, once."""
    text = FOOLISH.replace("owner: market-team", "owner:    market-team   # who").replace("rules:\n", "\n\n\nrules:\n")
    foolish.write_text(text, "utf-8")
    digest = load_policy(foolish).digest

    assert (1, f"{foolish}\n") == ((ran := lictor("policy", "fmt", "--check", foolish)).code, ran.out)
    assert (1, True) == (
        (ran := lictor("policy", "fmt", "--diff", foolish)).code,
        "+owner: market-team  # who" in ran.out,
    )
    assert text == foolish.read_text("utf-8")
    assert (0, f"{foolish}\n") == ((ran := lictor("policy", "fmt", foolish)).code, ran.out)
    assert (0, "") == ((ran := lictor("policy", "fmt", "--check", foolish)).code, ran.out)
    assert digest == load_policy(foolish).digest
