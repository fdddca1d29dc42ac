"""Immutable bytes named by their digest, and pickles that refer to them."""

from __future__ import annotations

from msgspec import Struct


class BlobRef(Struct, frozen=True, array_like=True):
    """A blob: XXH3-128 of its bytes in lower-case hexadecimal, and its size in bytes."""

    digest: str
    size: int


class Packed(Struct, frozen=True, array_like=True):
    """A pickled object: its stream, inline or in a blob, and its out-of-band buffers in order."""

    body: bytes = b""
    body_blob: BlobRef | None = None
    buffers: tuple[BlobRef, ...] = ()

    @property
    def size(self) -> int:
        """Bytes in all."""
        body = self.body_blob.size if self.body_blob else len(self.body)
        return body + sum(ref.size for ref in self.buffers)

    @property
    def empty(self) -> bool:
        """Whether nothing was packed; the pickle of anything has bytes."""
        return not self.body and self.body_blob is None

    def blobs(self) -> tuple[BlobRef, ...]:
        """Every blob that must exist for the object to be rebuilt."""
        return ((self.body_blob,) if self.body_blob else ()) + self.buffers
