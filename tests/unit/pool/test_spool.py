from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cellburst import faults
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.pool import spool
from cellburst.pool.outbox import Outbox
from cellburst.wire.pool import Outcomes
from cellburst.wire.worker import Streamed


def _result(index: int) -> TaskResult:
    return TaskResult(index, 1, 1, OutcomeKind.SUCCEEDED, 1.0, 0.5)


def _message(serial: int) -> Outcomes:
    return Outcomes(serial, "w1", "r", (_result(serial),), True)


def _text(text: str) -> dict[str, str]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_what_is_written_is_read_in_order(tmp_path: Path) -> None:
    paths = [spool.write(tmp_path, _message(serial)) for serial in (2, 11, 100)]
    for path in paths:
        os.utime(path, (1.0, 1.0))
    assert [(path, message) for path, message in spool.read(tmp_path)] == [
        (path, _message(serial)) for path, serial in zip(paths, (2, 11, 100), strict=True)
    ]


def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = spool.write(tmp_path, _message(2))
    bad = spool.write(tmp_path, _message(1))
    bad.write_bytes(bad.read_bytes()[:-3])
    assert [path for path, _ in spool.read(tmp_path)] == [good]
    assert bad.with_suffix(".damaged").exists()
    assert str(bad) in capsys.readouterr().err
    assert [path for path, _ in spool.read(tmp_path)] == [good]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(faults._ARMED, "pool.spool.write", ("nospace", 1))
    monkeypatch.setattr(faults, "_PASSED", {})
    with pytest.raises(OSError, match="No space"):
        spool.write(tmp_path, _message(1))
    assert list(tmp_path.iterdir()) == []


class _Later:
    """Callbacks that wait for their time."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, seconds: float, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def pass_time(self) -> None:
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()


def test_outcomes_are_kept_until_they_are_acknowledged(tmp_path: Path) -> None:
    sent: list[object] = []
    outbox = Outbox(tmp_path, sent.append, _Later(), 100)
    outbox.attach()
    for index in range(3):
        outbox.add("w1", "r", [_result(index)], idle=False)
    outbox.acknowledge(2)
    first, sent[:] = list(sent), []
    outbox.attach()
    assert sent == first[2:]
    assert list(tmp_path.iterdir()) == [], "nothing is written while a controller takes it"


def test_without_a_controller_outcomes_are_spooled_and_the_file_goes_with_the_acknowledgement(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, lambda message: None, _Later(), 100)
    outbox.add("w1", "r", [_result(0)], idle=True)
    ((path, message),) = spool.read(tmp_path)
    assert message.results == (_result(0),)
    outbox.acknowledge(1)
    assert not path.exists()


def test_what_a_vanished_controller_had_not_committed_is_spooled(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, lambda message: None, _Later(), 100)
    outbox.attach()
    for index in range(3):
        outbox.add("w1", "r", [_result(index)], idle=False)
    outbox.acknowledge(1)
    outbox.detach()
    outbox.detach()
    assert [message.serial for _, message in spool.read(tmp_path)] == [2, 3]


def test_output_without_a_controller_comes_with_the_outcome(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, lambda message: None, _Later(), 5)
    for text in ("abc", "def", "beyond the head"):
        outbox.stream(Streamed("r", 0, 1, 1, (_text(text),)))
    outbox.add("w1", "r", [_result(0), _result(1)], idle=True)
    ((_, message),) = spool.read(tmp_path)
    assert [list(result.outputs) for result in message.results] == [[_text("abc"), _text("def")], []]


def test_output_of_a_task_that_still_runs_is_offered_to_the_next_controller(tmp_path: Path) -> None:
    sent: list[object] = []
    outbox = Outbox(tmp_path, sent.append, _Later(), 100)
    message = Streamed("r", 0, 1, 1, (_text("abc"),))
    outbox.stream(message)
    outbox.attach()
    outbox.attach()
    assert sent == [message]


def test_a_full_disk_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = _Later()
    outbox = Outbox(tmp_path, lambda message: None, later, 100)
    monkeypatch.setitem(faults._ARMED, "pool.spool.write", ("nospace", 1))
    monkeypatch.setattr(faults, "_PASSED", {})
    outbox.add("w1", "r", [_result(0)], idle=True)
    assert list(spool.read(tmp_path)) == []
    later.pass_time()
    assert len(list(spool.read(tmp_path))) == 1
    assert later.waiting == []


def test_unfinished_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / "000000000001-abcd.tmp").write_bytes(b"x")
    spool.remove_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == []
