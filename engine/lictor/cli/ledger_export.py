"""`lictor ledger export`: recorded decisions for others to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import INSTANT
from lictor.cli.rewriting import refuse_replacing
from lictor.errors import escape_controls
from lictor.facts import instant, stamp
from lictor.ledger import Ledger, RecordedDecision, RecordedFact
from lictor.policy import PolicyDocument, load_canonical
from lictor.report.files import whole_file
from lictor.report.recorded import write_csv, write_jsonl, write_parquet
from lictor.report.statements import Refused, statement
from lictor.report.transparency import as_markdown, transparency

__all__ = ["command"]

_Record = TypeVar("_Record", RecordedDecision, RecordedFact)
_ROWS: Mapping[str, Callable[[Iterable[RecordedDecision], BinaryIO], int]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "form",
    "--format",
    type=click.Choice([*_ROWS, "dsa", "transparency"]),
    required=True,
    help="Decisions as rows; statements of reasons for the EU's DSA database, a line each; or a report of counts.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="F", help="The file to write.")
@click.option("--since", type=INSTANT, metavar="T", help="Only what was decided at this instant or later.")
@click.option("--until", type=INSTANT, metavar="T", help="Only what was decided before this instant.")
def command(*, file: Path, form: str, out: Path, since: datetime | None, until: datetime | None) -> int:
    """Write what the ledger holds of decisions to a file.

    Rows hold accounts, items and reasons, and are for those who run the platform. Statements and the report hold no
    personal data; a decision that the DSA's schema cannot hold is refused, and why is said. The report is Markdown
    where F ends in .md, else JSON.
    """
    refuse_replacing(out, [file])
    with Ledger.read(file) as ledger, whole_file(out) as stream:
        decisions = _within(ledger.all_decisions(), since, until)
        if form in _ROWS:
            say.result(f"{_ROWS[form](decisions, stream):,} decisions")
        elif form == "dsa":
            _statements(ledger, decisions, stream)
        else:
            facts = _within(ledger.facts(), since, until)
            named = [None if moment is None else stamp(moment) for moment in (since, until)]
            report = transparency(decisions, facts, since=named[0], until=named[1])
            page = as_markdown(report).encode() if out.suffix == ".md" else orjson.dumps(report) + b"\n"
            stream.write(page)
            say.result(f"{report['decisions']:,} decisions")
    return OK


def _statements(ledger: Ledger, decisions: Iterable[RecordedDecision], stream: BinaryIO) -> None:
    documents: dict[str, PolicyDocument] = {}
    written = refused = 0
    for one in decisions:
        digest = one.decision["digest"]
        if digest not in documents:
            documents[digest] = load_canonical(ledger.policy(digest) or b"").document
        stated = statement(one, documents[digest])
        if isinstance(stated, Refused):
            refused += 1
            say.result(
                f"refused: row {stated.seq}, decision `{escape_controls(stated.id)}`: {escape_controls(stated.why)}"
            )
        elif stated is not None:
            stream.write(orjson.dumps(stated, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS))
            written += 1
    say.result(f"{written:,} statements, {refused:,} refused")


def _within(records: Iterable[_Record], since: datetime | None, until: datetime | None) -> Iterator[_Record]:
    for one in records:
        at = one.record.at if isinstance(one, RecordedFact) else one.at
        if since is None and until is None:
            yield one
        elif at is not None:
            moment = instant(at)
            if (since is None or moment >= since) and (until is None or moment < until):
                yield one
