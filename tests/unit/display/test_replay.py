from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from cellburst.display.replay import Replay
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
    assert capsys.readouterr().out == "\n[5,000,000 bytes of output not kept here]\nend"


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
