"""Tasks that are told themselves what they get: parameters, points of a search, calls."""

from __future__ import annotations

from typing import Any

from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind
from cellburst.model.payload import Payload
from cellburst.payload.called import Called
from cellburst.wire.worker import LoadRun
from tests.unit.worker.harness import Ended, WorkerProcess, notebook


def calls(worker: WorkerProcess, *made: tuple[Any, ...], run: str = "calls") -> Ended:
    """A run of these calls."""
    worker.channel.send(LoadRun(run, Payload("function", Packed()), 0, 0))
    worker.start(run, *range(len(made)), given=tuple(map(worker.pack, made)))
    return worker.finish()


def test_parameters_that_were_added_stand_beside_those_of_the_sweep(worker: WorkerProcess) -> None:
    run = worker.load("lr, task.params, task.index", sweep=[{"lr": 1}, {"lr": 2}])
    worker.start(run, 0, 5, 1, 6, given=(Packed(), worker.pack({"lr": 50}), Packed(), worker.pack({"lr": [6]})))
    values = [worker.value(result) for result in worker.finish().results]
    assert values == [(1, {"lr": 1}, 0), (50, {"lr": 50}, 5), (2, {"lr": 2}, 1), ([6], {"lr": [6]}, 6)]


def test_a_run_without_a_sweep_can_be_given_parameters(worker: WorkerProcess) -> None:
    run = worker.load("x * 2")
    worker.start(run, 7, given=(worker.pack({"x": 21}),))
    assert worker.value(worker.finish().result) == 42


def test_a_function_gets_the_given_parameters_as_keywords(worker: WorkerProcess) -> None:
    run = worker.load(call=(divmod, (), {}), positional=False)
    worker.start(run, 0, given=(worker.pack({}),))
    assert worker.finish().result.kind is OutcomeKind.FAILED
    run = worker.load(call=(round, (), {"ndigits": 1}))
    worker.start(run, 3, given=(worker.pack({"number": 1.26}),))
    assert worker.value(worker.finish().result) == 1.3


def test_a_row_of_a_search_goes_through_its_space(worker: WorkerProcess) -> None:
    space = notebook("""
class Space:
    choices = [[1, 2], {"deep": 3}]
    def __len__(self): return 0
    def resolve(self, row): return {"lr": row["lr"], "net": self.choices[row["net"]]}
""")
    run = worker.load("net_then = repr(net)\nnet.clear()\nlr, net_then", {}, sweep=space["Space"]())
    rows = [{"lr": 0.1, "net": 1}, {"lr": 0.2, "net": 0}, {"lr": 0.3, "net": 1}]
    worker.start(run, 0, 1, 2, given=tuple(map(worker.pack, rows)))
    values = [worker.value(result) for result in worker.finish().results]
    assert values == [(0.1, "{'deep': 3}"), (0.2, "[1, 2]"), (0.3, "{'deep': 3}")]  # each task has a copy of its own


def test_each_task_calls_what_it_was_given(worker: WorkerProcess) -> None:
    found = calls(worker, (pow, (2, 5), {}), (sorted, ([3, 1],), {"reverse": True}), (int, ("x",), {}), run="c1")
    assert [worker.value(result) for result in found.results[:2]] == [32, [3, 1]]
    assert (found.results[2].kind, found.results[2].error and found.results[2].error.ename) == (
        OutcomeKind.FAILED,
        "ValueError",
    )


def test_calls_share_a_function_and_nothing_that_it_changes(worker: WorkerProcess) -> None:
    made = notebook("""
seen = []
def note(x, more=[]):
    seen.append(x); more.append(x)
    return seen[:], more[:]
def plain(x): return x + 1
""")
    note, plain = (Called(worker.pack(made[name])) for name in ("note", "plain"))
    found = calls(worker, *((fn, (x,), {}) for x in range(3) for fn in (note, plain)), run="c2")
    assert [worker.value(result) for result in found.results] == [
        *(([0], [0]), 1), *(([1], [1]), 2), *(([2], [2]), 3),
    ]  # fmt: skip


def test_what_cannot_be_unpickled_rejects_its_task_alone(worker: WorkerProcess) -> None:
    run = worker.load("x")
    worker.start(run, 0, 1, given=(Packed(b"\x80\x05nonsense"), worker.pack({"x": 1})))
    broken, fine = worker.finish().results
    assert broken.kind is OutcomeKind.REJECTED
    assert "the task's parameters" in broken.note
    assert worker.value(fine) == 1


def test_a_run_that_has_grown_knows_its_new_count(worker: WorkerProcess) -> None:
    run = worker.load("task.count")
    payload = Payload("cell", worker.pack({}), source="task.count")
    worker.channel.send(LoadRun(run, payload, 5, 0))
    worker.start(run, 4)
    assert worker.value(worker.finish().result) == 5
