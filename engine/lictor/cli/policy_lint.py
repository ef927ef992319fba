"""`lictor policy lint`: every mistake in a policy, and what is well formed and foolish in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import click
import orjson

from lictor.author.lint import Finding, difference, lint, mended, sources
from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.options import POLICY, WORDS, chosen, clock, json_option, now_option
from lictor.cli.rewriting import refuse_bundled, rewrite
from lictor.engine import collector_paused
from lictor.errors import PolicyError, UsageError, escape_controls
from lictor.policy import Policy, load_policy
from lictor.report.lint import explained, render_findings, to_annotations, to_rows, to_sarif

__all__ = ["command"]


@click.command()
@click.argument("policies", type=POLICY, nargs=-1, metavar="[P]...")
@click.option(
    "form",
    "--format",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="For a person, a program, code scanning, or the log of a GitHub workflow.",
)
@json_option
@click.option("fix", "--fix", is_flag=True, help="Show the sure mends as a diff; with `--yes`, make them.")
@click.option("sure", "--yes", is_flag=True, help="Make the mends that `--fix` shows.")
@now_option
@click.option("code", "--explain", type=WORDS, metavar="CODE", help="Say what a code is about, and stop.")
def command(
    *,
    policies: Sequence[str],
    form: str,
    as_json: bool,
    fix: bool,
    sure: bool,
    now: datetime | None,
    code: str | None,
) -> int:
    """Every mistake in a policy, and what is foolish in it, each with its place and the way out.

    P is a bundled policy's name, a file or a folder. A finding you want to keep is allowed by a comment with a reason:
    `# lint: allow L004 because memos are short`. The exit code is 1 where there is a warning, 2 where a policy does not
    load.
    """
    if code is not None:
        return _explain(code)
    if sure and not fix:
        raise UsageError("`--yes` goes with `--fix`", hint="write `--fix --yes`")
    ended, found, at = OK, list[Finding](), clock(now)
    policies = chosen(policies)
    if sure:
        refuse_bundled(policies)
    with collector_paused():
        for name in policies:
            try:
                policy = load_policy(name)
            except PolicyError as wrong:
                found += [Finding(one) for one in wrong.diagnostics]
                ended = FAILED
                continue
            if not policy.files:
                raise UsageError(f"`{name}` is a pack, and has no lines to show", hint="lint what it was made from")
            some = lint(policy, now=at)
            if fix:
                some = _mend(policy, name, some, at, sure=sure)
            found += some
    kept = [one.diagnostic.level for one in found if one.allowed is None]
    if ended == OK and ("warning" in kept or "error" in kept):
        ended = FOUND
    _tell(found, "json" if as_json else form)
    return ended


def _tell(found: Sequence[Finding], form: str) -> None:
    if form == "json":
        say.result(orjson.dumps(to_rows(found), option=orjson.OPT_APPEND_NEWLINE))
    elif form == "sarif":
        log = to_sarif(found, version=version("lictor"))
        say.result(orjson.dumps(log, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2))
    elif form == "github":
        if lines := to_annotations(found):
            say.result(lines)
    else:
        say.result(render_findings(found))


def _explain(code: str) -> int:
    text = explained(code.upper())
    if text is None:
        raise UsageError(
            f"there is no code `{code}`", hint="the codes are listed in `docs/diagnostics.md` and `docs/lint.md`"
        )
    say.result(text)
    return OK


def _mend(policy: Policy, name: str, found: list[Finding], now: datetime, *, sure: bool) -> list[Finding]:
    """What is found once the sure mends are made; without `sure` they are only shown, and nothing changes."""
    edits = [one.edit for one in found if one.edit is not None and one.allowed is None]
    texts = sources(policy)
    changes = mended(texts, edits)
    for file, after in changes.items():
        say.aside("\n".join(escape_controls(line) for line in difference(file, texts[file], after).split("\n")))
    if not changes:
        say.note("nothing has a sure mend")
        return found
    if not sure:
        say.note("nothing was changed: with `--yes` these mends are made")
        return found
    for file, after in changes.items():
        rewrite(Path(file), texts[file], after)
    return lint(load_policy(name), now=now)
