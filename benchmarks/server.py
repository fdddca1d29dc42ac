"""`python -m benchmarks.server`: how long the server extension takes for each answer, over a store like a busy year's.

1,000 runs and one of 100,000 tasks, half a thousand of them still to do; a real Jupyter server; times at the client.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.store.builders import T0, make_failure, make_result, make_run, run_id, text

from cellburst.model.events import Event, RunStateChanged, RunSubmitted, TasksEnded, TasksStarted
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.store import sqlite

RUNS = 1000
TASKS = 100_000
OPEN = 500
BIG = run_id(RUNS + 1)
ROUNDS = 7
GOAL = 100.0  # ms
ROUTES = {
    "status": "status",
    "runs": "runs?limit=100",
    "runs, all of them": "runs?limit=500",
    "runs, by text": "runs?text=cell+77",
    "one run": f"runs/{BIG}",
    "states": f"runs/{BIG}/states",
    "tasks": f"runs/{BIG}/tasks",
    "tasks, a page in the middle": f"runs/{BIG}/tasks?offset=50000",
    "tasks, by seconds": f"runs/{BIG}/tasks?sort=seconds&order=desc",
    "tasks, by a value": f"runs/{BIG}/tasks?sort=value",
    "tasks, by a metric": f"runs/{BIG}/tasks?sort=metric:acc",
    "tasks, by a parameter": f"runs/{BIG}/tasks?sort=param:lr",
    "tasks, failed ones": f"runs/{BIG}/tasks?state=failed",
    "tasks, by text": f"runs/{BIG}/tasks?text=valueerror",
    "one task": f"runs/{BIG}/tasks/97",
    "its output": f"runs/{BIG}/tasks/97/outputs",
    "its log": f"runs/{BIG}/tasks/97/log",
    "timeline": f"runs/{BIG}/timeline",
}


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="cb-"))
    os.environ |= {"CELLBURST_DATA_DIR": str(home / "data"), "CELLBURST_RUNTIME_DIR": str(home / "run")}
    try:
        fill(Folders.of(Settings.load()))
        with served(home) as (url, token):
            print(f"{'':30}{'first':>8}{'then':>8}{'bytes':>10}   ms; first: nothing is known of the run yet")
            for name, path in ROUTES.items():
                first, then, size = measure(url + path, token)
                missed = "" if max(first, then) <= GOAL else f"   over {GOAL:.0f} ms"
                print(f"{name:30}{first:8.1f}{then:8.1f}{size:10,}{missed}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure(url: str, token: str) -> tuple[float, float, int]:
    """Milliseconds of the first answer and the median of those after it, and bytes."""
    times = []
    size = 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        size = len(fetch(url, token))
        times.append((time.perf_counter() - start) * 1000)
    return times[0], statistics.median(times[1:]), size


def fetch(url: str, token: str) -> bytes:
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        body: bytes = answer.read()
        return body


@contextmanager
def served(home: Path) -> Iterator[tuple[str, str]]:
    """A Jupyter server on these folders; where the interface is, and the token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += [f"--ServerApp.root_dir={home}", "--ServerApp.jpserver_extensions=cellburst.server=True"]
    environment = os.environ | {"JUPYTER_TOKEN": token, "JUPYTER_RUNTIME_DIR": str(home / "jupyter")}
    with (home / "server.log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as server:
        try:
            url = f"http://127.0.0.1:{port}/cellburst/api/v1/"
            await_answer(url + "openapi.json", token, server)
            yield url, token
        finally:
            server.terminate()


def await_answer(url: str, token: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers; it says nothing when it is ready."""
    deadline = time.monotonic() + 30
    while True:
        try:
            fetch(url, token)
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def fill(folders: Folders) -> None:
    folders.create()
    chance = random.Random(1)
    store = sqlite.open_store(folders, Settings.load())
    for number in range(1, RUNS + 1):
        run = make_run(number)
        results = tuple(make_result(index) for index in range(4))
        ended = RunStateChanged(run.id, RunState.SUCCEEDED, T0 + 5)
        store.commit([RunSubmitted(run), TasksEnded(run.id, results, T0 + 5), ended])
    rows = tuple((round(chance.random(), 6), chance.randrange(1000)) for _ in range(TASKS))
    big = make_run(RUNS + 1, TASKS, sweep=SweepView("table", TASKS, (), ("lr", "depth"), rows))
    store.commit([RunSubmitted(big), RunStateChanged(BIG, RunState.RUNNING, T0 + 5)])
    store.append_outputs(BIG, 97, 1, [text(f"line {number}\n") for number in range(20_000)])
    for first in range(0, TASKS - OPEN, 2000):
        store.commit(ended_tasks(range(first, min(first + 2000, TASKS - OPEN)), chance))
    store.commit([TasksStarted(BIG, tuple(range(TASKS - OPEN, TASKS - OPEN + 16)), 1, "w1", T0 + 10)])
    store.close()


def ended_tasks(indices: range, chance: random.Random) -> list[Event]:
    made = []
    for index in indices:
        facts = {"seconds": chance.random(), "metrics": {"acc": chance.random()}}
        if index % 97 == 0:
            made.append(make_failure(index, **facts))
        else:
            made.append(make_result(index, summary=chance.random(), **facts))
    return [TasksEnded(BIG, tuple(made), T0 + 9)]


if __name__ == "__main__":
    main()
