"""`lictor policy coverage`: what of a policy was never exercised, and how often its rules are right."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from lictor.author.coverage import KINDS, Coverage, Kind
from lictor.author.precision import Precision, precision_by_rule
from lictor.author.scenarios import Companions, own_scenarios, read_scenarios
from lictor.author.tables import own_tables, read_table
from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.loading import loaded
from lictor.cli.options import POLICY, chosen, json_option
from lictor.errors import LictorError, PolicyError, UsageError
from lictor.ledger import Ledger
from lictor.report.coverage import coverage_to_dict, render_coverage, render_precision
from lictor.scan.inputs import FileError, InputBatch, Note, Reject, open_inputs

__all__ = ["command"]


class _Share(click.ParamType[float]):
    """A share, written `90%` or `0.9`."""

    name = "share"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002
        """The share from 0 to 1."""
        found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)(%?)", str(value))
        share = float(found[1]) / (100 if found[2] else 1) if found else -1
        if not 0 <= share <= 1:
            raise UsageError(f"`{value}` is not a share", hint="write `90%` or `0.9`")
        return share


@click.command()
@click.argument("policy", type=POLICY, required=False, metavar="[P]")
@click.option(
    "corpus",
    "--corpus",
    type=click.Path(),
    multiple=True,
    metavar="PATH",
    help="Texts of the real world: files or folders as `lictor scan` reads them; may be given several times.",
)
@click.option(
    "ledger",
    "--ledger",
    type=click.Path(path_type=Path),
    metavar="F",
    help="Say from the reviews in this ledger how often each rule was right.",
)
@click.option(
    "kinds",
    "--kind",
    type=click.Choice(["rules", "terms", "exemptions", "ladder-steps", "transitions"]),
    multiple=True,
    help="Only this kind; may be given several times.",
)
@click.option(
    "least",
    "--fail-under",
    type=_Share(),
    metavar="SHARE",
    help="Exit with 1 where less than this share was exercised, such as 90%.",
)
@click.option(
    "form", "--format", type=click.Choice(["text", "json"]), default="text", help="For a person or a program."
)
@json_option
def command(
    *,
    policy: str | None,
    corpus: Sequence[str],
    ledger: Path | None,
    kinds: Sequence[str],
    least: float | None,
    form: str,
    as_json: bool,
) -> int:
    """What of a policy no test, scenario or text has ever exercised.

    P is a bundled policy's name, a file or a folder. Counted are rules that fired, terms that were found, exemptions
    that excused, ladder steps that were reached and transitions that happened: in the rules' own tests, in the tables
    of `tests/`, in the scenarios of `scenarios/`, and in the texts of --corpus. With --ledger each rule that people
    have reviewed is shown with the share they upheld.

    The exit code is 1 where less than --fail-under was exercised, 2 where a file could not be read.
    """
    (named,) = chosen([policy] if policy else [])
    wanted: list[Kind] = [one for one in KINDS if not kinds or f"{one.replace(' ', '-')}s" in kinds]
    coverage = Coverage(loaded(named))
    coverage.run_tests()
    broken = _run_own(coverage, named)
    broken |= _run_corpus(coverage, corpus)
    found = None if ledger is None else _precision(ledger, coverage)
    if as_json or form == "json":
        say.result(orjson.dumps(coverage_to_dict(coverage, wanted, found), option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_coverage(coverage, wanted))
        if found is not None:
            rules = {rule.id for rule in coverage.compiled.rules}
            say.result("\n" + render_precision(found, len(rules - {one.rule for one in found})))
    if broken:
        return FAILED
    done, every = coverage.share(wanted)
    if least is not None and done < least * every:
        say.note(f"{done / every:.1%} was exercised, less than {least:.1%}")
        return FOUND
    return OK


def _run_own(coverage: Coverage, named: str) -> bool:
    """Runs what the policy brings beside its rules' tests; whether some of it could not be read."""
    broken = False
    signals = coverage.compiled.policy.document.known_signals
    for path in own_tables(named):
        try:
            rows, wrong = read_table(path, signals)
            coverage.run_tables(rows)
        except LictorError as fault:
            wrong = [fault]
        for one in wrong:
            broken = True
            _refuse(one)
    companions = Companions(coverage.compiled.policy)
    for path in own_scenarios(named):
        try:
            coverage.run_scenarios(companions, read_scenarios(path)[0])
        except LictorError as fault:
            broken = True
            _refuse(fault)
    return broken


def _run_corpus(coverage: Coverage, corpus: Sequence[str]) -> bool:
    """Reads the texts; whether a file could not be read."""
    if not corpus:
        return False
    stdin = say.standard_input() if "-" in corpus else io.BytesIO()
    broken, rejected = False, 0
    for piece in open_inputs(corpus, signals=coverage.engine.signals, stdin=stdin):
        if isinstance(piece, InputBatch):
            rejected += len(coverage.read(piece.batch))
        elif isinstance(piece, FileError):
            broken = True
            say.error(f"`{piece.source}`: {piece.message}", piece.hint)
        elif isinstance(piece, Note):
            say.note(f"`{piece.source}`: {piece.message}")
        elif isinstance(piece, Reject):
            rejected += 1
    say.note(f"{coverage.rows:,} rows of the corpus judged" + (f", {rejected:,} rejected" if rejected else ""))
    return broken


def _precision(path: Path, coverage: Coverage) -> list[Precision]:
    with Ledger.open(path, create=False) as ledger:
        return precision_by_rule(ledger.facts(), ledger.decisions(), policy=coverage.compiled.policy.id)


def _refuse(wrong: LictorError) -> None:
    if isinstance(wrong, PolicyError):
        say.aside(str(wrong))
    else:
        say.error(str(wrong), wrong.hint)
