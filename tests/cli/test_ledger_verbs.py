"""`lictor ledger key|checkpoint|verify|replay|rebuild|export|erase`, as they are typed."""

import csv
import json
import sqlite3
import stat

import pyarrow.parquet as pq
import pytest

from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.facts.kinds import fact_from
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.policy import load_policy
from lictor.report.statements_schema import wrong_with

FACTS = [
    {"id": "s", "t": "2022-06-01T00:00:00Z", "kind": "subject_updated", "subject": "shop-1", "type": "shop",
     "registered_region": "NL"},
    {"id": "c", "t": "2022-06-02T00:00:00Z", "kind": "content", "subject": "shop-1", "form": "article",
     "text": "buy my tulip, says Quill"},
    {"id": "k", "t": "2022-06-02T01:00:00Z", "kind": "complaint", "against": "shop-1", "by": "user-7", "age_d": 30,
     "note": "Quill again"},
    {"id": "r", "t": "2022-06-03T00:00:00Z", "kind": "review", "subject": "shop-1", "by": "mod-1", "outcome": "upheld",
     "category": "trade.offer", "severity": "S2", "about": ["c"], "trigger": "complaint"},
    {"id": "a", "t": "2022-06-04T00:00:00Z", "kind": "appeal", "subject": "shop-1", "decision": "r", "text": "Quill"},
    {"id": "g", "t": "2022-06-06T00:00:00Z", "kind": "appeal_decision", "appeal": "a", "outcome": "granted",
     "by": "mod-2"},
]  # fmt: skip


@pytest.fixture
def scanned(lictor, tulips, rows, tmp_path):
    """A ledger with the decisions of a small scan."""
    path = tmp_path / "scanned.db"
    lictor("scan", rows, "-p", tulips, "--ledger", path, "--as-of", "2022-07-01T00:00:00Z")
    return path


@pytest.fixture
def enforced(tulips, tmp_path):
    """A ledger of facts: something published, a complaint, an upheld review, an appeal granted."""
    path = tmp_path / "enforced.db"
    with Ledger.open(path) as ledger:
        rules = Rulebook([compile_policy(load_policy(tulips))])
        Intake(rules, engine="0", ledger=ledger).take([fact_from(one) for one in FACTS])
    return path


@pytest.fixture
def key(lictor, tmp_path):
    """A private key; its verifier key lies beside it."""
    lictor("ledger", "key", "--out", tmp_path / "key", "--name", "example.org/ledger")
    return tmp_path / "key"


def edited(path, sql):
    """The file edited by somebody who takes the triggers away and puts them back."""
    with sqlite3.connect(path) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for trigger, _ in triggers:
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.executescript(sql)
        for _, trigger in triggers:
            raw.execute(trigger)
    raw.close()


def test_a_key_is_for_its_owner_alone(lictor, key):
    """The private key is readable by its owner only, and is never overwritten; the verifier key is for everybody."""
    again = lictor("ledger", "key", "--out", key)

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.with_name("key.pub").read_text("utf-8").startswith("example.org/ledger+")
    assert (again.code, again.out, "is never overwritten" in again.err) == (2, "", True)


