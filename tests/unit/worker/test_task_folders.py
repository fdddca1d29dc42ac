"""Folders and environment variables of tasks, for code of any language."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.worker.variables import params_text
from tests.unit.worker.harness import WorkerProcess

SHOW = "env | grep ^CELLBURST_ | grep -v ^CELLBURST_WORKER= | sort"
RUN_SHOW = f"import subprocess\nsubprocess.run({SHOW!r}, shell=True, capture_output=True, text=True).stdout"


def files_of(worker: WorkerProcess, result: TaskResult) -> dict[str, bytes]:
    return {file.path: bytes(worker.blobs.read(file.blob)) for file in result.files}


def left_behind(worker: WorkerProcess) -> list[Path]:
    return sorted((worker.folder.parent / "files").glob("*/*"))


def variables(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (line.partition("=") for line in text.splitlines())}


def test_files_are_kept_however_the_task_ends(worker: WorkerProcess) -> None:
    source = "(task.output_dir / 'a').write_text(str(i))\n{}[i]"
    ended = worker.run(source.format("[1, 1 / (1 - i) if i else 2]"), sweep=[{"i": 0}, {"i": 1}, {"i": 2}])
    assert [files_of(worker, result) for result in ended.results] == [{"a": b"0"}, {"a": b"1"}, {"a": b"2"}]
    kinds = [result.kind for result in ended.results]
    assert kinds == [OutcomeKind.SUCCEEDED, OutcomeKind.FAILED, OutcomeKind.FAILED]
    pruned = "from cellburst.errors import TaskPruned\n(task.output_dir / 'p').touch()\nraise TaskPruned"
    assert files_of(worker, worker.run(pruned).result) == {"p": b""}
    cancelled = "(task.output_dir / 'c').touch()\nraise KeyboardInterrupt"
    assert files_of(worker, worker.run(cancelled).result) == {"c": b""}
    assert left_behind(worker) == []


def test_a_plain_cell_may_leave_files_too(worker: WorkerProcess) -> None:
    source = "from cellburst import task\n_ = (task.output_dir / 'f').write_text('plain')"
    assert files_of(worker, worker.run(source, collect="namespace").result) == {"f": b"plain"}


def test_what_is_wrong_with_files_is_said(worker: WorkerProcess) -> None:
    result = worker.run("import os\nos.mkfifo(task.output_dir / 'fifo')\n7").result
    assert worker.value(result) == 7
    assert (result.files, result.note) == ((), "files not kept: fifo is no regular file")


def test_a_checkpoint_is_found_by_later_attempts_and_generations(worker: WorkerProcess) -> None:
    source = """
path = task.checkpoint_dir / "step"
before = path.read_text() if path.exists() else ""
path.write_text(f"{before}{task.attempt}")
if task.attempt < 3: raise ValueError
before
"""
    run = worker.load(source)
    worker.start(run)
    assert worker.finish().result.kind is OutcomeKind.FAILED
    worker.start(run, attempt=2)
    worker.finish()
    worker.start(run, generation=2, attempt=3)
    assert worker.value(worker.finish().result) == "12"


def test_an_empty_checkpoint_folder_does_not_stay(worker: WorkerProcess) -> None:
    before = left_behind(worker)
    worker.run("task.checkpoint_dir, task.output_dir\n1/0")
    assert left_behind(worker) == before


def test_children_find_what_they_need(worker: WorkerProcess) -> None:
    sweep = [{"lr": 0.1, "net": [1, {"a": None}], "name": "zwei\nZeilen ä", "f": max, "nan": float("nan")}]
    result = worker.run(f"{RUN_SHOW}, task.seed, str(task.output_dir), task.key", sweep=sweep).result
    text, seed, folder, key = worker.value(result)
    found = variables(text)
    assert json.loads(found.pop("CELLBURST_PARAMS")) == {
        "lr": 0.1, "net": [1, {"a": None}], "name": "zwei\nZeilen ä", "f": "max", "nan": "nan",
    }  # fmt: skip
    assert found == {
        "CELLBURST_RUN_ID": key.partition("/")[0],
        "CELLBURST_TASK_INDEX": "0",
        "CELLBURST_TASK_COUNT": "1",
        "CELLBURST_ATTEMPT": "1",
        "CELLBURST_SEED": str(seed),
        "CELLBURST_OUTPUT_DIR": folder,
        "CELLBURST_CHECKPOINT_DIR": f"{os.path.dirname(folder)}/0.checkpoint",
        "CELLBURST_METRICS": f"{os.path.dirname(folder)}/0.metrics-1.1",
    }


@pytest.mark.parametrize(
    "source",
    [
        RUN_SHOW,
        "import os\nos.environ['CELLBURST_TASK_INDEX'] and ''.join(f'{k}={v}\\n' for k, v in os.environ.items())",
        "import os\nos.getenv('CELLBURST_TASK_INDEX') and ''.join(f'{k}={v}\\n' for k, v in os.environ.items())",
        "import os\n''.join(f'{k}={v}\\n' for k, v in os.environ.copy().items())",
        f"import os\nos.popen({SHOW!r}).read()",
        f"import os\nos.system({SHOW + ' > $CELLBURST_OUTPUT_DIR/v'!r})\n(task.output_dir / 'v').read_text()",
        "import os\nr, w = os.pipe()\npid = os.fork()\n"
        f"if not pid: os.dup2(w, 1); os.execv('/bin/sh', ['sh', '-c', {SHOW!r}])\n"
        "os.close(w); text = open(r).read(); os.waitpid(pid, 0); text",
        "import multiprocessing as m, os\n"
        "with m.get_context('fork').Pool(1) as pool: found = pool.map(os.getenv, ['CELLBURST_TASK_INDEX'])\n"
        "f'CELLBURST_TASK_INDEX={found[0]}'",
        f"import os\nr, w = os.pipe()\npid = os.posix_spawn('/bin/sh', ['sh', '-c', {SHOW!r}], os.environ, "
        "file_actions=[(os.POSIX_SPAWN_DUP2, w, 1)])\nos.close(w); text = open(r).read(); os.waitpid(pid, 0); text",
        "import asyncio, os\n"
        f"p = await asyncio.create_subprocess_shell({SHOW!r}, stdout=-1)\n(await p.communicate())[0].decode()",
    ],
)
def test_whoever_looks_finds_the_task_that_runs_now(worker: WorkerProcess, source: str) -> None:
    ended = worker.run(source, sweep=[{"i": index} for index in range(3)])
    found = [variables(worker.value(result))["CELLBURST_TASK_INDEX"] for result in ended.results]
    assert found == ["0", "1", "2"]


def test_the_variables_leave_with_the_task(worker: WorkerProcess) -> None:
    worker.run(RUN_SHOW, sweep=[{"i": 1}])
    look = (
        "import os\n[n for n in os.environ if n.startswith('CELLBURST_')], os.getenv('CELLBURST_SEED'), "
        "os.popen('env').read().count('CELLBURST_SEED'), type(os.environ) is os._Environ, type(os.system).__name__"
    )
    delta = worker.run(f"{look[:10]}found = repr(({look[10:]}))\nfound", collect="namespace").result
    assert delta.summary == "([], None, 0, True, 'builtin_function_or_method')"


def test_tasks_that_start_nothing_make_nothing(worker: WorkerProcess) -> None:
    run = worker.load("import os, random\nos.getpid(), random.random(), os.environ.get('PATH')")
    worker.start(run)
    worker.finish()
    assert not (worker.folder.parent / "files" / run).exists()


def test_any_language_may_leave_metrics(worker: WorkerProcess) -> None:
    script = """echo '{"loss": 0.5, "shared": 1}' >> $CELLBURST_METRICS
