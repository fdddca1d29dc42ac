from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from cellburst.client.connecting.connection import Connection
from cellburst.client.starting.sending import send
from cellburst.errors import ControllerError, UsageError
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire import client as wire
from tests.unit.client.scripted import RUN, Scripted, done, make_run, refuse
from tests.unit.client.test_follow import Instant

Start = Callable[..., Scripted]


def takes(controller: Scripted, channel: Any, message: Any) -> None:
    done(channel, message)


def test_a_run_is_submitted_whole(script: Start, connection: Connection) -> None:
    controller = script(takes)
    run = send(make_run(), connection, follow=False)
    assert run.id == RUN
    (message,) = controller.of(wire.Submit)
    assert message.run == make_run()
    assert not message.follow


def test_a_followed_submission_keeps_its_link(script: Start, connection: Connection) -> None:
    script(takes)
    send(make_run(), connection, follow=True)
    link = connection.unpark(RUN)
    assert link is not None
    link.close()


def test_a_controller_that_dies_is_asked_again_with_the_same_key(script: Start, folders: Folders) -> None:
    first = script(lambda controller, channel, message: controller.die())
    later: list[Scripted] = []
    begin: Any = Instant(lambda: later.append(script(takes)))
    connection = Connection(folders, Settings.load(), begin=begin)
    send(make_run(), connection, follow=False)
    connection.close()
    assert [m.run.key for m in first.of(wire.Submit)] == [m.run.key for m in later[0].of(wire.Submit)] == ["key"]


def test_the_controllers_answer_names_the_run(script: Start, connection: Connection) -> None:
    script(lambda controller, channel, message: done(channel, message, run="1111111-bbbb"))
    assert send(make_run(), connection, follow=False).id == "1111111-bbbb"


def test_a_refusal_comes_out_and_the_link_with_it(script: Start, connection: Connection) -> None:
    script(lambda controller, channel, message: refuse(channel, message, "UsageError", "there is no target 'moon'"))
    with pytest.raises(UsageError, match="moon"):
        send(make_run(), connection, follow=True)
    assert connection.unpark(RUN) is None


def test_an_interrupted_submission_is_taken_back(script: Start, connection: Connection) -> None:
    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Submit):
            os.kill(os.getpid(), signal.SIGINT)
        else:
            done(channel, message)

    controller = script(handle)
    with pytest.raises(KeyboardInterrupt):
        send(make_run(), connection, follow=True)
    assert [message.run for message in controller.of(wire.Cancel)] == [RUN]


def test_without_a_controller_nothing_is_submitted(connection: Connection) -> None:
    with pytest.raises(ControllerError):
        send(make_run(), connection, follow=False)
