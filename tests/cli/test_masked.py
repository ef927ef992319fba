"""`ledger: {mask: [...]}`: what a policy says is not to be kept never reaches the file."""

import json
from pathlib import Path

import pytest

from lictor.ledger import Ledger, verify


@pytest.fixture
def policy(tulips, tmp_path) -> Path:
    """The policy of tulips, which keeps no words of messages."""
    path = tmp_path / "masking.yaml"
    path.write_text(tulips.read_text("utf-8") + "ledger: {mask: [message]}\n", "utf-8")
    return path


SECRET = "buy my tulip before noon"


def _bytes(ledger: Path) -> bytes:
    return b"".join(path.read_bytes() for path in ledger.parent.glob(f"{ledger.name}*"))


def test_a_scan_keeps_no_words_of_a_masked_field(lictor, policy, tmp_path):
    """What was decided, by which terms and where, is kept; what was written is not; replay says why it cannot."""
    rows = [
        {"id": "a", "field": "message", "text": SECRET},
        {"id": "b", "field": "post", "text": "buy my tulip at dusk"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ledger = tmp_path / "kept.ledger"
    for _ in range(2):  # fed twice, it is the same
        lictor("scan", tmp_path / "rows.jsonl", "-p", policy, "--ledger", ledger, "--as-of", "2022-06-01T00:00:00Z")

    with Ledger.read(ledger) as read:
        masked, whole = (one.decision for one in read.decisions())
    assert verify(ledger).rows == 4
    assert b"before noon" not in _bytes(ledger)
    assert b"at dusk" in _bytes(ledger)
    assert masked["masked"] == ["message"]
    assert masked["violations"][0]["evidence"][0]["term"] == whole["violations"][0]["evidence"][0]["term"]
    assert "“█”" in masked["reasons"]["en"]
    ran = lictor("ledger", "replay", ledger, "--json")
    assert json.loads(ran.out)["why"] == {"masked": 1}


def test_a_fact_keeps_no_words_of_a_masked_field(lictor, policy, tmp_path):
    """An account's life goes on as before, and can be folded again; the words of its messages are nowhere."""
    fact = {
        "id": "m1",
        "t": "2022-06-01T10:00:00Z",
        "kind": "content",
        "subject": "ann",
        "form": "message",
        "text": SECRET,
    }
    (tmp_path / "facts.jsonl").write_text(json.dumps(fact) + "\n")
    ledger = tmp_path / "lives.ledger"
    for _ in range(2):
        lictor("enforce", tmp_path / "facts.jsonl", "-p", policy, "--ledger", ledger)

    assert b"before noon" not in _bytes(ledger)
    assert lictor("ledger", "verify", ledger).code == 0
    assert lictor("ledger", "rebuild", ledger).code == 0
    assert "█" in lictor("case", "show", "m1", "--ledger", ledger, "--now", "2022-06-02T00:00:00Z").out
