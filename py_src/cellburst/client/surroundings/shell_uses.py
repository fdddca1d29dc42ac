"""What of the kernel's shell a cell uses, so that it travels with it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Mapping
from typing import Any

from cellburst.cells import futures
from cellburst.cells.capture import Captured
from cellburst.cells.names import CellNames
from cellburst.cells.source import transform
from cellburst.errors import UsageError
from cellburst.library_state.shell_callbacks import formatters_of
from cellburst.library_state.shell_commands import used_functions
from cellburst.library_state.shell_part import Uses
from cellburst.payload.silence import no_warnings

_transformed = ["", ""]
_EXITS = frozenset({"exit", "quit"})  # which a worker's shell puts among the names only if they are wanted


def functions_of(shell: Any) -> Callable[[CellNames], Mapping[str, object]]:
    """For ``capture``: the functions behind the user's own magics and formatters that a cell uses."""

    def find(names: CellNames) -> Mapping[str, object]:
        if not names.calls_shell:
            return {}
        found = {f"%{name}": function for name, function in used_functions(_uses(shell, names))}
        printers = [printer for own in formatters_of(shell).values() for printer in own.values()]
        return found | {f"formatter {number}": printer for number, printer in enumerate(printers)}

    return find


def uses_of(shell: Any, captured: Captured, filename: str) -> Uses:
    """What a captured cell, whose code has this file name, uses."""
    files = {code.co_filename for code in captured.codes} - {filename}
    numbers: Mapping[str, int] = getattr(shell.compile, "_filename_map", {})
    sources = {name: (_text(name), numbers.get(name, 0)) for name in sorted(files) if name in linecache.cache}
    if captured.needs_shell and filename in numbers:
        sources[filename] = "", numbers[filename]
    return _uses(shell, captured.names, sources, captured.needs_shell)


def transformed(cell: str, shell: Any) -> str:
    """The Python source of a cell in this shell: with automagic, autocall and macros where it has only one line.

    Asked again for the same cell in a row it does not ask the shell again, whose transformers may be the user's.
    """
    if _transformed[0] != cell:
        found = getattr(shell, "transform_cell", None) or shell.input_transformer_manager.transform_cell
        _transformed[:] = cell, transform(cell, found)
    return _transformed[1]


def forget_transformed() -> None:
    """Another cell begins, perhaps with the same text."""
    _transformed[:] = "", ""


def check_transformers(shell: Any, source: str) -> None:
    """Raises UsageError if transformers of the user's would make another program of a cell."""
    if not getattr(shell, "ast_transformers", None):
        return
    try:
        with no_warnings():
            tree = ast.parse(source)
            before = ast.dump(tree)
            after = ast.dump(shell.transform_ast(tree))
    except (SyntaxError, ValueError):  # it is told in a moment
        return
    if after != before:
        raise UsageError(
            "get_ipython().ast_transformers make another program of this cell, which cannot be sent as text; take them "
            "out, or run the cell without %%remote"
        )


def set_futures(shell: Any, source: str) -> None:
    """``from __future__`` lines of a cell hold for those after it, too, as soon as it is compiled."""
    compiler: Any = getattr(shell, "compile", None)
    if "__future__" in source and hasattr(compiler, "flags"):
        compiler.flags |= futures.of_source(source, futures.only(compiler.flags))


def _uses(
    shell: Any, names: CellNames, sources: Mapping[str, tuple[str, int]] | None = None, calls_shell: bool = True
) -> Uses:
    magics = frozenset((magic.kind, magic.name) for magic in names.magics)
    return Uses(
        shell,
        magics=magics,
        attributes=frozenset(names.attributes),
        sources=sources or {},
        names=frozenset(names.reads),
        calls_shell=calls_shell,
        looks_at_all_names=names.any_name or names.lists_names or not _EXITS.isdisjoint(names.reads),
    )


def _text(filename: str) -> str:
    entry = linecache.cache[filename]
    return "".join(entry[2]) if len(entry) == 4 else ""
