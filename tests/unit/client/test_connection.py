from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cellburst.client.connecting import launch, link
from cellburst.client.connecting.connection import Connection
from cellburst.client.connecting.link import LinkLostError
from cellburst.client.connecting.record import find_controller, read_record
from cellburst.errors import CellburstError, ControllerError, UnknownRunError, VersionSkewError
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire import client as wire
from tests.unit.client.scripted import Scripted, done, refuse, status, write_state

Start = Callable[..., Scripted]
CONTROLLER = (sys.executable, str(Path(__file__).with_name("racing_controller.py")))


def answer(script: Scripted, channel: object, message: object) -> None:
    done(channel, message)  # type: ignore[arg-type]


def test_nobody_there_is_said(connection: Connection) -> None:
    with pytest.raises(ControllerError, match="no controller runs"):
        connection.link()


def test_a_controller_is_found_and_asked(script: Start, connection: Connection) -> None:
    controller = script(answer)
    assert connection.request(wire.Ping(0)).run
    assert isinstance(controller.got[0], wire.Hello)
    assert controller.got[0].pid == os.getpid()


def test_a_clean_link_is_used_again(script: Start, connection: Connection) -> None:
    controller = script(answer)
    for _ in range(3):
        connection.request(wire.Ping(0))
    assert len(controller.of(wire.Hello)) == 1


def test_a_refusal_is_raised_as_its_class(script: Start, connection: Connection) -> None:
    script(lambda _, channel, message: refuse(channel, message, "UnknownRunError", "no such run"))
    with pytest.raises(UnknownRunError, match="no such run"):
        connection.request(wire.Ping(0))


@pytest.mark.parametrize("name", ["SystemExit", "RemoteError", "annotations", "NoSuchError"])
def test_a_refusal_never_names_anything_else(script: Start, connection: Connection, name: str) -> None:
    script(lambda _, channel, message: refuse(channel, message, name, "why"))
    with pytest.raises(CellburstError, match="why"):
        connection.request(wire.Ping(0))


def test_news_before_an_answer_are_old_and_those_after_it_are_kept(script: Start, connection: Connection) -> None:
    def handle(_: Scripted, channel: object, message: object) -> None:
        answer = wire.Done(message.request)  # type: ignore[attr-defined]
        channel.send(status(RunState.CANCELLED), answer, status(RunState.QUEUED))  # type: ignore[attr-defined]

    script(handle)
    one = connection.link()
    one.request(wire.Ping(0))
    kept = [one.news(10), one.news(0)]
    one.close()
    assert kept == [status(RunState.QUEUED), None]


@pytest.mark.parametrize("protocol", [wire.PROTOCOL - 1, wire.PROTOCOL + 1])
def test_another_protocol_is_refused_in_one_line(script: Start, connection: Connection, protocol: int) -> None:
    script(answer, protocol=protocol)
    with pytest.raises(VersionSkewError) as caught:
        connection.link()
    assert "\n" not in str(caught.value)
    assert "0.0.1" in str(caught.value)


def test_a_refusal_to_greet_is_raised(script: Start, connection: Connection) -> None:
    controller = script(answer)
    controller.welcome = wire.Refusal(0, "VersionSkewError", "speaks another protocol")
    with pytest.raises(VersionSkewError, match="another protocol"):
        connection.link()


def test_an_unreadable_greeting_is_another_version(script: Start, connection: Connection) -> None:
    controller = script(answer)
    controller.welcome = {"type": "howdy"}
    with pytest.raises(VersionSkewError):
        connection.link()


def test_a_reused_pid_is_not_the_controller(folders: Folders) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folders.create()
    try:
        write_state(folders, bystander.pid, wire.PROTOCOL, start=1)
        assert find_controller(folders) is None
        with pytest.raises(ControllerError, match="no controller runs"):
            Connection(folders, Settings.load(), may_start=False).link()
        assert bystander.poll() is None
    finally:
        bystander.communicate()


def test_a_record_of_an_earlier_boot_is_stale(folders: Folders) -> None:
    folders.create()
    write_state(folders, os.getpid(), wire.PROTOCOL)
    assert find_controller(folders) is not None
    text = folders.controller_file.read_text()
    record = read_record(folders.controller_file)
    assert record is not None
    folders.controller_file.write_text(text.replace(record.boot_id, "another-boot"))
    assert find_controller(folders) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_an_unreadable_record_is_none(folders: Folders, text: str) -> None:
    folders.create()
    folders.controller_file.write_text(text)
    assert find_controller(folders) is None


def test_another_process_behind_the_socket_is_not_believed(script: Start, connection: Connection) -> None:
    controller = script(answer)
    controller.welcome = wire.Welcome(wire.PROTOCOL, "0.0.1", 1, "", 1, 2)
    with pytest.raises(ControllerError):
        connection.link()


