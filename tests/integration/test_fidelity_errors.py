"""An exception in a remote cell is the one that a plain kernel would show, to the letter."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.error_cells import CELLS, MODULES, NEWER, SETUP
from tests.integration.kernels import Kernel, Outcome
from tests.integration.shared import shared_folders  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
LAST = """
import sys, traceback
error, trace = sys.last_value, sys.last_traceback
print(sys.last_type.__name__, type(error) is sys.last_type, vars(error), error.__traceback__ is trace)
print([(frame.name, frame.lineno) for frame in traceback.extract_tb(trace)][1:])
"""
REMOTE = "%%remote local --quiet\n"
FIRST = "# as long as the magic line of the other kernel\n"
VARYING = (
    (r"\x1b\[[0-9;]*m" if sys.version_info < (3, 11) else "^$", ""),  # what is marked was found otherwise then
    (r"0x[0-9a-f]{6,}", "0x"),
    (r"ipykernel_\d+/\d+", "ipykernel"),
    ("# " + REMOTE, FIRST),
    (r"(?m)^(CPU times|Wall time).*\n", ""),
)


class Pair:
    """A plain kernel, and one whose cells run on a worker."""

    def __init__(self) -> None:
        self.plain, self.remote = Kernel(), Kernel()

    def run(self, cell: str) -> tuple[Outcome, Outcome]:
        """The cell in both; in the plain one a comment stands where the magic line is in the other."""
        return self.plain.run(FIRST + cell), self.remote.run(REMOTE + cell)

    def alike(self, cell: str) -> tuple[Outcome, Outcome]:
        """The same cell in both, run by the kernels themselves."""
        return self.plain.run(FIRST + cell), self.remote.run(FIRST + cell)

    def close(self) -> None:
        self.plain.close()
        self.remote.close()


@pytest.fixture(scope="module")
def pair(folders: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder, before = tmp_path_factory.mktemp("notebook"), Path.cwd()
    for name, text in MODULES.items():
        (folder / name).write_text(text)
    os.chdir(folder)
    found = Pair()
    found.alike(SETUP)
    yield found
    found.close()
    os.chdir(before)


def comparable(seen: Outcome) -> list[str]:
    """What was shown, without addresses and process ids; the first line made the same."""
    error = seen.error or {"ename": "", "evalue": ""}
    shown = [seen.stdout, seen.stderr, seen.value, error["ename"], error["evalue"], seen.traceback]
    return [functools.reduce(lambda text, change: re.sub(*change, text), VARYING, text) for text in shown]


@pytest.mark.parametrize("name", CELLS)
def test_it_is_shown_as_in_a_plain_kernel(pair: Pair, name: str) -> None:
    if sys.version_info < (3, 11) and name in ("no text", "file"):
        pytest.skip("IPython 8 shows its own frames here")
    plain, remote = pair.run(CELLS[name])
    assert comparable(remote) == comparable(plain)


def test_an_exception_is_kept_and_printed_by_a_later_cell(pair: Pair) -> None:
    pair.run(CELLS["kept"])
    plain, remote = pair.run("import traceback\ntraceback.print_exception(saved)")
    assert comparable(remote) == comparable(plain)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="notes and groups came with 3.11")
@pytest.mark.parametrize("name", NEWER)
def test_notes_and_groups_too(pair: Pair, name: str) -> None:
    plain, remote = pair.run(NEWER[name])
    assert comparable(remote) == comparable(plain)


@pytest.mark.parametrize("name", ["nested functions", "cause", "compile", "own class", "library", "exit"])
def test_what_is_left_of_it_is_the_same(pair: Pair, name: str) -> None:
    pair.run(CELLS[name])
    for cell in (LAST, "%tb", "%tb Plain"):
        plain, remote = pair.alike(cell)
        assert comparable(remote) == comparable(plain)
    pair.alike("%xmode Context")


def test_a_debugger_finds_the_frames(pair: Pair) -> None:
    """Their variables stayed where they were, and say so."""
    pair.run(CELLS["nested functions"])
    pair.alike("import pdb, sys\nstack, _ = pdb.Pdb().get_stack(None, sys.last_traceback)\nframe = stack[-1][0]")
    plain, remote = pair.alike(
        "print([(f.f_code.co_name, line) for f, line in stack][1:], frame.f_globals is globals())"
    )
    assert comparable(remote) == comparable(plain)
    assert "('b', 4)" in remote.stdout
    said = pair.alike("print(frame.f_locals['k'])")[1]
    assert "k is a variable of a frame elsewhere" in said.stdout


def test_colours_mark_the_same_part(pair: Pair) -> None:
    if sys.version_info < (3, 11):
        pytest.skip("before 3.11 the part is found by comparing the whole code")
    for kernel in (pair.plain, pair.remote):
        kernel.run("%colors Linux")
    try:
        for name in ("nested functions", "method", "comprehension", "library"):
            plain, remote = pair.run(CELLS[name])
            assert "\x1b[" in remote.traceback
            text, expected = (seen.traceback.splitlines() for seen in (remote, plain))
            assert [line for line in text if "remote" not in line] == [
                line for line in expected if "as long" not in line
            ]
    finally:
        for kernel in (pair.plain, pair.remote):
            kernel.run("%colors NoColor")


def test_a_deep_recursion_has_its_frames(pair: Pair) -> None:
    """How deep it may go depends on what is below the cell."""
    for cell in (
        "def f(n):\n    return f(n + 1)\nf(0)",
        "def f(n):\n    return h(n)\ndef h(n):\n    return f(n + 1)\nf(0)",
    ):
        plain, remote = pair.run(cell)
        assert comparable(remote)[:5] == comparable(plain)[:5]
        parts, expected = (comparable(seen)[5].split("\n\n") for seen in (remote, plain))
        assert (set(parts), parts[0]) == (set(expected), expected[0])
        assert abs(len(parts) - len(expected)) < 100
