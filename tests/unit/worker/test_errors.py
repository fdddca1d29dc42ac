"""Exceptions of tasks: their type, their lines, and nothing of ours, whatever their methods do."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import pytest

from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.payload.pickling import unpack
from tests.unit.worker import zoo
from tests.unit.worker.harness import WorkerProcess, notebook


def error_of(result: TaskResult, kind: OutcomeKind = OutcomeKind.FAILED) -> ErrorInfo:
    assert result.kind is kind, result
    assert result.error is not None
    return result.error


def exception_of(worker: WorkerProcess, result: TaskResult, kind: OutcomeKind = OutcomeKind.FAILED) -> Any:
    packed = error_of(result, kind).exception
    assert packed is not None
    return unpack(packed, worker.blobs, namespace={})


def test_frames_point_at_the_cells_lines(worker: WorkerProcess) -> None:
    source = "def inner():\n    return 1 / 0\n\ninner()"
    error = error_of(worker.run(source, filename="cell-7.py", first_line=11).result)
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    assert [(f.filename, f.lineno, f.name) for f in error.frames] == [
        ("cell-7.py", 14, "<module>"),
        ("cell-7.py", 12, "inner"),
    ]


def test_the_traceback_shows_the_lines_and_nothing_of_ours(worker: WorkerProcess) -> None:
    text = "\n".join(error_of(worker.run("x = 1\nraise ValueError('so it is')", first_line=5).result).traceback)
    assert "raise ValueError('so it is')" in text
    assert "line 6" in text
    assert "cellburst" not in text


def test_frames_of_libraries_stay(worker: WorkerProcess) -> None:
    frames = error_of(worker.run("import json\njson.loads('{')").result).frames
    assert [frame.name for frame in frames][:2] == ["<module>", "loads"]


def test_the_exception_is_its_own_type(worker: WorkerProcess) -> None:
    found = exception_of(worker, worker.run("{}['missing']").result)
    assert type(found) is KeyError
    assert found.args == ("missing",)


def test_causes_contexts_and_notes_come_along(worker: WorkerProcess) -> None:
    source = """
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise KeyError("second")
except KeyError as error:
    raise ValueError("third") from error
