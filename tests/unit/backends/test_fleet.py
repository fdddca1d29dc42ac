"""The controller's end of the process that looks after machines; the other end is a real process with a script."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.backends import fleet as backend_module
from cellburst.backends.fleet import FleetBackend
from cellburst.backends.fleet_process import FleetProcess
from cellburst.model.blob import Packed
from cellburst.model.known import Known
from cellburst.model.machine import Machine, MachineState
from cellburst.pool.loop import PoolLoop
from tests.unit.controller.test_queues import a_cloud_run

SCRIPT = str(Path(__file__).with_name("scripted_fleet.py"))


class Listener:
    """Keeps what it is told, and acknowledges when ``commit`` is called."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.waiting: list[Callable[[], None]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def told(*values: Any) -> None:
            done = values[-1] if callable(values[-1]) else None
            self.told.append((name, *(values[:-1] if done else values)))
            if done:
                self.waiting.append(done)

        return told

    def commit(self) -> None:
        waiting, self.waiting = self.waiting, []
        for done in waiting:
            done()

    def names(self) -> list[str]:
        return [one[0] for one in self.told]


class Stage:
    """A backend, the scripts of the processes that it starts one after another, and a loop."""

    def __init__(self, folder: Path, loop: PoolLoop) -> None:
        self.folder, self.loop, self.listener = folder, loop, Listener()
        self.variables: list[dict[str, str]] = []
        self.processes: list[FleetProcess] = []
        self.backend = FleetBackend("gpu", "abc", loop, self._start)
        self.backend.listen(self.listener)  # type: ignore[arg-type]

    def _start(self, target: str, variables: Any, loop: Any, take: Any, gone: Any) -> FleetProcess:
        self.variables.append(dict(variables))
        command = (sys.executable, SCRIPT, str(self.folder / "script"), str(self.folder / "heard"))
        self.processes.append(FleetProcess(command, variables, loop, take, gone))
        return self.processes[-1]

    def script(self, *lines: str, life: int = 0) -> None:
        (self.folder / f"script.{life}").write_text("\n".join(lines))

    def until(self, true: Callable[[], object]) -> None:
        """Turn the loop until that is so."""
        end = time.monotonic() + 20
        while not true():
            assert time.monotonic() < end, (self.heard(), self.listener.told)
            self.loop.later(0.02, lambda: None)
            self.loop.turn()

    def heard(self) -> str:
        path = self.folder / "heard"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, PoolLoop())
    yield stage
    for process in stage.processes:
        process._process.kill()
        process._process.wait()
        process._hang_up()
    signal.set_wakeup_fd(-1)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_module, "_START_AGAIN", (0.01, 0.02))


def machine(run: str, name: str = "m1", state: MachineState = MachineState.REQUESTING) -> Machine:
    return Machine(run, name, "t", state, 0.0, 7200.0)


def test_what_is_told_with_a_serial_is_acknowledged_after_the_commit(stage: Stage) -> None:
    run = a_cloud_run(2)
    one = f"Machine({run.id!r}, 'm1', 't', MachineState.REQUESTING, 0.0, 7200.0)"
    stage.script(f"say MachinesChanged(7, {run.id!r}, ({one},))")
    stage.backend.begin(run)
    stage.backend.enqueue(run.id, (0, 1), (1, 1))
    stage.until(lambda: stage.listener.waiting)
    assert stage.listener.told == [("machines", run.id, (machine(run.id),))]
    stage.until(lambda: "Enqueue" in stage.heard())
    assert "Acknowledge" not in stage.heard()
    stage.listener.commit()
    stage.until(lambda: "Acknowledge(serial=7)" in stage.heard())
    kinds = [line.split()[1].partition("(")[0] for line in stage.heard().splitlines()]
    assert kinds == ["Attach", "Begin", "Enqueue", "Acknowledge"]


def test_another_process_is_told_all_that_still_counts(stage: Stage) -> None:
    run = a_cloud_run(3)
    ended = f"Outcomes(1, {run.id!r}, (TaskResult(0, 1, 1, OutcomeKind.SUCCEEDED, 0.0, 0.0),))"
    machines = f"MachinesChanged(2, {run.id!r}, (Machine({run.id!r}, 'm1', 't', MachineState.RUNNING, 0.0, 7200.0),))"
    stage.script("hear 4", f"say {ended}", f"say {machines}", "die 3")
    stage.script(life=1)
    stage.backend.begin(run)
    stage.backend.enqueue(run.id, (0, 1, 2), (1, 1, 1))
    stage.backend.cancel(run.id, (2,))
    stage.until(lambda: len(stage.processes) == 2 and stage.heard().count(".1 ") >= 4)
    stage.listener.commit()  # of the first process: the second knows no such serial
    second = [line for line in stage.heard().splitlines() if line.startswith(".1")]
    assert [line.split()[1].partition("(")[0] for line in second] == ["Attach", "Begin", "Enqueue", "CancelTasks"]
    assert "name='m1'" in second[1]
    assert "indices=(1, 2)" in second[2]
    assert [name for name in stage.listener.names() if name == "trouble"] == ["trouble"]
    assert "status 3" in stage.listener.told[-1][2]


