"""`lictor simulate timeline`: facts replayed with a clock of their own, under one policy or several side by side."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.lives import rules_for, rules_of
from lictor.cli.loading import collected_seldom
from lictor.cli.options import INSTANT, WORDS, json_option, page_options, policies_option, sets_option
from lictor.enforce import Rulebook
from lictor.errors import UsageError
from lictor.ledger import Ledger
from lictor.report.simulated_timeline import render_timeline, timeline_to_dict
from lictor.scan.inputs import FileError, Note, Reject
from lictor.scan.inputs.facts import FactBatch, FactInputs
from lictor.simulate.overrides import MAX_VARIANTS, change_from, sweep_from, varied
from lictor.simulate.recorded import RecordedFacts
from lictor.simulate.replay import Refused
from lictor.simulate.timeline import Timeline, Timelines, Variant

__all__ = ["command"]

AS_IT_IS = "as it is"
_NAMED = 5
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Length(click.ParamType[timedelta]):
    """A fixed length of time, as a policy writes it."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ARG002
        """The length; what is none is refused."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})(s|m|h|d)", value)
        if found is None:
            raise UsageError(f"`{value}` is no length of time", hint="write `1d`, `6h` or `30m`")
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.command()
@click.argument("paths", nargs=-1, metavar="FACTS...", type=click.Path())
@click.option("--ledger", type=click.Path(path_type=Path), metavar="F", help="Replay the facts that this ledger holds.")
@policies_option(
    "A bundled policy's name, a file, a folder or a pack; several judge together. "
    "Left out: the folder `policy/` here, else those of `lictor enforce`; of a ledger, those it was last fed under."
)
@sets_option
@click.option("--sweep", type=click.Path(path_type=Path), metavar="F", help="Variants from a YAML file.")
@click.option(
    "besides",
    "--beside",
    multiple=True,
    type=WORDS,
    metavar="P[,P...]",
    help="Other policies as one more variant; several that judge together are joined by commas.",
)
@click.option(
    "--detect",
    type=click.Choice(["text", "truth", "recorded"]),
    help="Judge texts, believe what their `truth` says, or take what a ledger says was found. "
    "Left out: `text`, and of a ledger `recorded`.",
)
@click.option("--until", type=INSTANT, metavar="T", help="Let the clock run on to this instant after the last fact.")
@click.option("--every", type=Length(), default="1d", metavar="LENGTH", help="Measure by spans so long, such as `1d`.")
@page_options
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@json_option
def command(
    *,
    paths: Sequence[str],
    ledger: Path | None,
    policies: Sequence[str],
    sets: Sequence[str],
    sweep: Path | None,
    besides: Sequence[str],
    detect: str | None,
    until: datetime | None,
    every: timedelta,
    html: Path | None,
    lang: str,
    no_progress: bool,
    as_json: bool,
) -> int:
    """What would have become of accounts: facts replayed, what-ifs side by side.

    The replay has a clock of its own, and nothing is recorded.

    FACTS are files as `lictor enforce` takes them. What the policy is today comes first; `--set`, `--sweep` and
    `--beside` put others beside it, under the same facts.

    The exit code is 1 where a line is no fact, or a fact could not be taken as the policy is; 2 where a file could not
    be read.
    """
    if bool(paths) == (ledger is not None):
        raise UsageError("name files of facts, or one `--ledger`", hint="`-` is standard input")
    if detect == "recorded" and ledger is None:
        raise UsageError("`--detect recorded` is for a ledger", hint="files of facts say nothing of what was found")
    if html is not None:
        # Few ask for a page, and it costs to load.
        from lictor.cli.pages import refuse_page  # noqa: PLC0415

        read = [*(one for one in paths if one != "-"), *policies, *(one for some in besides for one in some.split(","))]
        refuse_page(html, [*read, *(one for one in (ledger, sweep) if one is not None)])
    if ledger is None:
        feed: _FromFiles | _FromLedger = _FromFiles(paths, progress=not no_progress)
        rules = rules_for(policies)
    else:
        opened = Ledger.read(ledger)
        feed, rules = _FromLedger(opened), rules_of(opened, policies)
    variants = _variants(rules, sets, sweep, besides)
    how = detect or ("text" if ledger is None else "recorded")
    if how == "recorded":
        _refuse_other_searches(variants)
    timelines = Timelines(variants, detect=how, every=every)  # type: ignore[arg-type]
    try:
        with collected_seldom():
            feed.into(timelines)
            timeline = timelines.finish(until)
    finally:
        feed.close()
    feed.tell(how)
    if html is not None:
        _write(timeline, html, lang)
    if as_json:
        say.result(orjson.dumps(timeline_to_dict(timeline), option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_timeline(timeline))
    if feed.failed:
        return FAILED
    return FOUND if feed.set_aside else OK


class _Feed:
    """What is read and given to the replay: how many lines were set aside, and whether a file failed."""

    def __init__(self) -> None:
        self.set_aside = 0
        self.failed = False

    def tell(self, how: str) -> None:
        """Says what a person should know about what was read."""

    def close(self) -> None:
        """Lets go of what is read."""

    def _aside(self, said: str) -> None:
        self.set_aside += 1
        if self.set_aside <= _NAMED:
            say.note(said)
        elif self.set_aside == _NAMED + 1:
            say.note("more is set aside")

    def _refused(self, refused: Iterable[Refused]) -> None:
        for one in refused:
            self._aside(f"fact `{one.fact.id}` cannot be taken: {one.why}")


class _FromFiles(_Feed):
    def __init__(self, paths: Sequence[str], *, progress: bool) -> None:
        super().__init__()
        self._inputs = FactInputs(paths, stdin=say.standard_input() if "-" in paths else io.BytesIO())
        self._progress = progress and sys.stderr is not None and sys.stderr.isatty()

    def into(self, timelines: Timelines) -> None:
        """Replays everything that is read."""
        taken = 0
        for piece in _with_progress(self._inputs) if self._progress else self._inputs:
            if isinstance(piece, FileError):
                self.failed = True
                say.error(f"`{piece.source}`: {piece.message}", piece.hint)
            elif isinstance(piece, Note):
                say.note(f"`{piece.source}`: {piece.message}")
            elif isinstance(piece, Reject):
                self._aside(f"rejected {piece.source}:{piece.row}: {piece.reason}: {piece.detail}")
            elif isinstance(piece, FactBatch):
                taken += len(piece.facts)
                self._refused(timelines.take(piece.facts))
        if not taken and self.set_aside:
            self.failed = True
            say.error("no line could be taken", "see why above; a fact has an `id`, an instant `t` and a `kind`")


class _FromLedger(_Feed):
    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self._facts = RecordedFacts(ledger)

    def into(self, timelines: Timelines) -> None:
        """Replays everything that was recorded."""
        for batch in self._facts:
            self._refused(timelines.take(batch.facts, batch.findings))
            if batch.ran_until is not None:
                timelines.tick(batch.ran_until)

    def tell(self, how: str) -> None:
        """Says what of the ledger could not be replayed."""
        if self._facts.erased:
            say.note(f"{self._facts.erased:,} rows were erased, so the replay knows nothing of them")
        if self._facts.masked and how == "text":
            say.note(f"the words of {self._facts.masked:,} facts were never kept, so nothing is found in them")

    def close(self) -> None:
        self._ledger.close()


def _variants(rules: Rulebook, sets: Sequence[str], sweep: Path | None, besides: Sequence[str]) -> list[Variant]:
    variants = [Variant(AS_IT_IS, rules)]
    changed = {}
    if sets:
        changes = tuple(change_from(one) for one in sets)
        changed[", ".join(one.name for one in changes)] = changes
    if sweep is not None:
        changed |= sweep_from(sweep)
    for name, some in changed.items():
        variants.append(Variant(name, varied(rules, some), tuple(one.name for one in some)))
    variants += [Variant(one, rules.beside(rules_for(one.split(",")).policies)) for one in besides]
    if len(variants) > MAX_VARIANTS + 1:
        raise UsageError(f"more than {MAX_VARIANTS} variants", hint="ask about fewer at once")
    digests = [[one.policy.digest for one in variant.rules.policies] for variant in variants]
    for variant, mine in list(zip(variants, digests, strict=True))[1:]:
        if mine == digests[0]:
            say.note(f"`{variant.name}` changes nothing")
    return variants


def _refuse_other_searches(variants: Sequence[Variant]) -> None:
    searched = [[id(one.anchors) for one in variant.rules.policies] for variant in variants]
    for variant, mine in zip(variants, searched, strict=True):
        if mine != searched[0]:
            raise UsageError(
                f"`{variant.name}` changes what is found in texts, and what the ledger says was found would be taken",
                hint="`--detect text` judges the recorded texts again",
            )


def _write(timeline: Timeline, path: Path, lang: str) -> None:
    from lictor.cli.pages import write_page  # noqa: PLC0415
    from lictor.report.timeline_page import page_of  # noqa: PLC0415

    write_page(path, page_of(timeline, lang))


def _with_progress(inputs: FactInputs) -> Iterator[object]:
    with click.progressbar(length=inputs.total_bytes, label="replaying", file=sys.stderr) as bar:
        for piece in inputs:
            yield piece
            bar.length = inputs.total_bytes
            bar.update(inputs.bytes_read - bar.pos)
