"""`lictor policy test`: every rule's own tests, tables of cases, and scenarios over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import click
import orjson

from lictor import Engine
from lictor.author import CaseResult, rule_tests
from lictor.author.cases import compiled_pattern
from lictor.author.scenarios import (
    Companions,
    ScenarioResult,
    own_scenarios,
    read_scenarios,
    run_scenario,
    scenario_files,
)
from lictor.author.tables import TableResult, own_tables, read_table, run_case, table_files
from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.options import POLICY, WORDS, chosen, json_option
from lictor.cli.watching import again_on_change, files_below
from lictor.errors import LictorError, PolicyError, UsageError
from lictor.policy import bundled_policies, load_policy
from lictor.policy.merge import ROOT_FILE
from lictor.report.cases import case_to_dict, counted, render_cases
from lictor.report.files import whole_file
from lictor.report.junit import to_junit
from lictor.report.scenarios import counted_scenarios, render_failed, render_timeline, scenario_to_dict
from lictor.report.tables import counted_tables, render_table_failure, table_to_dict

__all__ = ["command"]

Detect = Literal["text", "truth"]

_SCENARIOS = "--scenarios"


class _WithFiles(click.Command):
    """A command whose `--scenarios` takes every file that follows it, as a shell spells `*.yaml` out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The rest of the arguments, those files among the options."""
        return super().parse_args(ctx, list(_spread(args)))


@click.command(cls=_WithFiles)
@click.argument("policies", type=POLICY, nargs=-1, metavar="[P]...")
@click.option(
    "files",
    _SCENARIOS,
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE...",
    help="Run the scenarios of these files, or of the files in a folder, and nothing else.",
)
@click.option(
    "--detect",
    type=click.Choice(["text", "truth"]),
    help="Judge the texts, or believe what a scenario says is true of them. Left out: `text` with --scenarios, `truth` "
    "for the policy's own.",
)
@click.option(
    "tables",
    "--cases",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Run this table of cases, or those in a folder, too; may be given several times.",
)
@click.option(
    "pattern",
    "--run",
    type=WORDS,
    default="",
    metavar="PATTERN",
    help="Only ids it fits: a glob, or a regular expression.",
)
@click.option("--watch", is_flag=True, help="Run again whenever a file of the policy changes, until interrupted.")
@click.option(
    "--junit", type=click.Path(path_type=Path), metavar="F", help="Write the results here, as CI tools read them."
)
@json_option
def command(
    *,
    policies: Sequence[str],
    files: Sequence[Path],
    detect: Detect | None,
    tables: Sequence[Path],
    pattern: str,
    watch: bool,
    junit: Path | None,
    as_json: bool,
) -> int:
    """Every rule's own tests, the policy's tables of cases, and its scenarios over time.

    P is a bundled policy's name, a file or a folder. Its own tables are the files in `tests/` beside its
    `policy.yaml`, its own scenarios those in `scenarios/`. What fails is shown with its text marked, what was expected,
    and which part of the condition was true, false or unknown. With --scenarios each scenario's timeline is shown, with
    its probes in their places.

    The exit code is 1 where a test, a case or a probe failed, 2 where a file could not be read.
    """
    compiled_pattern(pattern)
    policies = _only(chosen(policies)) if files else chosen(policies)
    asked = _Asked(policies, files, tables, detect or ("text" if files else "truth"), pattern, junit, as_json=as_json)
    if not watch:
        return asked.run()
    again_on_change(asked.run_through, asked.watched)
    return OK


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be run, and how its results are told."""

    policies: Sequence[str]
    scenarios: Sequence[Path]
    tables: Sequence[Path]
    detect: Detect
    pattern: str
    junit: Path | None
    as_json: bool

    def run(self) -> int:
        """Runs everything once and tells the results; what cannot be read is said, and the others go on."""
        runs = _Runs(self.detect, self.pattern)
        if self.scenarios:
            runs.run(Companions(load_policy(self.policies[0])), scenario_files(self.scenarios))
        for policy in () if self.scenarios else self.policies:
            engine = Engine.load(policy)
            runs.cases += rule_tests(engine, pattern=self.pattern)
            runs.run_tables(engine, [*own_tables(policy), *table_files(self.tables)])
            if own := own_scenarios(policy):
                runs.run(Companions(engine.policies[0].policy), own)
        if self.junit is not None:
            with whole_file(self.junit) as file:
                file.write(to_junit(runs.cases, runs.tables, runs.results))
        self._tell(runs)
        return runs.code

    def run_through(self) -> None:
        """Runs once and says how it went; a policy that is broken for a while is no reason to stop."""
        try:
            code = self.run()
        except PolicyError as wrong:
            say.aside(str(wrong))
            code = FAILED
        except LictorError as wrong:
            say.error(str(wrong), wrong.hint)
            code = FAILED
        say.flush()
        told = {OK: "all passed", FOUND: "something failed"}.get(code, "could not run all of it")
        say.note(f"{told}; waiting for a change, Ctrl-C ends it")

    def watched(self) -> list[Path]:
        """The files whose change is a reason to run again."""
        folders = [bundled_policies().get(name) or Path(name) for name in self.policies]
        return files_below(
            [*(one.parent if one.name == ROOT_FILE else one for one in folders), *self.scenarios, *self.tables]
        )

    def _tell(self, runs: _Runs) -> None:
        if self.as_json:
            told: dict[str, Any] = {} if self.scenarios else {"rules": [case_to_dict(one) for one in runs.cases]}
            if not self.scenarios:
                told["tables"] = [table_to_dict(one) for one in runs.tables]
            told["scenarios"] = [scenario_to_dict(one) for one in runs.results]
            say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        elif self.scenarios:
            say.result("\n\n".join([*map(render_timeline, runs.results), counted_scenarios(runs.results)]))
        else:
            failed = [render_table_failure(one) for one in runs.tables if not one.passed]
            failed += [render_failed(one) for one in runs.results if not one.passed]
            tally = [counted_tables(runs.tables)] if runs.tables else []
            tally += [counted_scenarios(runs.results)] if runs.results else []
            say.result("\n\n".join([*failed, "\n".join([render_cases(runs.cases), *tally])]))


