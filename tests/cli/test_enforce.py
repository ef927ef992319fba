"""`lictor enforce` and `lictor due`: facts in, each once, whatever else stands among them."""

import gzip
import io
import json

import orjson
import pytest

from lictor.cli.lives import intake, rules_for
from lictor.facts.kinds import SubjectUpdated, fact_from, read_fact
from lictor.ledger import Ledger, OvertakenError, verify
from lictor.scan.inputs.facts import FactBatch, FactInputs

UPHELD = {"id": "r1", "t": "2021-06-03T10:00:00+02:00", "kind": "review", "by": "mod-1", "subject": "shop-1",
          "outcome": "upheld", "about": ["e1"], "items": ["the offer"]}  # fmt: skip


def lines(*facts):
    return b"".join(one if isinstance(one, bytes) else orjson.dumps(one) + b"\n" for one in facts)


def facts_in(path):
    with Ledger.read(path) as ledger:
        return {one.record.id: one.record for one in ledger.facts()}


def test_facts_are_enforced(lictor, tulips, tmp_path, golden, fed):
    """Texts are judged, decisions carried out or proposed, and the summary says how many of each; deadlines come."""
    ledger = fed(UPHELD)
    late = {"id": "late", "t": "2021-06-30T10:00:00+02:00", "kind": "subject_updated", "subject": "shop-2"}

    again = lictor("enforce", "-", "--ledger", ledger, "-p", tulips, stdin=lines(late))

    kinds = {name: record.kind for name, record in facts_in(ledger).items()}
    assert {"s1", "e1", "e2", "e3", "r1", "late"} < kinds.keys()
    assert 1 == list(kinds.values()).count("due")
    assert 1 == again.code
    golden("enforce-summary.txt", again.out.replace(again.out.split(" in ")[1].split(" s\n")[0], "0.0"))
    verify(ledger)


def test_feeding_twice(lictor, tulips, tmp_path, fed):
    """The same facts again add nothing and find nothing."""
    ledger = fed(UPHELD)
    before = facts_in(ledger)

    ran = lictor("enforce", tmp_path / "facts.jsonl", "--ledger", ledger, "-p", tulips, "--json")

    told = json.loads(ran.out)
    assert (0, 0, 5, {}) == (ran.code, told["new"], told["present"], told["decisions"])
    assert before == facts_in(ledger)


def test_lines_that_are_no_facts(lictor, tulips, tmp_path):
    """Each bad line is counted, named and written aside with what is wrong; the facts among them are all taken."""
    path, aside, ledger = tmp_path / "in.jsonl", tmp_path / "aside.jsonl", tmp_path / "ledger"
    shop = {"id": "a", "t": "2021-06-01T09:00:00Z", "kind": "subject_updated", "subject": "shop"}
    path.write_bytes(
        lines(
            shop,
            b"no json\n",
            b"\n",
            b'{"kind": "fix", "id": "\xff"}\n',
            shop | {"kind": "nope"},
            shop | {"t": "2021-06-01T09:00:00"},
            shop | {"t": "9999-06-01T09:00:00Z"},
            {"id": "b", "t": shop["t"], "kind": "appeal_decision", "appeal": "none", "outcome": "granted"},
            shop | {"id": "c", "subject": "host:shop"},
            shop | {"id": "d\a"},
            shop | {"id": "e", "signals": {"größe": 1}},
            shop | {"name": "other"},
            shop | {"id": "f", "subject": "shop-2"},
        )
    )

    ran = lictor("enforce", path, "--ledger", ledger, "-p", tulips, "--rejects", aside, "--json")

    told = json.loads(ran.out)
    rows = [json.loads(line) for line in aside.read_text().splitlines()]
    expected = {
        2: "invalid_json", 4: "invalid_utf8", 5: "no_fact", 6: "no_fact", 7: "no_fact", 8: "not_possible",
        9: "not_possible", 10: "not_possible", 11: "not_possible", 12: "already_used",
    }  # fmt: skip
    assert expected == {row["row"]: row["reason"] for row in rows}
    assert (2, 2, 12) == (ran.code, told["new"], told["facts"])
    assert {"a", "f"} == facts_in(ledger).keys()
    assert "more lines are rejected; `--rejects F` writes them all" in ran.err


