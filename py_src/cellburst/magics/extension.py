"""The magics as IPython knows them. What ``%remote`` needs is imported by the first line of it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from IPython.core.magic import no_var_expand

_NAME = "remote"
# What a cell needs sooner or later, and the Python API may never.
_FOR_A_CELL = (
    "cellburst.cells.flow",
    "cellburst.cells.namespace_reader",
    "cellburst.payload.blobs",
    "cellburst.payload.merge",
    "cellburst.library_state.putting",
    "cellburst.library_state.transforms",
    "cellburst.display.replay",
)


def load(shell: Any) -> None:
    """Register the magics with ``shell``, and see from now on what cells will be asked about.

    That is the user's own modules as they are imported, and whether any warning was shown.
    """
    from cellburst.cells.imports import observer
    from cellburst.library_state import registry, warnings_shown
    from cellburst.magics import cell as cell_magic

    for module in _FOR_A_CELL:  # a tenth of a second that the first cell would take else
        import_module(module)
    tuple(registry.loaded())  # imports what knows their states
    observer.install()
    warnings_shown.watch()

    def run_cell(line: str, cell: str) -> Any:
        """Run the cell on a target; ``%%remote?`` lists the options."""
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
    shell.set_hook("complete_command", _complete_cell, str_key=f"%%{_NAME}")
    shell.set_hook("complete_command", _complete_line, str_key=f"%{_NAME}")


def _complete_cell(_: Any, event: Any) -> list[str]:
    from cellburst.magics.completion import cell_words

    return cell_words(event.text_until_cursor)


def _complete_line(_: Any, event: Any) -> list[str]:
    from cellburst.magics.completion import line_words

    return line_words(event.text_until_cursor)


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
