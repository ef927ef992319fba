"""`lictor simulate timeline`: what it prints, writes and refuses; nothing is recorded."""

import gzip
import json
from pathlib import Path

import orjson
import pytest

REVIEW = {
    "id": "r1", "t": "2021-06-03T10:00:00+02:00", "kind": "review", "subject": "shop-1", "by": "mod",
    "outcome": "upheld", "about": ["e1"], "items": ["e1"],
}  # fmt: skip
CLAIM = {"id": "c1", "t": "2021-06-08T10:00:00+02:00", "kind": "rectify_claim", "subject": "shop-1", "fixed": ["e1"]}
PASSED = {
    "id": "p1", "t": "2021-06-08T12:00:00+02:00", "kind": "reinspection", "subject": "shop-1", "by": "mod",
    "outcome": "passed",
}  # fmt: skip
SHOP = {
    "id": "s1", "t": "2021-06-01T09:00:00+02:00", "kind": "subject_updated", "subject": "shop-1", "type": "shop",
    "registered_region": "NL",
}  # fmt: skip
OFFER = {
    "id": "e1", "t": "2021-06-02T10:00:00+02:00", "kind": "content", "subject": "shop-1", "form": "article",
    "text": "buy my tulip, only today",
}  # fmt: skip
FACTS = [SHOP, OFFER, REVIEW, CLAIM, PASSED]


def written(path: Path, facts: list[dict]) -> Path:
    lines = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in facts)
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return written(tmp_path / "facts.jsonl", FACTS)


def test_variants_stand_side_by_side(lictor, tulips, facts):
    """The order is met in time as the policy is, and missed under three days; what moved is said."""
    ran = lictor("simulate", "timeline", facts, "-p", tulips, "--set", "subjects.shop.rectify=3d")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]

    assert (0, "") == (ran.code, ran.err)
    assert lines[0].startswith("5 facts of 1 account, 2021-06-01 00:00:00+00:00 to 2021-06-08 10:00:00+00:00")
    assert "(1) subjects.shop.rectify=3d" in lines
    assert "met 1 0 (-1)" in lines
    assert "missed 0 1 (+1)" in lines
    assert "(1) 1 account: active as it is, banned here" in lines
    assert "(1) 1 fact no longer: claim_too_late (the time to meet the order is over)" in lines


def test_json_is_everything_and_always_the_same(lictor, tulips, facts, tmp_path):
    """Series as long as the spans, times in seconds, digests of both policies; packed or not, the same bytes."""
    arguments = ["-p", tulips, "--set", "strikes.life=1d", "--json", "--until", "2021-06-10T00:00:00+00:00"]
    ran = lictor("simulate", "timeline", facts, *arguments)
    again = lictor("simulate", "timeline", written(tmp_path / "facts.jsonl.gz", FACTS), *arguments)
    piped = lictor("simulate", "timeline", "-", *arguments, stdin=facts.read_bytes())
    told = json.loads(ran.out)
    first, second = told["variants"]

    assert ran.out == again.out == piped.out
    assert ("2021-06-01T00:00:00Z", "2021-06-10T00:00:00Z", 86_400) == (told["from"], told["until"], told["every_s"])
    assert 10 == len(told["spans"])
    assert ["strikes.life=1d"] == second["changes"]
    assert first["policies"][0]["digest"] != second["policies"][0]["digest"]
    assert [0, 0, 1, 1, 1, 1, 1, 1, 1, 1] == first["series"]["strikes_active"]
    assert [0, 0, 1, 0, 0, 0, 0, 0, 0, 0] == second["series"]["strikes_active"]
    assert [0, 0, 1, 1, 1, 1, 1, 0, 0, 0] == first["series"]["states"]["restricted"]
    assert {"count": 1, "p50_s": 86_400.0, "p90_s": 86_400.0, "mean_s": 86_400.0} == (
        first["times"]["published_to_decision"]
    )
    assert [] == first["moved"] == second["moved"]


