"""The magics inside a real IPython shell, as far as nothing has to run for them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from cellburst.errors import MagicLineError
from cellburst.paths import Folders


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A shell without history or colours, with the extension loaded."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor" if IPython.version_info < (9,) else "nocolor"
    before = dict(vars(sys))
    found = InteractiveShell(config=config)
    found.extension_manager.load_extension("cellburst")
    yield found
    found.extension_manager.unload_extension("cellburst")
    found.restore_sys_module_state()
    for name in ("displayhook", "excepthook"):
        setattr(sys, name, before[name])


def run(shell: InteractiveShell, text: str) -> BaseException | None:
    """The error that a cell ends with."""
    result = shell.run_cell(text)
    error: BaseException | None = result.error_in_exec or result.error_before_exec
    return error


def test_a_mistake_is_shown_in_three_lines_without_frames(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    error = run(shell, "%%remote local --paralel 4\nx = 1")
    assert isinstance(error, MagicLineError)
    assert capsys.readouterr().out.strip().splitlines() == [
        "MagicLineError: there is no option --paralel; did you mean --parallel?",
        "  %%remote local --paralel 4",
        "                 ^^^^^^^^^",
    ]


def test_the_line_reaches_us_as_it_was_typed(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """IPython would else replace {...} and $name."""
    shell.user_ns["name"] = "gone"
    run(shell, "%%remote -p x=[{'a': 1}] -p y='$name {name}' --nope\nx")
    assert "  %%remote -p x=[{'a': 1}] -p y='$name {name}' --nope" in capsys.readouterr().out


def test_the_line_magic_too(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "%remote show {last} --nope")
    assert "  %remote show {last} --nope" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("%%remote?", ["--on-interrupt cancel|detach", "Examples", "%%remote local --parallel 8 --seed 7 --detach"]),
        ("%remote?", ["%remote logs [RUN] [TASK]", "Examples", "%remote retry last --failed"]),
    ],
)
def test_a_question_mark_shows_complete_help(
    shell: InteractiveShell, asked: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shell, asked) is None
    said = capsys.readouterr().out
    assert all(text in said for text in expected)


def test_unloading_takes_the_magics_away(shell: InteractiveShell) -> None:
    shell.extension_manager.unload_extension("cellburst")
    assert shell.find_cell_magic("remote") is None
    assert shell.find_line_magic("remote") is None
    shell.extension_manager.load_extension("cellburst")
    assert shell.find_cell_magic("remote") is not None


def test_loading_imports_what_the_first_cell_needs_and_no_library() -> None:
    import subprocess

    code = (
        "import sys, IPython.core.interactiveshell as i\n"
        "shell = i.InteractiveShell()\n"
        "before = set(sys.modules)\n"
        "shell.extension_manager.load_extension('cellburst')\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
    loaded = done.stdout.split()
    assert {"cellburst.client.starting.cell", "cellburst.magics.waiting", "cellburst.payload.merge"} <= set(loaded)
    heavy = (
        "numpy",
        "pandas",
        "matplotlib",
        "torch",
        "rich",
        "jupyter_client",
        "tornado",
        "cellburst.store",
        "cellburst.worker",
    )
    assert not [name for name in loaded if name.startswith(heavy)]


@pytest.mark.parametrize("mistake", ["x = = 1", "if x:\ny = 1", "f('", "return = 3"])
def test_a_cell_that_is_not_python_is_shown_as_ipython_shows_it(
    shell: InteractiveShell, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = run(shell, f"# a first line\n{mistake}\n")
    expected = capsys.readouterr().out
    remote = run(shell, f"%%remote local\n{mistake}\n")
    shown = capsys.readouterr().out
    assert type(remote).__name__ == type(plain).__name__
    assert _without_names(shown) == _without_names(expected)


def _without_names(text: str) -> list[str]:
    """The lines of an error without the number of the input and the name of its file."""
    lines = [
        re.sub(r"(Cell In\[\d+\]|File \S+?)(:\d+|, line \d+)", r"IN\2", line.rstrip()) for line in text.splitlines()
    ]
    return [line for line in lines if line]


def test_a_name_that_exists_nowhere_is_refused_with_its_line(
    shell: InteractiveShell, folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    error = run(shell, "%%remote local\nx = 1\nprint(x, missing)\n")
    assert isinstance(error, NameError)
    shown = capsys.readouterr().out
    assert "name 'missing' is not defined" in shown
    assert "3: print(x, missing)" in shown
    assert len(shown.strip().splitlines()) <= 2
    assert not folders.controller_file.exists()


def test_a_dry_run_shows_the_manifest_and_starts_nothing(
    shell: InteractiveShell, folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns.update(numbers=[1, 2, 3], api_key="q8Zr5TnW2xLk9VbYd3Hs")
    assert run(shell, "%%remote -p lr=[0.1, 0.01] --dry-run\nimport math\nsum(numbers) * lr, len(api_key)\n") is None
    said = capsys.readouterr()
    assert "2 tasks: lr (2); 2 names" in said.out
    assert re.search(r"^numbers +list .* by value", said.out, re.MULTILINE)
    assert said.err.startswith("cellburst: api_key ")
    assert "q8Zr5" not in said.out + said.err
    assert not folders.controller_file.exists()
    assert not list(folders.blobs.glob("*")) if folders.blobs.exists() else True


@pytest.mark.parametrize(
    ("line", "part", "reason"),
    [
        ("-p lr=[0.1] -p depth=[]", "[]", "no values"),
        ("-p lr='abc'", "'abc'", "letter by letter"),
        ("-p n=5", "5", "range(5)"),
        ("--over rows", "rows", "same names"),
        ("-p a=[1] --over good", "[1]", "a: bound by --over and by -p"),
    ],
)
def test_a_sweep_that_cannot_be_is_pointed_at(
    shell: InteractiveShell, line: str, part: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns.update(rows=[{"a": 1}, {"b": 2}], good=[{"a": 1}])
    assert isinstance(run(shell, f"%%remote {line}\n1"), MagicLineError)
    said, typed, marks = capsys.readouterr().out.strip("\n").splitlines()
    assert reason in said
    assert typed == f"  %%remote {line}"
    assert typed[marks.index("^") : marks.rindex("^") + 1] == part
