"""A pickle that is begun before it is known what all will be in it: the tries at single values are its first parts.

Each part is taken from the stack again and stays in the memory that pickler and unpickler number alike; so what all
of it is for, a dictionary of these values, refers to them in the end.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from cellburst.payload import originals
from cellburst.payload.depth import deeper
from cellburst.payload.pickler import NotebookPickler, holds_scopes

Make = Callable[..., NotebookPickler]  # (write, take_buffer, small=)
_STOP, _POP = b".", b"0"
_GET, _LONG_GET = b"\x80\x05h", b"j"  # how a pickle of nothing but a known object begins, and its sign beyond a frame
_FRAME = 11  # bytes before the first sign in a frame


class _Stream:
    """What was written. Nothing here refers to the pickler, which would keep what it has seen in a circle."""

    def __init__(self, buffer_bytes: int) -> None:
        self.chunks: list[Any] = []
        self.buffers: list[memoryview] = []
        self.size = 0
        self.large = 0
        """Bytes of ``size`` that are buffers, and took no memory of the pickler's."""
        self._buffer_bytes = buffer_bytes

    def write(self, chunk: Any) -> int:
        if type(chunk) is pickle.PickleBuffer:  # one that is too small to travel by itself, and too large for a frame
            chunk = chunk.raw()
        self.chunks.append(chunk)
        size = chunk.nbytes if isinstance(chunk, memoryview) else len(chunk)
        self.size += size
        return size

    def take(self, buffer: pickle.PickleBuffer) -> bool:
        view = buffer.raw()
        if view.nbytes < self._buffer_bytes:
            return True
        self.size += view.nbytes
        self.large += view.nbytes
        self.buffers.append(view)
        return False

    def end_part(self) -> None:
        """The pickle goes on where it was to stop."""
        last = self.chunks[-1]
        assert last[-1:] == _STOP
        self.chunks[-1] = bytes(last[:-1]) + _POP


class Begun:
    """What has been pickled so far, as ``pickling.pack`` would with ``buffer_bytes``; for values that stay as they are.

    After ``give_up`` nothing is added, and there is no pickle in the end.
    """

    def __init__(self, buffer_bytes: int) -> None:
        self._buffer_bytes = buffer_bytes
        self._stream = _Stream(buffer_bytes)
        self._values: list[object] = []
        self._mark: list[Any] = []
        self.pickler: Any = None
        self.is_open = True
        self._standing: Any = None

    def start(self, make: Make) -> None:
        """``make`` the pickler, before the first value."""
        self._standing = originals.standing()
        self.pickler = make(self._stream.write, self._stream.take, small=self._buffer_bytes)

    def add(self, value: object) -> int | None:
        """Pickle one more value; its bytes, None for one that is part of others. Raises what pickling raises."""
        stream = self._stream
        self._mark = []
        with deeper():
            self.pickler.dump(self._mark)  # its number parts what came before from what comes now
            stream.end_part()
            before, parts = stream.size, len(stream.chunks)
            self.pickler.dump(value)
        if _is_known(stream.chunks[parts:]):
            del stream.chunks[parts:]
            return None
        stream.end_part()
        self._values.append(value)
        return stream.size - before

    def give_up(self, most: int) -> tuple[dict[int, tuple[int, Any]], int]:
        """All that was reached, by id with its number, and the first number of what was so with the last value.

        Nothing, where that is of more than ``most`` bytes: a copy of it would be dearer than to look again.
        """
        many = self._stream.size - self._stream.large > most
        memory = {} if many else self.pickler.memo.copy()
        first: int = memory[id(self._mark)][0] if id(self._mark) in memory else -1
        self.clear()
        return memory, first

    def complete(self, obj: object) -> tuple[NotebookPickler, list[Any], list[memoryview]] | None:
        """The pickle of ``obj``; None if there is none, for ``obj`` does not hold all that was pickled."""
        if not self.is_open or self.pickler is None or type(obj) is not dict or holds_scopes(obj):
            return None
        if originals.standing() != self._standing:
            return None
        held = set(map(id, obj.values()))
        if any(id(value) not in held for value in self._values):
            return None
        try:
            with deeper():
                self.pickler.dump(obj)
        except (Exception, SystemExit, GeneratorExit):  # is raised again, and explained, by another try
            return None
        return self.pickler, self._stream.chunks, self._stream.buffers

    def clear(self) -> None:
        """Keep nothing alive."""
        self.is_open = False
        self.pickler = None
        self._values = []
        self._stream = _Stream(self._buffer_bytes)


def _is_known(chunks: list[Any]) -> bool:
    """Whether this is the pickle of an object that was pickled before."""
    if len(chunks) != 1:
        return False
    body = chunks[0]
    return (len(body) == len(_GET) + 2 and body[: len(_GET)] == _GET) or (
        len(body) == _FRAME + 6 and body[_FRAME : _FRAME + 1] == _LONG_GET
    )
