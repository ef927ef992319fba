"""The append-only ledger: what was decided, on what, by which policy, in one SQLite file that shows any later change.

    canonical   JSON with one spelling only, so that a hash can stand for a value
    chain       the hash of a row over the row before it; the digest of a blob
    schema      tables, indexes and triggers, and how a file is recognised
    connection  opening the file, and SQLite's errors in our words
    records     what is appended and read back; a decision parted from the user's words
    store       `Ledger`: append, read
    verify      every row and blob checked, the first broken one named

`chain`, `schema` and `verify` know rows and bytes; only `records` knows what a decision looks like.
"""

from lictor.ledger.canonical import canonical
from lictor.ledger.records import (
    Appended,
    Batch,
    BatchSummary,
    DecisionRecord,
    PolicyRecord,
    RecordedDecision,
    Summary,
)
from lictor.ledger.store import Ledger
from lictor.ledger.verify import Verified, verify

__all__ = [
    "Appended",
    "Batch",
    "BatchSummary",
    "DecisionRecord",
    "Ledger",
    "PolicyRecord",
    "RecordedDecision",
    "Summary",
    "Verified",
    "canonical",
    "verify",
]
