from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cellburst.pool.rawoutput import CHUNK, RawPipe, waiting


@contextmanager
def _pipe(head: int = 100) -> Iterator[tuple[RawPipe, int]]:
    read, write = os.pipe()
    pipe = RawPipe("stdout", read, head)
    try:
        yield pipe, write
    finally:
        pipe.close()
        if write >= 0:
            os.close(write)


def drain(pipes: list[RawPipe], now: float) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for pipe in waiting(pipes):
        pipe.read(now, records)
    return records


def _text(records: list[dict[str, Any]]) -> str:
    return "".join(record["text"] for record in records)


def _dropped(records: list[dict[str, Any]]) -> int:
    return sum(record.get("dropped", 0) for record in records)


def test_a_character_in_two_pieces_stays_whole_and_bad_bytes_are_replaced() -> None:
    with _pipe() as (pipe, write):
        records: list[dict[str, Any]] = []
        for piece in (b"gr\xc3", b"\xbc", b"\xff\n"):
            os.write(write, piece)
            assert pipe.read(0.0, records)
        assert _text(records) == "gr\u00fc\ufffd\n"
        assert all(record["output_type"] == "stream" and record["name"] == "stdout" for record in records)


def test_what_is_torn_at_the_end_is_said_when_the_task_ends() -> None:
    with _pipe() as (pipe, write):
        os.write(write, b"\xc3")
        assert drain([pipe], 0.0) == []
        assert _text(pipe.finish()) == "\ufffd"
        assert pipe.finish() == []


def test_after_the_head_so_much_per_window_and_every_byte_is_counted() -> None:
    with _pipe(head=10) as (pipe, write):
        sent, records = 0, []
        for step in range(40):
            sent += os.write(write, b"x" * CHUNK)
            records += drain([pipe], step * 0.01)  # 0.4 s: the first window and three or four more
        records += pipe.finish()
        assert len(_text(records)) + _dropped(records) == sent
        assert 3 * CHUNK <= len(_text(records)) <= 6 * CHUNK


def test_the_newest_is_let_through_and_the_count_stands_before_it() -> None:
    with _pipe(head=3) as (pipe, write):
        records: list[dict[str, Any]] = []
        os.write(write, b"abcdef")
        pipe.read(0.0, records)  # its own window: both the head and the rest
        for letter in (b"g", b"h"):
            os.write(write, letter * CHUNK)
            pipe.read(0.01, records)
        assert pipe.holds
        assert [record["text"] for record in records] == ["abc", "def"]
        assert pipe.let_through(0.2) == [
            {"output_type": "stream", "name": "stdout", "text": "h" * CHUNK, "dropped": CHUNK}
        ]
        assert not pipe.holds
        assert pipe.finish() == []


def test_no_byte_of_a_torn_character_goes_uncounted() -> None:
    with _pipe(head=1) as (pipe, write):
        sent, records = 0, []
        for step in range(30):
            sent += os.write(write, ("\u20ac" * 30_000).encode()[: CHUNK - step])
            records += drain([pipe], step * 0.03)
        records += pipe.finish()
        assert _dropped(records) > 0
        kept = _text(records)
        replaced = kept.count("\ufffd")  # where a write of ours ended inside a character
        assert 0 < replaced <= 60
        assert abs(len(kept.replace("\ufffd", "").encode()) + _dropped(records) - sent) <= 2 * replaced


def test_a_pipe_that_everybody_has_closed_is_no_longer_open() -> None:
    read, write = os.pipe()
    pipe = RawPipe("stderr", read, 10)
    os.write(write, b"last")
    os.close(write)
    assert _text(drain([pipe], 0.0)) == "last"
    assert not pipe.open
    pipe.close()


def test_what_comes_after_a_look_at_an_empty_pipe_waits_for_the_next_look() -> None:
    with _pipe() as (pipe, write):
        os.write(write, b"of one task")
        records: list[dict[str, Any]] = []
        for found in waiting([pipe]):
            found.read(0.0, records)
            assert list(waiting([pipe])) == []
        os.write(write, b"of the next")  # which begins when all of the first has been read
        assert _text(records) == "of one task"
        assert _text(drain([pipe], 0.0)) == "of the next"
