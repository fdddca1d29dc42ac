"""What tasks report while they run, and how a search ends them early."""

from __future__ import annotations

import itertools
import signal
import time
from typing import Any

import pytest

from cellburst.errors import TaskPruned, UsageError
from cellburst.model.outcome import OutcomeKind
from cellburst.worker.reports import ReportLog
from cellburst.worker.task import Task
from tests.unit.worker.conftest import Start
from tests.unit.worker.harness import WorkerProcess

TRIAL_PRUNED = "class TrialPruned(Exception): pass\nTrialPruned.__module__ = 'optuna.exceptions'\n"


def sweep_of(count: int) -> list[dict[str, Any]]:
    return [{"i": index} for index in range(count)]


def prune_what_runs(worker: WorkerProcess) -> None:
    worker.board.prune(worker.wait_until_executing().serial)


def test_reports_come_in_order_with_their_names(worker: WorkerProcess) -> None:
    source = "task.report(1, 0.5)\ntask.report(2, 0.25, auc=1)\ntask.report(3, auc=True)\n7"
    ended = worker.run(source, sweep=sweep_of(1), objective="loss")
    values = [(report.step, report.values) for report in ended.reports]
    assert values == [(1, {"loss": 0.5}), (2, {"loss": 0.25, "auc": 1.0}), (3, {"auc": 1.0})]
    assert [report.at for report in ended.reports] == sorted(report.at for report in ended.reports)
    assert all(0 <= report.at <= ended.result.seconds for report in ended.reports)
    assert worker.value(ended.result) == 7
    assert {(m.index, m.generation, m.attempt) for m in ended.reported} == {(0, 1, 1)}


def test_numbers_of_libraries_are_numbers(worker: WorkerProcess) -> None:
    source = "import numpy as np\ntask.report(np.int64(3), np.float32(0.5), n=np.array(2))"
    (report,) = worker.run(source, sweep=sweep_of(1)).reports
    assert (report.step, report.values) == (3, {"value": 0.5, "n": 2.0})


def test_of_very_many_reports_the_first_and_the_last_are_kept(worker: WorkerProcess) -> None:
    ended = worker.run("for step in range(100_000): task.report(step, step / 2)", sweep=sweep_of(1))
    steps = [report.step for report in ended.reports]
    assert steps[:100] == list(range(100))
    assert steps[-1] == 99_999
    assert steps == sorted(set(steps))
    assert len(ended.reported) <= 50 * ended.result.seconds + 2


def test_reports_of_short_tasks_stay_with_their_task(worker: WorkerProcess) -> None:
    ended = worker.run("task.report(0, i)\ntask.report(1, -i)", sweep=sweep_of(200))
    found = {message.index: [report.values["value"] for report in message.reports] for message in ended.reported}
    assert found == {i: [i, -i] for i in range(200)}


def test_reports_of_threads_arrive(worker: WorkerProcess) -> None:
    source = """
import threading
def work(n):
    for step in range(20): task.report(step, n)
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    reports = worker.run(source, sweep=sweep_of(1)).reports
    for n in range(4):
        assert [report.step for report in reports if report.values["value"] == n] == list(range(20))


@pytest.mark.parametrize("source", ["raise KeyboardInterrupt", "1 / 0", "raise SystemExit(3)"])
def test_a_task_that_fails_keeps_its_reports(worker: WorkerProcess, source: str) -> None:
    ended = worker.run(f"task.report(4, 2)\n{source}", sweep=sweep_of(1))
    assert ended.result.kind in (OutcomeKind.FAILED, OutcomeKind.CANCELLED)
    assert [report.step for report in ended.reports] == [4]


def test_a_killed_task_keeps_what_it_had_reported(start_worker: Start) -> None:
    worker = start_worker()
    worker.start(worker.load("import time\nstep = 0\nwhile True: step += 1; task.report(step, 1); time.sleep(0.001)"))
    worker.finish(until=lambda ended: len(ended.reports) > 20)
    worker.process.send_signal(signal.SIGKILL)
    steps = []
    while (message := worker.receive()) is not None:
        steps += [report.step for report in message.reports]  # type: ignore[union-attr]
    assert worker.wait_for_death() == -signal.SIGKILL
    assert steps == sorted(steps)


def test_a_child_of_a_task_reports_nothing_and_disturbs_nothing(worker: WorkerProcess) -> None:
    source = """
import os
task.report(1, 1)
if os.fork() == 0:
    for step in range(1000): task.report(step, 13)
    os._exit(0)
