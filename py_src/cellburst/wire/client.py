"""Between a client (kernel, shell, server extension) and the controller."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from cellburst.model.outcome import TaskResult
from cellburst.model.plan import Plan
from cellburst.model.report import Report
from cellburst.model.run import Run, RunStatus
from cellburst.model.search import Search, Until
from cellburst.model.sweep import SweepPart
from cellburst.wire.worker import Importing

PROTOCOL = 1


class Hello(Struct, frozen=True, tag="hello"):
    """The first message of a client. ``reaching`` are its variables that say how a cloud is reached: kept in memory
    alone, for runs on machines whose submitter's were lost with an earlier controller."""

    protocol: int
    version: str
    pid: int
    reaching: dict[str, str] = {}


class Submit(Struct, frozen=True, tag="submit"):
    """Take this run; answered when it is durable. A known ``run.key`` answers with the first run's id.

    ``hits`` are tasks whose result is that of another one: (index, run, index there).
    """

    request: int
    run: Run
    follow: bool = True
    hits: tuple[tuple[int, str, int], ...] = ()


class Collect(Struct, frozen=True, tag="collect"):
    """Follow a run that was started elsewhere, as far as it has come: ``parts`` are tasks that were added to it,
    ``generations`` those of tasks that were run again (not 1). Answered when it is durable; may be repeated, and then
    takes in what has been added or run again since."""

    request: int
    run: Run
    parts: tuple[SweepPart, ...] = ()
    generations: dict[int, int] = {}


class Extend(Struct, frozen=True, tag="extend"):
    """Add tasks to a run, open or not, ended or not; answered when they are durable, ``Done.data["start"]`` is the
    number of the first. A part whose key is known is not added again; one whose start is not the run's count is
    refused: somebody else was faster. ``hits`` as in ``Submit``; ``env`` has values that were not stored."""

    request: int
    run: str
    part: SweepPart
    hits: tuple[tuple[int, str, int], ...] = ()
    env: dict[str, str] = {}


class Close(Struct, frozen=True, tag="close"):
    """No more tasks will be added to an open run; ``reason`` is a sentence for its timeline and its status. A run that
    has ``failed`` ends so, whatever its tasks say."""

    request: int
    run: str
    reason: str = ""
    failed: bool = False


class Reopen(Struct, frozen=True, tag="reopen"):
    """Go on with a search that may have ended: it is open again, and decides by ``search`` from now on. ``env`` has
    values that were not stored."""

    request: int
    run: str
    search: Search | Until
    env: dict[str, str] = {}


class Hold(Struct, frozen=True, tag="hold"):
    """This connection adds the tasks of an open run. When it ends without ``Close``, a run of calls is closed; a search
    gets another searcher. A second holder is refused while the first is there."""

    request: int
    run: str


class EndEarly(Struct, frozen=True, tag="early"):
    """Let these tasks end as pruned, the next time that they report."""

    request: int
    run: str
    indices: tuple[int, ...]


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
    failed ones, "failed" takes the failed and unknown ones only. ``env`` has values that were not stored; ``plan``
    is what the run's machines may be and cost from now on (None: as before)."""

    request: int
    run: str
    which: Literal["unfinished", "failed", "missing"] = "unfinished"
    env: dict[str, str] = {}
    plan: Plan | None = None


class Rerun(Struct, frozen=True, tag="rerun"):
    """Submit the same again: code, inputs, sweep, seed and options of this run, as a new one that is not followed.
    Answered with the new run's id; the same ``key`` is the same run. ``env`` and ``plan`` are as in ``Retry``."""

    request: int
    run: str
    key: str
    env: dict[str, str] = {}
    plan: Plan | None = None


class Fetch(Struct, frozen=True, tag="fetch"):
    """Bring what the result of a task is made of into the blob folder, from where the run left it. Answered when it
    is there, which may take long; whoever waits asks again after a while."""

    request: int
    run: str
    index: int


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
    Hello
    | Submit
    | Collect
    | Extend
    | Close
    | Reopen
    | Hold
    | EndEarly
    | Follow
    | Unfollow
    | Cancel
    | Retry
    | Rerun
    | Fetch
    | Rename
    | Delete
    | Prune
    | Explain
    | Ping
    | Shutdown
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
    """Newly ended tasks of a followed run. The result of a single run, or of a call that ended alone, is here, so that
    nobody reads it back."""

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


class TasksBegan(Struct, frozen=True, tag="began"):
    """Tasks of a followed run of calls that a worker was given: they can no longer be taken back for nothing."""

    run: str
    indices: tuple[int, ...]


class TaskReported(Struct, frozen=True, tag="reported"):
    """What running tasks of a followed run report, none left out while the connection holds."""

    run: str
    index: int
    attempt: int
    reports: tuple[Report, ...]


Passing = TaskProgressed | Importing  # who does not read misses them
FromController = Welcome | Done | Refusal | Status | TasksChanged | OutputArrived | TasksBegan | TaskReported | Passing
