"""How an attempt ended, and what it left behind."""

from __future__ import annotations

from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cellburst.model.blob import BlobRef, Packed


class OutcomeKind(str, Enum):
    """The closed set of endings."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    PRUNED = "pruned"


class LossReason(str, Enum):
    """Why a worker was lost; retry rules and messages read the same value."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    OUT_OF_MEMORY = "out of memory"
    TOO_MANY_PROCESSES = "too many processes"
    UNRESPONSIVE = "unresponsive"
    POOL_LOST = "pool lost"
    MACHINE_LOST = "machine lost"
    RECLAIMED = "reclaimed"


class Frame(Struct, frozen=True, array_like=True):
    """One frame of a remote traceback: enough to show it as if it had been here.

    ``first`` is the line that its code starts on, ``signature`` the names of its parameters with their stars.
    """

    filename: str
    lineno: int
    name: str
    qualname: str = ""
    first: int = 1
    signature: tuple[str, ...] = ()


class ErrorInfo(Struct, frozen=True, array_like=True):
    """An exception as data: the three nbformat fields, the user's frames, the object if it could travel."""

    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    exception: Packed | None = None


class FileEntry(Struct, frozen=True, array_like=True):
    """A file that a task left: its path below the output folder, with "/", and its bytes."""

    path: str
    blob: BlobRef


class TaskResult(Struct, frozen=True, array_like=True):
    """The one record of how a task's generation ended.

    ``started`` is wall seconds since 1970, ``seconds`` the task's own duration, ``peak_rss`` bytes.
    ``value`` is what the user's kernel will unpickle (for a single cell: the namespace delta),
    ``summary`` a JSON scalar or short text that stands for the value in tables, ``note`` a
    sentence such as why the value was not returned, ``metrics`` what ``task.log`` recorded,
    ``outputs`` the nbformat-like output records that were not streamed before.
    ``files`` are what the task left in its output folder, ``cached`` names the task ("RUN/INDEX") whose result
    this is where it was not executed, ``key`` is what it may be found by later (empty: by nothing), and ``params``
    its parameters as shown where the run could not tell them before.
    """

    index: int
    generation: int
    attempt: int
    kind: OutcomeKind
    started: float
    seconds: float
    peak_rss: int = 0
    value: Packed | None = None
    summary: Any = None
    error: ErrorInfo | None = None
    note: str = ""
    metrics: dict[str, Any] | None = None
    outputs: tuple[dict[str, Any], ...] = ()
    worker: str = ""
    files: tuple[FileEntry, ...] = ()
    cached: str = ""
    key: bytes = b""
    params: dict[str, Any] | None = None


class Span(Struct, frozen=True, array_like=True):
    """Neighbouring tasks, from ``first`` to the one before ``stop``, in the same generation after as many attempts."""

    first: int
    stop: int
    generation: int
    attempt: int

    def __len__(self) -> int:
        return self.stop - self.first

    def result(self, like: TaskResult, index: int) -> TaskResult:
        """The outcome of one of them that ended like another task."""
        return replace(like, index=index, generation=self.generation, attempt=self.attempt)
