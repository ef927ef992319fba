"""Rows made whole again: their words and the people they name fetched for a whole page at once.

What has been erased reads as `None`, and is named; people whom a fact names beside its account read as a pseudonym
each, so that two who were erased stay two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from lictor.ledger.records import FactRecord, GuardRecord, RecordedDecision, RecordedFact, join, join_fact

__all__ = ["Page", "among", "pseudonym"]

_ASKED = 500  # values looked up by one statement


class Page:
    """Some rows, each a seq and a body, with all that is needed to read them whole."""

    def __init__(self, connection: sqlite3.Connection, rows: Sequence[tuple[int, str]]) -> None:
        self.rows: list[tuple[int, dict[str, Any]]] = [(seq, orjson.loads(body)) for seq, body in rows]
        contents = "SELECT entry, bytes FROM blob WHERE name = 'content' AND entry IN"
        self._contents: dict[int, bytes] = dict(among(connection, contents, [seq for seq, _ in rows]))
        whose = {digest for _, body in self.rows for digest in body.get("identities", {}).values()}
        self._people = named(connection, whose)

    def decision(self, seq: int, body: Any) -> RecordedDecision:
        """The decision that the row is."""
        content = self._contents.get(seq)
        words, _, judged = (b"null", b"", None) if content is None else content.partition(b"\n")
        people, lost = self._whom(body)
        return RecordedDecision(
            seq=seq,
            id=body["id"],
            account=people.get("account"),
            at=body["at"],
            decision=join(body["decision"], orjson.loads(words)),
            input=judged,
            erased=("content",) * (content is None) + lost,
        )

    def fact(self, seq: int, body: Any) -> RecordedFact:
        """The fact that the row is, with what was made of it."""
        content = self._contents.get(seq)
        gone = content is None and "content" in body.get("blobs", ())
        people, lost = self._whom(body)
        account = people.pop("account", None)
        whole = join_fact(body, {} if content is None else orjson.loads(content), people)
        record = FactRecord(body["id"], account, body["at"], body["fact_kind"], refused=body.get("refused"), **whole)
        return RecordedFact(seq, record, ("content",) * gone + lost)

    def all_made(self, seq: int, body: Any) -> Iterator[RecordedDecision]:
        """The decisions that the row's fact made."""
        fact = self.fact(seq, body)
        for decision in fact.record.decisions:
            yield RecordedDecision(
                seq=seq,
                id=decision["id"],
                account=fact.record.account,
                at=fact.record.at,
                decision=decision,
                input=None,
                erased=fact.erased,
                fact=fact.record.id,
            )

    def guards(self) -> Iterator[tuple[int, GuardRecord]]:
        """What befell rules under guards, each with the number of its row."""
        for seq, body in self.rows:
            people, _ = self._whom(body)
            yield (
                seq,
                GuardRecord(
                    event=body["event"],
                    policy=body["policy"],
                    guard=body["guard"],
                    rule=body["rule"],
                    number=body["number"],
                    at=body["at"],
                    by=people.get("by"),
                    told=body["told"],
                ),
            )

    def _whom(self, body: Any) -> tuple[dict[str, str | None], tuple[str, ...]]:
        named = body.get("identities", {})
        people = {path: self._people.get(digest) for path, digest in named.items()}
        lost = tuple(path for path, person in people.items() if person is None)
        people |= {path: pseudonym(named[path]) for path in lost if path != "account"}
        return people, lost


def named(connection: sqlite3.Connection, digests: Iterable[str]) -> dict[str, str]:
    """Whom these digests stand for; those who were erased are left out."""
    people = among(connection, _PEOPLE, [bytes.fromhex(digest) for digest in digests])
    return {digest.hex(): orjson.loads(data) for digest, data in people}


def pseudonym(digest: str) -> str:
    """What stands for a person who was erased, the same wherever they were named."""
    return f"erased:{digest[:16]}"


def among(connection: sqlite3.Connection, select: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement that ends in `IN`, for any number of values."""
    # As parameters: the elements of a JSON array lose what follows a NUL.
    values = list(values)
    for start in range(0, len(values), _ASKED):
        asked = values[start : start + _ASKED]
        yield from connection.execute(f"{select} ({','.join('?' * len(asked))})", asked)


_PEOPLE = "SELECT digest, bytes FROM blob WHERE identity = 1 AND digest IN"