def test_an_id_that_stands_for_another_fact(lictor, tulips, fed):
    """The same id with other content is set aside with both named, and the exit code is 2."""
    ledger = fed()
    other = {"id": "e3", "t": "2021-06-02T10:06:00+02:00", "kind": "content_removed", "subject": "shop-1", "item": "e1"}

    ran = lictor("enforce", "-", "--ledger", ledger, "-p", tulips, stdin=lines(other))

    assert 2 == ran.code
    assert "fact `e3` is in the ledger as row" in ran.err
    assert "a `content` of 2021-06-02T08:06:00Z, and this one, a `content_removed`" in ran.err


def test_strict(lictor, tulips, tmp_path):
    """With --strict the first line that cannot be taken ends the run; what was committed stays."""
    shop = {"id": "a", "t": "2021-06-01T09:00:00Z", "kind": "subject_updated", "subject": "shop"}

    ran = lictor("enforce", "-", "--ledger", tmp_path / "l", "-p", tulips, "--strict", stdin=lines(shop, b"no\n"))

    assert 2 == ran.code
    assert "error: -:2: invalid_json" in ran.err


def test_refusals_are_named(lictor, tulips, fed):
    """What is refused is recorded, named on standard error with its reason, and makes the exit code 1."""
    ledger = fed(UPHELD)
    late = {"id": "a1", "t": "2021-08-03T10:00:00+02:00", "kind": "appeal", "subject": "shop-1", "decision": "r1"}

    ran = lictor("enforce", "-", "--ledger", ledger, "-p", tulips, stdin=lines(late))

    assert 1 == ran.code
    assert "note: `a1`: shop-1 appeals against r1: refused: appeal_too_late" in ran.err
    assert "appeal_too_late" == facts_in(ledger)["a1"].refused


def test_inputs(lictor, tulips, tmp_path):
    """Facts come packed, in folders and from standard input; what is no file of facts is an error after the others."""
    folder = tmp_path / "facts"
    folder.mkdir()
    shop = {"t": "2021-06-01T09:00:00Z", "kind": "subject_updated", "subject": "shop"}
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(lines(shop | {"id": "a"})))
    (folder / "b.ndjson").write_bytes(b"\xef\xbb\xbf" + lines(shop | {"id": "b"}).replace(b"\n", b"\r\n"))
    (folder / "c.csv").write_text("id\n1\n")

    ran = lictor("enforce", folder, "-", "--ledger", tmp_path / "l", "-p", tulips, stdin=lines(shop | {"id": "c"}))

    assert 2 == ran.code
    assert "c.csv`: facts are JSON lines" in ran.err
    assert {"a", "b", "c"} == facts_in(tmp_path / "l").keys()


def test_nothing_but_bad_lines(lictor, tulips, tmp_path):
    """A file without a single fact is not a clean run."""
    ran = lictor("enforce", "-", "--ledger", tmp_path / "l", "-p", tulips, stdin=b"{}\n{}\n")

    assert (2, True) == (ran.code, "error: no line could be taken" in ran.err)


def test_truth(lictor, tulips, tmp_path):
    """With `--detect truth` what a fact says of its text is believed, and the text is not judged."""
    shop = {"t": "2021-06-01T09:00:00+02:00", "kind": "content", "subject": "shop-1", "form": "article"}
    told = lines(
        shop | {"id": "a", "text": "buy my tulip", "truth": {"categories": []}},
        shop | {"id": "b", "text": "nothing", "truth": {"categories": ["trade.offer"], "severity": "S2"}},
    )

    lictor("enforce", "-", "--ledger", tmp_path / "l", "-p", tulips, "--detect", "truth", stdin=told)

    assert {"a": 0, "b": 1} == {name: len(record.findings) for name, record in facts_in(tmp_path / "l").items()}