echo '{"loss": 0.25}' >> $CELLBURST_METRICS
echo '{"auc": 0.9, "shared": 2}' > $CELLBURST_OUTPUT_DIR/metrics.json"""
    result = worker.run(
        f"import os\ntask.log(mine=1)\nos.system({script!r});", objective="loss", sweep=[{"i": 0}]
    ).result
    assert result.metrics == {"auc": 0.9, "shared": 1, "loss": 0.25, "mine": 1}
    assert [file.path for file in result.files] == ["metrics.json"]
    assert result.note == ""
    bad = worker.run("import os\nos.system('echo {: > $CELLBURST_METRICS');").result
    assert bad.note.startswith("$CELLBURST_METRICS: line 1, column 2: ")


def test_a_python_script_of_a_task_knows_it_and_logs_to_it(worker: WorkerProcess, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("""
import cellburst
from cellburst import task
cellburst.log(loss=0.5, facts=f"{task.index} {task.count} {task.attempt} {task.params['lr']} {task.key} {task.seed}")
(task.output_dir / "model").write_text("m")
""")
    source = (
        f"import subprocess, sys\nsubprocess.run([sys.executable, {str(script)!r}], check=True)\ntask.key, task.seed"
    )
    ended = worker.run(source, sweep=[{"lr": 0.1}, {"lr": 0.2}])
    for result, lr in zip(ended.results, (0.1, 0.2), strict=True):
        key, seed = worker.value(result)
        assert result.metrics == {"loss": 0.5, "facts": f"{result.index} 2 1 {lr} {key} {seed}"}
        assert files_of(worker, result) == {"model": b"m"}


def test_a_child_that_the_task_forked_logs_to_it(worker: WorkerProcess) -> None:
    source = "import os\nif os.fork() == 0:\n    task.log(child=1)\n    os._exit(0)\nos.wait()\ntask.log(parent=1)"
    assert worker.run(source).result.metrics == {"child": 1, "parent": 1}


def test_outside_of_a_run_folders_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cellburst.worker.task import Task

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    task = Task()
    assert task.output_dir.is_dir()
    assert task.output_dir == task.output_dir != task.checkpoint_dir
    task.log(x=1)
    assert task.metrics == {"x": 1}


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "{}"),
        ({"a": 1 << 80, "b": (1, 2)}, '{"a": 1208925819614629174706176, "b": [1, 2]}'),
        ({"a": {1: 2}}, '{"a": "{1: 2}"}'),
        ({"a": 10**5000, "b": 1}, '{"a": "<int>", "b": 1}'),
        ({("a", "b"): 1}, "{\"('a', 'b')\": 1}"),
        ({str(number): "x" * 200 for number in range(2000)}, "{}"),
        ({"s": "\udc80"}, '{"s": "\\udc80"}'),
    ],
)
def test_parameters_as_json(params: dict[str, Any], text: str) -> None:
    assert params_text(params) == text


def test_very_long_parameters_still_let_processes_start() -> None:
    text = params_text({"long": "x" * 200_000, "n": 1})
    assert len(text) < 1000
    assert json.loads(text)["n"] == 1
