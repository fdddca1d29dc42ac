"""IPython puts the same into a shell line with only the names that were found as with all names."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from IPython.utils.text import DollarFormatter

from cellburst.cells.names import analyse
from cellburst.cells.source import transform

NAMES = ["a", "b", "_c", "d1"]
parts = st.sampled_from([
    *NAMES, "$a", "$b.real", "${a}", "{a}", "{b + 1}", "{a:>5}", "{{a}}", "{[b, d1]}", "$$a", "'$b'", "$_c", "'",
    "{", "}", "{a!r}", "{d1[0:1]}", "$d1.x", "{sum([a, b])}", "{'a'}", "$", "{_c}", ".", "-n", "{}", "{0}", "$1", " ",
    "x", "echo",
])  # fmt: skip


def expanded(line: str, names: set[str]) -> str:
    """What IPython's ``var_expand`` makes of ``line``."""
    values: dict[str, Any] = {name: number for number, name in enumerate(NAMES) if name in names}
    try:
        return DollarFormatter().vformat(line, args=[], kwargs=values)
    except Exception:
        return line


@given(st.lists(parts, max_size=8).map("".join))
def test_every_name_that_a_shell_line_uses_is_found(line: str) -> None:
    cell = transform(f"!echo {line}")
    found = set(analyse(cell).reads)
    command = eval(cell.replace("get_ipython().system", "str"))
    assert expanded(command, set(NAMES)) == expanded(command, found & set(NAMES))