def test_another_user_behind_the_socket_is_refused(
    script: Start, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(answer)
    monkeypatch.setattr("cellburst.processes.peer_uid", lambda _: os.getuid() + 1)
    with pytest.raises(ControllerError, match="another user"):
        connection.link()


def test_a_controller_that_does_not_greet_is_named(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "GREETING", 0.1)
    folders.create()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(folders.controller_socket))
        silent.listen()
        write_state(folders, os.getpid(), wire.PROTOCOL)
        with pytest.raises(ControllerError, match=rf"pid {os.getpid()}\) has not answered"):
            Connection(folders, Settings.load(), may_start=False).link()


def test_a_controller_that_does_not_answer_is_named(
    script: Start, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "ANSWER", 0.1)
    script(lambda *_: None)
    with pytest.raises(ControllerError, match="has not answered"):
        connection.request(wire.Ping(0))


def test_a_request_is_repeated_when_the_controller_dies(script: Start, folders: Folders) -> None:
    def dies(controller: Scripted, channel: object, message: object) -> None:
        controller.die()

    first = script(dies)
    later: list[Scripted] = []

    class Instant:
        def wait(self, seconds: float) -> str:
            return "ready"

    def begin(folders: Folders, settings: Settings) -> Instant:
        later.append(script(answer))
        return Instant()

    connection = Connection(folders, Settings.load(), begin=begin)  # type: ignore[arg-type]
    connection.request(wire.Retry(0, "0000000-aaaa"))
    connection.close()
    assert len(first.of(wire.Retry)) == 1
    assert len(later[0].of(wire.Retry)) == 1


def test_the_end_of_the_stream_is_a_lost_link(script: Start, connection: Connection) -> None:
    controller = script(answer)
    one = connection.link()
    controller.die()
    with pytest.raises(LinkLostError):
        one.news(10)
    assert not one.alive
    one.close()


def test_a_child_does_not_speak_over_its_parents_socket(script: Start, connection: Connection) -> None:
    controller = script(answer)
    connection.request(wire.Ping(0))
    connection._pid = -1  # as after a fork
    connection.request(wire.Ping(0))
    assert len(controller.of(wire.Hello)) == 2


def racing(folders: Folders, settings: Settings) -> launch.Launch:
    return launch.begin(folders, settings, CONTROLLER)


def test_two_that_start_at_once_end_at_one_controller(folders: Folders, settings: Settings) -> None:
    pids: list[int] = []

    def one() -> None:
        connection = Connection(folders, settings, begin=racing)
        mine = connection.link()
        pids.append(mine.welcome.pid)
        mine.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(pids) == 4
    assert len(set(pids)) == 1


def test_a_killed_controller_is_replaced_by_the_next_request(folders: Folders, settings: Settings) -> None:
    connection = Connection(folders, settings, begin=racing)
    first = connection.request(wire.Ping(0)).data["pid"]
    os.kill(first, 9)
    second = connection.request(wire.Ping(0)).data["pid"]
    connection.close()
    assert second != first


def test_settings_and_folders_reach_the_controller(folders: Folders) -> None:
    settings = Settings(data_dir=str(folders.data), runtime_dir=str(folders.runtime), workers=7, strict_sync=True)
    connection = Connection(folders, settings, begin=racing)
    told = connection.request(wire.Ping(0)).data
    connection.close()
    assert told["environ"] == {
        "CELLBURST_DATA_DIR": str(folders.data),
        "CELLBURST_RUNTIME_DIR": str(folders.runtime),
        "CELLBURST_STRICT_SYNC": "1",
        "CELLBURST_TARGETS": os.environ["CELLBURST_TARGETS"],
        "CELLBURST_WORKERS": "7",
    }
    assert told["session"] != os.getsid(0)
    assert told["cwd"] == str(folders.runtime.resolve())


def test_prestart_does_not_wait_and_is_used(folders: Folders, settings: Settings) -> None:
    connection = Connection(folders, settings, begin=racing)
    connection.prestart()
    connection.prestart()
    pid = connection.request(wire.Ping(0)).data["pid"]
    connection.close()
    assert [pid] == [int(line) for line in folders.log.read_text().split() if line.isdigit()]


def test_a_controller_that_cannot_start_is_explained(folders: Folders, settings: Settings) -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('the disk is on fire')")
    connection = Connection(folders, settings, begin=lambda p, s: launch.begin(p, s, command))
    with pytest.raises(ControllerError, match=r"the disk is on fire.*cellburst doctor"):
        connection.link()


def test_a_command_that_is_not_there_is_explained(folders: Folders, settings: Settings) -> None:
    connection = Connection(folders, settings, begin=lambda p, s: launch.begin(p, s, ("/no/such/python",)))
    with pytest.raises(ControllerError, match="cannot be started"):
        connection.link()


def test_folders_that_cannot_be_made_name_the_settings(
    folders: Folders, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folders: Folders) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(folders.data))

    monkeypatch.setattr(Folders, "create", refuse)
    with pytest.raises(ControllerError, match=r"Read-only.*set CELLBURST_DATA_DIR and CELLBURST_RUNTIME_DIR"):
        Connection(folders, settings).link()
