"""`lictor completion`: the lines that make a shell complete `lictor`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from lictor.cli import say
from lictor.cli.codes import OK

__all__ = ["command"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    r"""Make your shell complete `lictor`.

    Prints the lines that do it. Put one of these where your shell starts:

    \b
      bash, in ~/.bashrc:  eval "$(lictor completion bash)"
      zsh,  in ~/.zshrc:   eval "$(lictor completion zsh)"
      fish:                lictor completion fish > ~/.config/fish/completions/lictor.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    context = click.get_current_context().find_root()
    say.result(kind(context.command, {}, "lictor", "_LICTOR_COMPLETE").source())
    return OK