@dataclass(slots=True)
class _Runs:
    """What was run so far. What cannot be read or run is said, and the others go on."""

    detect: Detect
    pattern: str
    cases: list[CaseResult] = field(default_factory=list)
    tables: list[TableResult] = field(default_factory=list)
    results: list[ScenarioResult] = field(default_factory=list)
    broken: bool = False

    @property
    def code(self) -> int:
        """How the command ends."""
        if self.broken:
            return FAILED
        passed = all(one.passed for one in self.tables) and all(one.passed for one in self.results)
        return OK if passed and not counted(self.cases)["failed"] else FOUND

    def run_tables(self, engine: Engine, files: Iterable[Path]) -> None:
        """Runs the rows whose id, or whose table's name and number, the pattern fits."""
        wanted = compiled_pattern(self.pattern)
        signals = engine.policies[0].policy.document.known_signals
        for path in files:
            try:
                rows, wrong = read_table(path, signals)
            except LictorError as fault:
                self._refuse(fault)
                continue
            for one in wrong:
                self._refuse(one)
            for row in rows:
                if wanted.search(row.id):
                    try:
                        self.tables.append(run_case(engine, row))
                    except LictorError as fault:
                        self._refuse(fault)

    def run(self, companions: Companions, files: Iterable[Path]) -> None:
        """Runs those whose id the pattern is found in."""
        wanted = compiled_pattern(self.pattern)
        for path in files:
            try:
                scenarios, notes = read_scenarios(path)
            except LictorError as wrong:
                self._refuse(wrong)
                continue
            for note in notes:
                say.note(note)
            for scenario in scenarios:
                if not wanted.search(str(scenario["id"])):
                    continue
                try:
                    self.results.append(run_scenario(companions, scenario, self.detect))
                except LictorError as wrong:
                    self._refuse(wrong)

    def _refuse(self, wrong: LictorError) -> None:
        self.broken = True
        if isinstance(wrong, PolicyError):
            say.aside(str(wrong))  # rendered by the reader, and safe to print
        else:
            say.error(str(wrong), wrong.hint)


def _only(policies: Sequence[str]) -> Sequence[str]:
    if len(policies) > 1:
        raise UsageError(
            f"scenarios are run under one policy, and {len(policies)} are named",
            hint="name the policy first: `lictor policy test P --scenarios FILE...`",
        )
    return policies


def _spread(args: Sequence[str]) -> Iterable[str]:
    taking = False
    for number, arg in enumerate(args):
        if arg == _SCENARIOS:
            taking = True
        elif arg.startswith("-") and arg != "-":
            taking = False
        elif taking and args[number - 1] != _SCENARIOS:
            taking = not (arg in bundled_policies() or Path(arg).is_dir())
            if taking:
                yield _SCENARIOS
        yield arg
