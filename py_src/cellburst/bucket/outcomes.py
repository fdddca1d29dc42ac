"""How a task ended, as it stands in the bucket: written, and read with distrust."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import Done
from cellburst.bucket.signing import USER, Place, Sealed, Signer, seal, unseal
from cellburst.errors import TamperedError
from cellburst.model.blob import BlobRef
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(TaskResult)
_USERS = frozenset({OutcomeKind.CANCELLED, OutcomeKind.FAILED, OutcomeKind.LOST, OutcomeKind.UNKNOWN})


def seal_done(
    keys: RunKeys, signer: Signer, by: str, worker: str, result: TaskResult, blobs: dict[str, str], nonce: str
) -> bytes:
    """The object's bytes; ``by`` is the machine's name, or the user."""
    done = Done(
        result.index,
        result.generation,
        result.attempt,
        result.kind,
        nonce,
        by,
        worker,
        _ENCODER.encode(result),
        {ref.digest: blobs[ref.digest] for ref in refs_of(result)},
    )
    return seal(signer, by, _place(keys, result.index, result.generation, result.attempt), done)


def signer_of(data: bytes) -> str | None:
    """Who is said to have signed it; None where nobody is."""
    try:
        return msgspec.json.decode(data, type=Sealed).by
    except (msgspec.MsgspecError, UnicodeError):
        return None


def unseal_done(
    keys: RunKeys, index: int, generation: int, data: bytes, public_of: Callable[[str], bytes | None]
) -> tuple[Done, TaskResult]:
    """How this task and generation ended. Raises TamperedError unless its maker signed just that."""
    by, done = unseal(data, _place(keys, index, generation), public_of, Done)
    try:
        result = _DECODER.decode(done.result)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise TamperedError(f"{by} signed a result that cannot be read ({error})") from None
    said = (done.index, done.generation, done.attempt, done.kind, done.machine)
    if said != (index, generation, result.attempt, result.kind, by):
        raise TamperedError(f"{by} signed the outcome of another task")
    if (result.index, result.generation) != (index, generation):
        raise TamperedError(f"{by} signed the result of another task")
    if any(ref.digest not in done.blobs for ref in refs_of(result)):
        raise TamperedError(f"{by} did not sign all that the result refers to")
    if by == USER and (done.kind not in _USERS or refs_of(result) or result.value is not None):
        raise TamperedError("the user's key signs no results")
    return done, result


def refs_of(result: TaskResult) -> tuple[BlobRef, ...]:
    """Every blob that a result refers to."""
    refs = [*result.value.blobs()] if result.value else []
    if result.error and result.error.exception:
        refs += result.error.exception.blobs()
    return (*refs, *(entry.blob for entry in result.files))


def tampered(index: int, generation: int, attempt: int, why: str, now: float) -> TaskResult:
    """What is shown of a task whose outcome cannot be believed."""
    message = (
        f"the outcome of task {index} in the bucket was tampered with: {why}. Nothing of it was opened; "
        "`%remote retry` runs the task again"
    )
    kind = OutcomeKind.FAILED
    return TaskResult(index, generation, attempt, kind, now, 0.0, error=ErrorInfo("TamperedError", message))


def _place(keys: RunKeys, index: int, generation: int, attempt: int = 0) -> Place:
    return Place(keys.env, keys.run, "done", index, generation, attempt)
