"""What every task queue keeps to: the one in memory, on which whole runs are simulated, and SQS's."""

from __future__ import annotations

import time

import pytest

from cellburst.abc import Delivery, TaskQueue
from cellburst.bucket.memory import MemoryQueue, Messages


@pytest.fixture(params=["memory", "sqs"])
def queue(request: pytest.FixtureRequest) -> TaskQueue:
    if request.param == "memory":
        return MemoryQueue(Messages(time.monotonic))
    request.getfixturevalue("cloud")
    from cellburst.aws import sqs
    from cellburst.aws.session import Session

    session = Session(region="us-east-1")
    url = session.client("sqs").create_queue(QueueName="tasks")["QueueUrl"]
    return sqs.Queue(session, url)


def received(queue: TaskQueue, count: int, visible: float = 60.0) -> list[Delivery]:
    """So many messages, however many requests it takes."""
    found: list[Delivery] = []
    until = time.monotonic() + 20
    while len(found) < count and time.monotonic() < until:
        found += queue.receive(count - len(found), 1.0, visible)
    assert len(found) == count
    return found


def test_messages_are_received_once(queue: TaskQueue) -> None:
    bodies = [f"task {number}" for number in range(25)]
    queue.send(bodies)
    assert queue.depth() == (25, 0)
    found = received(queue, 25)
    assert sorted(delivery.body for delivery in found) == sorted(bodies)
    assert {delivery.receives for delivery in found} == {1}
    assert queue.receive(10, 0.0, 60.0) == []
    assert queue.depth() == (0, 25)


def test_no_more_than_asked_for(queue: TaskQueue) -> None:
    queue.send([str(number) for number in range(12)])
    assert len(queue.receive(3, 0.0, 60.0)) <= 3
    assert len(queue.receive(100, 0.0, 60.0)) <= 10


def test_what_is_removed_stays_away(queue: TaskQueue) -> None:
    queue.send([str(number) for number in range(15)])
    queue.remove([delivery.receipt for delivery in received(queue, 15)])
    assert queue.depth() == (0, 0)


def test_what_is_given_back_comes_again_and_is_counted(queue: TaskQueue) -> None:
    queue.send(["task"])
    (first,) = received(queue, 1)
    assert queue.extend([first.receipt], 0) == []
    (second,) = received(queue, 1)
    assert (second.body, second.receives) == ("task", 2)


def test_a_lease_ends_by_itself(queue: TaskQueue) -> None:
    queue.send(["task"])
    received(queue, 1, visible=1.0)
    (again,) = received(queue, 1)
    assert again.receives == 2


def test_a_lease_can_be_extended(queue: TaskQueue) -> None:
    queue.send(["task"])
    (held,) = received(queue, 1, visible=1.0)
    assert queue.extend([held.receipt], 60.0) == []
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        assert queue.receive(1, 0.5, 60.0) == []


def test_receipts_that_are_no_longer_good_are_named(queue: TaskQueue) -> None:
    queue.send(["kept", "gone"])
    by_body = {delivery.body: delivery.receipt for delivery in received(queue, 2)}
    queue.remove([by_body["gone"]])
    assert queue.extend([by_body["kept"], by_body["gone"]], 60.0) == [by_body["gone"]]


def test_delayed_messages_wait(queue: TaskQueue) -> None:
    queue.send(["later"], delay=1.0)
    assert queue.receive(1, 0.0, 60.0) == []
    assert queue.depth() == (1, 0)
    assert received(queue, 1)[0].body == "later"


def test_nothing_is_nothing(queue: TaskQueue) -> None:
    queue.send([])
    queue.remove([])
    assert queue.extend([], 60.0) == []
