"""The kernel's history, in which a remote cell stands as the cell that it is, without our line."""

from __future__ import annotations

from typing import Any

from cellburst.client.surroundings.shell_uses import forget_transformed, transformed

_MAGIC = "%%remote"
_PASTING = ("get_ipython().run_line_magic(", "paste")  # IPython keeps no cell that has both: it takes it for `%paste`


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
    if all(word in parsed for word in _PASTING):
        _forget(shell, history)
        return
    history.input_hist_parsed[-1] = parsed
    if history._i00 == raw[-1]:
        history._i00 = body
    count = shell.execution_count  # which may stand at the next cell already
    for name in (f"_i{count}", f"_i{count - 1}"):
        if shell.user_ns.get(name) == raw[-1]:
            shell.user_ns[name] = body


def _forget(shell: Any, history: Any) -> None:
    """As if the running cell had not been kept."""
    typed = history.input_hist_raw.pop()
    history.input_hist_parsed.pop()
    count = shell.execution_count
    number = count if shell.user_ns.get(f"_i{count}") == typed else count - 1
    history._i00, history._i, history._ii = history._i, history._ii, history._iii
    history._iii = shell.user_ns.get(f"_i{number - 4}", "")
    for space in (shell.user_ns, shell.user_ns_hidden):
        space.pop(f"_i{number}", None)
        space.update(_i=history._i, _ii=history._ii, _iii=history._iii)
    _forget_in_database(history, number)
    if number == count:  # IPython 8 counts a cell after its end, and only one that it keeps
        _count_back(shell)


def _forget_in_database(history: Any, number: int) -> None:
    with history.db_input_cache_lock:
        kept = [entry for entry in history.db_input_cache if entry[0] != number]
        if len(kept) < len(history.db_input_cache):
            history.db_input_cache[:] = kept
            return
    with history.db:
        history.db.execute("DELETE FROM history WHERE session = ? AND line = ?", (history.session_number, number))


def _count_back(shell: Any) -> None:
    """Take back the count that IPython is about to make, before the cell's reply says it."""

    def uncount() -> None:
        shell.events.unregister("post_execute", uncount)
        shell.execution_count -= 1

    shell.events.register("post_execute", uncount)
