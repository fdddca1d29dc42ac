"""Outcomes as rows, and back. Values stay the bytes that they are: nothing is unpickled here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import xxhash

from cellburst.errors import DamagedBlobError
from cellburst.model.blob import BlobRef, Packed
from cellburst.model.events import AttemptEnded
from cellburst.model.outcome import ErrorInfo, FileEntry, OutcomeKind, TaskResult
from cellburst.model.run import TaskState

_ERROR_LENGTH = 300
_encode = msgspec.msgpack.Encoder().encode
_digest = xxhash.xxh3_64_intdigest


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What a table of tasks shows of an outcome; ``error`` is the exception in one line.

    What follows it is not written where it is empty, and never was in a store of schema 1.
    """

    attempt: int
    started: float
    seconds: float
    peak_rss: int
    summary: Any
    note: str
    metrics: dict[str, Any] | None
    worker: str
    error: str
    params: dict[str, Any] | None = None
    files: tuple[FileEntry, ...] = ()
    cached: str = ""
    key: bytes = b""


_decode_facts = msgspec.msgpack.Decoder(Facts).decode
_decode_packed = msgspec.msgpack.Decoder(Packed).decode
_decode_error = msgspec.msgpack.Decoder(ErrorInfo).decode
_decode_outputs = msgspec.msgpack.Decoder(list[dict[str, Any]]).decode
_decode_indices = msgspec.msgpack.Decoder(list[int]).decode

COUNTED = {
    OutcomeKind.SUCCEEDED: TaskState.SUCCEEDED,
    OutcomeKind.FAILED: TaskState.FAILED,
    OutcomeKind.REJECTED: TaskState.FAILED,
    OutcomeKind.CANCELLED: TaskState.CANCELLED,
    OutcomeKind.LOST: TaskState.UNKNOWN,
    OutcomeKind.UNKNOWN: TaskState.UNKNOWN,
    OutcomeKind.PRUNED: TaskState.PRUNED,
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


def checksum(*parts: bytes | None, seed: int = 0) -> int:
    """63 bits that change when a bit of the parts changes."""
    return _digest(b"".join([part for part in parts if part]), seed) >> 1


def outcome_row(run: int, result: TaskResult, outputs: bytes | None) -> tuple[Any, ...]:
    """The parameters of "insert_outcomes"."""
    error, value = result.error, result.value
    line = error_line(error) if error is not None else ""
    index, generation, word = result.index, result.generation, _word(result.kind)
    plain = (
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
    facts = _encode((*plain, *_more(result)))
    packed = None if value is None else _encode(value)
    failure = None if error is None else _encode(error)
    check = _check(word, facts, packed, failure, index, generation)
    return (run, index, generation, word, facts, packed, failure, check, outputs)


def attempt_row(run: int, fact: AttemptEnded) -> dict[str, Any]:
    """The parameters of "insert_attempt"."""
    return {
        "run": run,
        "idx": fact.index,
        "generation": fact.generation,
        "attempt": fact.attempt,
        "worker": fact.worker,
        "loss": None if fact.loss is None else fact.loss.value,
        "message": fact.message,
        "at": fact.at,
    }


def _more(result: TaskResult) -> tuple[Any, ...]:
    """The facts that few outcomes have."""
    if result.key or result.cached or result.files or result.params:
        return (result.params, result.files, result.cached, result.key)
    return ()


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
        files=known.files,
        cached=known.cached,
        key=known.key,
        params=known.params,
    )


def read_facts(body: bytes) -> Facts:
    """What a table shows of an outcome. Raises msgspec.MsgspecError for a damaged row."""
    return _decode_facts(body)


def blobs_of(result: TaskResult) -> tuple[BlobRef, ...]:
    """Every blob that an outcome needs."""
    found = result.value.blobs() if result.value is not None else ()
    if result.error is not None and result.error.exception is not None:
        found += result.error.exception.blobs()
    if result.files:
        found += tuple(entry.blob for entry in result.files)
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
