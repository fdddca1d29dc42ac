"""A machine at work: a real pool, a bucket and a queue in memory."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cellburst.bucket.home_side import Heard
from cellburst.model.machine import MachineState
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.wire.fleet import TaskBack, TaskBegan
from cellburst.wire.worker import Reported, Streamed
from tests.integration.agents import Home
from tests.unit.agent.imds import Service, metadata_service


def said(result: TaskResult) -> str:
    return f"{result.error.ename}: {result.error.evalue}" if result.error else ""


def after(seconds: float, condition: Callable[[], bool], then: Callable[[], None]) -> threading.Thread:
    """Do something in a thread once it is time."""

    def wait() -> None:
        until = time.monotonic() + seconds
        while not condition() and time.monotonic() < until:
            time.sleep(0.01)
        then()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_tasks_are_executed_and_the_machine_ends_itself(tmp_path: Path) -> None:
    home = Home(tmp_path, "print('hello', task.index)\ntask.report(1, 2.0)\ntask.index * 2", 5, seed=7)
    assert home.machine() == 0
    found = home.finish()
    assert {index: (result.kind, result.summary) for index, result in found.items()} == {
        index: (OutcomeKind.SUCCEEDED, index * 2) for index in range(5)
    }
    assert {result.worker for result in found.values()} <= {"m1.0", "m1.1"}
    printed = "".join(str(record) for result in found.values() for record in result.outputs)
    printed += "".join(str(event.outputs) for event in home.heard(Streamed))
    assert all(f"hello {index}" in printed for index in range(5))
    assert len(home.heard(Reported)) == 5
    states = [heard.news.state for heard in home.heard(Heard)]
    assert MachineState.RUNNING in states
    assert not home.messages.waiting


def test_the_users_exceptions_are_tried_again_as_often_as_they_may(tmp_path: Path) -> None:
    home = Home(tmp_path, "assert task.attempt == 3 or task.index == 1, task.attempt\ntask.attempt", 2, retries=2)
    home.machine()
    found = home.finish()
    assert (found[0].kind, found[0].summary, found[0].attempt) == (OutcomeKind.SUCCEEDED, 3, 3)
    assert found[1].attempt == 1
    assert [event.attempt for event in home.heard(TaskBack)] == [1, 2]


def test_a_task_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    home = Home(tmp_path, "import os\nos.kill(os.getpid(), 9) if task.index else 'fine'", 2)
    home.machine()
    found = home.finish()
    assert found[0].summary == "fine"
    assert found[1].kind is OutcomeKind.FAILED
    assert said(found[1]).startswith("WorkerLost: lost 3 workers, the last one: killed by SIGKILL")
    assert {event.loss for event in home.heard(TaskBack)} == {LossReason.SIGNALLED}


def test_a_task_ends_at_its_time_limit(tmp_path: Path) -> None:
    home = Home(tmp_path, "import time\ntime.sleep(60)", timeout=0.5)
    home.machine()
    assert said(home.finish()[0]) == "TaskTimeout: ended at its time limit of 0.5 s"


def test_a_cancelled_task_ends_and_the_others_go_on(tmp_path: Path) -> None:
    home = Home(tmp_path, "import time\nif not task.index: time.sleep(60)\ntask.index", 3)
    watch = after(
        20, lambda: any(event.index == 0 for event in home.heard(TaskBegan)), lambda: home.side.cancel([(0, 1)])
    )
    home.machine()
    watch.join()
    found = home.finish()
    assert [found[index].kind for index in range(3)] == [OutcomeKind.CANCELLED, *[OutcomeKind.SUCCEEDED] * 2]


def test_an_at_most_once_task_is_not_tried_again(tmp_path: Path) -> None:
    home = Home(tmp_path, "import os\nos._exit(3)", at_most_once=True)
    home.machine()
    assert home.finish()[0].kind is OutcomeKind.UNKNOWN


def test_output_arrives_within_three_seconds(tmp_path: Path) -> None:
    home = Home(tmp_path, "import time\nprint(f'at {time.time()}', flush=True)\ntime.sleep(6)")
    came: list[float] = []
    watch = after(20, lambda: bool(home.heard(Streamed)), lambda: came.append(time.time()))
    home.machine()
    watch.join()
    home.finish()
    text = home.heard(Streamed)[0].outputs[0]["text"]
    assert came[0] - float(text.split()[1]) < 3


_SAVES = """import json, time
path = task.checkpoint_dir / 'state.json'
before = json.loads(path.read_text()) if path.exists() else None
if before is None:
    @task.on_interrupt
    def save():
        path.write_text(json.dumps({'attempt': task.attempt}))
    open('GO', 'w').close()
    time.sleep(60)
