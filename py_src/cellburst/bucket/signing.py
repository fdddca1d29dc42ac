"""Ed25519 signatures that hold for one place only: this environment, run, task, generation, attempt and role.

What is signed is ``canonical``: a line with the version, a JSON array that names the place, and the SHA-256 of the
body's own bytes as they are stored. There is no second way: what is not signed is not read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Raw, Struct

from cellburst.errors import TamperedError, UsageError

USER = "user"
"""The signer's name of everything that comes from the user."""

_VERSION = b"cellburst signature 1\n"
_KEY_FILE = "signing-ed25519"
_PRIVATE_BYTES = 32
_SIGNABLE = msgspec.json.Encoder()

Body = TypeVar("Body", bound=Struct)


@dataclass(frozen=True)
class Place:
    """Where a signed object belongs; ``name`` tells apart what is no task's ("m3", "7")."""

    env: str
    run: str
    role: str
    index: int = -1
    generation: int = 0
    attempt: int = 0
    name: str = ""


class Sealed(Struct, frozen=True):
    """A signed body as it is stored. ``by`` is the signer's name, ``body`` JSON, byte for byte as it was signed."""

    by: str
    attempt: int
    signature: bytes
    body: Raw


class Signer(Protocol):
    """A private key."""

    public: bytes

    def sign(self, data: bytes) -> bytes: ...


class KeyPair:
    """An Ed25519 key; ``public`` are its 32 bytes."""

    def __init__(self, private: bytes | None = None) -> None:
        keys = _ed25519()
        self._key = keys.Ed25519PrivateKey.generate() if private is None else _from_bytes(private)
        self.public: bytes = self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return bytes(self._key.sign(data))

    def private(self) -> bytes:
        """The 32 bytes that nobody else may see."""
        return bytes(self._key.private_bytes_raw())


def user_key(folder: Path) -> KeyPair:
    """The user's key in ``folder``, made by the first who asks. Raises UsageError if others can read the file."""
    path = folder / _KEY_FILE
    if not path.exists():
        _make(path)
    mode = path.stat().st_mode
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(f"{path} can be read by others; if nobody has, `chmod 600 {path}`, else delete it")
    return KeyPair(path.read_bytes())


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.urandom(6).hex()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(KeyPair().private())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)  # unlike a rename, it never takes the place of another's
        except FileExistsError:
            pass
    finally:
        partial.unlink(missing_ok=True)


def canonical(place: Place, digest: str) -> bytes:
    """The bytes that are signed for a body whose SHA-256 is ``digest`` (hexadecimal)."""
    fields = (place.env, place.run, place.role, place.index, place.generation, place.attempt, place.name, digest)
    return _VERSION + _SIGNABLE.encode(fields)


def sign(signer: Signer, place: Place, body: bytes) -> bytes:
    """64 bytes."""
    return signer.sign(canonical(place, hashlib.sha256(body).hexdigest()))


def verify(public: bytes, place: Place, body: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is by the key ``public``, of exactly this body in exactly this place."""
    from cryptography.exceptions import InvalidSignature

    try:
        key = _ed25519().Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, canonical(place, hashlib.sha256(body).hexdigest()))
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(signer: Signer, by: str, place: Place, body: Struct) -> bytes:
    """The object's bytes."""
    text = msgspec.json.encode(body)
    return msgspec.json.encode(Sealed(by, place.attempt, sign(signer, place, text), Raw(text)))


def unseal(data: bytes, place: Place, public_of: Callable[[str], bytes | None], kind: type[Body]) -> tuple[str, Body]:
    """Who signed it and what it says. ``place.attempt`` is not known before and is the object's own.

    Raises TamperedError unless it was signed, for this place, by somebody whose key ``public_of`` gives.
    """
    try:
        sealed = msgspec.json.decode(data, type=Sealed)
        text = bytes(sealed.body)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise TamperedError(f"it is not signed ({error})") from None
    public = public_of(sealed.by)
    if public is None:
        raise TamperedError(f"it claims to come from {sealed.by!r}, of whom nothing may come here")
    if not verify(public, replace(place, attempt=sealed.attempt), text, sealed.signature):
        raise TamperedError(f"the signature is not {sealed.by}'s for this place")
    try:
        return sealed.by, msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise TamperedError(f"{sealed.by} signed something else ({error})") from None


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise UsageError('machines need signatures: pip install "cellburst[aws]"') from None
    return ed25519


def _from_bytes(private: bytes) -> Any:
    if len(private) != _PRIVATE_BYTES:
        raise UsageError(f"the signing key has {len(private)} bytes, not {_PRIVATE_BYTES}; delete it for a new one")
    return _ed25519().Ed25519PrivateKey.from_private_bytes(private)
