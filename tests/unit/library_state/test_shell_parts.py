"""The shell's state: read in a kernel, made in a worker, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cellburst.library_state import shell_callbacks, shell_commands, shell_inputs, shell_options
from cellburst.library_state.shell_part import Part, Uses, is_users
from tests.shells import a_shell


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    with a_shell() as shell:
        yield shell


def part(parts: tuple[Part, ...], name: str) -> Part:
    return next(found for found in parts if found.name == name)


def uses(shell: Any, *magics: str, **more: Any) -> Uses:
    return Uses(shell, frozenset(("line", name) for name in magics), calls_shell=True, **more)


def test_options_are_what_differs_from_a_fresh_shell(shell: Any) -> None:
    options = part(shell_options.PARTS, "options")
    before = options.get(shell, None)
    shell.ast_node_interactivity = "all"
    shell.display_formatter.formatters["text/plain"].float_precision = "%.3f"
    changed = options.get(shell, None)
    assert changed["shell", "ast_node_interactivity"] == "all"
    assert changed["plain text", "float_precision"] == "%.3f"
    options.set(shell, before, None)
    assert options.get(shell, None) == before
    assert shell.ast_node_interactivity == "last_expr"


def test_magics_are_those_that_are_used(shell: Any) -> None:
    magics = part(shell_commands.PARTS, "magics")
    shell_commands.remember(shell)

    def mine(line: str) -> str:
        return line

    mine.__module__ = "__main__"
    shell.register_magic_function(mine, "line", "cb_mine")
    assert magics.get(shell, uses(shell, "time")) is None
    value = magics.get(shell, uses(shell, "cb_mine"))
    assert value == {"functions": [("line", "cb_mine", mine)], "objects": []}
    assert magics.get(shell, None) == value
    magics.set(shell, None, None)
    assert shell.find_line_magic("cb_mine") is None
    magics.set(shell, value, None)
    assert shell.find_line_magic("cb_mine") is mine
    magics.set(shell, None, None)


def test_aliases_come_and_go(shell: Any) -> None:
    aliases = part(shell_commands.PARTS, "aliases")
    assert aliases.get(shell, None) is None
    aliases.set(shell, {"made": {"cb_hello": "echo hello"}, "gone": ["ls"]}, None)
    assert aliases.get(shell, None) == {"made": {"cb_hello": "echo hello"}, "gone": ["ls"]}
    assert aliases.get(shell, uses(shell)) == {"made": {}, "gone": ["ls"]}
    aliases.set(shell, None, None)
    assert aliases.get(shell, None) is None


def test_scripts_are_new_where_they_are_new_to_the_kernel(shell: Any, tmp_path: Path) -> None:
    scripts = part(shell_commands.PARTS, "scripts")
    file = tmp_path / "cb_script.py"
    file.write_text("made = 1")
    scripts.set(shell, None, None)

    def told() -> bool:
        shell.user_ns.pop("__doc__", None)
        shell.run_line_magic("run", str(file))
        return "__doc__" in shell.user_ns

    assert (told(), told()) == (True, False)
    assert scripts.get(shell, None) == scripts.get(shell, uses(shell, "run")) == [str(file)]
    scripts.set(shell, None, None)  # of a kernel that has run none
    assert scripts.get(shell, None) is None
    assert told()
    scripts.set(shell, None, None)
    scripts.set(shell, [str(file)], None)  # of one that has run it
    assert not told()
    assert shell.user_ns["made"] == 1
    scripts.set(shell, None, None)


def test_a_kernel_keeps_callbacks_that_were_not_sent(shell: Any) -> None:
    events = part(shell_callbacks.PARTS, "events")

    def old() -> None: ...

    def new() -> None: ...

    old.__module__ = new.__module__ = "__main__"
    shell.events.register("post_execute", old)
    events.set(shell, {"post_execute": [new]}, uses(shell))
    assert events.get(shell, None) == {"post_execute": [old, new]}
    events.set(shell, {"post_execute": [new]}, uses(shell, attributes=frozenset({"events"})))
    assert events.get(shell, None) == {"post_execute": [new]}
    events.set(shell, None, None)
    assert events.get(shell, None) is None


def test_printers_give_way_to_those_before(shell: Any) -> None:
    formatters = part(shell_callbacks.PARTS, "formatters")
    plain = shell.display_formatter.formatters["text/plain"]
    before = plain.type_printers[int]

    def printer(value: int, p: Any, cycle: bool) -> None: ...

    printer.__module__ = "__main__"
    formatters.set(shell, {"text/plain": {("type_printers", int): printer}}, None)
    assert formatters.get(shell, None) == {"text/plain": {("type_printers", int): printer}}
    formatters.set(shell, None, None)
    assert plain.type_printers[int] is before


def test_history_travels_without_our_line(shell: Any) -> None:
    history = part(shell_inputs.PARTS, "history")
    manager = SimpleNamespace(
        input_hist_parsed=["", "x = 1"], input_hist_raw=["", "%%remote local\nx = 1"], output_hist_reprs={1: "1"}
    )
    kernel = SimpleNamespace(history_manager=manager)
    value = history.get(kernel, uses(kernel))
    assert value == {"parsed": ["", "x = 1"], "raw": ["", "x = 1"], "outputs": {1: "1"}}
    history.set(kernel, value, uses(kernel))
    assert manager.input_hist_raw[-1].startswith("%%remote")
    worker = SimpleNamespace(
        history_manager=SimpleNamespace(input_hist_parsed=[], input_hist_raw=[], output_hist_reprs={})
    )
    history.set(worker, value, None)
    assert history.get(worker, None) == value


def test_whose_a_function_is() -> None:
    import json

    def own() -> None: ...

    own.__module__ = "__main__"
    assert is_users(own)
    assert not is_users(json.dumps)
    assert not is_users(print)
