"""What a command line starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cellburst.commands.program import recognise
from cellburst.errors import UsageError


def test_a_program_of_the_path(tmp_path: Path) -> None:
    (tmp_path / "run.txt").touch()
    found = recognise(["sh", "-c", "run.txt", "{x}"], tmp_path)
    assert found.words == ("sh", "-c", "run.txt", "{x}")
    assert found.script == tmp_path / "run.txt"


def test_a_script_goes_through_its_interpreter(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    found = recognise(["train.py", "{x}"], tmp_path)
    assert found.words == (sys.executable, "train.py", "{x}")
    assert found.typed == ("train.py", "{x}")


def test_a_script_that_can_be_started_is_started(tmp_path: Path) -> None:
    (tmp_path / "go").write_text("#!/bin/sh\n")
    with pytest.raises(UsageError, match=r"chmod \+x ./go"):
        recognise(["./go"], tmp_path)
    (tmp_path / "go").chmod(0o755)
    assert recognise(["./go"], tmp_path).words == ("./go",)


def test_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").touch()
    assert recognise(["a.ipynb"], tmp_path).notebook
    with pytest.raises(UsageError, match="takes its parameters by -p"):
        recognise(["a.ipynb", "x"], tmp_path)
    with pytest.raises(UsageError, match=r"there is no notebook b\.ipynb"):
        recognise(["b.ipynb"], tmp_path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no program no-such-thing here"):
        recognise(["no-such-thing"], tmp_path)
    with pytest.raises(UsageError, match=r"there is no file train\.py"):
        recognise(["train.py"], tmp_path)
    with pytest.raises(UsageError, match="there is no command"):
        recognise([], tmp_path)


def test_a_program_that_is_a_parameter_is_known_to_each_task_only(tmp_path: Path) -> None:
    assert recognise(["{tool}", "x"], tmp_path).words == ("{tool}", "x")