def test_tasks_that_are_given_something_are_told_with_it_again(stage: Stage) -> None:
    run = a_cloud_run(4)
    stage.script("hear 4", "die 1")
    stage.script(life=1)
    stage.backend.begin(run)
    stage.backend.enqueue(run.id, (0, 1), (1, 2))
    stage.backend.enqueue(run.id, (2, 3), (1, 1), (Packed(b"two"), Packed(b"three")))
    stage.until(lambda: stage.heard().count(".1 ") >= 4)
    bare, given = [line for line in stage.heard().splitlines() if line.startswith(".1 Enqueue")]
    assert "indices=(0, 1), generations=(1, 2), given=()" in bare
    assert "b'two'" in given
    assert "b'three'" in given


def test_the_process_goes_when_nothing_is_left_to_look_after(stage: Stage) -> None:
    run = a_cloud_run(1)
    stage.script("hear 3", f"say Finished({run.id!r})")
    stage.backend.begin(run)
    stage.backend.finish(run.id)
    (process,) = stage.processes
    stage.until(lambda: process._process.poll() is not None)
    assert process._process.returncode == 0
    assert stage.heard().splitlines()[-1] == ".0 Leave()"
    assert stage.listener.told == []


def test_machines_that_are_left_of_ended_runs_are_looked_after(stage: Stage) -> None:
    one = machine("0000001-abcd")
    gone = "Machine('0000001-abcd', 'm1', 't', MachineState.ENDED, 0.0, 7200.0)"
    stage.script("hear 1", f"say MachinesChanged(1, '0000001-abcd', ({gone},))")
    stage.backend.adopt(5, [], [one])
    stage.until(lambda: stage.listener.waiting)
    assert "0000001-abcd" in stage.heard()
    stage.listener.commit()
    stage.until(lambda: stage.processes[0]._process.poll() is not None)
    assert "Leave()" in stage.heard()


def test_a_process_that_cannot_be_started_is_said_and_tried_again(stage: Stage) -> None:
    stage.script()
    start, tries = stage.backend._start, []

    def failing(*given: Any) -> FleetProcess:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("no room for processes")
        return start(*given)

    stage.backend._start = failing  # type: ignore[assignment]
    stage.backend.begin(a_cloud_run(1))
    stage.until(lambda: "Begin" in stage.heard())
    assert ["no room" in one[2] for one in stage.listener.told] == [True, True]


def test_words_that_are_none_of_ours_end_the_process(stage: Stage) -> None:
    stage.script("say {'type': 'unheard of'}", life=0)
    stage.script(life=1)
    stage.backend.begin(a_cloud_run(1))
    stage.until(lambda: len(stage.processes) == 2)
    assert "trouble" in stage.listener.names()


def test_fetching_is_answered_also_by_the_next_process(stage: Stage) -> None:
    answers: list[str] = []
    stage.script("hear 2", "die 1")
    stage.script("hear 2", "say Fetched(1, 'the object is gone')", life=1)
    stage.backend.fetch(a_cloud_run(4), 3, 1, answers.append)
    stage.until(lambda: answers)
    assert answers == ["the object is gone"]


def test_the_cloud_is_spoken_to_with_the_variables_of_whoever_submitted(stage: Stage) -> None:
    from msgspec.structs import replace

    run = a_cloud_run(1)
    payload = replace(run.payload, ambient={"AWS_PROFILE": "mine", "HOME": "/x"})
    assert run.plan is not None
    stage.script()
    stage.backend.begin(replace(run, payload=payload, plan=replace(run.plan, endpoint="http://127.0.0.1:1")))
    assert stage.variables == [{"AWS_PROFILE": "mine", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}]
    stage.until(lambda: "Begin" in stage.heard())
    assert "mine" not in stage.heard()


def test_a_run_submitted_with_other_credentials_is_not_left_to_those_of_the_one_before(stage: Stage) -> None:
    from msgspec.structs import replace

    stage.script()
    stage.script(life=1)
    for name, profile in (("one", "refused"), ("two", "allowed"), ("three", "allowed")):
        run = a_cloud_run(1)
        stage.backend.begin(replace(run, id=name, payload=replace(run.payload, ambient={"AWS_PROFILE": profile})))
    assert [variables["AWS_PROFILE"] for variables in stage.variables] == ["refused", "allowed"]


def test_whoever_comes_after_a_controller_has_died_says_how_the_cloud_is_reached(stage: Stage) -> None:
    run = a_cloud_run(1)
    stage.script()
    stage.script(life=1)
    stage.backend.adopt(2, [(run, [], Known())], [])  # its submitter's variables are not stored
    assert stage.variables == [{}]
    stage.until(lambda: "Begin" in stage.heard())
    stage.backend.reach({"AWS_PROFILE": "work"})
    stage.backend.reach({"AWS_PROFILE": "work"})
    assert stage.variables == [{}, {"AWS_PROFILE": "work"}]
    stage.until(lambda: ".1 Begin" in stage.heard())
    assert "trouble" not in stage.listener.names()
