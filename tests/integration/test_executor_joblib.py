"""joblib, and scikit-learn through it, with our backend: the same results as with joblib's own processes."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

import cellburst
from cellburst.errors import UsageError
from cellburst.testing.fakecloud import FakeCloud
from tests.integration.called_functions import add, divide, hold, nap
from tests.integration.shared import shared_folders  # noqa: F401
from tests.integration.waiting import await_file

X, Y = make_classification(120, 6, random_state=3)


@pytest.fixture(autouse=True)
def _no_loky_left() -> Iterator[None]:
    yield
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)


def with_both(compute: Any) -> tuple[Any, Any]:
    """What ``compute`` gives with joblib's own processes, and with ours."""
    with joblib.parallel_config("loky", n_jobs=2):
        theirs = compute()
    with joblib.parallel_config("cellburst", target="local"):
        ours = compute()
    return theirs, ours


def test_calls_come_back_in_order() -> None:
    theirs, ours = with_both(lambda: joblib.Parallel()(joblib.delayed(add)(n, b=1) for n in range(200)))
    assert theirs == ours == list(range(1, 201))
    assert joblib.Parallel(backend="cellburst", n_jobs=2)(joblib.delayed(add)(n) for n in range(3)) == [0, 1, 2]


@pytest.mark.slow
def test_a_grid_search_finds_the_same() -> None:
    def search() -> Any:
        found = GridSearchCV(LogisticRegression(), {"C": [0.01, 0.1, 1.0]}, cv=3, n_jobs=-1).fit(X, Y)
        return found.best_params_, found.cv_results_["mean_test_score"].tolist()

    theirs, ours = with_both(search)
    assert theirs == ours


@pytest.mark.slow
def test_scores_and_forests_are_the_same() -> None:
    def scores() -> Any:
        return cross_val_score(LogisticRegression(), X, Y, cv=4, n_jobs=-1).tolist()

    def forest() -> Any:
        grown = RandomForestClassifier(12, random_state=5, n_jobs=-1)
        return cross_val_score(grown, X, Y, cv=2, n_jobs=-1).tolist()

    for compute in (scores, forest):
        theirs, ours = with_both(compute)
        assert theirs == ours


def inner(_: int) -> tuple[str, str]:
    def innermost() -> str:
        backend, _ = joblib.parallel.get_active_backend()
        return type(backend).__name__

    backend, _ = joblib.parallel.get_active_backend()
    below = joblib.Parallel(n_jobs=2)(joblib.delayed(innermost)() for _ in range(2))
    return type(backend).__name__, below[0]


@pytest.mark.slow
def test_what_is_parallel_inside_of_a_task_gets_threads_as_with_loky() -> None:
    theirs, ours = with_both(lambda: joblib.Parallel(n_jobs=2)(joblib.delayed(inner)(n) for n in range(3)))
    assert theirs == ours
    assert ours[0] == ("ThreadingBackend", "SequentialBackend")


def ask_for_ours(_: int) -> list[int]:
    with joblib.parallel_config("cellburst"):
        found: list[int] = joblib.Parallel(n_jobs=2)(joblib.delayed(add)(n) for n in range(3))
        return found


def test_a_task_that_asks_for_our_backend_gets_threads() -> None:
    with joblib.parallel_config("cellburst"):
        assert joblib.Parallel(n_jobs=2)(joblib.delayed(ask_for_ours)(n) for n in range(2)) == [[0, 1, 2]] * 2


def test_results_can_be_read_as_they_come() -> None:
    with joblib.parallel_config("cellburst"):
        ordered = joblib.Parallel(return_as="generator")(joblib.delayed(nap)(s) for s in (0.3, 0.01))
        assert list(ordered) == [0.3, 0.01]
        any_order = joblib.Parallel(return_as="generator_unordered")(joblib.delayed(nap)(s) for s in (0.5, 0.01))
        assert list(any_order) == [0.01, 0.5]


def test_an_exception_ends_it_all_with_its_remote_traceback() -> None:
    with joblib.parallel_config("cellburst"):
        with pytest.raises(ZeroDivisionError) as caught:
            joblib.Parallel(n_jobs=2)(joblib.delayed(divide)(1, n % 7) for n in range(1, 100))
        assert "# the line that a traceback shows" in str(caught.value.__cause__)
        assert joblib.Parallel(n_jobs=2)(joblib.delayed(add)(n) for n in range(3)) == [0, 1, 2]


def test_a_call_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with joblib.parallel_config("cellburst"), pytest.raises(multiprocessing.TimeoutError):
        joblib.Parallel(n_jobs=2, timeout=0.2)(joblib.delayed(hold)(str(tmp_path / name)) for name in "ab")


def test_an_interrupt_ends_what_is_in_flight(tmp_path: Path) -> None:
    def interrupt() -> None:
        for name in "ab":  # a call that was not sent yet would not be a task
            await_file(tmp_path / f"{name}.running")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with joblib.parallel_config("cellburst"), pytest.raises(KeyboardInterrupt):
        joblib.Parallel(n_jobs=2)(joblib.delayed(hold)(str(tmp_path / name)) for name in "ab")
    run = cellburst.runs(limit=1)[0].wait(30)
    assert run.status.counts.cancelled == 2


def test_each_parallel_is_a_run_and_its_options_are_an_executors() -> None:
    with joblib.parallel_config("cellburst", name="doubled", seed=7):
        joblib.Parallel(n_jobs=2)(joblib.delayed(add)(n, n) for n in range(10))
    run = cellburst.runs(limit=1)[0].wait(30)
    assert (run.name, run.record.options.seed) == ("doubled", 7)
    assert run.connection.reader.run(run.id).sweep.params(0) == {"call": "add"}
    with pytest.raises(UsageError, match="no option 'memry'"):
        joblib.parallel_config("cellburst", memry="1G")
    with pytest.raises(UsageError, match="--memory is about machines that are started for a run"):
        joblib.parallel_config("cellburst", memory="1G")


def total(array: Any) -> float:
    return float(array.sum())


def test_all_jobs_are_as_many_as_the_machines_take(cloud: FakeCloud) -> None:
    machines = {"backend": "cellburst", "target": "fakecloud", "instance_type": "m7i.large"}
    with joblib.parallel_config(**machines, parallel=6):
        assert (joblib.effective_n_jobs(-1), joblib.effective_n_jobs(-2)) == (6, 5)
    with joblib.parallel_config(**machines):
        assert joblib.effective_n_jobs(-1) == 20  # ten machines with two cores each


def test_a_large_array_is_stored_once(folders: Any) -> None:
    array = np.random.default_rng(1).random(1 << 20)

    def stored() -> int:
        return sum(file.stat().st_size for file in folders.blobs.rglob("*") if file.is_file())

    before = stored()
    with joblib.parallel_config("cellburst"):
        found = joblib.Parallel(n_jobs=2, batch_size=1)(joblib.delayed(total)(array) for _ in range(20))
    assert found == [array.sum()] * 20
    assert stored() - before < array.nbytes * 1.5


def test_short_calls_are_batched() -> None:
    with joblib.parallel_config("cellburst"):
        assert joblib.Parallel(n_jobs=2)(joblib.delayed(add)(n) for n in range(5000)) == list(range(5000))
    assert cellburst.runs(limit=1)[0].wait(30).count < 2500


@pytest.mark.parametrize("first", ["import joblib, cellburst", "import cellburst, joblib"])
def test_joblib_knows_the_name_whichever_is_imported_first(first: str) -> None:
    code = f"{first}\nprint(type(joblib.parallel_config('cellburst').parallel_config['backend']).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "CellburstBackend\n"
