"""The emulator's side that boots machines: talks to the guard and to each machine's first process."""

from __future__ import annotations

import os
import selectors
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cellburst.testing.fakecloud.machines import orders
from cellburst.testing.fakecloud.machines.orders import Boot

Heard = Callable[[str, dict[str, Any], list[int]], None]


@dataclass
class _Talk:
    machine: str
    channel: socket.socket


class Hosts:
    """``heard(machine, message, files)`` is called, in a thread of its own, with what machines and guard tell."""

    def __init__(self, folder: Path, heard: Heard) -> None:
        self.folder = folder
        self._heard = heard
        self._channels: dict[str, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._wake, self._waker = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ, None)

    def start(self) -> None:
        """Start the guard."""
        self._guard, theirs = orders.pair()
        command = [sys.executable, "-m", "cellburst.testing.fakecloud.machines.guard"]
        with theirs, open(self.folder / "guard.log", "wb") as log:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(self.folder)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._selector.register(self._guard, selectors.EVENT_READ, _Talk("", self._guard))
        threading.Thread(target=self._listen, name="machines", daemon=True).start()

    def boot(self, boot: Boot) -> None:
        """Boot a machine; it is heard of."""
        ours, theirs = orders.pair()
        with self._lock:
            self._channels[boot.id] = ours
            self._selector.register(ours, selectors.EVENT_READ, _Talk(boot.id, ours))
        with theirs:
            orders.tell(self._guard, {"boot": boot.told()}, (theirs.fileno(),))
        self._waker.send(b".")

    def tell(self, machine: str, message: dict[str, Any]) -> bool:
        """Say something to a machine's first process; whether it is there."""
        channel = self._channels.get(machine)
        return channel is not None and orders.tell(channel, message)

    def order(self, machine: str, verb: str) -> None:
        """Have the guard "kill", "freeze" or "thaw" a machine."""
        orders.tell(self._guard, {"id": machine, verb: True})

    def stop(self) -> None:
        """End every machine and the guard, and wait for that."""
        self._guard.shutdown(socket.SHUT_RDWR)
        self._process.wait()

    def _listen(self) -> None:
        while True:
            for key, _ in self._selector.select(10):
                if key.data is None:
                    self._wake.recv(4096)
                else:
                    self._hear(key.data)

    def _hear(self, talk: _Talk) -> None:
        message, files = orders.hear(talk.channel)
        if message is None:
            with self._lock:
                self._selector.unregister(talk.channel)
                if talk.machine:
                    self._channels.pop(talk.machine, None)
            talk.channel.close()
            if not talk.machine:
                shutil.rmtree(self.folder, ignore_errors=True)
                os._exit(3)  # without its guard the cloud could leave machines behind
            return
        self._heard(talk.machine or str(message.get("id", "")), message, files)