def test_a_ledger_is_replayed_and_left_as_it_is(lictor, tulips, facts, tmp_path):
    """Under what it was fed under, with what was found then; its bytes do not change."""
    ledger = tmp_path / "lives.ledger"
    lictor("enforce", facts, "--ledger", ledger, "-p", tulips)
    before = ledger.read_bytes()
    ran = lictor("simulate", "timeline", "--ledger", ledger, "--set", "subjects.shop.rectify=3d", "--json")
    files = lictor("simulate", "timeline", facts, "-p", tulips, "--set", "subjects.shop.rectify=3d", "--json")
    anew = lictor("simulate", "timeline", "--ledger", ledger, "--detect", "text", "--set", "rules.offer.status=monitor")

    assert before == ledger.read_bytes()
    assert (0, "") == (ran.code, ran.err)
    assert json.loads(files.out)["variants"] == json.loads(ran.out)["variants"]
    assert "withheld 1 0 (-1)" in " ".join(anew.out.split())


def test_what_would_change_nothing_is_refused_or_said(lictor, tulips, facts, tmp_path):
    """Rules changed over a ledger's findings are refused; a value that stands there already is said to be no change."""
    ledger = tmp_path / "lives.ledger"
    lictor("enforce", facts, "--ledger", ledger, "-p", tulips)
    refused = lictor("simulate", "timeline", "--ledger", ledger, "--set", "rules.offer.status=monitor")
    same = lictor("simulate", "timeline", facts, "-p", tulips, "--set", "strikes.life=365d")

    assert 2 == refused.code
    assert "changes what is found in texts" in refused.err
    assert "hint: `--detect text` judges the recorded texts again" in refused.err
    assert "note: `strikes.life=365d` changes nothing\n" == same.err


def test_what_was_erased_is_left_out_and_said(lictor, tulips, facts, tmp_path):
    ledger = tmp_path / "lives.ledger"
    lictor("enforce", facts, "--ledger", ledger, "-p", tulips)
    lictor("ledger", "erase", ledger, "--account", "shop-1", "--by", "me", "--why", "asked")
    ran = lictor("simulate", "timeline", "--ledger", ledger)

    assert "no facts\n" == ran.out
    assert "rows were erased, so the replay knows nothing of them" in ran.err


def test_what_was_masked_has_no_words_to_judge(lictor, tulips, facts, tmp_path):
    policy = tmp_path / "masked.yaml"
    policy.write_text(tulips.read_text("utf-8") + "ledger: {mask: [article]}\n", "utf-8")
    ledger = tmp_path / "lives.ledger"
    lictor("enforce", facts, "--ledger", ledger, "-p", policy)
    recorded = lictor("simulate", "timeline", "--ledger", ledger)
    anew = lictor("simulate", "timeline", "--ledger", ledger, "--detect", "text")

    assert "" == recorded.err
    assert "note: the words of 1 facts were never kept, so nothing is found in them\n" in anew.err