def test_a_checkpoint_shows_a_cut(lictor, enforced, key, tmp_path):
    """Against a kept checkpoint a ledger that was cut is broken, though it is whole by itself."""
    kept, public = tmp_path / "checkpoint", key.with_name("key.pub")
    signed = lictor("ledger", "checkpoint", enforced, "--key", key, "--out", kept)
    said = lictor("ledger", "checkpoint", enforced, "--key", key)
    whole = lictor("ledger", "verify", enforced, "--checkpoint", kept, "--key", public)
    told = json.loads(lictor("ledger", "verify", enforced, "--checkpoint", kept, "--key", public, "--json").out)
    since = ("--checkpoint", kept, "--key", public, "--new")
    new = lictor("ledger", "verify", enforced, *since)
    told_new = json.loads(lictor("ledger", "verify", enforced, *since, "--json").out)
    cut = "DELETE FROM made WHERE entry > 6; DELETE FROM blob WHERE entry > 6; DELETE FROM entry WHERE seq > 6;"
    edited(enforced, cut)
    broken = lictor("ledger", "verify", enforced, "--checkpoint", kept, "--key", public, "--json")

    assert (signed.code, signed.out, said.out) == (0, "", kept.read_text("utf-8"))
    assert (whole.code, "checkpoint: as `example.org/ledger` signed it at 7 rows" in whole.out) == (0, True)
    assert (told["whole"], told["checkpoint"]) == (True, "example.org/ledger")
    assert (new.code, new.out.splitlines()[0]) == (0, "whole: 7 rows, 0 blobs, 0 erased, those after row 7 looked at")
    assert (told_new["whole"], told_new["after"], "after" in told) == (True, 7, False)
    assert lictor("ledger", "verify", enforced).code == 0
    assert (broken.code, json.loads(broken.out)["row"]) == (1, 7)


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        (["--checkpoint", "checkpoint"], "belong together"),
        (["--key", "key.pub"], "belong together"),
        (["--checkpoint", "key.pub", "--key", "key.pub"], "no signed note"),
        (["--checkpoint", "checkpoint", "--key", "checkpoint"], "no verifier key"),
        (["--checkpoint", "scanned.db", "--key", "key.pub"], "is not text"),
        (["--checkpoint", "missing", "--key", "key.pub"], "missing"),
        (["--new"], "what a checkpoint has not seen"),
    ],
)
def test_what_cannot_be_verified_against(lictor, scanned, key, tmp_path, options, fact):
    """What is no checkpoint, no key, or not there cannot be verified against: that is not the same as broken."""
    lictor("ledger", "checkpoint", scanned, "--key", key, "--out", tmp_path / "checkpoint")
    ran = lictor("ledger", "verify", scanned, *(tmp_path / one if one[0] != "-" else one for one in options))

    assert (ran.code, ran.out, fact in ran.err) == (2, "", True)


def test_replay(lictor, scanned):
    """What was recorded follows from what was judged; what was erased can no longer be told."""
    ran = lictor("ledger", "replay", scanned)
    with Ledger.read(scanned) as ledger:
        first = next(ledger.decisions()).id
    erased = lictor("ledger", "erase", scanned, "--entry", first, "--by", "officer", "--why", "asked")
    again = lictor("ledger", "replay", scanned, "--json")

    assert (ran.code, ran.out) == (0, "3 same, 0 different, 0 not replayable\n")
    assert (erased.code, erased.out.startswith("erased: the words of 1 rows")) == (0, True)
    assert again.rows == [{"same": 2, "different": 0, "not_replayable": 1, "why": {"erased": 1}}]


def test_replay_under_another_policy(lictor, scanned, tulips, tmp_path):
    """A policy that decides otherwise is told decision by decision, and the exit code says so."""
    milder = tmp_path / "milder.yaml"
    milder.write_text(tulips.read_text("utf-8").replace("S2: {message: filter, default: hide}", "S2: flag"), "utf-8")
    ran = lictor("ledger", "replay", scanned, "-p", milder)
    told = lictor("ledger", "replay", scanned, "-p", milder, "--json").rows

    assert ran.code == 1
    assert "is different: " in ran.out
    assert (told[0]["result"], told[-1]["different"] > 0) == ("different", True)


def test_rebuild(lictor, enforced, tulips):
    """States follow from the facts; an edited one is named, and put right where asked."""
    whole = lictor("ledger", "rebuild", enforced)
    edited(enforced, "UPDATE state SET body = CAST(replace(CAST(body AS TEXT), 'NL', 'CN') AS BLOB);")
    broken = lictor("ledger", "rebuild", enforced, "-p", tulips)
    told = lictor("ledger", "rebuild", enforced, "--json").rows[0]

    assert (whole.code, whole.out) == (0, "1 states from 6 facts (0 erased): as they are kept\n")
    assert (broken.code, "another state is kept: `shop-1`" in broken.out) == (1, True)
    assert (told["same"], told["other"], told["written"]) == (False, ["shop-1"], False)


