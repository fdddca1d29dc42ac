"""Values that nobody but the kernel can read: variables of the environment that a cell has set, on their way back.

An outcome is stored, and the environment is where secrets live. The key is made for one run, is sent with it and never
stored; each sealing has a key stream of its own, from SHAKE-256.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

_NONCE = 16  # bytes


def new_key() -> bytes:
    """A key for one run."""
    return os.urandom(32)


def seal(value: Any, key: bytes) -> bytes:
    """Encrypt what JSON can spell."""
    text = json.dumps(value).encode()
    nonce = os.urandom(_NONCE)
    return nonce + _mixed(text, key, nonce)


def unseal(sealed: bytes, key: bytes) -> Any:
    """What was sealed with this key."""
    return json.loads(_mixed(sealed[_NONCE:], key, sealed[:_NONCE]))


def _mixed(text: bytes, key: bytes, nonce: bytes) -> bytes:
    stream = hashlib.shake_256(key + nonce).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))
