"""The magics as IPython knows them. Light: everything else is imported by the first line that needs it."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import no_var_expand

_NAME = "remote"


def load(shell: Any) -> None:
    """Register the magics with ``shell``, and see the user's own modules from now on as they are imported."""
    from cellburst.cells.imports import observer

    observer.install()

    def run_cell(line: str, cell: str) -> Any:
        """Run the cell on a target; ``%%remote?`` lists the options."""
        from cellburst.magics import cell as cell_magic

        return cell_magic.run_cell(shell, line, cell)

    def run_line(line: str) -> Any:
        """Look at runs and act on them; ``%remote?`` lists the commands."""
        from cellburst.magics import commands

        return commands.run_command(shell, line)

    run_cell.getdoc = _cell_help  # type: ignore[attr-defined]  # what IPython asks first
    run_line.getdoc = _line_help  # type: ignore[attr-defined]
    for function, kind in ((run_cell, "cell"), (run_line, "line")):
        # IPython would else take {...} in an expression for a template of its own
        shell.register_magic_function(no_var_expand(function), kind, _NAME)


def unload(shell: Any) -> None:
    """Take them away again."""
    for kind in ("cell", "line"):
        shell.magics_manager.magics[kind].pop(_NAME, None)


def _cell_help() -> str:
    from cellburst.magics.help import cell_help

    return cell_help()


def _line_help() -> str:
    from cellburst.magics.help import line_help

    return line_help()
