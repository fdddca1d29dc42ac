"""What waits, what was sent and what has ended, as several threads see it."""

from __future__ import annotations

import os
from concurrent import futures

import pytest

from cellburst.client.executors.futures import Call, CallFuture
from cellburst.client.executors.losses import ExecutorBroken
from cellburst.client.executors.queue import Calls


def added(calls: Calls, count: int = 1) -> list[CallFuture]:
    made = [CallFuture(calls.take_back) for _ in range(count)]
    for future in made:
        calls.add(Call(future, "f", len, (), {}))
    return made


def test_calls_are_given_out_in_order_so_many_at_a_time() -> None:
    calls = Calls()
    made = added(calls, 5)
    given = [[call.future for call in calls.next(2, 1.0)[0]] for _ in range(3)]  # type: ignore[index]
    assert given == [made[:2], made[2:4], made[4:]]
    calls.close()
    assert calls.next(2, 1.0) is None


def test_what_is_cancelled_before_it_is_packed_is_never_a_task() -> None:
    calls = Calls()
    (future,) = added(calls)
    assert future.cancel()
    assert futures.wait([future], 0).done == {future}
    found = calls.next(9, 1.0)
    assert found is not None
    assert [call.future.cancelled() for call in found[0]] == [True]
    assert found[1] == []


def test_what_is_cancelled_later_is_told_with_the_number_of_its_task() -> None:
    calls = Calls()
    made = added(calls, 3)
    calls.next(9, 1.0)
    made[0].cancel()  # between its packing and its number
    calls.expect(10, made)
    made[2].cancel()
    assert calls.next(9, 1.0) == ([], [10, 12])


def test_what_is_being_packed_is_cancelled_with_the_rest() -> None:
    calls = Calls()
    made = added(calls, 3)
    found = calls.next(2, 1.0)
    assert found is not None
    assert calls.futures() == made
    calls.put_back(found[0][1:])
    assert calls.futures() == made
    for future in calls.futures():
        future.interrupt()
    calls.expect(0, made[:1])
    assert calls.futures() == made
    assert calls.next(9, 1.0)[1] == [0]  # type: ignore[index]


def test_what_is_being_packed_fails_with_the_rest() -> None:
    calls = Calls()
    (future,) = added(calls)
    calls.next(9, 1.0)
    calls.fail(OSError("no more"))
    assert isinstance(future.exception(0), ExecutorBroken)
    calls.expect(0, [future])
    assert calls.futures() == []


def test_a_task_that_has_begun_is_only_interrupted_on_demand() -> None:
    calls = Calls()
    (future,) = added(calls)
    calls.next(9, 1.0)
    calls.expect(0, [future])
    calls.begun([0, 77])
    assert future.running()
    assert not future.cancel()
    future.interrupt()
    assert calls.next(9, 1.0) == ([], [0])
    assert not future.done()


def test_after_the_last_call_cancelling_still_goes_on() -> None:
    calls = Calls()
    made = added(calls, 2)
    calls.next(9, 1.0)
    calls.expect(0, made)
    calls.close()
    assert calls.next(9, 1.0) is None
    made[1].cancel()
    assert calls.next_unwanted() == [1]
    assert calls.pop(0) is made[0]
    assert calls.pop(0) is None
    calls.pop(1)
    assert calls.next_unwanted() == []


def test_a_failure_is_everybodys_and_stays() -> None:
    calls = Calls()
    sent, waiting, gone = added(calls, 3)
    calls.next(1, 1.0)
    calls.expect(0, [sent])
    gone.cancel()
    calls.fail(OSError("no controller"))
    calls.fail(OSError("another"))
    for future in (sent, waiting):
        assert isinstance(future.exception(0), futures.process.BrokenProcessPool)
        assert "no controller" in str(future.exception(0))
    assert gone.cancelled()
    with pytest.raises(futures.BrokenExecutor, match="no controller"):
        added(calls)
    assert calls.next(1, 1.0) is None
    assert not calls.wait_for_more()


def test_after_the_end_nothing_is_taken() -> None:
    calls = Calls()
    calls.close()
    with pytest.raises(RuntimeError, match="after shutdown"):
        added(calls)


def test_a_child_gets_a_lock_of_its_own() -> None:
    calls = Calls()
    (future,) = added(calls)
    calls._changed.acquire()  # as another thread may have at the fork
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        calls.after_fork()
        try:
            added(calls)
        except RuntimeError:
            future.cancel()
            os.write(writing, b"refused")
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b"refused"
    os.waitpid(pid, 0)
    calls._changed.release()


def test_who_sends_is_told_that_nothing_has_come() -> None:
    calls = Calls()
    assert calls.next(9, 0.01) == ([], [])
    made = added(calls, 3)
    found = calls.next(9, 1.0)
    assert found is not None
    calls.put_back(found[0][1:])
    again = calls.next(9, 1.0)
    assert again is not None
    assert [call.future for call in again[0]] == made[1:]