"""
    found = exception_of(worker, worker.run(source).result)
    assert type(found.__cause__) is KeyError
    assert found.__suppress_context__
    assert type(found.__cause__.__context__) is ZeroDivisionError
    if sys.version_info >= (3, 11):
        found = exception_of(worker, worker.run("e = ValueError()\ne.add_note('look')\nraise e").result)
        assert found.__notes__ == ["look"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with 3.11")
def test_groups(worker: WorkerProcess) -> None:
    result = worker.run("raise ExceptionGroup('all', [ValueError(1), KeyError(2)])").result
    assert [type(part) for part in exception_of(worker, result).exceptions] == [ValueError, KeyError]
    assert "ValueError: 1" in "\n".join(error_of(result).traceback)


def test_a_name_error_keeps_its_name(worker: WorkerProcess) -> None:
    assert exception_of(worker, worker.run("nowhere").result).name == "nowhere"


def test_os_errors_keep_their_number(worker: WorkerProcess) -> None:
    found = exception_of(worker, worker.run("open('/nowhere/at/all')").result)
    assert (type(found), found.errno, found.filename) == (FileNotFoundError, 2, "/nowhere/at/all")


def test_syntax_errors_are_failures_of_the_cell(worker: WorkerProcess) -> None:
    result = worker.run("x = = 1", filename="cell.py").result
    assert type(exception_of(worker, result)) is SyntaxError
    assert "cell.py" in "\n".join(error_of(result).traceback)


def test_classes_of_the_notebook(worker: WorkerProcess) -> None:
    inputs = notebook("class Odd(ValueError):\n    pass")
    source = "class Even(Odd):\n    pass\nraise Even(2)"
    found = exception_of(worker, worker.run(source, inputs).result)
    assert type(found).__name__ == "Even"
    assert isinstance(found, ValueError)
    assert found.args == (2,)


def test_system_exit_does_not_end_the_worker(worker: WorkerProcess) -> None:
    result = worker.run("import sys\nsys.exit(3)").result
    assert exception_of(worker, result).code == 3
    assert worker.value(worker.run("exit\n1").result) == 1


def test_keyboard_interrupts_are_cancellations(worker: WorkerProcess) -> None:
    result = worker.run("raise KeyboardInterrupt").result
    assert type(exception_of(worker, result, OutcomeKind.CANCELLED)) is KeyboardInterrupt


def test_input_says_why_it_cannot_be(worker: WorkerProcess) -> None:
    own = "getpass.getpass()"
    for name, source in (
        ("input()", "input('name? ')"),
        (own, "import getpass\ngetpass.getpass()"),
        (own, "from getpass import getpass\ngetpass('x')"),
    ):
        error = error_of(worker.run(source).result)
        assert error.ename == "UsageError"
        assert error.evalue.startswith(f"{name} cannot be answered in a remote task")
        assert len(error.frames) == 1


ZOO = inspect.getsource(zoo)


@pytest.mark.parametrize("kind", [*zoo.ERRORS, zoo.OwnBaseError], ids=lambda kind: kind.__name__)
def test_evil_exceptions_come_through(worker: WorkerProcess, kind: type[BaseException]) -> None:
    result = worker.run(f"raise {kind.__name__}('text')", {kind.__name__: kind}).result
    error = error_of(result)
    assert error.ename == kind.__name__
    assert len(error.evalue) <= 10_000
    assert sum(map(len, error.traceback)) <= 110_000
    assert type(exception_of(worker, result)) is kind


def test_arguments_that_do_not_fit_its_constructor(worker: WorkerProcess) -> None:
    found = exception_of(worker, worker.run("raise E(3, where='here')", {"E": zoo.OtherArgumentsError}).result)
    assert type(found) is zoo.OtherArgumentsError
    assert (found.code, found.where, found.args) == (3, "here", ("3 at here",))


def test_attributes_that_cannot_travel_are_left_out(worker: WorkerProcess) -> None:
    found = exception_of(worker, worker.run("raise E('text')", {"E": zoo.HoldsLockError}).result)
    assert type(found) is zoo.HoldsLockError
    assert found.kept == "kept"
    assert found.args[0] == "text"
    assert "lock" in found.args[1]


def test_an_exception_that_cannot_be_pickled_is_text(worker: WorkerProcess) -> None:
    error = error_of(worker.run("raise E('text')", {"E": zoo.BadReduceError}).result)
    assert error.exception is None
    assert (error.ename, error.evalue) == ("BadReduceError", "text")


def test_recursion(worker: WorkerProcess) -> None:
    error = error_of(worker.run("def f():\n    return f()\nf()").result)
    assert error.ename == "RecursionError"
    assert 2 <= len(error.frames) <= 200
    assert sum(map(len, error.traceback)) <= 110_000


def test_a_huge_stack_is_cut_in_the_middle(worker: WorkerProcess) -> None:
    source = "import sys\nsys.setrecursionlimit(20000)\ndef f(n):\n    return f(n - 1) + 1 if n else 1 / 0\nf(3000)"
    error = error_of(worker.run(source).result)
    assert error.frames[0].name == "<module>"
    assert error.ename == "ZeroDivisionError"
    assert len(error.frames) == 200
    assert worker.value(worker.run("import sys\nsys.getrecursionlimit()").result) < 20000


def test_a_chain_that_bites_its_tail(worker: WorkerProcess) -> None:
    source = "a = ValueError('a')\nb = ValueError('b')\na.__cause__ = b\nb.__cause__ = a\nraise a"
    result = worker.run(source).result
    assert error_of(result).evalue == "a"
    assert exception_of(worker, result).__cause__.args == ("b",)


def test_memory_errors(worker: WorkerProcess) -> None:
    assert error_of(worker.run("bytearray(1 << 60)").result).ename == "MemoryError"


@pytest.mark.parametrize("kind", zoo.UNPICKLABLE, ids=lambda kind: kind.__name__)
def test_values_that_cannot_travel_are_said(worker: WorkerProcess, kind: type) -> None:
    result = worker.run("print('done')\nV()", {"V": kind}).result
    assert result.kind is OutcomeKind.SUCCEEDED
    assert result.value is None
    assert result.note.startswith("value not returned: ")
    assert result.summary == kind.__name__


def test_the_rest_of_the_named_variables_travels(worker: WorkerProcess) -> None:
    result = worker.run("import threading\na = threading.Lock()\nb = 2\n7", out=("a", "b")).result
    assert worker.value(result) == (7, {"b": 2})
    assert "a not returned" in result.note
    result = worker.run("b = 2\n(i for i in 'abc')", out=("b",)).result
    assert worker.value(result) == (None, {"b": 2})
    assert "generator" in result.note


def test_hostile_values_do_no_harm(worker: WorkerProcess) -> None:
    for kind in zoo.VALUES:
        result = worker.run("kind()", {"kind": kind}).result
        assert result.kind is OutcomeKind.SUCCEEDED
        assert result.value is not None or result.note.startswith("value not returned: ")
