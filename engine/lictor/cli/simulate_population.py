"""`lictor simulate population`: a modelled population of accounts under a policy, and under what it might become."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Literal

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import OK
from lictor.cli.options import POLICY, WORDS, as_of_option, json_option, page_options, processes_option, sets_option
from lictor.errors import UsageError
from lictor.policy import Policy, load_policy
from lictor.report.simulated_population import population_to_dict, render_population
from lictor.simulate.overrides import MAX_VARIANTS, Change, change_from, sweep_from, with_changes
from lictor.simulate.population.model import assuming
from lictor.simulate.population.read import DEFAULT, read_model
from lictor.simulate.population.rules import rules_for
from lictor.simulate.population.sensitivity import Sensitivity, runs_needed, sensitivity
from lictor.simulate.population.study import Size, Study, Variant, study

__all__ = ["command"]

AS_IT_IS = "as it is"
_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "policy",
    "-p",
    "--policy",
    type=POLICY,
    metavar="P",
    help="A bundled policy's name, a file or a folder. Left out: the one the model is written for.",
)
@click.option("model_file", "--model", type=_FILE, metavar="F", help="The population's behaviour, in YAML.")
@click.option("--accounts", type=click.IntRange(1, 10_000_000), default=100_000, metavar="N", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), default=365, metavar="N", show_default=True)
@click.option(
    "--replicates",
    type=click.IntRange(1, 1000),
    default=5,
    metavar="N",
    show_default=True,
    help="Runs of each variant; intervals are over them.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, metavar="N", show_default=True)
@as_of_option
@sets_option
@click.option(
    "sweeps",
    "--sweep",
    multiple=True,
    type=WORDS,
    metavar="F|PATH=[V, ...]",
    help="Variants from a YAML file, or every value of a list, such as `complaints.distinct=[2, 3, 5]`; "
    "several lists make every combination.",
)
@click.option(
    "assumed",
    "--assume",
    multiple=True,
    type=WORDS,
    metavar="NAME=NUMBER",
    help="Another value of a quantity of the model, such as `reviewers.minutes=80`.",
)
@click.option("method", "--sensitivity", type=click.Choice(["lhs", "sobol"]), help="Say which quantities matter.")
@click.option(
    "--samples",
    type=click.IntRange(8, 65_536),
    default=128,
    metavar="N",
    show_default=True,
    help="Draws of the sensitivity analysis; `sobol` makes as many runs for each quantity, and twice as many more.",
)
@processes_option
@page_options
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@json_option
def command(
    *,
    policy: str | None,
    model_file: Path | None,
    accounts: int,
    days: int,
    replicates: int,
    seed: int,
    as_of: datetime | None,
    sets: Sequence[str],
    sweeps: Sequence[str],
    assumed: Sequence[str],
    method: Literal["lhs", "sobol"] | None,
    samples: int,
    jobs: int,
    html: Path | None,
    lang: str,
    no_progress: bool,
    as_json: bool,
) -> int:
    """A modelled population under a policy, and under what it might become.

    Accounts post, mend, appeal and come back as the model says; detection errs at its measured rates; reviewers have so
    many minutes and err too. Deadlines, ladders, strikes, thresholds and appeals are the policy's. The answer: who is
    caught or missed, restricted or banned, rightly or not. A seed fixes every run, whatever the number of processes.
    It compares policies under stated assumptions; it does not forecast.
    """
    model = assuming(read_model(model_file or DEFAULT), dict(map(_assumption, assumed)))
    base = load_policy(policy or model.policy)
    if html is not None:
        # Few ask for a page, and it costs to load.
        from lictor.cli.pages import refuse_page  # noqa: PLC0415

        files = [one for one in sweeps if Path(one).exists()]
        refuse_page(html, [policy or model.policy, model_file or DEFAULT, *files])
    variants = _variants(base, sets, sweeps)
    size = Size(accounts, days, replicates, seed)
    runs = len(variants) * replicates
    drawn = 0 if method is None else runs_needed(method, samples, len(model.uncertain))
    effects: Sensitivity | None = None
    try:
        with _progress(runs + drawn, shown=not no_progress) as tell:
            if method is not None:
                # First, so that what is wrong with what was asked is said before the long part.
                rules = rules_for(base.document, model.kinds, as_of)
                effects = sensitivity(model, rules, size, method=method, samples=samples, jobs=jobs, tell=tell)
            found = study(model, variants, size, as_of=as_of, jobs=jobs, tell=tell)
    except MemoryError:
        raise UsageError(
            "more happens than there is memory for",
            hint="simulate fewer `--accounts`, or say less of `posts`, `views` and `complains`",
        ) from None
    if html is not None:
        _write(found, effects, html, lang)
    if as_json:
        say.result(orjson.dumps(population_to_dict(found, effects), option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_population(found, effects))
    return OK


def _assumption(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        equals = ""
    if not equals:
        raise UsageError(f"`{text}` is no assumption", hint="write `NAME=NUMBER`, such as `reviewers.minutes=80`")
    return name.strip(), number


def _variants(base: Policy, sets: Sequence[str], sweeps: Sequence[str]) -> list[Variant]:
    changed: dict[str, tuple[Change, ...]] = {}
    if sets:
        changes = tuple(map(change_from, sets))
        changed[", ".join(one.name for one in changes)] = changes
    axes: list[list[Change]] = []
    for sweep in sweeps:
        if "=" in sweep and not Path(sweep).exists():
            listed = change_from(sweep, name="--sweep")
            if not listed.value.items:
                raise UsageError(f"`{sweep}` lists no values", hint="write `PATH=[one, another]`; one value: `--set`")
            axes.append([Change(listed.path, value) for value in listed.value.items])
        else:
            changed |= sweep_from(Path(sweep))
    if axes:
        changed |= {", ".join(one.name for one in some): some for some in product(*axes)}
    if len(changed) > MAX_VARIANTS:
        raise UsageError(f"more than {MAX_VARIANTS} variants", hint="ask about fewer at once")
    variants = [Variant(AS_IT_IS, base)]
    for name, some in changed.items():
        other = next((one.policy for one in some if one.policy not in (None, base.id)), None)
        if other is not None:
            raise UsageError(f"policy `{other}` is not the one that is simulated", hint=f"that is `{base.id}`")
        variants.append(Variant(name, with_changes(base, some)))
        if variants[-1].policy.digest == base.digest:
            say.note(f"`{name}` changes nothing")
    return variants


@contextmanager
def _progress(runs: int, *, shown: bool) -> Iterator[Callable[[], object]]:
    if not shown or runs < 2 or sys.stderr is None or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=runs, label="simulating", file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def _write(found: Study, effects: Sensitivity | None, path: Path, lang: str) -> None:
    from lictor.cli.pages import write_page  # noqa: PLC0415
    from lictor.report.population_page import page_of  # noqa: PLC0415

    write_page(path, page_of(found, effects, lang))
