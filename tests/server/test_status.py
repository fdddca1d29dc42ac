"""What there is, and how the controllers are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import msgspec
import psutil
import pytest

from cellburst._version import __version__
from cellburst.client.connecting.link import LinkLostError
from cellburst.client.connecting.record import ControllerRecord
from cellburst.errors import CellburstError, ControllerError, VersionSkewError
from cellburst.paths import Folders
from cellburst.processes import boot_id, start_time
from cellburst.server.controllers import Controllers
from cellburst.server.schemas.status import StatusAnswer
from cellburst.server.service import Service
from cellburst.wire.client import PROTOCOL
from tests.server.library import OTHER_ENV, elsewhere, get, keep, some_run


class Greetings:
    """Answers as a controller might, and counts how often it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = 0
        self._error = error

    def __call__(self, record: ControllerRecord) -> Any:
        self.asked += 1
        if self._error is not None:
            raise self._error
        return self

    def close(self) -> None: ...


def record_of(pid: int, **changes: Any) -> ControllerRecord:
    started = start_time(pid)
    assert started is not None
    known = ControllerRecord("/nowhere", pid, started, boot_id(), __version__, PROTOCOL)
    return msgspec.structs.replace(known, **changes)


def pretend(folders: Folders, record: ControllerRecord) -> None:
    folders.create()
    folders.controller_file.write_bytes(msgspec.json.encode(record))


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    """A process that can be stopped."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGCONT)
        process.kill()


async def test_nothing_yet(jp_fetch: Any, service: Service) -> None:
    answer = await get(jp_fetch, "status")
    msgspec.convert(answer, StatusAnswer)
    assert answer["version"] == __version__
    assert (answer["stores"], answer["counts"]) == ([], {"runs": 0, "running": 0, "queued": 0})
    assert answer["targets"][0] == {"name": "local", "what": "worker processes on this machine"}


async def test_every_store_is_told_with_its_python_and_controller(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1], *some_run(3)[1])
    answer = await get(jp_fetch, "status")
    assert [(store["env"], store["python"]) for store in answer["stores"]] == [
        (folders.env, "3.11"),
        (OTHER_ENV, "3.11"),
    ]
    assert answer["counts"] == {"runs": 3, "running": 3, "queued": 3}
    controller = answer["stores"][0]["controller"]
    assert controller["state"] == "stopped"
    assert "have not ended" in controller["message"]
    assert controller["hint"]


def test_a_controller_that_is_there(folders: Folders) -> None:
    pretend(folders, record_of(os.getpid()))
    greetings = Greetings()
    row = Controllers(greetings).look(folders, live=True)
    assert (row.state, row.pid, row.version, greetings.asked) == ("running", os.getpid(), __version__, 1)


def test_one_without_work_is_not_asked_and_can_end_itself(folders: Folders) -> None:
    pretend(folders, record_of(os.getpid()))
    greetings = Greetings(ControllerError("silent"))
    assert Controllers(greetings).look(folders, live=False).state == "running"
    assert greetings.asked == 0


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ControllerError("it has not answered for 5 s"), "stuck"),
        (VersionSkewError("another protocol"), "newer"),
        (LinkLostError("refused"), "stopped"),
    ],
)
def test_what_a_controller_answers_says_how_it_is(error: CellburstError, state: str, folders: Folders) -> None:
    pretend(folders, record_of(os.getpid()))
    row = Controllers(Greetings(error)).look(folders, live=True)
    assert row.state == state
    assert row.message
    assert row.hint


def test_a_newer_controller_is_known_by_its_record(folders: Folders) -> None:
    pretend(folders, record_of(os.getpid(), protocol=PROTOCOL + 1, version="9.0"))
    greetings = Greetings()
    row = Controllers(greetings).look(folders, live=True)
    assert (row.state, row.version, greetings.asked) == ("newer", "9.0", 0)
    assert "pip install --upgrade" in row.hint


def test_one_that_was_stopped_is_stuck(folders: Folders, sleeper: psutil.Process) -> None:
    pretend(folders, record_of(sleeper.pid))
    sleeper.suspend()
    os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED | os.WNOWAIT)
    row = Controllers(Greetings()).look(folders, live=False)
    assert row.state == "stuck"
    assert str(sleeper.pid) in row.hint


def test_one_that_is_gone_or_another_process_by_now_is_stopped(folders: Folders) -> None:
    for record in (record_of(os.getpid(), start_time=1), record_of(os.getpid(), boot_id="another")):
        pretend(folders, record)
        assert Controllers(Greetings()).look(folders, live=True).state == "stopped"


def test_an_answer_holds_for_a_while(folders: Folders) -> None:
    pretend(folders, record_of(os.getpid()))
    now = [100.0]
    greetings = Greetings(ControllerError("silent"))
    controllers = Controllers(greetings, lambda: now[0])
    assert [controllers.look(folders, live=True).state for _ in range(3)] == ["stuck"] * 3
    assert greetings.asked == 1
    now[0] += 60
    controllers.look(folders, live=True)
    assert greetings.asked == 2


def test_while_one_thread_asks_the_others_do_not_wait(folders: Folders) -> None:
    pretend(folders, record_of(os.getpid()))
    inner: list[str] = []

    def greeting(record: ControllerRecord) -> NoReturn:
        inner.append(controllers.look(folders, live=True).state)
        raise ControllerError("silent")

    controllers = Controllers(greeting)
    assert controllers.look(folders, live=True).state == "stuck"
    assert inner == ["running"]
