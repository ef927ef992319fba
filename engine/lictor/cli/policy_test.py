"""`lictor policy test`: every rule's own tests, and scenarios over time."""

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
from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.options import POLICY, WORDS, chosen, json_option
from lictor.errors import LictorError, PolicyError, UsageError
from lictor.policy import bundled_policies, load_policy
from lictor.report.cases import case_to_dict, counted, render_cases
from lictor.report.scenarios import counted_scenarios, render_failed, render_timeline, scenario_to_dict

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
@click.option("pattern", "--run", type=WORDS, default="", metavar="PATTERN", help="Only ids it is found in.")
@json_option
def command(
    *, policies: Sequence[str], files: Sequence[Path], detect: Detect | None, pattern: str, as_json: bool
) -> int:
    """Every rule's own tests, and the policy's scenarios over time.

    P is a bundled policy's name, a file or a folder. Its own scenarios are the files in `scenarios/` beside its
    `policy.yaml`. With --scenarios each scenario's timeline is shown, with its probes in their places.

    The exit code is 1 where a test or a probe failed, 2 where a file could not be read.
    """
    runs = _Runs(detect or ("text" if files else "truth"), pattern)
    results: list[CaseResult] = []
    if files:
        (policy,) = _only(chosen(policies))
        runs.run(Companions(load_policy(policy)), scenario_files(files))
    else:
        for policy in chosen(policies):
            engine = Engine.load(policy)
            results += rule_tests(engine, pattern=pattern)
            if own := own_scenarios(policy):
                runs.run(Companions(engine.policies[0].policy), own)
    if as_json:
        told: dict[str, Any] = {} if files else {"rules": [case_to_dict(one) for one in results]}
        told["scenarios"] = [scenario_to_dict(one) for one in runs.results]
        say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
    elif files:
        say.result("\n\n".join([*map(render_timeline, runs.results), counted_scenarios(runs.results)]))
    else:
        failed = [render_failed(one) for one in runs.results if not one.passed]
        tally = [counted_scenarios(runs.results)] if runs.results else []
        say.result("\n\n".join([*failed, "\n".join([render_cases(results), *tally])]))
    if runs.broken:
        return FAILED
    return FOUND if counted(results)["failed"] or not all(one.passed for one in runs.results) else OK


@dataclass(slots=True)
class _Runs:
    """Scenarios run so far. What cannot be read or run is said, and the others go on."""

    detect: Detect
    pattern: str
    results: list[ScenarioResult] = field(default_factory=list)
    broken: bool = False

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
