"""The entry point: a group whose commands are imported when they are used."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from cellburst._version import __version__
from cellburst.cli.wording import in_a_shell
from cellburst.errors import CellburstError, UsageError

_COMMANDS = {
    "run": "run",
    "runs": "listing",
    "show": "listing",
    "attach": "attach",
    "logs": "logs",
    "files": "files",
    "cancel": "change",
    "retry": "change",
    "continue": "change",
    "rerun": "change",
    "delete": "change",
    "ps": "machines",
    "reap": "machines",
    "prune": "prune",
    "targets": "targets",
    "demo": "demo.command",
    "demo-cloud": "demo.cloud",
    "setup": "setup",
    "doctor": "doctor",
}


class _LazyGroup(click.Group):
    """Knows its commands by name; the module of one is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"cellburst.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise click.UsageError(in_a_shell(str(error))) from error
        except (CellburstError, PermissionError) as error:
            raise click.ClickException(in_a_shell(str(error))) from error


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cellburst")
def cli() -> None:
    """Run commands, scripts and notebooks on many workers; list, read and end runs, those of notebook cells, too.

    RUN is an id, the start of one, or "last".
    """


def main() -> None:
    """Run the command line; ends the process with 0, 1 (it failed) or 2 (it was not understood)."""
    cli(prog_name="cellburst")
