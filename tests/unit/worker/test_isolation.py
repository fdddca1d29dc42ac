"""What one task changes, the next one does not see; and what the payload says about the place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.payload.delta import NamespaceDelta, unpack_delta
from cellburst.payload.placeholders import reason_of
from tests.unit.worker.harness import WorkerProcess, notebook


def value_of(worker: WorkerProcess, source: str, **fields: Any) -> Any:
    return worker.value(worker.run(source, **fields).result)


def delta_of(worker: WorkerProcess, source: str, inputs: dict[str, Any] | None = None) -> NamespaceDelta:
    result = worker.run(source, inputs, collect="namespace").result
    assert result.value is not None, result
    return unpack_delta(result.value, worker.blobs, {} if inputs is None else inputs)


@pytest.mark.parametrize(
    ("spoil", "look"),
    [
        ("import os; os.chdir('/')", "import os; os.getcwd()"),
        ("import os; os.environ['SPOILT'] = '1'; del os.environ['PATH']", "import os; sorted(os.environ)"),
        ("import sys; sys.path[:] = []", "import sys; list(sys.path)"),
        ("import sys; sys.path = []", "import sys; list(sys.path)"),
        ("import os; os.umask(0)", "import os; old = os.umask(0o22); old"),
        ("import sys; sys.argv.append('x')", "import sys; list(sys.argv)"),
        ("import signal; signal.signal(signal.SIGTERM, print)", "import signal; str(signal.getsignal(signal.SIGTERM))"),
        ("import signal; signal.signal(signal.SIGINT, print)", "import signal; str(signal.getsignal(signal.SIGINT))"),
        ("import signal; signal.signal(signal.SIGALRM, print); signal.alarm(1)", "import signal; signal.alarm(0)"),
        ("import warnings; warnings.simplefilter('error')", "import warnings; len(warnings.filters)"),
        ("import sys; sys.setrecursionlimit(60)", "import sys; sys.getrecursionlimit()"),
        ("import sys; sys.settrace(lambda *a: None)", "import sys; str(sys.gettrace())"),
        ("import sys; sys.displayhook = print", "import sys; str(sys.displayhook)"),
        ("import sys; del sys.modules['__main__']", "import sys; sys.modules['__main__'].__name__"),
        ("import sys; sys.stdout = sys.stderr = None", "import sys; sys.stdout.encoding"),
    ],
)
def test_changes_of_the_process_are_undone(worker: WorkerProcess, spoil: str, look: str) -> None:
    before = value_of(worker, look)
    assert worker.run(spoil).result.kind is OutcomeKind.SUCCEEDED
    assert value_of(worker, look) == before


def test_tasks_of_one_batch_are_separate_too(worker: WorkerProcess) -> None:
    source = (
        "import os\nfound = os.getcwd(), os.environ.get('SPOILT')\nos.chdir('/')\nos.environ['SPOILT'] = '1'\nfound"
    )
    found = {worker.value(result) for result in worker.run(source, sweep=[{"i": i} for i in range(3)]).results}
    assert found == {(found_in(worker), None)}


def found_in(worker: WorkerProcess) -> str:
    return str(value_of(worker, "import os; os.getcwd()"))


def test_filters_that_libraries_set_for_themselves_stay(worker: WorkerProcess, tmp_path: Path) -> None:
    (tmp_path / "somelib.py").write_text("import warnings\nwarnings.filterwarnings('ignore', message='of somelib')")
    look = "import warnings\n[word for word in ('somelib', 'mine') if word in str(warnings.filters)]"
    worker.run(
        "import somelib, warnings\nwarnings.filterwarnings('ignore', message='mine')", path=(str(tmp_path), *sys.path)
    )
    assert value_of(worker, look) == ["somelib"]


def test_a_task_does_not_start_without_variables_that_were_not_stored(worker: WorkerProcess) -> None:
    result = worker.run("1", env={"KEPT": "1"}, dropped=("TOKEN", "OTHER")).result
    assert result.kind is OutcomeKind.REJECTED
    assert "TOKEN, OTHER" in result.note
    assert value_of(worker, "import os; os.environ.get('KEPT')") is None


def test_deleted_variables_are_deleted(worker: WorkerProcess) -> None:
    look = "import os; 'PATH' in os.environ"
    assert value_of(worker, look, unset=("PATH", "NEVER_THERE")) is False
    assert value_of(worker, look) is True


def test_folder_path_environment_and_umask_are_the_payloads(worker: WorkerProcess, tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("word = 'found'")
    source = "import os, beside_it\nopen('made', 'w').close()\n(os.getcwd(), beside_it.word, os.environ['EXTRA'])"
    fields = {"cwd": str(tmp_path), "path": ("", *sys.path), "env": {"EXTRA": "x"}, "umask": 0o027}
    assert value_of(worker, source, **fields) == (str(tmp_path), "found", "x")
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o640
    look = "import os\n(os.getcwd() == there, 'EXTRA' in os.environ)"
    assert value_of(worker, look, inputs={"there": str(tmp_path)}) == (False, False)


def test_a_folder_that_is_gone_rejects_the_task(worker: WorkerProcess, tmp_path: Path) -> None:
    result = worker.run("1", cwd=str(tmp_path / "gone")).result
    assert result.kind is OutcomeKind.REJECTED
    assert "working directory" in result.note
    assert value_of(worker, "1") == 1


def test_a_folder_that_the_task_removes(worker: WorkerProcess, tmp_path: Path) -> None:
    (tmp_path / "short").mkdir()
    assert value_of(worker, "import os\nos.rmdir(os.getcwd())\n1", cwd=str(tmp_path / "short")) == 1
    assert value_of(worker, "2") == 2


def test_edited_modules_beside_the_notebook_are_read_again(worker: WorkerProcess, tmp_path: Path) -> None:
    module = tmp_path / "helper_of_mine.py"
    fields = {"cwd": str(tmp_path), "path": (str(tmp_path), *sys.path)}
    for number in (1, 2, 3):
        module.write_text(f"number = {number}\n")
        assert value_of(worker, "import helper_of_mine\nhelper_of_mine.number", **fields) == number


def test_a_single_cell_returns_what_it_did(worker: WorkerProcess) -> None:
    inputs = notebook("items = [1]\nuntouched = list(range(100))\ngone = 1\ndef f(): return items")
    delta = delta_of(worker, "new = 2\nitems.append(f()[0])\ndel gone\nnew + 1", inputs)
    assert delta.assigned == {"new": 2}
    assert set(delta.changed) == {"items"}
    assert delta.deleted == ("gone",)
    assert (delta.has_value, delta.value) == (True, 3)


def test_a_failed_cell_returns_what_it_assigned_before(worker: WorkerProcess) -> None:
    result = worker.run("x = 1\n1 / 0\ny = 2", collect="namespace").result
    assert result.kind is OutcomeKind.FAILED
    assert result.value is not None
    assert unpack_delta(result.value, worker.blobs, {}).assigned == {"x": 1}


def test_a_semicolon_keeps_the_value_quiet(worker: WorkerProcess) -> None:
    assert not delta_of(worker, "5;").has_value
    assert not delta_of(worker, "(5); # said").has_value
    assert delta_of(worker, "'a;'").has_value
    assert not delta_of(worker, "x = 5").has_value
    assert value_of(worker, "5;") == 5


def test_what_cannot_come_back_does_not_spoil_the_rest(worker: WorkerProcess) -> None:
    delta = delta_of(worker, "import threading\nlock = threading.Lock()\nx = 1")
    assert delta.assigned["x"] == 1
    assert [reason_of(found).name for found in delta.placeholders] == ["lock"]
    assert delta.assigned["lock"] is delta.placeholders[0]


def test_classes_keep_their_identity(worker: WorkerProcess) -> None:
    inputs = notebook("class Point:\n    def __init__(self, x): self.x = x\nfirst = Point(1)")
    delta = delta_of(worker, "second = Point(first.x + 1)", inputs)
    assert type(delta.assigned["second"]) is inputs["Point"]
    assert delta.assigned["second"].x == 2


def test_background_threads_do_not_reach_the_next_task(worker: WorkerProcess) -> None:
    late = "lambda: (time.sleep(0.05), print('late'))"
    worker.run(f"import threading, time\nthreading.Thread(target={late}, daemon=True).start()")
    ended = worker.run("import time\ntime.sleep(0.15)\nprint('mine')")
    assert "mine" in ended.text()


def test_alarms_of_a_task_do_not_reach_the_next(worker: WorkerProcess) -> None:
    worker.run(
        "import signal\nsignal.signal(signal.SIGALRM, lambda *a: 1 / 0)\nsignal.setitimer(signal.ITIMER_REAL, 0.02)"
    )
    assert worker.run("import time\ntime.sleep(0.06)").result.kind is OutcomeKind.SUCCEEDED
