"""Real kernels, with a cell that can tell where it runs: the harness notices, and says it once."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from tests.fidelity.command import main
from tests.fidelity.kernels import Kernel
from tests.fidelity.notebooks import read
from tests.fidelity.passes import PLAIN_LINE, plainly, run_otherwise
from tests.fidelity.record import Record
from tests.fidelity.results import BookResult
from tests.fidelity.session import run_all
from tests.fidelity.workshop import Workshop
from tests.processes import kept_signals
from tests.unit.fidelity.test_notebooks import notebook

_CELLS = (
    "import os, sys\nitems = [1, 2]\nprint('started')",
    "far = 'cellburst.worker.main' in sys.modules",
    "items.append(3)",
    "file = open('notes.txt', 'w')\nlock = __import__('threading').Lock()",
    "lock.locked(), len(items)",
    "print(sorted(os.listdir('.')), __name__)\nlen(items) + 1",
)

_LOUD = """
class Loud:
    def __reduce__(self):
        print("pickled")
        made.append(1)
        return int, ()


made, loud, texts = [], Loud(), [str(n) for n in range(200_000)]
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> BookResult:
    path = notebook(tmp_path_factory.mktemp("books"), "book", *_CELLS)
    [found] = run_all([read(path)], target="local")
    return found


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_planted_difference_is_silent_where_it_is_made(result: BookResult) -> None:
    assert not result.problem
    silent = {
        (cell.number, item.place, item.plain, item.remote) for cell in result.cells for item in cell.verdict.silent
    }
    assert {item for item in silent if item[1].startswith("far")} == {(2, "far", "False", "True")}
    assert [cell.number for cell in result.cells if any(i.place == "far" for i in cell.verdict.carried)][:1] == [3]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_what_is_the_same_is_equal(result: BookResult) -> None:
    for cell in (result.cells[0], result.cells[2]):
        assert not [item for item in cell.verdict.silent if item.group in {"outputs", "names", "files"}]
    assert result.cells[0].places > 20


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_what_stays_there_is_said_and_a_cell_that_needs_it_does_not_pass_in_silence(result: BookResult) -> None:
    assert any(item.place == "lock" for item in result.cells[3].verdict.said)
    assert result.cells[4].verdict.kind == "carried"
    assert "placeholder" in str(result.cells[4].verdict.reasons)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_command_leaves_no_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = notebook(tmp_path, "book", "far = 'cellburst.worker.main' in __import__('sys').modules")
    before = {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)}
    report, data = tmp_path / "out.html", tmp_path / "out.json"
    with kept_signals():
        assert main([str(book), "--report", str(report), "--json", str(data)]) == 1
    assert "names: far" in capsys.readouterr().out
    assert "cellburst.worker.main" in report.read_text()
    assert '"place": "far"' in data.read_text()
    assert {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)} <= before
    assert not [p for p in psutil.process_iter() if "/cbf-" in " ".join(_command(p)) and p.ppid() == os.getpid()]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_cell_magic_keeps_the_top() -> None:
    assert plainly("%%time\nx") == "%%time\nx"
    assert plainly("x = 1") == f"{PLAIN_LINE}x = 1"


@pytest.mark.slow
def test_copying_is_timed_without_being_done_in_the_kernel(tmp_path: Path) -> None:
    workshop = Workshop(shared=tmp_path)
    kernel = Kernel(workshop, extension=False)
    try:
        kernel.run(Record(_LOUD))
        assert kernel.copy_seconds(["texts"]) > 0.001
        assert 0 < kernel.copy_seconds(["loud"]) < 0.1
        assert kernel.copy_seconds(["nothing", "Loud"]) >= 0
        record = Record("made")
        kernel.run(record)
        assert [output.kind for output in record.outputs] == ["execute_result"]
        assert record.outputs[0].content["data"]["text/plain"] == "[]"
    finally:
        kernel.close()
        workshop.close()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_plain_kernels_that_look_for_garbage_at_other_times(tmp_path: Path) -> None:
    cells = (
        "import weakref\nclass Ring: ...\nring = Ring()\nring.itself = ring\nleft = weakref.ref(ring)\ndel ring",
        "left() is None",
    )
    workshop = Workshop()
    try:
        passes = run_otherwise(read(notebook(tmp_path, "book", *cells)), workshop)
        said = [output.content["data"]["text/plain"] for _, record in passes for output in record.outputs]
        assert said == ["True", "False"]
    finally:
        workshop.close()


@pytest.mark.slow
def test_open_figures_are_data_of_a_cell_that_draws(tmp_path: Path) -> None:
    workshop = Workshop(shared=tmp_path)
    kernel = Kernel(workshop, extension=False)
    try:
        kernel.run(Record("import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt"))
        assert kernel.copy_seconds(["plt"]) == 0  # a module is none
        kernel.run(Record("figure = plt.figure(); current = plt.gca(); another = plt.figure()"))
        assert kernel.copy_seconds(["plt"]) > 0
        record = Record("plt.gcf() is another, len(plt.get_fignums())")
        kernel.run(record)
        assert record.outputs[0].content["data"]["text/plain"] == "(True, 2)"
    finally:
        kernel.close()
        workshop.close()


@pytest.mark.slow
def test_the_search_for_garbage_is_timed_apart(tmp_path: Path) -> None:
    workshop = Workshop(shared=tmp_path)
    kernel = Kernel(workshop, extension=False)
    try:
        found = []
        for source in ("kept = [[] for _ in range(300_000)]", "import gc; gc.disable()", "gc.collect()", "1"):
            kernel.run(record := Record(source))
            kernel.describe(record)
            found.append(record.garbage)
        assert found[3] == 0 < found[2]
    finally:
        kernel.close()
        workshop.close()
