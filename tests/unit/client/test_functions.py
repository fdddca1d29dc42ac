from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest

import cellburst
from cellburst.client.connecting.record import find_controller
from cellburst.errors import UnpicklableError, UsageError
from cellburst.model.run import Run
from cellburst.paths import Folders
from cellburst.wire import client as wire
from tests.unit.client.scripted import Scripted, done


def fit(x: int, depth: int = 1) -> int:
    return x * depth


@pytest.fixture
def submitted(script: Callable[..., Scripted]) -> Callable[[], Run]:
    """The run that was submitted last."""
    controller = script(lambda _, channel, message: done(channel, message))
    return lambda: controller.of(wire.Submit)[-1].run  # type: ignore[no-any-return]


def test_a_call_is_a_single_run(submitted: Callable[[], Run]) -> None:
    cellburst.submit(fit, 2, depth=3, timeout="2m", retries=1, seed=9, name="first")
    run = submitted()
    assert (run.sweep.kind, run.payload.kind, run.name, run.target) == ("single", "function", "first", "local")
    assert (run.options.timeout, run.options.retries, run.options.seed) == (120.0, 1, 9)
    assert [entry.name for entry in run.manifest.entries] == ["fit", "argument 1", "depth"]
    assert run.origin.python
    assert run.code.startswith("def fit")


def test_parallel_makes_copies(submitted: Callable[[], Run]) -> None:
    cellburst.submit(fit, 2, parallel=4)
    assert (submitted().sweep.kind, submitted().count) == ("copies", 4)


def test_two_submissions_have_two_keys_and_two_seeds(submitted: Callable[[], Run]) -> None:
    cellburst.submit(fit, 1)
    first = submitted()
    cellburst.submit(fit, 1)
    assert (first.key, first.id, first.options.seed) != (submitted().key, submitted().id, submitted().options.seed)
    assert first.key != submitted().key


def test_a_dict_is_a_grid_and_other_values_are_a_table(submitted: Callable[[], Run]) -> None:
    cellburst.map(fit, {"x": [1, 2], "depth": [1, 2, 3]}, parallel=2)
    assert (submitted().sweep.kind, submitted().count, submitted().options.parallel) == ("grid", 6, 2)
    cellburst.map(fit, (n for n in range(3)))
    assert (submitted().sweep.kind, submitted().sweep.names, submitted().payload.positional) == ("table", ("x",), True)


def test_a_frame_gives_a_task_for_each_row(submitted: Callable[[], Run]) -> None:
    import pandas as pd

    cellburst.map(fit, pd.DataFrame({"x": [1, 2], "depth": [3, 4]}))
    assert submitted().sweep.params(1) == {"x": 2, "depth": 4}


def test_a_partial_keeps_its_functions_name(submitted: Callable[[], Run]) -> None:
    cellburst.submit(functools.partial(fit, 3))
    assert (submitted().name, submitted().code.startswith("def fit")) == ("fit", True)


def test_a_callable_without_a_signature_is_mapped_too(submitted: Callable[[], Run]) -> None:
    cellburst.map(dict, [1])
    assert submitted().sweep.names == ("value",)


def test_the_decorator_keeps_the_function(submitted: Callable[[], Run]) -> None:
    remote = cellburst.remote("local", retries=3)(fit)
    assert remote(2, depth=4) == 8
    assert remote.__name__ == "fit"
    assert "fit on local" in repr(remote)
    remote.map([1, 2])
    assert submitted().options.retries == 3
    plain = cellburst.remote(fit)
    plain.submit(1)
    assert submitted().options.retries == 0


@pytest.mark.usefixtures("submitted")
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cellburst.map(fit, 3), "not int"),
        (lambda: cellburst.map(fit, "abc"), "not str"),
        (lambda: cellburst.map(fit, {"x": [1]}, x=2), "'x' is both"),
        (lambda: cellburst.submit(3), "a function is needed, not int"),  # type: ignore[arg-type]
        (lambda: cellburst.remote(fit, into="a"), "no option 'into'"),
        (lambda: cellburst.remote(retrys=1), "no option 'retrys'"),
        (lambda: cellburst.submit(fit, 1, timeout="soon"), "not a time"),
        (lambda: cellburst.submit(fit, 1, retries=-1), "retries"),
        (lambda: cellburst.submit(lambda seed: seed, seed=1), "has a parameter 'seed'"),
    ],
)
def test_what_cannot_be_meant_is_said(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call()


def test_what_cannot_travel_is_named_and_starts_nothing(folders: Folders) -> None:
    with pytest.raises(UnpicklableError, match="lock"):
        cellburst.submit(fit, {"model": threading.Lock()})
    assert find_controller(folders) is None
