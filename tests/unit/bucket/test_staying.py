"""How long a machine without work stays."""

from __future__ import annotations

from cellburst.bucket.held import HeldTasks
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.memory import Bucket, MemoryQueue, MemoryStore, Messages
from cellburst.bucket.reach import Reach
from cellburst.bucket.signing import KeyPair
from cellburst.bucket.staying import Staying
from cellburst.bucket.stopping import StopReader
from cellburst.bucket.telling import Telling
from cellburst.testing.clock import FakeClock

KEYS = RunKeys("0123456789ab", "run1")


def a_machine(clock: FakeClock, queue: MemoryQueue) -> Staying:
    store, signer, held, reach = MemoryStore(Bucket(clock.wall)), KeyPair(), HeldTasks(), Reach(clock)
    stops = StopReader(KEYS, signer.public, store)
    telling = Telling(KEYS, "m1", signer, store, clock, clock.wall, held, 15.0)
    return Staying(clock, queue, reach, held, stops, telling, clock.boot() + 7200, idle=60.0, lease=90.0)


def leaves_after(clock: FakeClock, staying: Staying) -> float:
    start = clock.boot()
    while not staying.over():
        clock.advance(1.0)
    return clock.boot() - start


def test_with_an_empty_queue_it_leaves_soon() -> None:
    clock = FakeClock()
    assert leaves_after(clock, a_machine(clock, MemoryQueue(Messages(clock.wall)))) == 60


def test_while_others_hold_tasks_it_outlasts_a_lease() -> None:
    clock = FakeClock()
    queue = MemoryQueue(Messages(clock.wall))
    queue.send(["task"])
    (delivery,) = queue.receive(1, 0.0, 90.0)
    queue.extend([delivery.receipt], 7200.0)
    assert leaves_after(clock, a_machine(clock, queue)) == 113  # another machine is at it, and may be for long
    queue.extend([delivery.receipt], 90.0)
    assert leaves_after(clock, a_machine(clock, queue)) == 7200  # after 90 s the task is to be had again


def test_messages_that_have_come_and_are_not_held_yet_are_work() -> None:
    clock = FakeClock()
    staying = a_machine(clock, MemoryQueue(Messages(clock.wall)))
    staying.accepting = True
    clock.advance(100.0)
    assert not staying.over()
    staying.accepting = False
    assert leaves_after(clock, staying) == 60
