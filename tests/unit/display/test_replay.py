from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from cellburst.display.replay import Replay
from cellburst.model.gaps import gap, unread_gap
from tests.unit.display.samples import Shell


def test_streams_and_displays_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buffers of their own, as a kernel has them: only flushing keeps the order."""
    order: list[str] = []

    class Buffered(io.StringIO):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def flush(self) -> None:
            if self.getvalue():
                order.append(f"{self.name}:{self.getvalue()}")
                self.seek(0)
                self.truncate()

    shell = Shell()
    monkeypatch.setattr(sys, "stdout", Buffered("out"))
    monkeypatch.setattr(sys, "stderr", Buffered("err"))
    records: list[dict[str, Any]] = [
        {"output_type": "stream", "name": "stdout", "text": "a"},
        {"output_type": "stream", "name": "stderr", "text": "b"},
        {"output_type": "stream", "name": "stdout", "text": "c"},
        {"output_type": "stream", "name": "stdout", "text": "d"},
    ]
    Replay(shell).show(records)
    assert order == ["out:a", "err:b", "out:cd"]


def test_a_cell_of_the_kernel_keeps_the_order_of_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's own streams decide, and a flush in the cell is a flush here."""
    order: list[str] = []

    class Noting(io.StringIO):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def flush(self) -> None:
            order.append(self.name)

    monkeypatch.setattr(sys, "stdout", Noting("out"))
    monkeypatch.setattr(sys, "stderr", Noting("err"))
    records: list[dict[str, Any]] = [
        {"output_type": "stream", "name": "stdout", "text": "a"},
        {"output_type": "stream", "name": "stderr", "text": "b"},
        {"output_type": "stream", "name": "stderr", "text": "", "flush": True},
    ]
    Replay(Shell(), endings=False).show(records)
    assert order == ["err"]


class Events:
    """As much of a shell's events as is needed."""

    def __init__(self) -> None:
        self.known: list[Any] = []

    def register(self, _: str, callback: Any) -> None:
        self.known.append(callback)

    def unregister(self, _: str, callback: Any) -> None:
        self.known.remove(callback)


def test_what_comes_after_the_value_waits_for_the_end_of_the_cell() -> None:
    shell: Any = Shell()
    shell.events = Events()
    record = {"output_type": "display_data", "data": {"text/plain": "a figure"}, "after_value": True}
    Replay(shell, endings=False).show([record])
    assert shell.display_pub.said == []
    for callback in list(shell.events.known):
        callback()
    assert shell.display_pub.said == [("display", {"text/plain": "a figure"}, "")]
    assert shell.events.known == []


def test_displays_updates_and_clearing() -> None:
    shell = Shell()
    png = {"image/png": "aGk=", "text/plain": "<Figure>"}
    Replay(shell).show(
        [
            {"output_type": "display_data", "data": png, "metadata": {}, "transient": {"display_id": "d1"}},
            {"output_type": "update_display_data", "data": png, "metadata": {}, "transient": {"display_id": "d1"}},
            {"output_type": "clear_output", "wait": True},
            {"output_type": "something of tomorrow"},
        ]
    )
    assert shell.display_pub.said == [("display", png, "d1"), ("update", png, "d1"), ("clear", {"wait": True}, "")]


def test_what_is_missing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Replay(Shell()).show([{"output_type": "stream", "name": "stdout", "text": "end", "dropped": 5_000_000}])
    assert capsys.readouterr().out == "\n[5,000,000 bytes of output were not kept]\nend"


def test_a_gap_that_says_so_itself_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    Replay(Shell()).show([gap(120), unread_gap(0, 2)])
    kept, unread = "120 bytes of output were not kept", "2 displays left out here: the kernel did not read them in time"
    assert capsys.readouterr().out == f"\n[{kept}]\n\n[{unread}]\n"


def test_endings_are_for_logs_only(capsys: pytest.CaptureFixture[str]) -> None:
    endings = [
        {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["one", "two"]},
    ]
    silent, shown = Shell(), Shell()
    Replay(silent, endings=False).show(endings)
    assert silent.display_pub.said == []
    assert capsys.readouterr().err == ""
    Replay(shown).show(endings)
    assert shown.display_pub.kinds == ["display"]
    assert capsys.readouterr().err == "one\ntwo\n"


def test_an_error_without_frames_has_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    Replay(Shell()).show([{"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}])
    assert capsys.readouterr().err == "ValueError: no\n"
