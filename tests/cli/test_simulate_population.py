"""`lictor simulate population`: what a person sees, what a machine reads, and what is refused."""

import json
import os
import subprocess
import sys

import pytest

from lictor.simulate.population.measures import MEASURES, SERIES
from lictor.simulate.population.read import DEFAULT

SMALL = ("simulate", "population", "--accounts", "2000", "--days", "40", "--replicates", "2")


def test_the_same_bytes_from_any_process(lictor, tmp_path):
    """`--json` of one seed is the same bytes with one process and with two, here and in a process of its own."""
    asked = (
        *SMALL,
        "--seed",
        "3",
        "--sweep",
        "strikes.life=[30d, 90d]",
        "--sensitivity",
        "lhs",
        "--samples",
        "8",
        "--json",
    )
    once, spread = lictor(*asked), lictor(*asked, "--jobs", "2")
    apart = subprocess.run(
        [sys.executable, "-c", "from lictor.cli import main; main()", *asked],
        capture_output=True, check=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip

    assert 0 == once.code
    assert once.out == spread.out == apart.stdout
    assert once.out != lictor(*asked[:8], "4", *asked[9:]).out


def test_what_the_json_holds(lictor):
    """Every variant with its digest, measures with intervals, differences, series by week, types and actions."""
    (answer,) = lictor(*SMALL, "--set", "strikes.life=30d", "--set", "complaints.distinct=2", "--json").rows
    first, second = answer["variants"]

    assert (2000, 40, 2, 1) == tuple(answer[name] for name in ("accounts", "days", "replicates", "seed"))
    assert "as it is" == first["name"]
    assert "strikes.life=30d, complaints.distinct=2" == second["name"]
    assert first["digest"] != second["digest"]
    assert first["difference"] is None
    assert set(answer["measures"]) == set(first["measures"]) == set(second["difference"])
    assert first["measures"]["bans"]["low"] <= first["measures"]["bans"]["mean"] <= first["measures"]["bans"]["high"]
    assert 7 == first["series"]["days"]
    assert 6 == len(first["series"]["prevalence"])
    assert "docs/quality.md" in answer["model"]["quantities"]["detector.recall_plain"]["source"]
    assert answer["model"]["quantities"]["reviewers.minutes"]["source"] is None


def test_what_a_person_sees(lictor):
    """Where it comes from, the measures, the types, variants side by side with what differs, and what matters."""
    ran = lictor(*SMALL, "--sweep", "detected.S1=[hide]", "--sensitivity", "lhs", "--samples", "8")

    assert (0, "") == (ran.code, ran.err)
    for part in (
        "policy      wechat-crypto", "quantities are assumed", "2,000 accounts, 40 days, 2 replicates",
        "  prevalence ", "by type, per 10,000 accounts of it", "  reporter ", "side by side", "detected.S1=hide",
        "what differs from `as it is` beyond chance", "what matters: lhs, 8 runs",
    ):  # fmt: skip
        assert part in ran.out
    assert all(len(line) <= 160 for line in ran.out.splitlines())


@pytest.mark.parametrize(("lang", "words"), [("en", "What variants trade"), ("zh", "各方案的取舍")])
def test_a_page(lictor, tmp_path, lang, words):
    """`--html` writes one file with the frontier, the weeks, the effects and every quantity with its source."""
    page = tmp_path / "page.html"
    ran = lictor(
        *SMALL, "--sweep", "complaints.distinct=[2, 9]", "--sensitivity", "lhs", "--samples", "8", "--html", page,
        "--lang", lang,
    )  # fmt: skip
    text = page.read_text(encoding="utf-8")

    assert 0 == ran.code
    for part in (words, "complaints.distinct=9", "types.promoter.share", "docs/quality.md"):
        assert part in text


def test_a_page_in_chinese(lictor, tmp_path):
    """What each measure and each series is stands there in Chinese; what variants trade comes first."""
    page = tmp_path / "page.html"
    lictor(*SMALL, "--sweep", "complaints.distinct=[2, 9]", "--html", page, "--lang", "zh")
    text = page.read_text(encoding="utf-8")

    assert text.index("各方案的取舍</h2>") < text.index("结果</h2>")
    for about in (*(one.about for one in MEASURES.values()), *SERIES.values()):
        assert f">{about}<" not in text


def test_a_page_that_would_replace_the_model(lictor, tmp_path):
    """Neither the model nor a file of variants is written over, and nothing is simulated first."""
    for option, text in (("--model", DEFAULT.read_text("utf-8")), ("--sweep", "grid: {strikes.life: [30d]}\n")):
        read = tmp_path / "read.yaml"
        read.write_text(text, "utf-8")
        ran = lictor(*SMALL, option, read, "--html", read)

        assert 2 == ran.code
        assert "would replace" in ran.err
        assert text == read.read_text("utf-8")


def test_a_sweep_from_a_file(lictor, tmp_path):
    """A file of variants and a list on the command line go together; lists make every combination."""
    file = tmp_path / "sweep.yaml"
    file.write_text("variants: {strict: {strikes.life: 9d}}\n", encoding="utf-8")
    (answer,) = lictor(
        *SMALL[:6], "--replicates", "1", "--sweep", file, "--sweep", "strikes.life=[5d, 6d]",
        "--sweep", "appeals.window=[7d]", "--json",
    ).rows  # fmt: skip

    assert [
        "as it is", "strict", "strikes.life=5d, appeals.window=7d", "strikes.life=6d, appeals.window=7d",
    ] == [one["name"] for one in answer["variants"]]  # fmt: skip
    assert answer["variants"][0]["measures"]["bans"]["low"] is None


def test_another_model_for_another_policy(lictor, tmp_path):
    """`--model` is for the policy it names, unless another is named; `--assume` changes one of its quantities."""
    text = json.loads(lictor(*SMALL, "--assume", "reviewers.minutes=0", "--json").out)

    assert 0 == text["variants"][0]["measures"]["reviewer_hours"]["mean"]
    assert 0 == text["model"]["quantities"]["reviewers.minutes"]["value"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "strikes.lif=3d"], "unknown key `lif`"),
        (["--set", "strikes.life=soon"], "not a duration"),
        (["--set", "strikes"], "is no change of a policy"),
        (["--set", "payments:strikes.life=3d"], "policy `payments` is not the one that is simulated"),
        (["--sweep", "strikes.life=3d"], "lists no values"),
        (["--sweep", "none.yaml"], "none.yaml"),
        (["--assume", "reviewers.minutes"], "is no assumption"),
        (["--assume", "reviewers.minutes=many"], "is no assumption"),
        (["--assume", "reviewers.minute=3"], "did you mean `reviewers.minutes`"),
        (["--assume", "types.promoter.share=1"], "add up to"),
        (["--model", "none.yaml"], "cannot be read"),
        (["--policy", "marketplace"], "names the subject `official_account`"),
        (["--as-of", "2001-01-01T00:00:00Z"], "no version of `wechat-crypto` is in force"),
        (["--sensitivity", "sobol", "--samples", "100"], "do not fit `sobol`"),
    ],
)
def test_what_cannot_be_asked(lictor, tmp_path, monkeypatch, arguments, said):
    """What is wrong is said with its way out; nothing is written, and the exit code is 2."""
    monkeypatch.chdir(tmp_path)
    ran = lictor(*SMALL, *arguments, "--html", "page.html")

    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err
    assert "bug" not in ran.err
    assert [] == list(tmp_path.iterdir())


def test_a_change_of_nothing_is_noted(lictor):
    """A variant that is the policy as it is says so."""
    assert "`strikes.life=365d` changes nothing" in lictor(*SMALL, "--set", "strikes.life=365d").err
