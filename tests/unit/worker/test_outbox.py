from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from cellburst.settings import Settings
from cellburst.wire.frames import Channel
from cellburst.wire.worker import FromWorker, Importing, Progressed, Streamed
from cellburst.worker.outbox import Outbox


@pytest.fixture
def ends() -> Iterator[tuple[Outbox, Channel[Any]]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)
    yield Outbox(Channel(ours, None), Settings()), Channel(theirs, FromWorker)
    ours.close()
    theirs.close()


def test_live_output_comes_while_the_task_runs(ends: tuple[Outbox, Channel[Any]]) -> None:
    outbox, pool = ends
    outbox.begin("r", 3, 2, 1, 0.0, live=True)
    outbox.write("stdout", "hello\n")
    message = pool.receive()
    assert isinstance(message, Streamed)
    assert (message.run, message.index, message.generation, message.attempt) == ("r", 3, 2, 1)
    assert message.outputs == ({"output_type": "stream", "name": "stdout", "text": "hello\n"},)
    outbox.write("stderr", "rest")
    assert [record["text"] for record in outbox.end()] == ["rest"]


def test_a_record_that_cannot_be_written_does_not_stop_the_others(ends: tuple[Outbox, Channel[Any]]) -> None:
    outbox, pool = ends
    outbox.begin("r", 0, 1, 1, 0.0, live=True)
    outbox.show({"output_type": "display_data", "data": object()})
    message = pool.receive()
    assert isinstance(message, Streamed)
    assert "could not be sent" in message.outputs[0]["text"]


def test_only_the_newest_progress_is_sent(ends: tuple[Outbox, Channel[Any]]) -> None:
    outbox, pool = ends
    outbox.begin("r", 0, 1, 1, 0.0, live=True)
    for step in range(100):
        outbox.progress(step / 100, "", None)
    sent = [pool.receive()]
    while sent[-1].fraction < 0.99:
        sent.append(pool.receive())
    assert all(isinstance(message, Progressed) for message in sent)
    assert len(sent) <= 3


def test_imports_that_take_long_are_told_together(ends: tuple[Outbox, Channel[Any]]) -> None:
    outbox, pool = ends
    outbox.begin("r", 0, 1, 1, 0.0, live=True)
    outbox.importing("a")
    outbox.importing("b")
    told: list[str] = []
    while len(told) < 2:
        message = pool.receive()
        assert isinstance(message, Importing)
        assert message.run == "r"
        told += message.modules
    assert told == ["a", "b"]


def test_imports_of_a_task_that_has_ended_are_not_told(ends: tuple[Outbox, Channel[Any]]) -> None:
    outbox, pool = ends
    outbox._imports_since = float("inf")
    outbox.begin("r", 0, 1, 1, 0.0, live=True)
    outbox._imports.append("a")
    outbox.end()
    outbox.begin("r", 1, 1, 1, 0.0, live=True)
    outbox.write("stdout", "hello\n")
    message = pool.receive()
    assert isinstance(message, Streamed)
    assert outbox._imports == []


def test_nobody_at_the_other_end_is_no_error(ends: tuple[Outbox, Channel[Any]]) -> None:
    outbox, pool = ends
    pool.close()
    outbox.begin("r", 0, 1, 1, 0.0, live=True)
    outbox.write("stdout", "x\n")
    assert isinstance(outbox.end(), tuple)