def test_rebuild_puts_right(lictor, enforced):
    """What was put right is as it follows."""
    with sqlite3.connect(enforced) as raw:
        raw.execute("DELETE FROM state")
    raw.close()
    first = lictor("ledger", "rebuild", enforced, "--write")

    assert (first.code, "1 kept otherwise, now put right" in first.out) == (1, True)
    assert lictor("ledger", "rebuild", enforced).code == 0


def test_rebuild_without_a_policy(lictor, tmp_path):
    """A ledger that holds no policy says which way out there is."""
    Ledger.open(tmp_path / "empty.db").close()
    ran = lictor("ledger", "rebuild", tmp_path / "empty.db")

    assert (ran.code, "name those the facts were taken under" in ran.err) == (2, True)


def test_export_as_rows(lictor, enforced, scanned, tmp_path):
    """JSON lines, CSV and Parquet hold the same decisions; a cell that looks like a formula is harmless."""
    for form in ("jsonl", "csv", "parquet"):
        assert lictor("ledger", "export", scanned, "--format", form, "--out", tmp_path / f"x.{form}").code == 0
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    columns = pq.read_table(tmp_path / "x.parquet").to_pylist()

    assert [one["id"] for one in lines] == [one["id"] for one in cells] == [one["id"] for one in columns]
    assert [one["decision"] for one in lines] == [json.loads(one["decision"]) for one in cells]
    assert [one["account"] for one in lines if one["account"]] == ["=acc"]
    assert [one["account"] for one in cells if one["account"]] == ["'=acc"]


def test_what_is_read_is_never_written_over(lictor, enforced, key):
    """An export or a checkpoint to the ledger itself, or to the key, is refused, and what stood there stays."""
    linked = enforced.with_name("link")
    linked.symlink_to(enforced)
    before, secret = enforced.read_bytes(), key.read_bytes()
    ran = [
        *(lictor("ledger", "export", enforced, "--format", "csv", "--out", out) for out in (enforced, linked)),
        *(lictor("ledger", "checkpoint", enforced, "--key", key, "--out", out) for out in (enforced, key)),
    ]

    assert [(2, True)] * 4 == [(one.code, "which is read" in one.err) for one in ran]
    assert (before, secret) == (enforced.read_bytes(), key.read_bytes())


def test_export_of_a_period(lictor, enforced, tmp_path):
    """Only what was decided in the period is written: from the first instant on, before the second."""
    day = ("--since", "2022-06-03T00:00:00Z", "--until", "2022-06-04T00:00:00Z")
    ran = lictor("ledger", "export", enforced, "--format", "jsonl", "--out", tmp_path / "x", *day)
    facts = [json.loads(line)["fact"] for line in (tmp_path / "x").read_text("utf-8").splitlines()]

    assert (ran.out, facts) == ("1 decisions\n", ["r"])


def test_export_of_statements(lictor, enforced, tulips, tmp_path):
    """A decision the schema cannot hold is refused with its reason; nobody's words are in the rest."""
    text = tulips.read_text("utf-8")
    assert "dsa:" not in text
    refused = lictor("ledger", "export", enforced, "--format", "dsa", "--out", tmp_path / "none")
    stated = tmp_path / "stated.yaml"
    stated.write_text(
        text.replace("from: v1, ground: {kind: incompatible_content, clause: '2'}",
                     "from: v1, ground: {kind: incompatible_content, clause: '2'}, "
                     "dsa: {category: SCAMS_AND_FRAUD, keywords: [PYRAMID_SCHEMES]}"), "utf-8"
    )  # fmt: skip
    path = tmp_path / "stated.db"
    with Ledger.open(path) as ledger:
        Intake(Rulebook([compile_policy(load_policy(stated))]), engine="0", ledger=ledger).take(
            [fact_from(one) for one in FACTS]
        )
    ran = lictor("ledger", "export", path, "--format", "dsa", "--out", tmp_path / "some")
    written = (tmp_path / "some").read_text("utf-8")
    statements = [json.loads(line) for line in written.splitlines()]

    assert (refused.code, "refused: row 3" in refused.out, (tmp_path / "none").read_bytes()) == (0, True, b"")
    assert ran.out == f"{len(statements)} statements, 0 refused\n"
    assert [wrong_with(one) for one in statements] == [[]] * len(statements)
    assert not [word for word in ("Quill", "shop-1", "user-7", "mod-1") if word in written]
    assert {one["source_type"] for one in statements} == {"SOURCE_VOLUNTARY", "SOURCE_TYPE_OTHER_NOTIFICATION"}


