"""What we build on in SQS: messages are somebody's for a time, come back, and tell how often they were received."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellburst.aws import names
from cellburst.aws.sqs import Queue
from tests.aws.conftest import ENV, Account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def queue(aws: Account) -> Iterator[Queue]:
    sqs = aws.session.client("sqs")
    url = sqs.create_queue(QueueName=names.queue(aws.run), tags=names.tags(ENV, aws.run))["QueueUrl"]
    yield Queue(aws.session, url)
    sqs.delete_queue(QueueUrl=url)


def test_a_message_is_hidden_given_back_and_counted(queue: Queue) -> None:
    queue.send(["task 1"])
    (first,) = queue.receive(1, 10, 30)
    assert queue.receive(1, 1, 30) == []
    assert queue.extend([first.receipt], 0) == []
    (second,) = queue.receive(1, 10, 30)
    assert (second.body, first.receives, second.receives) == ("task 1", 1, 2)
    queue.remove([second.receipt])
    assert queue.receive(1, 1, 30) == []


def test_a_message_that_nobody_extends_comes_back(queue: Queue) -> None:
    queue.send(["task 2"])
    (first,) = queue.receive(1, 10, 2)
    (second,) = queue.receive(1, 20, 30)
    assert second.body == first.body
    assert second.receives == 2


def test_one_that_is_extended_stays_away(queue: Queue) -> None:
    queue.send(["task 3"])
    (first,) = queue.receive(1, 10, 3)
    assert queue.extend([first.receipt], 60) == []
    assert queue.receive(1, 6, 30) == []


def test_what_is_removed_twice_is_no_error(queue: Queue) -> None:
    queue.send(["task 4"])
    (first,) = queue.receive(1, 10, 30)
    for _ in range(2):
        queue.remove([first.receipt])


def test_many_at_once(queue: Queue) -> None:
    queue.send([f"task {number}" for number in range(25)])
    found: set[str] = set()
    for _ in range(30):
        deliveries = queue.receive(10, 2, 60)
        found |= {one.body for one in deliveries}
        queue.remove([one.receipt for one in deliveries])
        if len(found) == 25:
            break
    assert len(found) == 25
