"""Rows 11, 18, 37 and 39 to 41: results that cannot come back, must not come back, or are not what was written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.client.collecting import room
from cellburst.client.collecting.trial import try_elsewhere
from cellburst.client.connecting import discover
from cellburst.errors import DamagedBlobError, PayloadError
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.paths import Folders
from tests.fault.plant import Plant, cell_run
from tests.integration.shared import shared_folders  # noqa: F401
from tests.unit.worker import zoo


class Calls:
    """Calls a function wherever it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def large(megabytes: int) -> bytes:
    return bytes(megabytes << 20)


# row 11


def test_a_full_disk_at_a_commit_pauses_and_goes_on_by_itself(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    try:
        plant.start(CELLBURST_FAULT="store.commit.applied:nospace:3")
        channel = plant.connect()
        run = plant.submit(channel, cell_run("print('said', task.index)\ntask.index * 3", 40))
        assert plant.wait(channel, run).state is RunState.SUCCEEDED
        assert plant.values(run) == [3 * index for index in range(40)]
        assert {result.attempt for result in plant.results(run)} == {1}
    finally:
        plant.stop()


# row 18


def test_a_flipped_bit_costs_one_value_and_a_retry_brings_it_back(folders: Folders) -> None:
    run = cellburst.map(lambda n: bytes([n]) * (1 << 20), range(3)).wait(30)
    damaged = next(path for path in folders.blobs.rglob("*") if path.is_file() and path.read_bytes()[-(1 << 19)] == 1)
    data = bytearray(damaged.read_bytes())
    data[-(1 << 19)] ^= 4
    damaged.chmod(0o600)
    damaged.write_bytes(data)
    with pytest.raises(DamagedBlobError, match="retry"):
        run.results[1]
    assert [len(run.results[n]) for n in (0, 2)] == [1 << 20] * 2
    again = cellburst.map(lambda n: bytes([n]) * (1 << 20), range(3)).wait(30)
    assert again.results[1] == bytes([1]) * (1 << 20)


# row 37


@pytest.mark.parametrize("kind", [*zoo.ERRORS, zoo.HoldsLockError, zoo.BadReduceError, zoo.OwnBaseError])
def test_a_hostile_exception_reaches_the_user_as_bounded_text(kind: type[BaseException]) -> None:
    def fail() -> None:
        raise kind("text") if kind is zoo.HoldsLockError else kind()

    run = cellburst.submit(fail).wait(30)
    assert run.state is RunState.FAILED
    error = run.error
    assert error is not None
    assert kind.__name__ in f"{type(error).__name__} {error.args}"
    (row,) = run.results.rows()
    assert row.state == "failed"
    assert len(str(row)) < 20_000
    assert len(run.logs()) < 200_000


def test_an_exception_that_kills_whoever_unpickles_it_is_not_unpickled_by_anything_of_ours(folders: Folders) -> None:
    class BombError(Exception):
        def __reduce__(self) -> Any:
            import os

            return os._exit, (7,)

    def fail() -> None:
        raise BombError

    run = cellburst.submit(fail).wait(30)
    script = "import cellburst as c; run = c.attach(); print(run.state.value, [r.state for r in run.results.rows()])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "failed ['failed']\n", done.stderr
    result = run.task_result()
    assert result is not None
    assert result.error is not None
    assert (result.error.ename, result.error.traceback[-1].split(":")[0].split(".")[-1]) == ("BombError", "BombError")


# row 39


def test_a_value_that_cannot_be_pickled_is_done_and_its_output_kept() -> None:
    def make() -> Any:
        print("printed")
        return (n for n in range(3))

    run = cellburst.submit(make).wait(30)
    assert run.state is RunState.SUCCEEDED
    with pytest.raises(PayloadError, match=r"succeeded, but: value not returned: .*generator"):
        _ = run.value
    assert run.logs().startswith("printed\n")
    (row,) = run.results.rows()
    assert (row.attempt, row.state) == (1, "succeeded")


# row 40

SMALL_KERNEL = """
import resource
import cellburst
from cellburst.client.collecting.room import address_space
from cellburst.errors import PayloadError
results = cellburst.attach("last").results
unlimited = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (address_space() + (100 << 20), unlimited[1]))
try:
    results[0]
except PayloadError as error:
    print(error)
print(type(list(results)[0]).__name__, len(results[1]))
resource.setrlimit(resource.RLIMIT_AS, unlimited)
print(len(results.task(0).load()), len(results[0]))
"""


def test_a_result_larger_than_the_free_memory_is_asked_for_before_it_is_loaded(folders: Folders) -> None:
    cellburst.map(large, [150, 1]).wait(30)
    discover.disconnect()
    done = subprocess.run([sys.executable, "-c", SMALL_KERNEL], capture_output=True, text=True, timeout=30, check=False)
    said, kinds, loaded = done.stdout.splitlines() or [done.stderr, "", ""]
    assert "is not loaded: its pickle has 0.16 GB, and 0." in said
    assert "`results.task(0).load()` loads it all the same" in said
    assert kinds == f"PayloadError {1 << 20}"
    assert loaded == f"{150 << 20} {150 << 20}"


def test_arrays_are_mapped_and_need_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    np = pytest.importorskip("numpy")
    monkeypatch.setattr(room, "free_memory", lambda: 1)
    run = cellburst.submit(lambda: np.zeros(10 << 20)).wait(30)
    assert run.value.shape == (10 << 20,)


def test_a_worker_that_has_no_room_for_its_result_says_so() -> None:
    def make() -> list[int]:
        found = list(range(10**9, 10**9 + 3_000_000))
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + (4 << 20), resource.getrlimit(resource.RLIMIT_AS)[1]))
        return found

    run = cellburst.submit(make).wait(30)
    (row,) = run.results.rows()
    assert (row.state, row.attempt) == ("succeeded", 1)
    assert row.note.startswith("value not returned: ")
    assert "Memory" in row.note
    assert cellburst.submit(large, 1).result(30) == large(1), "the worker goes on"


