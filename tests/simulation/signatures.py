"""Signatures for long simulations: as hard to mix up as real ones, but cheap. Half of a world's time are real ones.

Who knows a public key could forge these, and in a simulated world nobody does.
"""

from __future__ import annotations

import hashlib

from cellburst.bucket import messages, signing


class CheapKey:
    def __init__(self, private: bytes) -> None:
        self.public = hashlib.sha256(private).digest()

    def sign(self, data: bytes) -> bytes:
        return hashlib.sha512(self.public + data).digest()


def verify(public: bytes, place: signing.Place, body: bytes, signature: bytes) -> bool:
    data = signing.canonical(place, hashlib.sha256(body).hexdigest())
    return hashlib.sha512(public + data).digest() == signature


def make_cheap() -> None:
    """For the rest of this process."""
    signing.KeyPair = CheapKey  # type: ignore[assignment,misc]
    signing.verify = messages.verify = verify
