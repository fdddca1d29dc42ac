"""Writing an object that may exist once only, and knowing for certain whose it is.

Every object that is made so contains a nonce, or a signature over one: equal bytes are the same write. An SDK sends a
request again by itself, so that "it exists" (412) may well be the answer to one's own write; it is always read back.
"""

from __future__ import annotations

from enum import Enum

from cellburst.abc import Creation, ObjectStore
from cellburst.errors import BucketError, MissingObjectError

_TRIES = 3


class Standing(Enum):
    """Whose an object is. ``OPEN``: not settled yet; try again later, with the same bytes."""

    MINE = "mine"
    OTHERS = "others"
    OPEN = "open"


def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
    """Whose the object is now, and its bytes. Raises AccessError: that is not ours to decide."""
    for _ in range(_TRIES):
        try:
            answer = store.create(key, data)
            if answer is Creation.CREATED:
                return Standing.MINE, data
            if answer is Creation.CONFLICT:  # nobody has it yet
                continue
        except BucketError:  # it may be there or not
            pass
        try:
            found = store.get(key)
        except MissingObjectError:
            continue
        except BucketError:
            break
        return (Standing.MINE if found == data else Standing.OTHERS), found
    return Standing.OPEN, b""
