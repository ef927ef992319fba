"""`lictor simulate diff`: two policies over a corpus or a ledger, and what a build may fail by."""

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest


@pytest.fixture
def other(tulips, tmp_path) -> Path:
    """The policy of tulips with another word for talk, and offers that are graver."""
    text = tulips.read_text("utf-8")
    for old, new in (
        ("[moon]", "[mars]"),
        ("category: trade.offer\n    severity: S2", "category: trade.offer\n    severity: S3"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "other.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def corpus(tmp_path) -> Path:
    """Rows of which something changes, with labels and accounts; one is broken, one holds what no terminal may see."""
    rows = [
        {"id": "a", "text": "buy my tulip", "account": "x", "label": "trade.offer"},
        {"id": "b", "text": "a tulip to the moon", "account": "w", "label": "none"},
        {"id": "c", "text": "a tulip to mars \u202e\x1b[31m", "account": "y", "label": "violation"},
        {"id": "d", "text": "rain", "account": "z", "label": "trade.ofer"},
        {"id": "e", "text": "tulip sell, reportedly", "account": "z"},
    ]
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows) + b"{broken\n")
    return path


def result(ran):
    assert ran.out, ran.err
    return orjson.loads(ran.out)


def test_what_changes(lictor, tulips, other, corpus):
    """Counts, moves and rows to read; what is rejected is named and counted; the exit code is 0 without a condition."""
    ran = lictor("simulate", "diff", tulips, other, "--corpus", corpus, "--json")
    found = result(ran)

    assert ran.code == 0
    assert "rejected" in ran.err
    assert found["corpus"]["rejects"] == {"invalid_json": 1}
    assert (found["corpus"]["rows"], found["corpus"]["compared"], found["corpus"]["accounts"]) == (6, 5, 4)
    assert found["counts"] == {
        "changed": 3, "flipped": 3, "newly_hit": 1, "newly_freed": 1, "stronger": 1, "newly_banned": 1,
        "newly.rectify_order": 1, "newly.ban_permanent": 1, "no_longer.rectify_order": 2,
    }  # fmt: skip
    assert [one["item"] for one in found["samples"]] == ["c", "b", "a"]
    assert found["labels"] is found["contribution"] is None


def test_terminal(lictor, tulips, other, corpus, golden):
    """A moderator reads it; what would move the cursor or turn the line is escaped."""
    out = lictor("simulate", "diff", tulips, other, "--corpus", corpus, "--labels", "label").out

    assert "\x1b" not in out
    assert "\u202e" not in out
    shown = (
        out.replace(str(corpus), "corpus.jsonl").replace(str(other), "other.yaml").replace(str(tulips), "tulips.yaml")
    )
    digests = {line.split()[3] for line in shown.splitlines()[:2]}
    for digest in digests:
        shown = shown.replace(digest, "DIGEST,")
    golden("simulate_diff.txt", shown)