def test_due(lictor, fed, golden):
    """What was foreseen happens once, and is said."""
    ledger = fed(UPHELD)

    early = lictor("due", "--ledger", ledger, "--now", "2021-06-10T10:00:00+02:00")
    late = lictor("due", "--ledger", ledger, "--now", "2021-06-11T10:00:00+02:00")
    told = json.loads(lictor("due", "--ledger", ledger, "--now", "2021-06-12T10:00:00+02:00", "--json").out)

    assert (0, "nothing was due\n") == (early.code, early.out)
    assert 1 == late.code
    golden("due.txt", late.out)
    assert [] == told["outcomes"]


def test_no_ledger(lictor, tmp_path):
    """Only `enforce` makes a ledger."""
    for verb in (["due"], ["case", "list"], ["account", "show", "x"]):
        ran = lictor(*verb, "--ledger", tmp_path / "none")

        assert (2, True) == (ran.code, "there is no ledger" in ran.err)


def test_another_writer(tulips, fed):
    """States are never written over another writer's: a batch is done again, a person's decision is looked at again."""
    path = fed()
    rules = rules_for([str(tulips)])
    first, second, third = (
        fact_from(
            {
                "id": name,
                "t": f"2021-06-04T10:0{n}:00Z",
                "kind": "complaint",
                "by": name,
                "against": "shop-1",
                "age_d": 9,
            }
        )
        for n, name in enumerate("abc")
    )
    with Ledger.open(path) as mine, Ledger.open(path) as theirs:
        ours, others = intake(mine, rules), intake(theirs, rules)
        ours.account("shop-1")
        others.account("shop-1")
        others.take([first])
        with pytest.raises(OvertakenError):
            ours.take([second])
        others.take([third])
        taken = ours.take_fit([second])

    assert 1 == taken.new
    with Ledger.read(path) as ledger:
        kept = intake(ledger, rules, rehearsed=True).account("shop-1")
    assert third.at == kept.seen
    assert {"a", "b", "c"} <= facts_in(path).keys()


def test_memory_is_left_to_the_ledger(tulips, fed, monkeypatch):
    """However much is fed in, only so much is remembered, and what is forgotten is found again in the ledger."""
    monkeypatch.setattr("lictor.intake._HELD", 3)
    path = fed()
    with Ledger.open(path) as ledger:
        lives = intake(ledger, rules_for([str(tulips)]))
        for n in range(10):
            lives.take([SubjectUpdated(id=f"u{n}", at=read_fact(READ % n).at, subject=f"shop-{n}")])
            assert len(list(lives.enforcer.keys())) <= 4
        shop = lives.account("shop-1")

    assert "Bulbs & Co" == shop.profile.name


READ = '{"id": "x", "t": "2021-06-05T10:00:0%dZ", "kind": "fix", "subject": "x"}'


def test_batches_are_bounded():
    """However many lines there are, a batch holds some thousands; the numbers of lines run on."""
    many = b"".join(
        orjson.dumps({"id": str(n), "t": "2021-06-01T09:00:00Z", "kind": "fix", "subject": "x"}) + b"\n"
        for n in range(9000)
    )

    batches = [one for one in FactInputs(["-"], stdin=io.BytesIO(many)) if isinstance(one, FactBatch)]

    assert [4096, 4096, 808] == [len(one.facts) for one in batches]
    assert list(range(1, 9001)) == [row for one in batches for row in one.rows]


def test_a_line_set_aside_is_not_passed_over(lictor, tulips, tmp_path):
    """A line that is no fact beside a good one exits with 1: a lost review must not look like a quiet day."""
    good = '{"id": "a", "t": "2022-06-01T10:00:00Z", "kind": "content", "subject": "ann", "form": "post", "text": "."}'
    (tmp_path / "facts.jsonl").write_text(good + '\n{"id": "b", "t": "2022-06-01T10:00:00Z"}\n')

    ran = lictor("enforce", tmp_path / "facts.jsonl", "-p", tulips, "--ledger", tmp_path / "lives.ledger")

    assert (1, True) == (ran.code, "no_fact" in ran.err + ran.out)
