"""Runs as rows, and back: as they were submitted, and as a list shows them."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from cellburst.errors import DamagedBlobError, UsageError
from cellburst.model.ids import is_run_id
from cellburst.model.plan import Plan
from cellburst.model.run import Counts, Run, RunState, RunStatus, RunSummary
from cellburst.model.search import Search, Until
from cellburst.store.rows import checksum

_UNREMARKABLE = frozenset(
    (
        *("MPLBACKEND", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"),
        *("PYDEVD_USE_FRAME_EVAL", "JPY_PARENT_PID", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),
    )
)
"""Variables that kernels, and libraries when they are imported, set themselves: a task can do without their values."""
_encode = msgspec.msgpack.Encoder().encode
_decode_run = msgspec.msgpack.Decoder(Run).decode


def run_row(run: Run) -> dict[str, Any]:
    """The parameters of "insert_run"."""
    return {
        "id": run.id,
        "key": run.key or None,
        "name": run.name,
        "target": run.target,
        "submitted": run.submitted,
        "notebook": run.origin.notebook,
        "code": run.code,
        "count": run.count,
        "open": run.open,
    }


def storable(run: Run) -> Run:
    """The run as it may be stored: without variables of the environment, which are where secrets live.

    Their names are kept, for a task that misses them must not start.
    Raises UsageError for an id that was not made by us: it becomes a path.
    """
    if not is_run_id(run.id):
        raise UsageError(f"{run.id[:40]!r} is no run id")
    payload = run.payload
    if not (payload.env or payload.ambient or payload.seal):
        return run
    dropped = tuple(sorted({*payload.dropped, *payload.env} - _UNREMARKABLE))
    stripped = msgspec.structs.replace(payload, ambient={}, env={}, dropped=dropped, seal=b"")
    return msgspec.structs.replace(run, payload=stripped)


def run_body(run: Run) -> bytes:
    """The whole run."""
    return _encode(run)


def read_run(body: bytes, expected: int) -> Run:
    """The run of a body, as it was submitted. Raises DamagedBlobError."""
    if checksum(body) != expected:
        raise DamagedBlobError("the stored record of this run is not what was written; submit the run again")
    return _decode_run(body)


class Since(Struct, frozen=True, array_like=True):
    """What was said of a run since it was submitted, and when (seconds since 1970): what its search decides by, if it
    was taken up again, and the plan of its machines, if it goes on with another one."""

    search: Search | Until | None = None
    reopened: float = float("-inf")
    plan: Plan | None = None
    planned: float = float("-inf")


def since_body(since: Since) -> bytes:
    """The bytes of a row; without a plan as they were when there was none."""
    return _encode((since.search, since.reopened)) if since.plan is None else _encode(since)


def read_since(body: bytes | None) -> Since:
    """The same again. Raises msgspec.MsgspecError for a damaged row."""
    return Since() if body is None else _decode_since(body)


def as_now(run: Run, body: bytes | None) -> Run:
    """A submitted run with what was said of it since."""
    since = read_since(body)
    if since.search is not None:
        run = msgspec.structs.replace(run, options=msgspec.structs.replace(run.options, search=since.search))
    return run if since.plan is None else msgspec.structs.replace(run, plan=since.plan)


_decode_since = msgspec.msgpack.Decoder(Since).decode


def read_counts(row: Any) -> Counts:
    """Tasks by state, from a row that has their numbers."""
    ended = (row["succeeded"], row["failed"], row["cancelled"], row["unknown"], row["pruned"])
    queued = max(0, row["count"] - row["running"] - sum(ended))
    return Counts(queued, row["running"], *ended)


def _state(row: Any) -> tuple[RunState, str]:
    """State and reason; a damaged word must not hide all other runs of a list."""
    try:
        return RunState(row["state"]), row["reason"]
    except ValueError:
        return RunState.FAILED, "the record of this run is damaged"


def read_status(row: Any) -> RunStatus:
    """Where a run is, from a row of "run_row"."""
    state, reason = _state(row)
    return RunStatus(row["id"], state, read_counts(row), row["started"], row["ended"], reason)


def read_summary(row: Any, store: str) -> RunSummary:
    """A run in a list, from a row of "run_rows"."""
    state, reason = _state(row)
    return RunSummary(
        id=row["id"],
        name=row["name"],
        target=row["target"],
        state=state,
        counts=read_counts(row),
        submitted=row["submitted"],
        started=row["started"],
        ended=row["ended"],
        notebook=row["notebook"],
        code=row["code"],
        store=store,
        reason=reason,
    )
