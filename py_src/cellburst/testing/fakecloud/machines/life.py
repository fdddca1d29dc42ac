"""The first process of a machine: it boots, executes the user data, hears what is asked of it, and goes down."""

from __future__ import annotations

import datetime
import os
import selectors
import signal
import socket
import time
import traceback
from pathlib import Path

from cellburst.testing.fakecloud.machines import kernel, orders, power, processes, root, surroundings, user_data
from cellburst.testing.fakecloud.machines.orders import Boot

METADATA = "169.254.169.254"
_PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GRACE = 1.0  # between SIGTERM and the end; systemd gives 90 s
_LOOK_AT_MEMORY = 1.0


def live(boot: Boot, channel: socket.socket) -> None:
    """Be the first process of a machine until it goes down. Ends the process."""
    try:
        Life(boot, channel).run()
    except BaseException:
        text = traceback.format_exc()
        with open(os.path.join(boot.folder, "console"), "a") as console:
            console.write(text)
        orders.tell(channel, {"failed": text.splitlines()[-1]})
    finally:
        if not boot.isolated:
            processes.end_below(os.getpid())
        os._exit(0)


class Life:
    """One machine's; single-threaded, with one loop."""

    def __init__(self, boot: Boot, channel: socket.socket) -> None:
        self.boot = boot
        self.channel = channel
        self.console = open(os.path.join(boot.folder, "console"), "ab", buffering=0)  # noqa: SIM115
        self.data = Path(boot.folder, "user-data").read_bytes()
        self.todo: list[bytes] = []
        self.running: int | None = None
        self.down_at: float | None = None
        self.restart = False
        self.begun = False
        self.kills = 0
        self.over = False
        self.started = time.monotonic()

    def run(self) -> None:
        """Boot and stay up."""
        self._wake, self._waker = wakeable()
        signal.signal(signal.SIGTERM, self._end)  # the guard was killed, if we are a plain process
        if self.boot.isolated:
            root.enter(self.boot)
            kernel.bring_up(METADATA, self.boot.address)
            doors = {"metadata": listening(METADATA, 80), "endpoint": listening("127.0.0.1", self.boot.port)}
            if self.boot.proxy:
                doors["internet"] = listening("127.0.0.1", self.boot.proxy)
            numbers = tuple(door.fileno() for door in doors.values())
            orders.tell(self.channel, {"doors": list(doors)}, numbers)
            self.power = root.POWER
            self.home = Path("/")
            for door in doors.values():
                door.close()
        else:
            kernel.adopt_orphans()
            self.home = Path(self.boot.folder)
            self.power = str(self.home / "power")
            os.mkfifo(self.power)
            root.place_programs(self.boot.programs, self.home)
            for name in ("home", "tmp"):
                (self.home / name).mkdir(exist_ok=True)
        self.requests = os.open(self.power, os.O_RDWR | os.O_NONBLOCK)
        self.say(f"Linux version 6.1.0-fakecloud (machine {self.boot.id})")
        orders.tell(self.channel, {"up": os.getpid()})
        self._loop()

    def _end(self, *_: object) -> None:
        self.over = True

    def say(self, line: str) -> None:
        """Write to the console, as the kernel does."""
        self.console.write(f"[{time.monotonic() - self.started:12.6f}] {line}\n".encode())

    def _loop(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.channel, selectors.EVENT_READ, self._hear)
            selector.register(self.requests, selectors.EVENT_READ, self._asked)
            selector.register(self._wake, selectors.EVENT_READ, self._collect)
            looked = time.monotonic()
            while not self.over:
                for key, _ in selector.select(self._wait()):
                    key.data()
                now = time.monotonic()
                if self.down_at is not None and now >= self.down_at:
                    self._go_down()
                if self.boot.memory and now - looked >= _LOOK_AT_MEMORY:
                    looked = now
                    self._look_at_memory()

    def _wait(self) -> float | None:
        times = [] if self.down_at is None else [self.down_at - time.monotonic()]
        if self.boot.memory and self.begun:
            times.append(_LOOK_AT_MEMORY)
        return max(0.0, min(times)) if times else None

    def _hear(self) -> None:
        message, _ = orders.hear(self.channel)
        if message is None:
            self.over = True  # the cloud is gone
        elif "run" in message:
            self._begin()
        elif "memory" in message:
            self._end_biggest()
        elif "halt" in message:
            self.down_at = time.monotonic()

    def _asked(self) -> None:
        try:
            text = os.read(self.requests, 65536).decode(errors="replace")
        except BlockingIOError:
            return
        for line in filter(str.strip, text.splitlines()):
            try:
                request = power.understood(line, datetime.datetime.now())
            except ValueError:
                self.say(f"not understood: {line}")
                continue
            if request is not None:
                self.say(f"asked to go down: {line}")
                self.down_at = None if request.cancel else time.monotonic() + request.after
                self.restart = request.restart

    def _go_down(self) -> None:
        self.say("reboot: Restarting system" if self.restart else "reboot: Power down")
        others = [pid for pid in processes.listed() if pid > 1] if self.boot.isolated else processes.below(os.getpid())
        processes.send(others, signal.SIGTERM)
        end = time.monotonic() + _GRACE
        while time.monotonic() < end and self._others_run():
            time.sleep(0.02)
            self._collect()
        orders.tell(self.channel, {"halted": "reboot" if self.restart else "power"})
        self.over = True

    def _others_run(self) -> bool:
        if not self.boot.isolated:
            return bool(processes.below(os.getpid()))
        return any(process.state not in "ZX" for pid, process in processes.listed().items() if pid > 1)

    def _begin(self) -> None:
        self.begun = True
        try:
            self.todo, strange = user_data.scripts(self.data)
        except (OSError, EOFError) as error:
            self.todo, strange = [], [f"user data: {error}"]
        for line in strange:
            self.say(f"cloud-init: {line}")
        self._next_script()

    def _next_script(self) -> None:
        if not self.todo:
            self.running = None
            return
        place = self.home / f"var/lib/cloud/instance/scripts/part-{len(self.todo):03}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(self.todo.pop(0))
        place.chmod(0o700)
        self.running = os.fork()
        if self.running == 0:
            _execute(place, self.console.fileno(), self._environment(), "/" if self.boot.isolated else str(self.home))

    def _environment(self) -> dict[str, str]:
        """What cloud-init gives a script: no HOME on a real machine."""
        environment = {"PATH": _PATHS, "LANG": "C.UTF-8", **self.boot.environment}
        if not self.boot.isolated:
            own = f"{self.home}/usr/sbin:{self.home}/usr/local/bin"
            environment["PATH"] = f"{own}:{_PATHS}"
            environment.update(HOME=str(self.home / "home"), TMPDIR=str(self.home / "tmp"))
        return environment

    def _collect(self) -> None:
        """Wait for whatever has ended: orphans come to the first process."""
        drain(self._wake)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.running:
                code = os.waitstatus_to_exitcode(status)
                self.say(f"cloud-init: script ended with {code}")
                orders.tell(self.channel, {"script": code, "left": len(self.todo)})
                self._next_script()

    def _look_at_memory(self) -> None:
        if self.boot.isolated:
            surroundings.refresh(self.boot, self.started, self.kills)
        pids = [pid for pid in self._pids() if pid != os.getpid()]
        if sum(map(processes.memory, pids)) > self.boot.memory:
            self._end_biggest()

    def _pids(self) -> list[int]:
        return list(processes.listed()) if self.boot.isolated else processes.below(os.getpid())

    def _end_biggest(self) -> None:
        """What the kernel does when memory is out."""
        sizes = {pid: processes.memory(pid) for pid in self._pids() if pid != os.getpid()}
        if sizes:
            self.kills += 1
            pid = max(sizes, key=sizes.__getitem__)
            process = processes.listed().get(pid)
            self.say(
                f"Out of memory: Killed process {pid} ({process.name if process else ''}) rss:{sizes[pid] >> 10}kB"
            )
            processes.send([pid], signal.SIGKILL)
            orders.tell(self.channel, {"memory": pid})


def _execute(place: Path, console: int, environment: dict[str, str], folder: str) -> None:
    """In the child: become the script. Never returns."""
    try:
        os.setsid()
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(console, 1)
        os.dup2(console, 2)
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(folder)
        os.execve(place, [str(place)], environment)
    except OSError as error:
        os.write(2, f"{place}: {error}\n".encode())
    os._exit(127)


def listening(address: str, port: int) -> socket.socket:
    """A socket at which others can connect."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((address, port))
    door.listen(128)
    return door


def wakeable() -> tuple[socket.socket, socket.socket]:
    """A socket that is readable when a child has ended, and the one that makes it so."""
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return here, there


def drain(wake: socket.socket) -> None:
    """Take everything out of a socket that only wakes."""
    try:
        while wake.recv(4096):
            pass
    except BlockingIOError:
        return
