"""What tasks that were added to a run later are given: signed packs, read when a task of theirs is due."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from cellburst.abc import ObjectStore
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import InputPack, TaskMessage
from cellburst.bucket.signing import USER, Place, Signer, seal, unseal
from cellburst.bucket.transfers import Transfers
from cellburst.errors import TamperedError, UnansweredError
from cellburst.model.blob import Packed

_KEPT = 64


class Packs:
    """The packs that a machine has read lately."""

    def __init__(self, keys: RunKeys, user: bytes, store: ObjectStore, transfers: Transfers) -> None:
        self._keys, self._user, self._store, self._transfers = keys, user, store, transfers
        self._read: dict[str, InputPack] = {}

    def given(self, message: TaskMessage) -> Packed | None:
        """What the task is given, its blobs in the local folder; None if it came with the run.

        Raises TamperedError, CloudError, StoreError.
        """
        if not message.p:
            return None
        pack = self._read.get(message.p) or self._pack(message.p)
        if message.i not in pack.indices:
            raise TamperedError(f"task {message.i} is not in the pack of inputs that was signed for it")
        given = pack.given[pack.indices.index(message.i)]
        self._transfers.fetch(given.blobs(), pack.blobs, self._keys.blob)
        return given

    def _pack(self, name: str) -> InputPack:
        pack = read(self._keys, self._user, self._store, name)
        if len(self._read) >= _KEPT:
            self._read.clear()
        self._read[name] = pack
        return pack


def read(keys: RunKeys, user: bytes, store: ObjectStore, name: str) -> InputPack:
    """The pack of this name. Raises TamperedError unless ``user`` signed it, CloudError."""

    def key_of(by: str) -> bytes | None:
        return user if by == USER else None

    return unseal(store.get(keys.input(name)), _place(keys, name), key_of, InputPack)[1]


def write(
    keys: RunKeys,
    signer: Signer,
    store: ObjectStore,
    transfers: Transfers,
    indices: Sequence[int],
    given: Sequence[Packed],
) -> str:
    """Upload what these tasks are given; the name of the pack. Raises CloudError, StoreError."""
    blobs = transfers.send((ref for packed in given for ref in packed.blobs()), keys.blob)
    pack = InputPack(tuple(indices), tuple(given), blobs)
    name = hashlib.sha256(msgspec.json.encode(pack)).hexdigest()[:32]
    data = seal(signer, USER, _place(keys, name), pack)
    standing, _ = create(store, keys.input(name), data)
    if standing is Standing.OPEN:
        raise UnansweredError(f"{keys.input(name)} is not written yet")
    if standing is Standing.OTHERS:
        store.put(keys.input(name), data)  # not ours; and only what is signed is ever read
    return name


def _place(keys: RunKeys, name: str) -> Place:
    return Place(keys.env, keys.run, "in", name=name)