os.wait()
task.report(2, 2)
"""
    reports = worker.run(source, sweep=sweep_of(1)).reports
    assert [(report.step, report.values) for report in reports] == [(1, {"value": 1.0}), (2, {"value": 2.0})]


def test_a_pruned_task_ends_when_it_reports(worker: WorkerProcess) -> None:
    source = """
import itertools, time
task.log(epochs=3)
print("begun")
try:
    for step in itertools.count():
        task.report(step, 1)
        time.sleep(0.001)
finally:
    print("in order")
"""
    worker.start(worker.load(source))
    first = worker.finish(until=lambda ended: bool(ended.reports))
    prune_what_runs(worker)
    ended = worker.finish()
    result = ended.result
    assert (result.kind, result.value, result.error, result.metrics) == (OutcomeKind.PRUNED, None, None, {"epochs": 3})
    steps = [report.step for report in (*first.reports, *ended.reports)]
    assert result.note == f"pruned at step {steps[-1]}"
    assert first.text() + ended.text() == "begun\nin order\n"
    assert worker.value(worker.run("1 + 1").result) == 2  # the next task on the board is not meant


def test_a_task_may_ask_whether_to_stop_and_end_in_its_own_way(worker: WorkerProcess) -> None:
    worker.start(worker.load("import time\nwhile not task.should_stop: time.sleep(0.001)\n'half'"))
    prune_what_runs(worker)
    assert worker.value(worker.finish().result) == "half"


def test_tasks_behind_a_pruned_one_are_not_meant(worker: WorkerProcess) -> None:
    source = "import time\nwhile i == 0: task.report(0, 1); time.sleep(0.001)\ntask.report(1, 1)\ni"
    worker.start(worker.load(source, sweep=sweep_of(3)), 0, 1, 2)
    prune_what_runs(worker)
    kinds = [result.kind for result in worker.finish().results]
    assert kinds == [OutcomeKind.PRUNED, OutcomeKind.SUCCEEDED, OutcomeKind.SUCCEEDED]


@pytest.mark.parametrize(
    "source",
    [
        f"{TRIAL_PRUNED}raise TrialPruned('enough')",
        "from cellburst.errors import TaskPruned\nraise TaskPruned('enough')",
    ],
)
def test_a_task_may_give_itself_up(worker: WorkerProcess, source: str) -> None:
    result = worker.run(source, sweep=sweep_of(1)).result
    assert (result.kind, result.note) == (OutcomeKind.PRUNED, "enough")


def test_other_exceptions_of_that_name_and_plain_cells_fail_as_ever(worker: WorkerProcess) -> None:
    result = worker.run("class TrialPruned(Exception): pass\nraise TrialPruned", sweep=sweep_of(1)).result
    assert result.kind is OutcomeKind.FAILED
    assert worker.run(f"{TRIAL_PRUNED}raise TrialPruned", collect="namespace").result.kind is OutcomeKind.FAILED


@pytest.mark.parametrize(
    ("args", "values", "said"),
    [
        ((0.5, 1), {}, "the step is a whole number"),
        (("first", 1), {}, "'first'"),
        ((1 << 63, 1), {}, "the step"),
        ((1, "low"), {}, "value='low'"),
        ((1,), {"loss": [1, 2]}, r"loss=\[1, 2\]"),
        ((1,), {}, r"task.report\(1, loss\)"),
    ],
)
def test_what_is_no_number_is_refused(args: tuple[Any, ...], values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Task().report(*args, **values)


def test_outside_of_a_run_reports_are_only_kept() -> None:
    task = Task()
    for step in range(1200):
        task.report(step, step * 2, other=1)
    assert task.reports[0] == (200, {"value": 400.0, "other": 1.0})
    assert task.reports[-1] == (1199, {"value": 2398.0, "other": 1.0})
    assert not task.should_stop
    task.end()
    assert task.reports == []


def test_pruning_is_an_ordinary_exception() -> None:
    with pytest.raises(Exception, match="ended early"):
        raise TaskPruned


def test_a_log_thins_only_what_comes_between_two_takings() -> None:
    log = ReportLog()
    for step in range(300):
        log.add(0.0, step, {})
    assert [report.step for report in log.take()] == [*range(100), 299]
    assert not log
    for step in itertools.chain(range(300, 310)):
        log.add(0.0, step, {})
        assert [report.step for report in log.take()] == [step]
    log.reset()
    log.add(0.0, 0, {})
    assert [report.step for report in log.take()] == [0]


def test_many_reports_cost_little(worker: WorkerProcess) -> None:
    started = time.process_time()
    ended = worker.run("for step in range(100_000): task.report(step, 0.5)", sweep=sweep_of(1))
    assert ended.result.seconds < 2.0
    assert time.process_time() - started < 1.0
