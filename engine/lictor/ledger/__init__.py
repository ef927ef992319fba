"""The append-only ledger: what was decided, on what, by which policy, in one SQLite file that shows any later change.

    canonical   JSON with one spelling only, so that a hash can stand for a value
    chain       the hash of a row over the row before it; the digest of a blob
    schema      tables, indexes and triggers, and how a file is recognised
    connection  opening the file, and SQLite's errors in our words
    records     what is appended and read back; a decision or fact parted from people and their words
    tail        rows to be added after the last one
    reading     rows made whole again
    store       `Ledger`: append, read
    walk        a stretch of rows and their blobs checked
    verify      all of them, the first broken one named
    merkle      an RFC 6962 tree and its proofs
    checkpoint  a ledger's size and root, and a ledger held to it
    segments    the files a ledger is made of
    note        keys and signed notes; the one place that knows cryptography
    erasing     a person, or what one entry says, gone for ever
    guards      which rules are tripped, and how one is armed again
    replay      recorded decisions made again
    rebuild     states folded anew from recorded facts

`chain`, `schema`, `walk` and `merkle` know rows and bytes; only `records` knows what a decision or a fact looks like.
"""

from lictor.ledger.canonical import canonical
from lictor.ledger.records import (
    Appended,
    Batch,
    BatchSummary,
    DecisionRecord,
    FactRecord,
    GuardRecord,
    PolicyRecord,
    RecordedDecision,
    RecordedFact,
    StateRow,
    Summary,
)
from lictor.ledger.store import Ledger, OvertakenError
from lictor.ledger.verify import Verified, verify

__all__ = [
    "Appended",
    "Batch",
    "BatchSummary",
    "DecisionRecord",
    "FactRecord",
    "GuardRecord",
    "Ledger",
    "OvertakenError",
    "PolicyRecord",
    "RecordedDecision",
    "RecordedFact",
    "StateRow",
    "Summary",
    "Verified",
    "canonical",
    "verify",
]
