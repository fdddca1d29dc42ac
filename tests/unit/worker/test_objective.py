"""The number that tasks are compared by, the key that results are found by, the seed that parameters have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind
from cellburst.sweeps.digests import params_digest, words_of
from cellburst.sweeps.seeds import task_seed, task_seed_by
from tests.unit.worker.harness import Ended, WorkerProcess


def one(worker: WorkerProcess, source: str, **more: Any) -> Ended:
    return worker.run(source, sweep=[{"i": 0}], objective="loss", **more)


@pytest.mark.parametrize(
    ("source", "metrics"),
    [
        ("task.report(1, 8)\ntask.report(2, 7)\n1 / 0", {"loss": 7.0}),
        ("task.log(loss=1)\ntask.report(2, 7)\n1 / 0", {"loss": 1}),
        ("task.report(2, float('nan'))\n1 / 0", None),
    ],
)
def test_a_task_that_did_not_get_to_its_end_shows_its_last_report(
    worker: WorkerProcess, source: str, metrics: dict[str, Any] | None
) -> None:
    result = one(worker, source).result
    assert (result.kind, result.metrics) == (OutcomeKind.FAILED, metrics)


@pytest.mark.parametrize(
    ("source", "metrics"),
    [
        ("task.log(loss=1)\nloss = 2\n{'loss': 3}", {"loss": 1}),
        ("loss = 2\n{'loss': 3}", {"loss": 3}),
        ("loss = 2\n4", {"loss": 2}),
        ("4", {"loss": 4}),
        ("task.report(1, 8)\ntask.report(2, 7)\ntask.report(3, auc=1)", {"loss": 7.0}),
        ("task.log(auc=0.5)\n4.5", {"auc": 0.5, "loss": 4.5}),
        ("import numpy as np\nloss = np.array([0.5], dtype='float32')", {"loss": 0.5}),
        ("import numpy as np\nnp.int64(3)", {"loss": 3}),
        ("10**30", {"loss": 1e30}),
        ("float('inf')", {"loss": float("inf")}),
        ("True", {"loss": 1.0}),
    ],
)
def test_where_it_is_found(worker: WorkerProcess, source: str, metrics: dict[str, Any]) -> None:
    result = one(worker, source).result
    assert (result.kind, result.metrics, result.note) == (OutcomeKind.SUCCEEDED, metrics, "")


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("pass", "no loss: it was not logged"),
        ("{'auc': 1}", "no loss: it was not logged"),
        ("{'loss': 'low'}", "loss is no number: it is 'low' (str)"),
        ("loss = [1, 2]", "loss is no number: it is [1, 2] (list)"),
        ("loss = None\n3", "loss is no number: it is None"),
        ("'0.5'", "loss is no number: it is '0.5' (str)"),
        ("float('nan')", "loss is not a number (nan)"),
        ("task.log(loss='bad')", "loss is no number: it is 'bad'"),
        ("class Hostile:\n  def __float__(self): raise SystemExit\n  def __repr__(self): raise SystemExit\nHostile()",
         "loss is no number: it is <unprintable Hostile object>"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_said(worker: WorkerProcess, source: str, note: str) -> None:
    result = one(worker, source).result
    assert result.kind is OutcomeKind.SUCCEEDED
    assert note in result.note
    assert type((result.metrics or {}).get("loss")) in (type(None), str)


def test_a_function_has_it_in_its_value(worker: WorkerProcess) -> None:
    run = worker.load(call=(dict, (), {"loss": 2}), objective="loss")
    worker.start(run)
    assert worker.finish().result.metrics == {"loss": 2}


def test_a_task_that_fails_is_not_asked_for_it(worker: WorkerProcess) -> None:
    result = one(worker, "loss = 1\n1/0").result
    assert (result.kind, result.metrics, result.note) == (OutcomeKind.FAILED, None, "")


def test_each_result_has_its_key(worker: WorkerProcess) -> None:
    keys = b"".join(bytes([index]) * 16 for index in range(3))
    ended = worker.run("i", sweep=[{"i": index} for index in range(4)], keys=Packed(keys))
    assert [result.key for result in ended.results] == [b"\0" * 16, b"\1" * 16, b"\2" * 16, b""]
    gone = Packed(body_blob=worker.blobs.put(b"x" * 99))
    assert gone.body_blob is not None
    worker.blobs.discard(gone.body_blob)
    assert worker.run("1", keys=gone).result.key == b""


def test_equal_parameters_have_equal_seeds_wherever_they_stand(worker: WorkerProcess) -> None:
    def seeds(*rows: dict[str, Any], seeding: str = "params") -> list[int]:
        ended = worker.run("task.seed", sweep=list(rows), seed=7, seeding=seeding)
        return [worker.value(result) for result in ended.results]

    first, second, third = seeds({"a": 1, "b": "x"}, {"b": "y", "a": 2}, {"a": [1, {"c": None}], "b": 0})
    assert len({first, second, third}) == 3
    assert seeds({"a": 2.0, "b": "y"}, {"a": [1, {"c": None}], "b": 0}, {"b": "x", "a": np.int8(1)}) == [
        second, third, first,
    ]  # fmt: skip
    assert first == task_seed_by(7, words_of(params_digest({"b": "x", "a": 1})))
    assert seeds({"a": 1, "b": "x"}, seeding="index") == [task_seed(7, 0)]


def test_a_seed_by_parameters_is_that_of_the_generators(worker: WorkerProcess) -> None:
    source = "import random, numpy as np\nrandom.random(), np.random.random()"
    rows = [{"a": 1}, {"a": 2}, {"a": 1}]
    ended = worker.run(source, sweep=rows, seed=7, seeding="params")
    one_, other, again = (worker.value(result) for result in ended.results)
    assert one_ == again != other
