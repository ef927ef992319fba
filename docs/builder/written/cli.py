"""The verbs of the command, from their own definitions: what each does, takes and ends with, and where it is shown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from lictor.cli.verbs import lictor
from written.markdown import code, table

__all__ = ["pages"]

HEAD = """# The command

```text
lictor VERB [OPTIONS] ...
```

Results go to standard output, everything else to standard error. `--json` is there wherever a machine may read. Without
`--policy`, the folder `policy/` is used where there is one, else the bundled policy `wechat`; which one it was is said.
`lictor VERB --help` shows what these pages show.

## Exit codes

They are the same for every verb.

| exit code | meaning |
|---|---|
| 0 | it ran and found nothing |
| 1 | it found something: an action above `flag`, something refused, a warning, a failed test, a broken ledger |
| 2 | it could not run, or not to the end: usage, an invalid policy, unreadable input, output that cannot be written |
| 130 | interrupted: what was committed stays |

`LICTOR_DEBUG=1` in the environment shows where a bug in Lictor happened.

## Verbs

"""


TAIL = "\n[Exit codes](cli.md#exit-codes) are the same for every verb.\n"


def pages(guides: Path) -> dict[str, str]:
    """The pages by file name: one of all verbs, and one for each verb or group of verbs."""
    with click.Context(lictor, info_name="lictor") as top:
        shown = _shown_in(guides)
        made, rows = {}, []
        for name in lictor.list_commands(top):
            command = lictor.get_command(top, name)
            assert command is not None
            with click.Context(command, info_name=name, parent=top) as context:
                made[f"cli-{name}.md"] = f"# `lictor {name}`\n\n{_told(command, context, shown)}{TAIL}"
                rows += [[f"[`{path}`](cli-{name}.md{at})", line] for path, at, line in _lines(command, context)]
    return {"cli.md": HEAD + table(["verb", "what it does"], rows), **made}


def _lines(command: click.Command, context: click.Context) -> Iterator[tuple[str, str, str]]:
    if not isinstance(command, click.Group):
        yield context.command_path, "", _first(command)
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        path = f"{context.command_path} {name}"
        yield path, "#" + path.replace(" ", "-"), _first(below)


def _help(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").replace("\b\n", "")


def _first(command: click.Command) -> str:
    return _help(command).split("\n\n")[0]


def _told(command: click.Command, context: click.Context, shown: Mapping[str, list[tuple[str, str]]]) -> str:
    if isinstance(command, click.Group):
        parts = [f"{(command.help or '').strip()}\n"]
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            with click.Context(below, info_name=name, parent=context) as deeper:
                parts.append(f"## `{deeper.command_path}`\n\n{_told(below, deeper, shown)}")
        return "\n".join(parts)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    about = _help(command)
    rows = [row for parameter in command.get_params(context) if (row := _option(parameter, context))]
    where = [f"[{title}]({link})" for title, link in shown.get(context.command_path, ())]
    seen = f"\nShown in {', '.join(where)}.\n" if where else ""
    return f"```text\n{usage}\n```\n\n{about}\n\n{table(['option', 'meaning', 'default'], rows)}{seen}"


def _option(parameter: click.Parameter, context: click.Context) -> list[str] | None:
    if not isinstance(parameter, click.Option) or parameter.hidden:
        return None
    record = parameter.get_help_record(context)
    if record is None:
        return None
    name, told = record
    if len(name) > 60:
        name = parameter.opts[-1]
        told += f" One of {', '.join(parameter.type.choices)}." if isinstance(parameter.type, click.Choice) else ""
    several = " May be given several times." if parameter.multiple else ""
    default = parameter.default
    said = (
        ""
        if default in (None, False, ()) or "default" in told.lower() or not isinstance(default, str | int)
        else code(str(default))
    )
    required = "**required**" if parameter.required else said
    return [code(name), told.replace("[required]", "").rstrip("; ") + several, required]


def _shown_in(guides: Path) -> Mapping[str, list[tuple[str, str]]]:
    """For each verb the pages that run it, by title and link."""
    found: dict[str, list[tuple[str, str]]] = {}
    for page in sorted(guides.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        runs = "\n".join(re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        title = re.search(r"^# (.+)$", text, re.MULTILINE)
        for path in {f"lictor {verb}" for verb in re.findall(r"lictor ([a-z]+(?: [a-z]+)?)", runs)}:
            for known in (path, path.rsplit(" ", 1)[0]):
                entry = (title[1] if title else page.stem, f"../{page.relative_to(guides).as_posix()}")
                if entry not in found.setdefault(known, []):
                    found[known].append(entry)
    return found
