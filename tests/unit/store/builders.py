"""Runs, outcomes and stores with as little said as a test needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cellburst.model.blob import BlobRef, Packed
from cellburst.model.outcome import ErrorInfo, Frame, OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import Origin, Run, RunOptions
from cellburst.model.sweep import Axis, SweepView
from cellburst.payload.blobs import BlobFolder
from cellburst.settings import Settings
from cellburst.store.sqlite import SqliteStore

T0 = 1_700_000_000.0


def run_id(number: int) -> str:
    return f"{number:07d}-abcd"


def make_run(number: int = 1, count: int = 4, **changes: Any) -> Run:
    facts: dict[str, Any] = {
        "id": run_id(number),
        "key": f"key-{number}",
        "name": f"run {number}",
        "target": "local",
        "payload": Payload("cell", Packed(b"\x80\x05inputs"), source="x + 1"),
        "sweep": SweepView("grid", count, (Axis("x", tuple(range(count))),)),
        "options": RunOptions(seed=7),
        "submitted": T0 + number,
        "code": f"# cell {number}\nx + 1",
        "origin": Origin("study.ipynb", "kernel-1", "3.11", "0.1.0", 123),
    }
    return Run(**{**facts, **changes})


def make_result(index: int = 0, generation: int = 1, attempt: int = 1, **changes: Any) -> TaskResult:
    facts: dict[str, Any] = {
        "kind": OutcomeKind.SUCCEEDED,
        "started": T0 + 100 + index,
        "seconds": 0.25,
        "peak_rss": 50_000_000,
        "value": Packed(b"\x80\x05value %d" % index),
        "summary": index * 0.5,
        "worker": "w1",
    }
    return TaskResult(index, generation, attempt, **{**facts, **changes})


def make_failure(index: int = 0, generation: int = 1, attempt: int = 1, **changes: Any) -> TaskResult:
    error = ErrorInfo("ValueError", "no such\nthing", ("line 1", "line 2"), (Frame("<cell>", 2, "<module>"),))
    facts: dict[str, Any] = {"kind": OutcomeKind.FAILED, "value": None, "summary": None, "error": error}
    return make_result(index, generation, attempt, **{**facts, **changes})


def ref(number: int, size: int = 1000) -> BlobRef:
    return BlobRef(f"{number:032x}", size)


def text(words: str, name: str = "stdout", **more: Any) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": words, **more}


def picture(size: int = 10) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"image/png": "p" * size}, "metadata": {}}


def open_sqlite(data: Path, *, settings: Settings | None = None, **more: Any) -> SqliteStore:
    """A store in the layout of a data folder."""
    blobs = BlobFolder(data / "blobs")
    path = data / "stores" / "env.db"
    return SqliteStore(path, data / "outputs" / "env", blobs, settings=settings, **more)
