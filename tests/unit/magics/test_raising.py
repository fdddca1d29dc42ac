"""A task's exception is shown, and left behind, as one that the cell raised in the kernel."""

from __future__ import annotations

import gc
import inspect
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from cellburst.magics.raising import raise_as_the_cells


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    config = Config()
    config.InteractiveShell.colors = "NoColor" if IPython.version_info < (9,) else "nocolor"
    shell = InteractiveShell.instance(config=config)
    shell.register_magic_function(lambda line, cell: magic(shell), "cell", "pretend")
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        monkeypatch.setattr(sys, name, None, raising=False)
    yield shell
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


SOURCES = ["1 / 0"]


def magic(shell: Any) -> None:
    """Raise as a task that ran the last of the sources in the place of the cell that this is called from."""
    frame: Any = sys._getframe()
    while frame.f_code.co_name != "<module>":
        frame = frame.f_back
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(compile(SOURCES[-1], frame.f_code.co_filename, "exec"), {})
    error: Any = caught.value
    raise_as_the_cells(shell, error.with_traceback(error.__traceback__.tb_next))


def names() -> list[str]:
    return [frame.name for frame in traceback.extract_tb(sys.last_traceback)]


def test_no_garbage_is_looked_for_while_it_is_drawn(shell: InteractiveShell) -> None:
    found: list[bool] = []
    shown = shell.showtraceback

    def show(*args: Any, **options: Any) -> None:
        found.append(gc.isenabled())
        shown(*args, **options)

    shell.showtraceback = show
    SOURCES.append("1 / 0")
    shell.run_cell("%%pretend\nanything")
    assert gc.isenabled()
    shell.run_cell("1 / 0")
    assert found == [False, True]


def test_only_the_cells_frames_are_left(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    SOURCES.append("def f():\n    1 / 0\nf()")
    shell.run_cell("%%pretend\nanything")
    assert names() == ["run_code", "<module>", "f"]
    assert type(sys.last_value) is ZeroDivisionError
    shown = capsys.readouterr().out
    assert "ZeroDivisionError" in shown
    assert "raising.py" not in shown
    assert "run_cell_magic" not in shown
    shell.run_line_magic("tb", "")
    assert "raising.py" not in capsys.readouterr().out


def test_syntax_errors_too(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    SOURCES.append("compile('x = = 1', 'some.py', 'exec')")
    shell.run_cell("%%pretend\nanything")
    shown = capsys.readouterr().out
    assert "In[1]" in shown
    assert "some.py" in shown
    assert "raising.py" not in shown


def test_the_shells_own_method_is_back(shell: InteractiveShell) -> None:
    SOURCES.append("1 / 0")
    shell.run_cell("%%pretend\nanything")
    assert "showtraceback" not in vars(shell)
    seen: list[str] = []
    own = shell.showtraceback
    shell.showtraceback = lambda *a, **k: seen.append("other") or own(*a, **k)  # type: ignore[func-returns-value]
    shell.run_cell("%%pretend\nanything")
    assert seen == ["other"]
    assert names() == ["run_code", "<module>"]


def test_one_that_is_caught_leaves_nothing_behind(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    SOURCES.append("1 / 0")
    caught = "try:\n    get_ipython().run_cell_magic('pretend', '', 'x')\nexcept ZeroDivisionError: pass\n"
    shell.run_cell(caught * 2)
    shell.run_cell("{}['other']")
    assert "KeyError: 'other'" in capsys.readouterr().out
    assert names() == ["run_code", "<module>"]
    assert "showtraceback" not in vars(shell)


def test_within_a_function_the_way_to_it_stays(shell: InteractiveShell) -> None:
    SOURCES.append("1 / 0")
    shell.run_cell("def way():\n    get_ipython().run_cell_magic('pretend', '', 'x')\nway()")
    assert names() == ["run_code", "<module>", "way", "<module>"]


def test_without_a_traceback_or_a_shell_it_is_just_raised() -> None:
    error = ValueError("x")
    error._render_traceback_ = list  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="x"):
        raise_as_the_cells(object(), error)
    assert hasattr(error, "_render_traceback_")


@pytest.mark.parametrize("members", ["5", "(1, None)", "property(lambda self: 1 / 0)"])
def test_an_error_that_only_looks_like_a_group_is_shown(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], members: str
) -> None:
    SOURCES.append(f"class Odd(Exception):\n    exceptions = {members}\nraise Odd('said')")
    shell.run_cell("%%pretend\nanything")
    assert "Odd: said" in capsys.readouterr().out


def test_the_modules_are_gone_through_once_for_a_cells_frames(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Watched(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:  # asked for each module that is gone through
            if key == "sys.watched":
                asked.append(key)
            return super().get(key, default)

    watched: Any = type(sys)("sys.watched")
    watched.__file__ = "/no/such/watched.py"
    monkeypatch.setitem(sys.modules, "sys.watched", watched)
    monkeypatch.setattr(inspect, "_filesbymodname", Watched(inspect._filesbymodname))  # type: ignore[attr-defined]
    SOURCES.append("def f(n):\n    1 / n\ndef g(n):\n    f(0) if not n else g(n - 1)\ng(20)")
    shell.run_cell("%%pretend\nof a file that inspect has not met")
    remote = len(asked)
    shell.run_cell("def g(n):\n    1 / 0 if not n else g(n - 1)\ng(20)")
    assert 1 <= remote <= 3 < len(asked) - remote
