"""`zipper completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["command"]


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(*, shell: str) -> None:
    """Print what makes SHELL complete the commands and options of `zipper`.

    \b
    Examples:
      zipper completion bash >> ~/.bashrc
      zipper completion zsh >> ~/.zshrc
      zipper completion fish > ~/.config/fish/completions/zipper.fish
    """
    from zipper.commands.group import cli  # noqa: PLC0415  (it imports this module)

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "zipper", "_ZIPPER_COMPLETE").source())
