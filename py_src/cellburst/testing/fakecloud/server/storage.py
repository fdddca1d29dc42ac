"""S3 requests one after the other where they meet: what is written to one key is written by one at a time.

Moto looks whether an object is there and then writes it, with nothing between two threads that do so.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable

from cellburst.testing.fakecloud.server.asked import Asked, Reply

_LOCKS = [threading.Lock() for _ in range(64)]
_WRITES = {"PutObject", "CompleteMultipartUpload", "DeleteObject", "CopyObject"}


def serialized(request: Asked, moto: Callable[[], Reply]) -> Reply:
    """Answer a request to S3, alone with its key if it writes."""
    if request.action not in _WRITES:
        return moto()
    request.read_body()  # before the lock: a slow sender must not hold others up
    with _LOCKS[zlib.crc32(request.path.encode()) % len(_LOCKS)]:
        return moto()
