from __future__ import annotations

import io
import os
from typing import Any

import pytest

from cellburst.worker.streams import TaskStream, write_raw


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def stream(written: list[str]) -> TaskStream:
    return TaskStream("stdout", 1, lambda name, text: written.append(text))


def test_print_goes_through(stream: TaskStream, written: list[str]) -> None:
    print("a", 1, file=stream, flush=True)
    assert "".join(written) == "a 1\n"


def test_it_looks_like_a_stream_that_is_no_terminal(stream: TaskStream) -> None:
    assert (stream.fileno(), stream.isatty(), stream.encoding, stream.errors) == (1, False, "UTF-8", "replace")
    assert stream.writable()
    assert not stream.readable()
    assert isinstance(stream, io.TextIOBase)


def test_it_does_not_close(stream: TaskStream, written: list[str]) -> None:
    stream.close()
    stream.buffer.close()
    stream.reconfigure(line_buffering=True)
    stream.write("still there")
    assert written == ["still there"]


def test_bytes_are_decoded_across_writes(stream: TaskStream, written: list[str]) -> None:
    data = "ä€".encode()
    for place in range(len(data)):
        stream.buffer.write(data[place : place + 1])
    stream.buffer.write(b"\xff!")
    assert "".join(written) == "ä€\N{REPLACEMENT CHARACTER}!"


def test_only_text_is_text(stream: TaskStream) -> None:
    wrong: Any = b"bytes"
    with pytest.raises(TypeError, match="must be str, not bytes"):
        stream.write(wrong)


def test_a_hostile_subclass_of_str_is_plain_text(stream: TaskStream, written: list[str]) -> None:
    class Hostile(str):
        def __str__(self) -> str:
            raise RuntimeError

        def isascii(self) -> bool:
            raise RuntimeError

    stream.write(Hostile("text"))
    assert type(written[0]) is str
    assert written == ["text"]


def test_raw_writing_survives_a_closed_pipe() -> None:
    read, write = os.pipe()
    write_raw(write, "ä")
    assert os.read(read, 10) == "ä".encode()
    os.close(read)
    write_raw(write, "x")
    os.close(write)
