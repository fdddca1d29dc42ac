"""A worker that speaks wire/worker.py and does to itself what a task's line of the run's source says.

``source`` has one line for each index (the last one for all further ones): the name of a function below and its
arguments, separated by spaces.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.settings import Settings
from cellburst.wire.board import Board, Stage, pipes_empty
from cellburst.wire.frames import Channel
from cellburst.wire.worker import Finished, LoadRun, Ready, RunTasks, Streamed, ToWorker


def serve(sock: socket.socket, blobs: Path, settings: Settings, *, board: mmap.mmap, files: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel: Channel[Any] = Channel(sock, ToWorker)
    page = Board(board)
    runs: dict[str, list[str]] = {}
    waiting: deque[tuple[int, str, int, int, int]] = deque()
    serial = 0
    channel.send(Ready(os.getpid()))
    while True:
        if not waiting:
            message = channel.receive()
            if message is None:
                return
            if isinstance(message, LoadRun):
                runs[message.run] = message.payload.source.splitlines()
            elif isinstance(message, RunTasks):
                for index, generation in zip(message.indices, message.generations, strict=True):
                    serial += 1
                    waiting.append((serial, message.run, index, generation, message.attempt))
            continue
        number, run, index, generation, attempt = waiting.popleft()
        started = time.time()
        if not page.begin(number, index, time.monotonic(), started):
            continue
        page.reach(Stage.EXECUTING)
        lines = runs[run]
        name, *arguments = lines[min(index, len(lines) - 1)].split()
        kind, value = OutcomeKind.SUCCEEDED, None
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            value = ACTIONS[name](channel, (run, index, generation, attempt), *arguments)
        except KeyboardInterrupt:
            kind = OutcomeKind.CANCELLED
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        while not pipes_empty((1, 2)):
            time.sleep(0.0002)
        page.end()
        result = TaskResult(index, generation, attempt, kind, started, time.time() - started, summary=value)
        channel.send(Finished(run, (result,), not waiting))


def broken(sock: socket.socket, blobs: Path, settings: Settings, *, board: mmap.mmap, files: Path) -> None:
    raise RuntimeError("no worker today")


def deaf(sock: socket.socket, blobs: Path, settings: Settings, *, board: mmap.mmap, files: Path) -> None:
    time.sleep(3600)


def ok(channel: Any, task: Any) -> int:
    return int(task[1])


def modules(channel: Any, task: Any) -> str:
    return " ".join(sorted(sys.modules))


def facts(channel: Any, task: Any, name: str) -> str:
    """Something about the process as the pool has made it."""
    return {
        "descriptors": lambda: ",".join(sorted(os.listdir("/proc/self/fd"), key=int)[:-1]),
        "session": lambda: str(os.getsid(0) == os.getpid()),
        "oom": lambda: Path("/proc/self/oom_score_adj").read_text().strip(),
        "threads": lambda: os.environ["OMP_NUM_THREADS"],
        "umask": lambda: oct(os.umask(0)),
        "marker": lambda: os.environ["CELLBURST_WORKER"],
        "name": lambda: Path("/proc/self/comm").read_text().strip(),
    }[name]()


def pid(channel: Any, task: Any) -> int:
    return os.getpid()


def sleep(channel: Any, task: Any, seconds: str) -> str:
    time.sleep(float(seconds))
    return "slept"


def touch_and_wait(channel: Any, task: Any, started: str, go: str) -> str:
    """Says that it runs by a file, and ends when another file is there."""
    Path(started).touch()
    while not Path(go).exists():
        time.sleep(0.002)
    return "went"


def stubborn(channel: Any, task: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(3600)


def leave(channel: Any, task: Any, code: str) -> None:
    os._exit(int(code))


def segfault(channel: Any, task: Any) -> None:
    ctypes.string_at(0)


def die(channel: Any, task: Any, number: str) -> None:
    os.kill(os.getpid(), int(number))


def die_once(channel: Any, task: Any, flag: str) -> str:
    if not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second time"


def allocate(channel: Any, task: Any, megabytes: str) -> None:
    block = bytearray(int(megabytes) << 20)
    block[::4096] = b"\1" * len(block[::4096])
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)


def grow(channel: Any, task: Any, megabytes: str) -> None:
    KEPT.append(b"x" * (int(megabytes) << 20))


def close_socket(channel: Any, task: Any) -> None:
    channel.sock.close()
    time.sleep(3600)


def babble(channel: Any, task: Any) -> None:
    channel.sock.sendall(b"\xff" * 100)
    time.sleep(3600)


def impostor(channel: Any, task: Any) -> None:
    """An outcome of a task that this worker was never given."""
    result = TaskResult(task[1] + 1000, 1, 1, OutcomeKind.SUCCEEDED, 0.0, 0.0)
    channel.send(Finished(task[0], (result,), False))


def say(channel: Any, task: Any, *words: str) -> None:
    os.write(1, " ".join(words).encode())


def complain(channel: Any, task: Any, *words: str) -> None:
    os.write(2, " ".join(words).encode())


def stream(channel: Any, task: Any, text: str) -> None:
    channel.send(Streamed(*task, outputs=({"output_type": "stream", "name": "stdout", "text": text},)))


def stream_and_wait(channel: Any, task: Any, text: str, started: str, go: str) -> str:
    touch_and_wait(channel, task, started, go)
    stream(channel, task, text)
    return "went"


def stream_then_hold(channel: Any, task: Any, text: str, hold: str, said: str, go: str) -> str:
    """Waits to speak, speaks, and waits to end."""
    touch_and_wait(channel, task, hold, said)
    stream(channel, task, text)
    time.sleep(0.05)  # the pool reads it
    return touch_and_wait(channel, task, f"{said}.done", go)


def keep(channel: Any, task: Any) -> int:
    """A child that is to stay: it runs without the mark, as the real worker sees to."""
    environment = {name: value for name, value in os.environ.items() if name != "CELLBURST_WORKER"}
    return subprocess.Popen(["sleep", "3600"], env=environment, start_new_session=True).pid


def torn(channel: Any, task: Any) -> None:
    """A two-byte character in two pieces, and a byte that is no character."""
    os.write(1, b"gr\xc3")
    time.sleep(0.05)
    os.write(1, b"\xbc\xc3\x9fe \xff!")


def flood(channel: Any, task: Any, seconds: str) -> int:
    """As much as goes; how many bytes it was."""
    line = b"x" * 65535 + b"\n"
    written, end = 0, time.monotonic() + float(seconds)
    while time.monotonic() < end:
        written += os.write(1, line)
    return written


def long_line(channel: Any, task: Any, megabytes: str) -> int:
    block = b"y" * (1 << 20)
    for _ in range(int(megabytes)):
        view = memoryview(block)
        while view:
            view = view[os.write(1, view) :]
    return int(megabytes) << 20


def hostile(channel: Any, task: Any, count: str, then: str) -> None:
    """Children that leave: forked twice, in sessions of their own, deaf to SIGTERM, half of them another program."""
    code = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"
    for number in range(int(count)):
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        os.setsid()
        if os.fork():
            os._exit(0)
        os.setsid()
        for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        if number % 2:
            os.execv("/bin/sleep", ["sleep", "3600"])
        if number == 0:
            subprocess.Popen([sys.executable, "-S", "-c", code])
        time.sleep(3600)
    if then.startswith("/"):
        for ignored in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ignored, signal.SIG_IGN)
        Path(then).touch()
        time.sleep(3600)
    ACTIONS[then](channel, task)


def bomb(channel: Any, task: Any, limit: str, ready: str) -> None:
    """A bounded fork bomb: everybody goes on replacing what is killed."""
    ceiling = int(limit)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Path(ready).touch()
    while True:
        if sum(map(str.isdigit, os.listdir("/proc"))) < ceiling:
            if os.fork() == 0:
                os.setsid()
        else:
            time.sleep(0.001)
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            pass


def abort(channel: Any, task: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


KEPT: list[bytes] = []
ACTIONS = {
    name: found for name, found in globals().items() if callable(found) and name.islower() and not name.startswith("_")
}
