"""Length-prefixed MessagePack frames over a stream socket.

A frame is a little-endian 32-bit length and that many bytes of MessagePack holding one tagged
struct. ``Channel`` never blocks in ``feed`` and never loses a partial frame.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec

from cellburst.errors import PayloadError

_LENGTH = struct.Struct("<I")
MAX_FRAME = 256 << 20
_CHUNK = 1 << 18

Incoming = TypeVar("Incoming")
_encoder = msgspec.msgpack.Encoder()


def encode(message: Any) -> bytes:
    """One frame. Raises PayloadError above 256 MiB: such bytes belong in a blob."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise PayloadError(f"a message of {len(body)} bytes is too large for one frame")
    return _LENGTH.pack(len(body)) + body


class Channel(Generic[Incoming]):
    """One end of a stream socket that receives messages of one union of types."""

    def __init__(self, sock: socket.socket, incoming: Any) -> None:
        self.sock = sock
        self._decoder = msgspec.msgpack.Decoder(incoming)
        self._received = bytearray()
        self._unsent = bytearray()

    def fileno(self) -> int:
        return self.sock.fileno()

    def send(self, *messages: Any) -> None:
        """Send whole messages, blocking until the other side has taken them (socket in blocking mode).

        What was ``put`` goes before them.
        """
        kept, self._unsent = self._unsent, bytearray()
        self.sock.sendall(b"".join((kept, *map(encode, messages))))

    def put(self, *messages: Any) -> None:
        """Keep whole messages for the next ``flush`` or ``send``."""
        for message in messages:
            self._unsent += encode(message)

    def queue(self, *messages: Any) -> bool:
        """Send what goes without blocking and keep the rest; True when nothing is left to ``flush``."""
        self.put(*messages)
        return self.flush()

    def flush(self) -> bool:
        """Go on sending what ``queue`` kept; True when nothing is left."""
        while self._unsent:
            try:
                sent = self.sock.send(memoryview(self._unsent)[: 1 << 20], socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            del self._unsent[:sent]
        return True

    @property
    def unsent(self) -> int:
        """Bytes that wait for ``flush``."""
        return len(self._unsent)

    def feed(self) -> bool:
        """Take in what has arrived (blocks once if the socket blocks); False at the end of the stream."""
        try:
            data = self.sock.recv(_CHUNK)
        except BlockingIOError:
            return True
        except (ConnectionResetError, BrokenPipeError):
            return False
        self._received += data
        return bool(data)

    def messages(self) -> Iterator[Incoming]:
        """Every whole message that has arrived and was not yet given out."""
        while (frame := self._next()) is not None:
            yield self._decoder.decode(frame)

    def receive(self) -> Incoming | None:
        """The next message, waiting for it; None at the end of the stream."""
        while (frame := self._next()) is None:
            if not self.feed():
                return None
        message: Incoming = self._decoder.decode(frame)
        return message

    def _next(self) -> bytes | None:
        if len(self._received) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._received)
        if length > MAX_FRAME:
            raise PayloadError("the other side does not speak our protocol")
        end = _LENGTH.size + length
        if len(self._received) < end:
            return None
        frame = bytes(memoryview(self._received)[_LENGTH.size : end])
        del self._received[:end]
        return frame

    def close(self) -> None:
        self.sock.close()