def test_the_same_bytes(lictor, tulips, other, corpus):
    """The same question has the same answer, byte for byte, whatever the number of processes."""
    arguments = ("simulate", "diff", tulips, other, "--corpus", corpus, "--labels", "label", "--json")

    assert lictor(*arguments).out == lictor(*arguments, "--jobs", 2).out == lictor(*arguments, "--seed", 0).out


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (["newly_banned > 0.1%"], 1),
        (["newly_banned > 20%"], 0),
        (["newly_banned > 1", "changed >= 3"], 1),
        (["newly.hide > 0"], 0),
    ],
)
def test_conditions(lictor, tulips, other, corpus, conditions, code):
    """A build fails where one of the conditions holds; each is told."""
    options = [part for one in conditions for part in ("--fail-if", one)]
    ran = lictor("simulate", "diff", tulips, other, "--corpus", corpus, *options, "--json")

    assert ran.code == code
    assert [one["condition"] for one in result(ran)["limits"]] == conditions


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing to compare over"),
        (["--corpus", "CORPUS", "--ledger", "x.ledger"], "nothing to compare over"),
        (["--corpus", "CORPUS", "--fail-if", "newly_baned > 1"], "did you mean `newly_banned`"),
        (["--corpus", "CORPUS", "--fail-if", "newly_banned"], "no condition"),
        (["--corpus", "CORPUS", "--labels", "lable"], "labels no row"),
        (["--corpus", "CORPUS", "--map", "text=body"], "no row could be compared"),
        (["--corpus", "missing.jsonl"], "missing.jsonl"),
        (["--corpus", "CORPUS", "--html", "CORPUS"], "would replace"),
        (["--corpus", "CORPUS", "--subject", "shoop"], "did you mean `shop`"),
    ],
)
def test_what_cannot_be(lictor, tulips, other, corpus, monkeypatch, arguments, said):
    """Said with the way out; nothing is written over, and the exit code is 2."""
    monkeypatch.chdir(corpus.parent)
    before = corpus.read_bytes()
    ran = lictor("simulate", "diff", tulips, other, *(str(corpus) if one == "CORPUS" else one for one in arguments))

    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert corpus.read_bytes() == before


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("nowhere/page.html", "no such file or folder"),
        (".", "is a folder"),
        ("folder/rows.jsonl", "would replace"),
        ("mine/policy.yaml", "would replace"),
    ],
)
def test_a_page_that_cannot_be_written(lictor, tulips, other, corpus, monkeypatch, page, said):
    """Said before anything is read, as the long part would be in vain; a page in the folder is written anew."""
    pytest.importorskip("vl_convert")
    monkeypatch.chdir(corpus.parent)
    for name, file in (("folder/rows.jsonl", corpus), ("mine/policy.yaml", other)):
        Path(name).parent.mkdir()
        shutil.copy(file, name)
    ran = lictor("simulate", "diff", tulips, "mine", "--corpus", "folder", "--html", page)

    assert ran.code == 2
    assert said in ran.err
    assert "rejected" not in ran.err
    assert Path("folder/rows.jsonl").read_bytes() == corpus.read_bytes()
    for _ in range(2):
        assert lictor("simulate", "diff", tulips, "mine", "--corpus", "folder", "--html", "folder/p.html").code == 0


