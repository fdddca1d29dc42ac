"""Tasks that do their worst to their worker: it costs one attempt of one task, and the reason can be read."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.paths import Folders
from cellburst.pool import launch
from cellburst.pool.table import resident
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from tests.unit.pool.driver import Controller, eventually, running_pool


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, output_head=1 << 16)) as controller:
        yield controller


def _text(records: list[dict[str, object]]) -> str:
    return "".join(str(record["text"]) for record in records)


def _dropped(records: list[dict[str, object]]) -> int:
    return sum(int(str(record.get("dropped", 0))) for record in records)


@pytest.mark.parametrize(
    ("line", "reason", "message"),
    [
        ("leave 0", LossReason.EXITED, "exited with code 0 (os._exit, or an exit in C code)"),
        ("leave 3", LossReason.EXITED, "exited with code 3 (os._exit, or an exit in C code)"),
        ("segfault", LossReason.SIGNALLED, "killed by SIGSEGV"),
        ("die 9", LossReason.SIGNALLED, "killed by SIGKILL"),
        ("die 6", LossReason.SIGNALLED, "killed by SIGABRT"),
        ("close_socket", LossReason.UNRESPONSIVE, "its connection to the pool was closed by the task"),
        ("babble", LossReason.UNRESPONSIVE, "its messages cannot be understood: "),
    ],
)
def test_a_worker_that_dies_loses_exactly_its_task(
    pool: Controller, line: str, reason: LossReason, message: str
) -> None:
    first, second = pool.start_workers(2)
    pool.define("ok", "ok", line, "ok", count=9)
    pool.assign(first, 0, 1, 2, 3, 4)
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.worker, ended.run, ended.index, ended.attempt) == (first, "r", 2, 1)
    assert ended.unstarted == (3, 4)
    assert ended.reason is reason
    assert ended.message.startswith(message)
    assert not ended.cancelled
    assert not ended.timed_out
    done = [result.index for m in pool.heard if isinstance(m, wire.Outcomes) for result in m.results]
    assert done == [0, 1]
    assert pool.value(second, "pid") > 0, "the other worker is as it was"
    assert pool.start_workers() == ["w3"]


def test_what_was_held_of_other_runs_comes_back_first(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.define("die 9", run="a")
    pool.define("ok", run="b", count=3)
    pool.send(
        wire.Assign(worker, "a", (0,), (1,), 1),
        wire.Assign(worker, "b", (1, 2), (1, 1), 1),
    )
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "b", (1, 2))
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.run, ended.index, ended.unstarted) == ("a", 0, ())


def test_an_idle_worker_that_is_killed_from_outside_is_said(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pid = pool.value(worker, "pid")
    os.kill(pid, signal.SIGTERM)
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.worker, ended.index, ended.reason) == (worker, None, LossReason.SIGNALLED)
    assert ended.message == "killed by SIGTERM"


def test_memory_is_named_when_the_limit_was_near(folders: Folders, settings: Settings) -> None:
    with running_pool(folders, settings, "tests.unit.pool.small_machine:serve") as pool:
        (worker,) = pool.start_workers()
        pool.run_lines(worker, "allocate 190")
        ended = pool.wait_for(wire.WorkerEnded)
        assert ended.reason is LossReason.OUT_OF_MEMORY
        assert ended.message.startswith("killed by SIGKILL, likely out of memory: peak 0.2")
        assert ended.peak_rss > 190 << 20


def test_a_worker_that_cannot_start_says_why(folders: Folders, settings: Settings) -> None:
    with running_pool(folders, settings, "tests.unit.pool.scripted:broken") as pool:
        pool.send(wire.StartWorkers(1))
        ended = pool.wait_for(wire.WorkerEnded)
        assert ended.reason is LossReason.EXITED
        assert ended.message.endswith("before it took tasks: RuntimeError: no worker today")


def test_an_outcome_that_nobody_asked_for_is_not_believed(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "impostor", "ok")
    assert [result.index for result in pool.results(2)] == [0, 1]


def test_what_a_task_writes_to_its_descriptors_comes_before_its_outcome(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, *[f"say task {number}" for number in range(20)], "complain late")
    pool.results(21)
    for number in range(20):
        assert _text(pool.output(number)) == f"task {number}"
    assert pool.output(20) == [{"output_type": "stream", "name": "stderr", "text": "late"}]


def test_any_bytes_can_be_written(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "torn", "ok")
    pool.results(2)
    assert _text(pool.output(0)) == "gr\u00fc\u00dfe \ufffd!"


def test_a_flood_is_cut_and_counted_and_the_pool_stays_awake(pool: Controller) -> None:
    flooding, calm = pool.start_workers(2)
    pool.run_lines(flooding, "flood 1.5", run="flood")
    for number in range(20):
        assert pool.value(calm, "ok", run=f"calm{number}") == 0
    assert not [m for m in pool.heard if isinstance(m, wire.Outcomes) and m.run == "flood"], "it still floods"
    (result,) = pool.results()
    records = pool.output(0)
    kept = len(_text(records))
    assert kept + _dropped(records) == result.summary
    assert kept < (1 << 16) + 25 * (1 << 16)
    assert _dropped(records) > kept


@pytest.mark.slow
def test_one_line_of_500_mb_passes_without_being_held(pool: Controller, folders: Folders) -> None:
    found = launch.find(folders)
    assert found is not None
    before = resident(found.pid)
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "long_line 500")
    (result,) = pool.results()
    records = pool.output(0)
    assert len(_text(records)) + _dropped(records) == result.summary
    assert len(_text(records)) < 50 << 20
    assert resident(found.pid) - before < 20 << 20


def test_an_outcome_that_was_sent_before_the_death_counts(pool: Controller, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    pool.define("ok", "die 9", count=2)
    pool.assign(worker, 0, 1)
    assert [result.kind for result in pool.results(1)] == [OutcomeKind.SUCCEEDED]
    assert pool.wait_for(wire.WorkerEnded).index == 1


def test_a_task_that_ended_just_as_its_grace_did_spares_its_worker(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    """The worker is stopped, found to be innocent, and goes on."""
    with running_pool(folders, replace(settings, cancel_grace=0.0)) as pool:
        (worker,) = pool.start_workers()
        survived = 0
        for number in range(30):
            run = f"r{number}"
            pool.define("sleep 0.004", "ok", run=run, count=2)
            pool.assign(worker, 0, run=run)
            pool.send(wire.CancelTasks(run))
            message = pool.wait_for((wire.Returned, wire.Outcomes, wire.WorkerEnded))  # type: ignore[arg-type]
            if isinstance(message, wire.WorkerEnded):
                assert (message.index, message.cancelled) == (0, True)
                (worker,) = pool.start_workers()
            else:
                survived += 1
        assert eventually(lambda: pool.value(worker, "pid") > 0)
