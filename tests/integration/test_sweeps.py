"""Sweeps of every kind on real workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import cellburst
from cellburst import sweeps
from cellburst.client.connecting import discover
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.runs.run import Run
from cellburst.client.starting.cell import prepare_cell
from cellburst.client.starting.submit import submit_prepared
from cellburst.errors import SweepError, UnpicklableError, UsageError
from cellburst.sweeps.ranges import uniform
from tests.integration.shared import shared_folders  # noqa: F401
from tests.shells import the_shell

Submit = Callable[..., Run]


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    with the_shell() as shell:
        yield shell


@pytest.fixture
def cell(shell: InteractiveShell) -> Submit:
    def cell(body: str, **options: Any) -> Run:
        return submit_prepared(prepare_cell(body, shell, SubmitOptions(**options)), discover.connect()).wait(40)

    return cell


def warned(shell: InteractiveShell, body: str, **options: Any) -> tuple[str, ...]:
    return prepare_cell(body, shell, SubmitOptions(**options, dry_run=True)).warnings


def test_a_parameter_that_a_task_goes_without_is_none_there(cell: Submit, shell: InteractiveShell) -> None:
    shell.user_ns.update(kinds={"rbf"}, gamma="of the notebook")
    run = cell(
        "kernel, gamma, sorted(task.params)",
        params={"kernel": ["rbf", "linear"], "gamma": [1, 2]},
        when={"gamma": "kernel in kinds"},
        const={"c": 3},
    )
    assert list(run.results) == [
        ("rbf", 1, ["c", "gamma", "kernel"]),
        ("rbf", 2, ["c", "gamma", "kernel"]),
        ("linear", None, ["c", "kernel"]),
    ]
    assert run.results.task(2).params == {"kernel": "linear", "c": 3}


def test_batches_zip_and_rows_together(cell: Submit) -> None:
    run = cell(
        "a, b, x, part",
        over=[{"x": 1}],
        params={"a": [1, 2], "b": [3, 4]},
        zip=True,
        each={"part": iter("uvw")},
        batch=2,
    )
    assert list(run.results) == [
        (1, 3, 1, ["u", "v"]),
        (1, 3, 1, ["w"]),
        (2, 4, 1, ["u", "v"]),
        (2, 4, 1, ["w"]),
    ]


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_a_sample_is_that_of_the_runs_seed(cell: Submit, sampler: str) -> None:
    options: dict[str, Any] = {"params": {"x": uniform(0, 1), "k": ["a", "b"]}, "sample": 4, "sampler": sampler}
    first = list(cell("x, k", **options, seed=5).results)
    assert first == list(cell("x, k", **options, seed=5).results)
    assert first != list(cell("x, k", **options, seed=6).results)
    assert len(set(first)) == 4


def test_a_sweep_too_large_to_be_shown_tells_its_parameters_as_it_runs(
    cell: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellburst.sweeps.view.SHOWN", 10)
    run = cell("task.params['y'] = 5; x + 1", params={"x": range(30)}, where=("x != 3",))
    assert run.record.sweep.rows == ()
    result = run.task_result(20)
    assert result is not None
    assert result.params == {"x": 21}  # as it began
    assert [row.params for row in run.connection.reader.tasks(run.id)] == [{"x": x} for x in range(30) if x != 3]
    assert list(run.results.frame()["x"]) == [x for x in range(30) if x != 3]
    assert list(run.results) == [x + 1 for x in range(30) if x != 3]


def test_large_frames_arrays_and_own_objects_travel_as_they_are(
    cell: Submit, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellburst.sweeps.frames._FEW", 1)
    days = pd.date_range("2024-01-01", periods=3)
    frame = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, 1.5, 2.5], "s": list("abc"), "day": days})
    found = list(cell("n, x, s, day, type(n).__name__", over=frame, where=("n != 2",)).results)
    assert found == [(1, 0.5, "a", days[0], "int"), (3, 2.5, "c", days[2], "int")]
    exec(
        "class Squares:\n"
        "    def __len__(self):\n        return 4\n"
        "    def __getitem__(self, place):\n        return place * place\n",
        shell.user_ns,
    )
    assert list(cell("square", params={"square": shell.user_ns["Squares"]()}).results) == [0, 1, 4, 9]
    assert list(cell("float(v)", params={"v": np.linspace(0, 1, 3)}).results) == [0.0, 0.5, 1.0]
    assert list(cell("part", each={"part": shell.user_ns["Squares"]()}, batch=3).results) == [[0, 1, 4], [9]]


def test_a_file_in_the_shape_of_another_product(cell: Submit, tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text("parameters:\n  lr: {values: [0.1, 0.2]}\n  n: {value: 3}\n")
    assert list(cell("lr * n", over=path).results) == pytest.approx([0.3, 0.6])


def test_values_that_cannot_travel_are_named_before_anything_starts(cell: Submit) -> None:
    with open(__file__) as file, pytest.raises(UnpicklableError, match=r"^model\[6\] is an open file"):
        cell("model", params={"model": [1, 2, 3, 4, 5, 6, file], "x": [1]})
    with open(__file__) as file, pytest.raises(UnpicklableError, match=r"b\[1\] is an open file"):
        cell("b", over=[{"a": 1, "b": 2}, {"a": 1, "b": file}], where=("a == 1",))


def test_a_dry_run_tells_what_would_be_refused(shell: InteractiveShell) -> None:
    with open(__file__) as file:
        assert warned(shell, "model", params={"model": [1, file]}) == ("model[1] is an open file; open it in the cell",)


def test_parameters_that_make_no_difference_are_told(shell: InteractiveShell) -> None:
    exec("def f():\n    return depth\nclass C:\n    def g(self):\n        return lr", shell.user_ns)
    grid = {"lr": [1], "depth": [2]}
    assert warned(shell, "lr + depth", params=grid) == ()
    assert warned(shell, "f() + lr", params=grid) == ()
    assert warned(shell, "C().g() + f()", params=grid) == ()
    assert warned(shell, "lr", params=grid) == ("the cell never reads the parameter depth",)
    assert warned(shell, "lr = 3\nlr + depth", params=grid) == (
        "the cell sets lr itself before it reads it, so its values in the sweep make no difference",
    )
    assert warned(shell, "for lr in [1]:\n    print(lr)\ndepth", params=grid) == (
        "the cell sets lr itself before it reads it, so its values in the sweep make no difference",
    )
    assert warned(shell, "print(**task.params)", params=grid) == ()
    assert warned(shell, "eval('lr')", params=grid) == ()
    assert warned(shell, "lr\nif lr:\n    depth = 3\ndepth", params=grid) == ()
    assert warned(shell, "list", params={"list": [[1]]}) == (
        "the parameter list hides Python's own list() in the cell",
    )


def test_functions_are_asked_what_they_take() -> None:
    def train(lr: float, depth: int = 3, *, gamma: float | None = None) -> tuple[float, int, float | None]:
        return lr, depth, gamma

    assert list(cellburst.map(train, {"lr": [1, 2]}).wait(40).results) == [(1, 3, None), (2, 3, None)]
    run = cellburst.map(train, {"lr": [1, 2], "gamma": [5, 6]}, when={"gamma": "lr == 2"}, const={"depth": 9})
    assert list(run.wait(40).results) == [(1, 9, None), (2, 9, 5), (2, 9, 6)]
    made = sweeps.grid(lr=[1, 2], depth=[3, 4]).where("lr < depth - 1")
    assert list(cellburst.map(train, made).wait(40).results) == [(1, 3, None), (1, 4, None), (2, 4, None)]
    run = cellburst.map(train, over=[{"lr": 1}], each={"depth": [7, 8]}, where="depth > 7")
    assert list(run.wait(40).results) == [(1, 8, None)]
    for params, options, said in [
        ({"lr": [1], "dept": [2]}, {}, r"train\(\) has no parameter 'dept'; did you mean 'depth'\?"),
        ({"depth": [1]}, {}, r"train\(\) needs lr, which the sweep does not give it; pass lr=\.\.\."),
        ({"lr": [1, 2], "depth": [1]}, {"when": {"lr": "depth == 2"}}, r"--when lr: train\(\) needs lr in every call"),
        ({"lr": [1]}, {"zip": True, "sample": 3}, r"--sample 3: there is only 1 point"),
        (None, {}, "map needs parameters"),
    ]:
        with pytest.raises((SweepError, UsageError), match=said):
            cellburst.map(train, params, **options)
    with pytest.raises(UsageError, match="there is no option 'samples'"):
        cellburst.remote(samples=3)
