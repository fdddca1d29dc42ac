"""Messages of the queue: which task is due, in the user's own words."""

from __future__ import annotations

import msgspec

from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import TaskMessage
from cellburst.bucket.signing import Place, Signer, sign, verify

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(TaskMessage)


def make(keys: RunKeys, signer: Signer, index: int, generation: int, pack: str) -> TaskMessage:
    """A task that nobody has tried yet."""
    signature = sign(signer, _place(keys, index, generation, pack), b"")
    return TaskMessage(keys.run, index, generation, p=pack, s=signature)


def encode(message: TaskMessage) -> str:
    """The body that goes into the queue."""
    return _ENCODER.encode(message).decode()


def read(keys: RunKeys, user: bytes, body: str) -> TaskMessage | None:
    """The message; None unless ``user`` signed that this task of this run is to be executed."""
    try:
        message = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    place = _place(keys, message.i, message.g, message.p)
    return message if message.r == keys.run and verify(user, place, b"", message.s) else None


def _place(keys: RunKeys, index: int, generation: int, pack: str) -> Place:
    return Place(keys.env, keys.run, "task", index, generation, name=pack)
