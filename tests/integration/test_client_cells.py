"""Cells on real workers: what comes back to the kernel's variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cellburst.client.connecting import discover
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.runs.finding import runs
from cellburst.client.runs.run import Run
from cellburst.client.starting.cell import prepare_cell
from cellburst.client.starting.submit import submit_prepared
from cellburst.errors import SweepError, UnpicklableError
from cellburst.model.run import RunState
from cellburst.paths import Folders
from tests.integration.shared import shared_folders  # noqa: F401
from tests.shells import the_shell
from tests.unit.client.scripted import Recorder

Submit = Callable[..., Run]


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    with the_shell() as shell:
        yield shell


@pytest.fixture
def cell(shell: InteractiveShell) -> Submit:
    """Run the body of a cell and wait; a listener may be given."""

    def cell(body: str, listener: Any = None, **options: Any) -> Run:
        prepared = prepare_cell(body, shell, SubmitOptions(**options))
        return submit_prepared(prepared, discover.connect()).wait(40, listener or Recorder())

    return cell


def test_a_cell_assigns_changes_and_deletes(cell: Submit, shell: InteractiveShell) -> None:
    items = [1, 2]
    shell.user_ns.update(items=items, gone=1, untouched=[3], factor=10)
    run = cell("items.append(3)\ntotal = sum(items) * factor\ndel gone\ntotal + 1\n")
    delta = run.bring_back(shell.user_ns)
    assert delta is not None
    assert delta.has_value
    assert delta.value == 61
    assert shell.user_ns["total"] == 60
    assert shell.user_ns["items"] is items
    assert items == [1, 2, 3]
    assert "gone" not in shell.user_ns


def test_output_streams_in_order(cell: Submit) -> None:
    listener = Recorder()
    cell("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n", listener)
    assert [(record["name"], record["text"]) for record in listener.printed] == [
        ("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n"),
    ]  # fmt: skip


def test_functions_and_classes_of_the_notebook_stay_what_they_are(cell: Submit, shell: InteractiveShell) -> None:
    shell.run_cell(
        "class Point:\n    def __init__(self, x): self.x = x\ndef double(p): return Point(p.x * two)\ntwo = 2"
    )
    run = cell("q = double(Point(4))\n")
    run.bring_back(shell.user_ns)
    assert type(shell.user_ns["q"]) is shell.user_ns["Point"]
    assert shell.user_ns["q"].x == 8


def test_an_error_shows_the_cells_own_lines_and_nothing_of_ours(cell: Submit, shell: InteractiveShell) -> None:
    run = cell("before = 1\ndef inner(n):\n    return 1 / n\ninner(0)\n")
    assert run.state is RunState.FAILED
    run.bring_back(shell.user_ns)
    assert shell.user_ns["before"] == 1
    error: Any = run.error
    assert isinstance(error, ZeroDivisionError)
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error._render_traceback_()))
    assert re.search(rf"^(Cell|Input) In ?\[{shell.execution_count}\]", text, re.MULTILINE)
    assert "----> 5 inner(0)" in text
    assert "----> 4     return 1 / n" in text
    assert "cellburst/" not in text
    assert "IPython/" not in text


def test_a_name_that_is_nowhere_is_no_run(cell: Submit) -> None:
    before = runs()
    with pytest.raises(NameError, match="nowhere"):
        cell("x = nowhere + 1\n")
    assert runs() == before


def test_what_cannot_travel_is_no_run(cell: Submit, shell: InteractiveShell) -> None:
    before = runs()
    with open(__file__) as file:
        shell.user_ns["model"] = {"log": file}
        with pytest.raises(UnpicklableError, match=r"model.*file"):
            cell("model['log']\n")
    assert runs() == before


def test_a_sweep_gives_results(cell: Submit, shell: InteractiveShell) -> None:
    shell.user_ns["base"] = 100
    run = cell("y = base + a * b\ny\n", params={"a": [1, 2], "b": (10, 20)}, out=("y",))
    results = run.results
    assert list(results) == [110, 120, 120, 140]
    assert results.out("y") == [110, 120, 120, 140]
    assert "y" not in shell.user_ns


def test_copies_know_their_index_and_seed(cell: Submit) -> None:
    first = cell("import random\n(task.index, task.count, random.random())\n", parallel=3, seed=1)
    again = cell("import random\n(task.index, task.count, random.random())\n", parallel=3, seed=1)
    assert [value[:2] for value in first.results] == [(0, 3), (1, 3), (2, 3)]
    assert list(first.results) == list(again.results)


def test_an_empty_sweep_is_refused(cell: Submit) -> None:
    with pytest.raises(SweepError):
        cell("a\n", params={"a": []})


def test_a_dry_run_packs_nothing(shell: InteractiveShell, folders: Folders) -> None:
    kept = sorted(folders.blobs.rglob("*"))
    shell.user_ns["data"] = bytes(10_000_000)
    prepared = prepare_cell("len(data)\n", shell, SubmitOptions(dry_run=True))
    assert [entry.name for entry in prepared.manifest.entries] == ["data"]
    assert prepared.manifest.size >= 10_000_000
    assert sorted(folders.blobs.rglob("*")) == kept


def test_a_dry_run_tells_what_would_be_refused(shell: InteractiveShell) -> None:
    with open(__file__) as file:
        shell.user_ns["log"] = file
        prepared = prepare_cell("log.read(); nowhere\n", shell, SubmitOptions(dry_run=True))
    assert {entry.name: entry.how for entry in prepared.manifest.entries} == {"log": "refused", "nowhere": "refused"}


def test_what_was_typed_is_kept_with_its_place(shell: InteractiveShell) -> None:
    typed = "# a comment\n%%remote local --name x\n\nz = 1"
    shell.history_manager.store_inputs(1, typed)
    prepared = prepare_cell("\nz = 1\n", shell, SubmitOptions(dry_run=True, name="x"))
    assert prepared.run.code == typed
    assert prepared.run.payload.first_line == 3
    assert prepared.run.name == "x"
