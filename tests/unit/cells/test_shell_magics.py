"""IPython's own magics in a remote cell."""

from __future__ import annotations

import pytest

from cellburst.cells.names import analyse
from cellburst.cells.shell_magics import Magic, looks_at_all_names, reason_against
from cellburst.cells.source import transform


@pytest.mark.parametrize(
    ("magic", "reason"),
    [
        (Magic("line", "reset", "-f"), "%reset clears the kernel's variables"),
        (Magic("line", "matplotlib", "widget"), "opens windows or widgets"),
        (Magic("line", "history", "-g text"), "other sessions"),
        (Magic("line", "hist", "~1/2"), "other sessions"),
        (Magic("cell", "bash", "--bg"), "%%bash --bg leaves a program running"),
        (Magic("line", "store", "-r"), "next session"),
    ],
)
def test_what_is_refused(magic: Magic, reason: str) -> None:
    found = reason_against(magic)
    assert found is not None
    assert reason in found
    assert found.endswith("put it in a cell of its own, without %%remote")


@pytest.mark.parametrize(
    "magic",
    [
        Magic("line", "matplotlib", "inline"),
        Magic("line", "history", "-n 1-3"),
        Magic("line", "save", "/tmp/x.py 1"),
        Magic("cell", "bash", "-s x"),
        Magic("line", "time", "f()"),
        Magic("line", "of_somebody", ""),
    ],
)
def test_what_is_not(magic: Magic) -> None:
    assert reason_against(magic) is None


def test_magics_in_the_bodies_of_others_are_found() -> None:
    names = analyse(transform("%%time\n%cd data\nx = %who_ls\n"))
    assert [magic.name for magic in names.magics] == ["time", "cd", "who_ls"]
    assert names.any_name


def test_scripts_that_are_run_here_see_all_names() -> None:
    assert looks_at_all_names(Magic("line", "run", "-i script.py"))
    assert not looks_at_all_names(Magic("line", "run", "script.py -input x"))


@pytest.mark.parametrize(
    ("cell", "maybe"),
    [
        ("%%theirs frame\ntext about rows", "frame rows"),
        ("%%theirs\nx = rows + 1", "rows"),
        ("%theirs rows.mean()", "rows"),
    ],
)
def test_a_magic_of_somebodys_may_use_what_it_names(cell: str, maybe: str) -> None:
    assert set(maybe.split()) <= analyse(transform(cell)).maybe
