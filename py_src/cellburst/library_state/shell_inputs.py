"""The shell's history, its stack of folders, and what it wants to tell the front end when the cell has ended."""

from __future__ import annotations

import linecache
from typing import Any

from cellburst.library_state.shell_part import Part, Uses, calls_shell

# Magics and attributes for which the inputs of earlier cells must be there.
HISTORY_MAGICS = frozenset({"history", "hist", "macro", "recall", "rep", "rerun", "save", "edit", "ed", "pastebin"})
_HISTORY_ATTRIBUTES = frozenset({"history_manager", "extract_input_lines", "input_hist_raw", "input_hist_parsed"})


def _get_count(shell: Any, _: Uses | None) -> Any:
    return shell.execution_count if shell.execution_count != 1 else None


def _set_count(shell: Any, value: Any, _: Uses | None) -> None:
    shell.execution_count = 1 if value is None else value


def _get_history(shell: Any, uses: Uses | None) -> Any:
    history = shell.history_manager
    parsed, raw = list(history.input_hist_parsed), list(history.input_hist_raw)
    if len(parsed) <= 1 and len(raw) <= 1:
        return None
    if uses is not None:
        raw = [without_first_line(text) for text in raw]
    outputs = {number: text for number, text in history.output_hist_reprs.items() if isinstance(text, str)}
    return {"parsed": parsed, "raw": raw, "outputs": outputs}


def without_first_line(text: str) -> str:
    """A cell as it would be in a plain kernel, without our magic's line."""
    if text.lstrip().startswith("%%remote"):
        return text.lstrip().partition("\n")[2]
    return text


def _set_history(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is not None:
        return  # a kernel's history is its own; what a cell does to ``In`` comes back by that name
    history = shell.history_manager
    value = value or {"parsed": [""], "raw": [""], "outputs": {}}
    history.input_hist_parsed[:] = value["parsed"]
    history.input_hist_raw[:] = value["raw"]
    history.output_hist_reprs.clear()
    history.output_hist_reprs.update(value["outputs"])


def _get_folders(shell: Any, _: Uses | None) -> Any:
    return list(shell.dir_stack) or None


def _set_folders(shell: Any, value: Any, _: Uses | None) -> None:
    shell.dir_stack[:] = value or []


def _get_values(shell: Any, uses: Uses | None) -> Any:
    """The values that a cell has shown on its way: only ever from the worker."""
    return None if uses is not None else list(shell.shown_values) or None


def _set_values(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is None:
        shell.shown_values = list(value or ())
        return
    for one in value or ():
        shell.displayhook.update_user_ns(one)  # _, __, Out


def _get_visited(shell: Any, uses: Uses | None) -> Any:
    """``_dh``; a kernel's own list, which the cell may read under its name, too."""
    return shell.history_manager.dir_hist if uses is not None else list(shell.visited or ()) or None


def _set_visited(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is None:
        shell.visited = value
    elif value is not None:
        shell.history_manager.dir_hist[:] = value


def _wants_visited(uses: Uses) -> bool:
    return uses.calls_shell or "_dh" in uses.names


def _get_payload(shell: Any, uses: Uses | None) -> Any:
    """Only ever from the worker: a kernel has none before a cell has run."""
    return None if uses is not None else list(shell.payload_manager.read_payload()) or None


def _set_payload(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is None:
        shell.payload_manager.clear_payload()
        return
    for item in value or ():
        if item.get("source") == "ask_exit":
            shell.keepkernel_on_exit = item.get("keepkernel")
            shell.ask_exit()
        else:
            shell.payload_manager.write_payload(item, single=False)


def _get_inner_cells(shell: Any, uses: Uses | None) -> Any:
    """What ``run_cell`` has compiled, with its names and numbers: only ever from the worker."""
    return None if uses is not None else dict(shell.compile.inner_cells) or None


def _set_inner_cells(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is None:
        shell.compile.inner_cells.clear()
        return
    for name, (number, text) in (value or {}).items():
        shell.compile._filename_map[name] = number
        linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name


def _wants_history(uses: Uses) -> bool:
    return uses.calls_shell and bool(uses.magic_names() & HISTORY_MAGICS or uses.attributes & _HISTORY_ATTRIBUTES)


def _get_looks(shell: Any, uses: Uses | None) -> Any:
    return (shell.cell_looks_at_all_names if uses is None else uses.looks_at_all_names) or None


def _set_looks(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is None:
        shell.cell_looks_at_all_names = bool(value)


PARTS = (
    Part("all names", _get_looks, _set_looks, lambda uses: uses.looks_at_all_names),
    Part("count", _get_count, _set_count, calls_shell),
    Part("history", _get_history, _set_history, _wants_history),
    Part("visited", _get_visited, _set_visited, _wants_visited),
    Part("folders", _get_folders, _set_folders, calls_shell),
    Part("shown values", _get_values, _set_values, calls_shell, holds=True),
    Part("inner cells", _get_inner_cells, _set_inner_cells, calls_shell),
    Part("payload", _get_payload, _set_payload, calls_shell),
)
