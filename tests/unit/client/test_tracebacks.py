from __future__ import annotations

import pickle
import re
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cellburst.client.collecting.tracebacks import rebuild, remember_source, show_only
from cellburst.model.outcome import Frame

CELL = "%%remote\nx = 1\ndef half(n):\n    return n / 0\nhalf(x)\n"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def raised(error: BaseException) -> str:
    """What IPython would show, without its colours."""
    render: Any = error._render_traceback_  # type: ignore[attr-defined]
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(render()))


def test_frames_become_a_traceback() -> None:
    made = rebuild([Frame("a.py", 3, "outer"), Frame("b.py", 7, "inner")])
    found = [(frame.filename, frame.lineno, frame.name) for frame in traceback.extract_tb(made)]
    assert found == [("a.py", 3, "outer"), ("b.py", 7, "inner")]


def test_no_frames_are_no_traceback() -> None:
    assert rebuild([]) is None


def test_the_cells_own_lines_are_shown(shell: InteractiveShell) -> None:
    name = shell.compile.cache(CELL, 7)
    error = ZeroDivisionError("division by zero")
    show_only(error, [Frame(name, 5, "<module>"), Frame(name, 4, "half")], ["worker's"])
    text = raised(error)
    assert re.search(r"^(Cell|Input) In ?\[7\]", text, re.MULTILINE)  # IPython 8.0 to 8.6 say Input
    assert "----> 5 half(x)" in text
    assert "----> 4     return n / 0" in text
    assert "cellburst" not in text
    assert "worker's" not in text


def test_a_raise_from_our_code_shows_none_of_it(shell: InteractiveShell) -> None:
    name = shell.compile.cache(CELL, 7)
    error = ZeroDivisionError("division by zero")
    show_only(error, [Frame(name, 5, "<module>")], [])
    with pytest.raises(ZeroDivisionError) as caught:
        raise error
    assert __file__ not in raised(caught.value)


def test_without_the_source_the_workers_lines_are_shown(shell: InteractiveShell) -> None:
    error = ValueError("no")
    show_only(error, [Frame("/no/such/cell.py", 5, "<module>")], ["Cell, line 5", "ValueError: no"])
    assert raised(error) == "Cell, line 5\nValueError: no"


def test_an_error_without_frames_is_one_line(shell: InteractiveShell) -> None:
    error = ValueError("no")
    show_only(error, [], [])
    assert raised(error).strip() == "ValueError: no"


def test_a_cell_that_ran_elsewhere_can_be_remembered(shell: InteractiveShell) -> None:
    remember_source("/other/kernel/12.py", CELL)
    error = ZeroDivisionError("division by zero")
    show_only(error, [Frame("/other/kernel/12.py", 4, "half")], [])
    assert "return n / 0" in raised(error)


def test_such_an_error_can_be_pickled_again() -> None:
    error = ValueError("no")
    show_only(error, [Frame("a.py", 3, "f")], ["a line"])
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args) == (ValueError, ("no",))
    assert copy._render_traceback_() == ["a line"]


def test_an_exception_that_takes_no_attributes_is_left_alone() -> None:
    class ClosedError(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    error = ClosedError("x")
    show_only(error, [Frame("a.py", 3, "f")], [])
    assert error.__traceback__ is not None


def test_an_error_with_a_cause_is_shown_with_it(shell: InteractiveShell) -> None:
    name = shell.compile.cache(CELL, 7)
    error = ValueError("no")
    error.__cause__ = KeyError("x")
    show_only(error, [Frame(name, 5, "<module>")], ["KeyError: 'x'", "direct cause", "ValueError: no"])
    assert "direct cause" in raised(error)
