"""Runs and outcomes as rows, and back. Values stay the bytes that they are: nothing is unpickled here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import xxhash

from cellburst.errors import DamagedBlobError, UsageError
from cellburst.model.blob import BlobRef, Packed
from cellburst.model.ids import is_run_id
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.model.run import Counts, Run, RunState, RunStatus, RunSummary, TaskState

_ERROR_LENGTH = 300
_UNREMARKABLE = frozenset(
    (
        *("MPLBACKEND", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"),
        *("PYDEVD_USE_FRAME_EVAL", "JPY_PARENT_PID", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),
    )
)
"""Variables that kernels, and libraries when they are imported, set themselves: a task can do without their values."""
_encode = msgspec.msgpack.Encoder().encode
_digest = xxhash.xxh3_64_intdigest


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What a table of tasks shows of an outcome; ``error`` is the exception in one line."""

    attempt: int
    started: float
    seconds: float
    peak_rss: int
    summary: Any
    note: str
    metrics: dict[str, Any] | None
    worker: str
    error: str


_decode_facts = msgspec.msgpack.Decoder(Facts).decode
_decode_packed = msgspec.msgpack.Decoder(Packed).decode
_decode_error = msgspec.msgpack.Decoder(ErrorInfo).decode
_decode_run = msgspec.msgpack.Decoder(Run).decode
_decode_outputs = msgspec.msgpack.Decoder(list[dict[str, Any]]).decode
_decode_indices = msgspec.msgpack.Decoder(list[int]).decode

COUNTED = {
    OutcomeKind.SUCCEEDED: TaskState.SUCCEEDED,
    OutcomeKind.FAILED: TaskState.FAILED,
    OutcomeKind.REJECTED: TaskState.FAILED,
    OutcomeKind.CANCELLED: TaskState.CANCELLED,
    OutcomeKind.LOST: TaskState.UNKNOWN,
    OutcomeKind.UNKNOWN: TaskState.UNKNOWN,
}
"""The state that a task has after each kind of outcome."""
_SUCCEEDED = OutcomeKind.SUCCEEDED
_STATE_OF = {kind.value: state.value for kind, state in COUNTED.items()}
"""The same, by the words of the table; a word that is none is a damaged row."""


def state_of(kind: str) -> str:
    """The state of a task whose outcome has this word."""
    return _STATE_OF.get(kind, TaskState.UNKNOWN.value)


def state_after(result: TaskResult) -> str:
    """The state that this outcome gives its task."""
    return _STATE_OF[_word(result.kind)]


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


def read_run(body: bytes, expected: int, name: str) -> Run:
    """The run of a body, under the name that it has now. Raises DamagedBlobError."""
    if checksum(body) != expected:
        raise DamagedBlobError("the stored record of this run is not what was written; submit the run again")
    run = _decode_run(body)
    return run if run.name == name else msgspec.structs.replace(run, name=name)


def checksum(*parts: bytes | None, seed: int = 0) -> int:
    """63 bits that change when a bit of the parts changes."""
    return _digest(b"".join([part for part in parts if part]), seed) >> 1


def outcome_row(run: int, result: TaskResult, outputs: bytes | None) -> tuple[Any, ...]:
    """The parameters of "insert_outcomes"."""
    error, value = result.error, result.value
    line = error_line(error) if error is not None else ""
    index, generation, word = result.index, result.generation, _word(result.kind)
    facts = _encode(
        (
            result.attempt,
            result.started,
            result.seconds,
            result.peak_rss,
            result.summary,
            result.note,
            result.metrics,
            result.worker,
            line,
        )
    )
    packed = None if value is None else _encode(value)
    failure = None if error is None else _encode(error)
    check = _check(word, facts, packed, failure, index, generation)
    return (run, index, generation, word, facts, packed, failure, check, outputs)


def _word(kind: OutcomeKind) -> str:
    """The kind's value: reading it, or hashing the kind, costs several times as much."""
    return "succeeded" if kind is _SUCCEEDED else kind.value


def _check(word: str, facts: bytes, packed: bytes | None, failure: bytes | None, index: int, generation: int) -> int:
    """The checksum of an outcome, with a seed by which a row that stands in another's place is noticed."""
    return _digest(b"".join((word.encode(), facts, packed or b"", failure or b"")), (index << 20) ^ generation) >> 1


def error_line(error: ErrorInfo) -> str:
    """An exception in one line."""
    text = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    line = " ".join(text[: 2 * _ERROR_LENGTH].split())
    return line if len(line) <= _ERROR_LENGTH else line[: _ERROR_LENGTH - 1] + "…"


def read_outcome(row: Sequence[Any]) -> TaskResult:
    """The outcome of a row of "outcome_rows", without outputs. Raises DamagedBlobError."""
    index, generation, kind, facts, value, failure, expected = row
    if _check(kind, facts, value, failure, index, generation) != expected:
        raise DamagedBlobError(
            f"the stored outcome of task {index} is not what was written; run it again with `%remote retry`"
        )
    known = _decode_facts(facts)
    return TaskResult(
        index=index,
        generation=generation,
        attempt=known.attempt,
        kind=_SUCCEEDED if kind == "succeeded" else OutcomeKind(kind),
        started=known.started,
        seconds=known.seconds,
        peak_rss=known.peak_rss,
        value=None if value is None else _decode_packed(value),
        summary=known.summary,
        error=None if failure is None else _decode_error(failure),
        note=known.note,
        metrics=known.metrics,
        worker=known.worker,
    )


def read_facts(body: bytes) -> Facts:
    """What a table shows of an outcome. Raises msgspec.MsgspecError for a damaged row."""
    return _decode_facts(body)


def blobs_of(result: TaskResult) -> tuple[BlobRef, ...]:
    """Every blob that an outcome needs."""
    found = result.value.blobs() if result.value is not None else ()
    if result.error is not None and result.error.exception is not None:
        found += result.error.exception.blobs()
    return found


def blob_rows(run: int, refs: Sequence[BlobRef]) -> list[tuple[int, bytes, int]]:
    """The parameters of "insert_blob_refs"."""
    return [(run, bytes.fromhex(ref.digest), ref.size) for ref in refs]


def outputs_body(outputs: Sequence[dict[str, Any]]) -> bytes:
    """Output records in one row."""
    return _encode(outputs)


def read_outputs(body: bytes) -> list[dict[str, Any]]:
    """Output records of a row. Raises msgspec.MsgspecError for a damaged one."""
    return _decode_outputs(body)


def indices_body(indices: Sequence[int]) -> bytes:
    """Task indices in one row."""
    return _encode(indices)


def read_indices(body: bytes) -> list[int]:
    """Task indices of a row."""
    return _decode_indices(body)


def read_counts(row: Any) -> Counts:
    """Tasks by state, from a row that has their numbers."""
    ended = (row["succeeded"], row["failed"], row["cancelled"], row["unknown"])
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