str(before)
"""


@pytest.fixture
def metadata() -> Iterator[Service]:
    with metadata_service() as service:
        yield service


def notice(metadata: Service, seconds: float) -> None:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    metadata.answers["/latest/meta-data/spot/instance-action"] = json.dumps({"action": "terminate", "time": moment})


@pytest.mark.slow
def test_a_spot_machine_gives_its_task_back_with_its_checkpoint(tmp_path: Path, metadata: Service) -> None:
    go = tmp_path / "go"
    home = Home(tmp_path, _SAVES.replace("'GO'", repr(str(go))))
    watch = after(20, go.exists, lambda: notice(metadata, 12))
    start = time.monotonic()
    assert home.machine("m1", spot=True, metadata=metadata.address) == 0
    watch.join()
    assert time.monotonic() - start < 20
    home.machine("m2")
    result = home.finish()[0]
    (back,) = home.heard(TaskBack)
    assert (back.loss, back.attempt) == (LossReason.RECLAIMED, 1)
    assert back.message.startswith("spot machine taken away at ")
    assert (result.kind, result.attempt, result.worker) == (OutcomeKind.SUCCEEDED, 2, "m2.0")
    assert "'attempt': 1" in str(result.summary)
    assert not [key for key in home.bucket.objects if "/checkpoint/" in key]


@pytest.mark.slow
def test_a_machine_finishes_writing_before_its_deadline(tmp_path: Path) -> None:
    home = Home(tmp_path, "import time\nif task.attempt == 1: time.sleep(60)\ntask.attempt")
    start = time.time()
    assert home.machine("m1", seconds=15) == 0
    assert 12 < time.time() - start < 15
    home.machine("m2")
    assert home.finish()[0].summary == 2
    assert [event.loss for event in home.heard(TaskBack)] == [LossReason.RECLAIMED]


def test_what_ends_while_the_network_is_away_is_sent_afterwards(tmp_path: Path) -> None:
    gone, back = tmp_path / "gone", tmp_path / "back"
    source = "import pathlib, time\nwhile not pathlib.Path(GONE).exists(): time.sleep(0.01)\ntask.index"
    home = Home(tmp_path, source.replace("GONE", repr(str(gone))), 2)

    def cut() -> None:
        home.weather.cut = True
        gone.touch()
        time.sleep(2.5)
        assert not home.results
        home.weather.cut = False
        back.touch()

    watch = after(20, lambda: len(home.heard(TaskBegan)) == 2, cut)
    home.machine()
    watch.join()
    assert back.exists()
    assert sorted(result.summary for result in home.finish().values()) == [0, 1]


def test_a_machine_that_is_told_to_end_gives_its_task_back(tmp_path: Path) -> None:
    home = Home(tmp_path, "import time\nif task.attempt == 1: time.sleep(60)\ntask.attempt")
    watch = after(20, lambda: bool(home.heard(TaskBegan)), lambda: os.kill(os.getpid(), signal.SIGTERM))
    start = time.monotonic()
    assert home.machine("m1") == 0
    watch.join()
    assert time.monotonic() - start < 20
    home.machine("m2")
    assert home.finish()[0].summary == 2


def test_two_thousand_tiny_tasks_do_not_wait_for_the_queue(tmp_path: Path) -> None:
    home = Home(tmp_path, "task.index", 2000)
    start = time.monotonic()
    home.machine()
    seconds = time.monotonic() - start
    assert len(home.finish()) == 2000
    assert seconds < 20, seconds


def test_without_gpus_a_machine_says_so_and_ends(tmp_path: Path) -> None:
    home = Home(tmp_path, "1")
    assert home.machine(gpus=1) == 4
    home.finish(0.5)
    reasons = [heard.news.reason for heard in home.heard(Heard)]
    assert any("GPU" in reason for reason in reasons)


def test_each_task_has_a_gpu_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_FAKE_GPUS", "2")
    home = Home(tmp_path, "import os, time\ntime.sleep(0.2)\nos.environ['CUDA_VISIBLE_DEVICES']", 6)
    assert home.machine(workers=0) == 0
    assert {result.summary for result in home.finish().values()} == {"0", "1"}