# row 41


@pytest.mark.parametrize(
    ("bomb", "said"),
    [
        (Calls(bytearray, 1 << 45), "it needs more than"),
        (Calls(os._exit, 7), "the child ended with status 7"),
        (Calls(signal.raise_signal, signal.SIGKILL), "the child ended with status -9"),
        (Calls(eval, "1 / 0"), "ZeroDivisionError"),
    ],
    ids=["memory", "exit", "signal", "raises"],
)
def test_a_bomb_is_tried_in_a_child_and_not_loaded(bomb: Calls, said: str) -> None:
    run = cellburst.map(_armed, [bomb.call]).wait(30)
    assert run.state is RunState.SUCCEEDED, "making it is no harm, and neither is storing it"
    with pytest.raises(PayloadError, match="was tried in a child process and is not loaded") as caught:
        run.results.task(0).load(safe=True)
    assert said in str(caught.value)


def _armed(call: Any) -> Calls:
    return Calls(call[0], *call[1])


def test_a_value_that_takes_for_ever_is_given_up(folders: Folders) -> None:
    run = cellburst.map(_armed, [(time.sleep, (3600,))]).wait(30)
    result = run.task_result(0)
    assert result is not None
    with pytest.raises(PayloadError, match=r"took more than 0\.5 s"):
        try_elsewhere(run.record, result, folders.blobs, 0, patience=0.5)


def test_a_harmless_value_is_loaded_after_its_trial() -> None:
    run = cellburst.map(lambda n: {"n": [n] * 1000}, [1, 2]).wait(30)
    assert run.results.task(1).load(safe=True) == {"n": [2] * 1000}


def test_a_deep_value_is_a_value_or_a_sentence() -> None:
    def deep() -> list[Any]:
        found: list[Any] = []
        for _ in range(200_000):
            found = [found]
        return found

    run = cellburst.submit(deep).wait(30)
    (row,) = run.results.rows()
    assert row.state == "succeeded"
    assert row.note.startswith("value not returned: ")
    assert run.task_result(0).kind is OutcomeKind.SUCCEEDED  # type: ignore[union-attr]
