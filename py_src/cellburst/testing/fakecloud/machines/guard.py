"""The process above all machines: ``python -m cellburst.testing.fakecloud.machines.guard DESCRIPTOR FOLDER``.

It forks each machine, so that one costs little, and ends them all when the cloud's own process is gone. It has one
thread: a parent's death is signalled by thread, and a process with threads must not fork. Should it be killed itself,
each machine's first process is told by the kernel, and with it its namespace of processes ends.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import sys
from typing import Any

from cellburst.testing.fakecloud.machines import kernel, life, orders, processes
from cellburst.testing.fakecloud.machines.orders import Boot

_NAMESPACES = kernel.NEW_MOUNTS | kernel.NEW_PIDS | kernel.NEW_NETWORK | kernel.NEW_HOSTNAME | kernel.NEW_IPC


class Guard:
    """``pids`` maps a machine to the process that stands for it; ``plain`` are those without namespaces."""

    def __init__(self, cloud: socket.socket) -> None:
        self.cloud = cloud
        self.pids: dict[str, int] = {}
        self.plain: set[str] = set()

    def run(self) -> None:
        """Serve until the cloud is gone, then end everything."""
        kernel.adopt_orphans()
        wake, self._waker = life.wakeable()
        with selectors.DefaultSelector() as selector:
            selector.register(self.cloud, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is wake:
                        life.drain(wake)
                        self._collect()
                    elif not self._hear():
                        processes.end_below(os.getpid())
                        return

    def _hear(self) -> bool:
        message, files = orders.hear(self.cloud)
        if message is None:
            return False
        if "boot" in message:
            self._boot(Boot.of(message["boot"]), files[0])
        elif message.get("id") in self.pids:
            self._signal(self.pids[message["id"]], message)
        return True

    def _boot(self, boot: Boot, channel: int) -> None:
        pid = os.fork()
        if pid == 0:
            self.cloud.close()
            _stand_for(boot, socket.socket(fileno=channel))
        os.close(channel)
        self.pids[boot.id] = pid
        if not boot.isolated:
            self.plain.add(boot.id)
        orders.tell(self.cloud, {"id": boot.id, "pid": pid})

    def _signal(self, pid: int, message: dict[str, Any]) -> None:
        if "kill" in message:
            if message["id"] in self.plain:  # at once: nobody is to notice that others have gone
                processes.end_below(pid)
            processes.send([pid], signal.SIGKILL)
        elif "freeze" in message:
            stopped: list[int] = []
            while new := [other for other in processes.below(pid) if other not in stopped]:
                processes.send(new, signal.SIGSTOP)
                stopped += new
            orders.tell(self.cloud, {"id": message["id"], "frozen": True})
        elif "thaw" in message:
            processes.send(processes.below(pid), signal.SIGCONT)
            orders.tell(self.cloud, {"id": message["id"], "frozen": False})

    def _collect(self) -> None:
        """Wait for machines that have ended, and end what a killed one of plain processes has left."""
        ended = []
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            ended += [name for name, known in self.pids.items() if known == pid]
        for name in ended:
            del self.pids[name]
        self._end_strays()
        for name in ended:
            orders.tell(self.cloud, {"id": name, "ended": True})

    def _end_strays(self) -> None:
        ours = set(self.pids.values())
        me = os.getpid()
        for process in processes.listed().values():
            if process.parent == me and process.pid not in ours and process.state not in "ZX":
                processes.end_below(process.pid)
                processes.send([process.pid], signal.SIGKILL)


def _stand_for(boot: Boot, channel: socket.socket) -> None:
    """In the child: be, or wait for, the machine's first process. Never returns."""
    try:
        os.setsid()
        kernel.end_with_parent(signal.SIGKILL if boot.isolated else signal.SIGTERM)
        if not boot.isolated:
            life.live(boot, channel)
        separate()
        os._exit(_wait_for(_first_process(boot, channel), channel))
    except BaseException as error:
        orders.tell(channel, {"failed": f"{type(error).__name__}: {error}"})
    os._exit(1)


def separate() -> None:
    """Enter namespaces of one's own; the next child will be process 1."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        kernel.unshare(_NAMESPACES)
    else:
        kernel.unshare(_NAMESPACES | kernel.NEW_USER)
        kernel.map_to_root(uid, gid)


def _first_process(boot: Boot, channel: socket.socket) -> int:
    above = os.getpid()
    pid = os.fork()
    if pid == 0:
        kernel.end_with_parent(signal.SIGKILL)
        if os.getppid() not in (0, above):
            os._exit(1)
        life.live(boot, channel)
    return pid


def _wait_for(pid: int, channel: socket.socket) -> int:
    channel.close()
    while True:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF
        except InterruptedError:
            continue


def main(descriptor: int, folder: str) -> None:
    """Guard the machines of the cloud at the other end; ``folder`` is deleted at the end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the terminal's: the cloud ends first, then we do
    Guard(socket.socket(fileno=descriptor)).run()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
