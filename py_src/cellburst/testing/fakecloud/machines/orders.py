"""What the cloud, its guard and its machines tell each other: one JSON object in each packet, with files beside it."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass, field
from typing import Any

_LARGEST = 1 << 18
_MOST_FILES = 8


@dataclass(frozen=True)
class Boot:
    """A machine to boot. ``folder`` holds what belongs to it alone; ``isolated`` chooses namespaces over plain
    processes; ``port`` is the endpoint's, the same inside as outside; memory in bytes; ``hidden`` are folders of the
    host that are empty inside; ``proxy`` is the port of a way out, 0 for none."""

    id: str
    folder: str
    address: str
    port: int
    isolated: bool
    environment: dict[str, str] = field(default_factory=dict)
    memory: int = 0
    cpus: int = 1
    hidden: tuple[str, ...] = ()
    proxy: int = 0
    programs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Boot:
        """From what ``asdict`` made of it and JSON of that."""
        return cls(**{**told, "hidden": tuple(told["hidden"])})

    def told(self) -> dict[str, Any]:
        return asdict(self)


def tell(channel: socket.socket, message: dict[str, Any], files: tuple[int, ...] = ()) -> bool:
    """Send; whether the other side is there."""
    try:
        socket.send_fds(channel, [json.dumps(message).encode()], list(files))
    except OSError:
        return False
    return True


def hear(channel: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The next message and its files; None when the other side is gone."""
    try:
        data, files, _, _ = socket.recv_fds(channel, _LARGEST, _MOST_FILES)
    except (BlockingIOError, InterruptedError):
        return {}, []
    except OSError:
        return None, []
    return (json.loads(data) if data else None), files


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a channel that keeps messages apart."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
