"""The kernel's history, in which a remote cell stands as the cell that it is, without our line."""

from __future__ import annotations

from typing import Any

from cellburst.client.shell_uses import forget_transformed, transformed

_MAGIC = "%%remote"


def stand_as_plain(shell: Any, cell: str) -> None:
    """Let ``In``, ``_ih`` and ``_i`` have the running cell as in a plain kernel.

    The text as it was typed stays where ``%history`` and ``%rerun`` look, for it says where the cell ran.
    """
    forget_transformed()
    history = getattr(shell, "history_manager", None)
    raw = getattr(history, "input_hist_raw", None)
    if (
        history is None
        or not raw
        or not raw[-1].lstrip().startswith(_MAGIC)
        or len(raw) != len(history.input_hist_parsed)
    ):
        return
    if "".join(raw[-1].split()) != "".join(f"{raw[-1].lstrip().partition(chr(10))[0]}{cell}".split()):
        return  # the magic was called by something else
    body = cell.rstrip("\n")
    try:
        parsed = transformed(cell, shell).strip("\n")
    except SyntaxError:
        parsed = body  # as IPython keeps it, which says so in a moment
    history.input_hist_parsed[-1] = parsed
    if history._i00 == raw[-1]:
        history._i00 = body
    count = shell.execution_count  # which may stand at the next cell already
    for name in (f"_i{count}", f"_i{count - 1}"):
        if shell.user_ns.get(name) == raw[-1]:
            shell.user_ns[name] = body