def test_a_sweep_and_another_policy_beside(lictor, tulips, facts, tmp_path):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text("variants: {short: {strikes.life: 1d}}\ngrid: {orders.attempts: [1, 3]}\n", "utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(tulips.read_text("utf-8").replace("rectify: 7d", "rectify: 1d"), "utf-8")
    ran = lictor("simulate", "timeline", facts, "-p", tulips, "--sweep", sweep, "--beside", other, "--json")

    assert ["as it is", "short", "orders.attempts=1", "orders.attempts=3", str(other)] == [
        one["name"] for one in json.loads(ran.out)["variants"]
    ]
    assert [{"from": "active", "to": "banned", "accounts": 1}] == json.loads(ran.out)["variants"][-1]["moved"]


def test_many_variants_are_in_several_tables(lictor, tulips, facts, tmp_path):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text("grid: {orders.attempts: [1, 3, 4, 5, 6, 7, 8]}\n", "utf-8")
    ran = lictor("simulate", "timeline", facts, "-p", tulips, "--sweep", sweep)

    assert 2 == ran.out.count("accounts, at the end")
    assert max(map(len, ran.out.splitlines())) <= 120


def test_what_cannot_be_taken_is_named(lictor, tulips, facts, tmp_path):
    """Lines that are no facts, and facts that make no sense, are said one by one; the others are replayed."""
    wrong = [{**REVIEW, "id": f"x{n}", "category": "no.such"} for n in range(7)]
    lines = written(tmp_path / "wrong.jsonl", [*FACTS, *wrong]).read_bytes() + b"nonsense\n"
    ran = lictor("simulate", "timeline", "-", "-p", tulips, stdin=lines)

    assert 1 == ran.code
    assert "rejected -:13: invalid_json" in ran.err
    assert 4 == ran.err.count("cannot be taken: policy `tulips` has no category `no.such`")
    assert "note: more is set aside" in ran.err
    assert "impossible" in ran.out


def test_facts_out_of_time_are_counted(lictor, tulips, tmp_path):
    path = written(tmp_path / "late.jsonl", FACTS)
    late = written(tmp_path / "later.jsonl", [{**OFFER, "id": "late", "t": "2021-06-02T11:00:00+02:00"}])
    ran = lictor("simulate", "timeline", path, late, "-p", tulips)

    assert 0 == ran.code
    assert ran.out.endswith("1 fact came late: counted when they came, in force when they were\n")


def test_a_page_is_written_whole(lictor, tulips, facts, tmp_path):
    """In either language; it names the policies' digests and the variants."""
    for lang, title in (("en", "What would have become of accounts"), ("zh", "假如规则不同")):
        page = tmp_path / f"{lang}.html"
        ran = lictor(
            "simulate", "timeline", facts, "-p", tulips, "--set", "subjects.shop.rectify=3d", "--html", page,
            "--lang", lang, "--every", "6h",
        )  # fmt: skip
        text = page.read_text("utf-8")

        assert (0, "") == (ran.code, ran.err)
        assert title in text
        assert "subjects.shop.rectify=3d" in text
        assert "http://" not in text.replace("http://www.w3.org", "")


def test_no_facts_are_no_mistake(lictor, tulips, tmp_path):
    page = tmp_path / "none.html"
    ran = lictor("simulate", "timeline", "-", "-p", tulips, "--html", page)

    assert (0, "no facts\n") == (ran.code, ran.out)
    assert "There were no facts." in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name files of facts, or one `--ledger`"),
        (("-", "--ledger", "x"), "name files of facts, or one `--ledger`"),
        (("-", "--detect", "recorded"), "`--detect recorded` is for a ledger"),
        (("-", "--every", "0d"), "`0d` is no length of time"),
        (("-", "--every", "week"), "`week` is no length of time"),
        (("-", "--set", "strikes.life"), "`strikes.life` is no change of a policy"),
        (("-", "--set", "strikes.lief=1d"), "did you mean `life`?"),
        (("-", "--sweep", "nowhere.yaml"), "`nowhere.yaml` cannot be read"),
        (("-", "--beside", "nothing"), "there is no policy `nothing`"),
        (("nowhere.jsonl",), "nowhere.jsonl"),
        (("-", "--until", "2021-01-01"), "has no offset"),
        (("-", "--until", "2021-01-01T00:00:00Z"), "is before the last fact"),
        (("-", "--until", "9999-12-31T00:00:00Z"), "is too far away to count from"),
        (("-", "--until", "6999-12-31T00:00:00Z"), "more than 10,000 spans of time"),
    ],
)
def test_what_cannot_be_done_is_refused(lictor, tulips, arguments, says):
    ran = lictor("simulate", "timeline", *arguments, "-p", tulips, stdin=orjson.dumps(OFFER))

    assert 2 == ran.code
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_what_is_read_is_never_replaced(lictor, tulips, facts, tmp_path):
    ledger = tmp_path / "lives.ledger"
    lictor("enforce", facts, "--ledger", ledger, "-p", tulips)
    for arguments in ((facts, "--html", facts), ("--ledger", ledger, "--html", ledger)):
        ran = lictor("simulate", "timeline", *arguments, "-p", tulips)

        assert 2 == ran.code
        assert "`--html` would replace `" in ran.err


def test_only_nonsense_is_a_failure(lictor, tulips):
    ran = lictor("simulate", "timeline", "-", "-p", tulips, stdin=b"nonsense\n")

    assert 2 == ran.code
    assert "no line could be taken" in ran.err
