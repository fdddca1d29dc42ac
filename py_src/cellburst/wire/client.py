"""Between a client (kernel, shell, server extension) and the controller."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run, RunStatus

PROTOCOL = 1


class Hello(Struct, frozen=True, tag="hello"):
    """The first message of a client."""

    protocol: int
    version: str
    pid: int


class Submit(Struct, frozen=True, tag="submit"):
    """Take this run; answered when it is durable. A known ``run.key`` answers with the first run's id."""

    request: int
    run: Run
    follow: bool = True


class Follow(Struct, frozen=True, tag="follow"):
    """Send ``Status`` and, for what happens from now on, ``TasksChanged`` and ``OutputArrived``; a
    single run's outputs so far are sent again first."""

    request: int
    run: str


class Unfollow(Struct, frozen=True, tag="unfollow"):
    """No more about this run."""

    run: str


class Cancel(Struct, frozen=True, tag="cancel"):
    """Cancel tasks, or the whole run if ``indices`` is empty."""

    request: int
    run: str
    indices: tuple[int, ...] = ()


class Retry(Struct, frozen=True, tag="retry"):
    """Run again what has no success: missing, failed, cancelled and unknown tasks. "missing" leaves
    failed ones, "failed" takes the failed and unknown ones only. ``env`` has values that were not stored."""

    request: int
    run: str
    which: Literal["unfinished", "failed", "missing"] = "unfinished"
    env: dict[str, str] = {}


class Rerun(Struct, frozen=True, tag="rerun"):
    """Submit the same again: code, inputs, sweep, seed and options of this run, as a new one that is not followed.
    Answered with the new run's id; the same ``key`` is the same run. ``env`` has values that were not stored."""

    request: int
    run: str
    key: str
    env: dict[str, str] = {}


class Rename(Struct, frozen=True, tag="rename"):
    """Give a run another name."""

    request: int
    run: str
    name: str


class Delete(Struct, frozen=True, tag="delete"):
    """Delete an ended run."""

    request: int
    run: str


class Prune(Struct, frozen=True, tag="prune"):
    """Apply the retention policy now (or this one), and remove unreferenced blobs."""

    request: int
    keep_days: float | None = None
    keep_bytes: int | None = None


class Explain(Struct, frozen=True, tag="explain"):
    """Why do the pending tasks of this run wait?"""

    request: int
    run: str


class Ping(Struct, frozen=True, tag="ping"):
    """Are you there, and how are your targets? ``Done.data`` says."""

    request: int


class Shutdown(Struct, frozen=True, tag="shutdown"):
    """End the controller; with ``force`` even while runs are live (they go on at the next start)."""

    request: int
    force: bool = False


ToController = (
    Hello | Submit | Follow | Unfollow | Cancel | Retry | Rerun | Rename | Delete | Prune | Explain | Ping | Shutdown
)


class Welcome(Struct, frozen=True, tag="welcome"):
    """The answer to ``Hello``."""

    protocol: int
    version: str
    pid: int
    store: str
    epoch: int
    capacity: int


class Done(Struct, frozen=True, tag="done"):
    """The request was carried out and is durable; ``data`` depends on the request."""

    request: int
    run: str = ""
    data: dict[str, Any] = {}


class Refusal(Struct, frozen=True, tag="refusal"):
    """The request was not carried out. ``error`` is the name of a class in ``cellburst.errors``."""

    request: int
    error: str
    message: str


class Status(Struct, frozen=True, tag="status"):
    """Where a followed run is now; the last one has an ended state."""

    status: RunStatus


class TasksChanged(Struct, frozen=True, tag="tasks"):
    """Newly ended tasks of a followed run. A single run's result is here, so nobody reads it back."""

    run: str
    ended: tuple[int, ...]
    result: TaskResult | None = None


class OutputArrived(Struct, frozen=True, tag="output"):
    """Live output of a followed run, in order for each task."""

    run: str
    index: int
    attempt: int
    outputs: tuple[dict[str, Any], ...]


class TaskProgressed(Struct, frozen=True, tag="progress"):
    """What a running task of a followed run says of its progress."""

    run: str
    index: int
    fraction: float | None
    text: str
    metrics: dict[str, Any] | None = None


FromController = Welcome | Done | Refusal | Status | TasksChanged | OutputArrived | TaskProgressed
