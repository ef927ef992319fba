"""The transparency report counts what was recorded, by the words of the record."""

from lictor.ledger import FactRecord, RecordedFact
from lictor.report.transparency import as_markdown, transparency


def fact(number, kind, at, said=(), refused=None):
    record = FactRecord(f"F{number}", "ann", f"2024-01-{at:02}T00:00:00Z", kind, dict(said), refused=refused)
    return RecordedFact(number, record)


FACTS = [
    fact(1, "complaint", 1),
    fact(2, "complaint", 1, {"count": 500}),
    fact(3, "review", 2, {"outcome": "dismissed"}),
    fact(4, "appeal", 3),
    fact(5, "appeal", 4),
    fact(6, "appeal", 5, refused="appeal_too_late"),
    fact(7, "appeal_decision", 6, {"appeal": "F4", "outcome": "granted"}),
    fact(8, "appeal_decision", 9, {"appeal": "F5", "outcome": "rejected"}),
    fact(9, "appeal_decision", 9, {"appeal": "F0", "outcome": "rejected"}),
    fact(10, "appeal_decision", 9, {"appeal": "F6", "outcome": "granted"}, refused="nothing_to_answer"),
    fact(11, "reinstatement", 9),
    fact(12, "reinstatement", 9, refused="nothing_to_take_back"),
    fact(13, "content", 9),
]


def test_appeals_and_complaints_are_counted():
    """What was refused is no appeal; an answer to one filed before the period counts, but not its time."""
    report = transparency([], FACTS, since="2024-01-01T00:00:00Z", until=None)

    assert (report["complaints"], report["reviews"]) == (501, {"dismissed": 1})
    assert report["appeals"] == {
        "filed": 2, "refused": 1, "granted": 1, "rejected": 2, "overturned_ppm": 333_333, "reinstated_without": 1,
    }  # fmt: skip
    assert report["median_seconds"] == {"publication_to_decision": None, "appeal_to_answer": 3 * 86_400}
    assert "From 2024-01-01T00:00:00Z to the end of the ledger: 0 decisions applied" in as_markdown(report)


def test_nothing_to_report():
    """An empty ledger has shares of nothing, which are not nought."""
    report = transparency([], [], since=None, until=None)

    assert report["automated"]["detection_ppm"] is report["appeals"]["overturned_ppm"] is None
    assert "overturned of those answered: none" in as_markdown(report)