def test_labels_that_are_none(lictor, tulips, other, corpus):
    """A label that is no category is named and left out; the others count."""
    ran = lictor("simulate", "diff", tulips, other, "--corpus", corpus, "--labels", "label", "--json")
    labels = result(ran)["labels"]

    assert "label `trade.ofer`" in ran.err
    assert labels["not_understood"] == {"trade.ofer": 1}
    assert (labels["rows"], labels["violations"], labels["unlabelled"]) == (3, 2, 1)
    assert labels["a"]["overall"]["right"] == 1
    assert labels["b"]["overall"]["right"] == 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_labels_of_other_kinds(lictor, tulips, other, tmp_path, kind):
    """Labels that are numbers or truths are read as what they say."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    table = pa.table(
        {
            "text": ["buy my tulip", "rain", "tulip"],
            "bad": pa.array([1, 0, 1] if kind == "csv" else [True, False, True]),
        }
    )
    path = tmp_path / f"rows.{kind}"
    (csv.write_csv if kind == "csv" else parquet.write_table)(table, path)
    labels = result(lictor("simulate", "diff", tulips, other, "--corpus", path, "--labels", "bad", "--json"))["labels"]

    assert (labels["rows"], labels["violations"]) == (3, 2)
    assert labels["a"]["overall"] == labels["b"]["overall"]


def test_one_policy_at_two_instants(lictor, tulips, corpus):
    """Rules that were not in force at the one instant are newly hit at the other."""
    ran = lictor(
        "simulate", "diff", tulips, tulips, "--corpus", corpus, "--at-a", "2019-06-01T00:00:00Z", "--at-b",
        "2022-06-01T00:00:00Z", "--json",
    )  # fmt: skip
    found = result(ran)

    assert (found["a"]["version"], found["b"]["version"]) == (None, "v2")
    assert found["counts"]["newly_hit"] == 2


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_a_state_in_git(lictor, tulips, other, corpus, tmp_path, monkeypatch):
    """A folder as it stood at a revision; what looks like an option to git is refused."""
    folder = tmp_path / "repository"
    (folder / "mine").mkdir(parents=True)
    monkeypatch.chdir(folder)
    shutil.copy(tulips, "mine/policy.yaml")
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    shutil.copy(other, "mine/policy.yaml")
    found = result(lictor("simulate", "diff", "HEAD:mine", "mine", "--corpus", corpus, "--json"))

    assert found["counts"]["changed"] == 3
    assert lictor("simulate", "diff", "--upload-pack=x:mine", "mine", "--corpus", corpus).code == 2
    assert "is not there" in lictor("simulate", "diff", "NONE:mine", "mine", "--corpus", corpus).err


def test_the_texts_of_a_ledger(lictor, fed, other, tulips):
    """What was published is asked about again, with what was known of its author then; the ledger stays as it is."""
    ledger = fed()
    before = ledger.read_bytes()
    ran = lictor("simulate", "diff", tulips, other, "--ledger", ledger, "--json")
    found = result(ran)

    assert ran.code == 0
    assert found["corpus"]["compared"] == 3
    assert found["counts"]["newly_freed"] == 1
    assert {(one["item"], one["account"], one["subject"]) for one in found["samples"]} == {
        ("e1", "shop-1", "shop"), ("e2", "shop-1", "shop"),
    }  # fmt: skip
    assert ledger.read_bytes() == before


def test_what_scans_kept_in_a_ledger(lictor, tulips, other, corpus, tmp_path):
    """Rows that a scan decided of are asked about again; what was erased of them is gone, and counted."""
    ledger = tmp_path / "scans.ledger"
    lictor("scan", corpus, "-p", tulips, "--ledger", ledger)
    kept = result(lictor("simulate", "diff", tulips, other, "--ledger", ledger, "--json"))
    lictor("ledger", "erase", ledger, "--account", "x", "--by", "me", "--why", "asked")
    left = result(lictor("simulate", "diff", tulips, other, "--ledger", ledger, "--json", "--samples", 0))

    assert (kept["corpus"]["compared"], kept["counts"]["changed"]) == (2, 2)
    assert (left["corpus"]["compared"], left["corpus"]["rejects"]) == (1, {"no_text": 1})
    assert left["samples"] == []


SUMMARY = {
    "en": (
        "3 of 5 rows would be decided otherwise: 1 newly hit, 1 newly freed, 1 stronger, 1 of them for good.",
        "Newly hit: 1 of 4 accounts",
        "account y",
    ),
    "zh": (
        "5 行中有 3 行裁决不同：新命中 1 行，不再命中 1 行，加重 1 行，其中永久封禁 1 行。",
        "新命中涉及 4 个帐号中的 1 个",
        "帐号 y",
    ),
}


def test_one_page(lictor, tulips, other, corpus, tmp_path):
    """The report is one file in either language, and the user's words are escaped in it."""
    pytest.importorskip("vl_convert")
    for lang in ("en", "zh"):
        page = tmp_path / f"{lang}.html"
        ran = lictor(
            "simulate", "diff", tulips, other, "--corpus", corpus, "--labels", "label", "--html", page, "--lang", lang
        )

        assert ran.code == 0, ran.err
        text = page.read_text("utf-8")
        assert text.lower().startswith("<!doctype html>")
        assert "\x1b" not in text
        assert ("供人工阅读的样本" if lang == "zh" else "Rows to read") in text
        assert f'"name":"{"标注" if lang == "zh" else "label"}"' in text
        for said in SUMMARY[lang]:
            assert said in text


def test_nothing_to_compare(lictor, tulips, other, tmp_path):
    """A corpus without rows is compared: nothing changes."""
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"")
    ran = lictor("simulate", "diff", tulips, other, "--corpus", path, "--fail-if", "changed > 0%")

    assert ran.code == 0
    assert "0 changed" in ran.out
