"""Frames over a real socket pair, in pieces of every size."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.errors import PayloadError
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel, encode


def pair() -> tuple[Channel[object], socket.socket]:
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    return Channel(ours, wire.ToController), theirs


@given(names=st.lists(st.text(max_size=50), min_size=1, max_size=5), cuts=st.lists(st.integers(1, 40), min_size=1))
def test_messages_survive_any_cutting(names: list[str], cuts: list[int]) -> None:
    channel, theirs = pair()
    stream = b"".join(encode(wire.Rename(number, "r", name)) for number, name in enumerate(names))
    heard = []
    place = 0
    for turn in range(len(stream)):
        size = cuts[turn % len(cuts)]
        if place >= len(stream):
            break
        theirs.sendall(stream[place : place + size])
        place += size
        assert channel.feed()
        heard += list(channel.messages())
    assert [message.name for message in heard] == names  # type: ignore[attr-defined]
    theirs.close()
    assert channel.receive() is None
    channel.close()


def test_what_does_not_fit_is_kept_and_sent_later() -> None:
    channel, theirs = pair()
    channel.sock.setblocking(False)
    message = wire.Rename(1, "r", "x" * 4_000_000)
    assert not channel.queue(message)
    assert channel.unsent > 0
    received = 0
    theirs.settimeout(5)
    while received < len(encode(message)):
        received += len(theirs.recv(1 << 20))
        channel.flush()
    assert channel.unsent == 0
    theirs.close()
    channel.close()


def test_what_was_put_goes_before_what_is_sent() -> None:
    channel, theirs = pair()
    theirs.settimeout(0.0)
    channel.put(wire.Rename(1, "r", "kept"))
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
    channel.send(wire.Rename(2, "r", "sent"))
    channel.send(wire.Rename(3, "r", "once"))
    reader: Channel[wire.Rename] = Channel(theirs, wire.ToController)
    assert reader.feed()
    assert [message.name for message in reader.messages()] == ["kept", "sent", "once"]
    theirs.close()
    channel.close()


def test_a_stranger_is_noticed_by_the_length() -> None:
    channel, theirs = pair()
    theirs.sendall(struct.pack("<I", 0xFFFFFFFF) + b"GET / HTTP/1.1")
    with pytest.raises(PayloadError):
        channel.receive()
    theirs.close()
    channel.close()