def test_export_of_a_report(lictor, enforced, tmp_path):
    """The report counts what was decided, by whom, and what became of appeals; for people and for machines."""
    lictor("ledger", "export", enforced, "--format", "transparency", "--out", tmp_path / "x.json")
    page = lictor("ledger", "export", enforced, "--format", "transparency", "--out", tmp_path / "x.md")
    report = json.loads((tmp_path / "x.json").read_text("utf-8"))
    text = (tmp_path / "x.md").read_text("utf-8")

    assert page.code == 0
    assert report["actions"] == {"trade.offer": {"hide": 1, "rectify_order": 1}}
    assert (report["complaints"], report["reviews"]) == (1, {"upheld": 1})
    assert report["appeals"] == {
        "filed": 1, "refused": 0, "granted": 1, "rejected": 0, "overturned_ppm": 1_000_000, "reinstated_without": 0,
    }  # fmt: skip
    assert report["median_seconds"]["appeal_to_answer"] == 2 * 86_400
    assert "| trade.offer | hide | 1 |" in text
    assert "overturned of those answered: 100.0 %" in text


def test_erase_an_account(lictor, enforced):
    """An account that was erased is named nowhere in the file, and the ledger is as whole as before."""
    ran = lictor("ledger", "erase", enforced, "--account", "shop-1", "--by", "officer", "--why", "asked")
    missing = lictor("ledger", "erase", enforced, "--account", "nobody", "--by", "officer", "--why", "asked")

    assert (ran.code, missing.code, "names no account `nobody`" in missing.err) == (0, 2, True)
    assert lictor("ledger", "verify", enforced).code == 0
    assert not [word for word in (b"shop-1", b"Quill") if word in enforced.read_bytes()]


def test_a_folder_of_segments(lictor, scanned, enforced, key, tmp_path):
    """The segments in a folder are verified and signed together; the one that is missing or broken is named."""
    folder, kept, public = tmp_path / "segments", tmp_path / "checkpoint", key.with_name("key.pub")
    folder.mkdir()
    scanned.rename(folder / "one.db")
    enforced.rename(folder / "two.db")
    lictor("ledger", "checkpoint", folder, "--key", key, "--out", kept)
    whole = lictor("ledger", "verify", folder)
    held = lictor("ledger", "verify", folder, "--checkpoint", kept, "--key", public, "--json").rows
    (folder / "one.db").rename(tmp_path / "elsewhere")
    missing = lictor("ledger", "verify", folder, "--checkpoint", kept, "--key", public)
    edited(folder / "two.db", "UPDATE entry SET body = replace(body, 'shop', 'shed') WHERE seq = 2;")
    (tmp_path / "elsewhere").rename(folder / "one.db")
    broken = lictor("ledger", "verify", folder)

    assert (whole.code, whole.out.count("segment: "), whole.out.count("whole: ")) == (0, 2, 2)
    assert [("one.db", True), ("two.db", True)] == [(one["segment"], one["whole"]) for one in held]
    assert (missing.code, "segment `one.db` is missing" in missing.out) == (1, True)
    assert (broken.code, "segment `two.db`: row 2" in broken.out) == (1, True)


def test_a_folder_without_segments(lictor, tmp_path):
    """There is nothing in it to verify."""
    ran = lictor("ledger", "verify", tmp_path)

    assert (ran.code, "no segment of a ledger" in ran.err) == (2, True)
