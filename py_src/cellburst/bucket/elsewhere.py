"""Between the user's side of a run and somebody of the same account elsewhere, who has another key and only reads.

The table of machines is the user's word, signed. To ask for a cancel needs no signature: machines do not read it, their
role cannot write it, and the user's side, which does, then signs.
"""

from __future__ import annotations

import msgspec

from cellburst.abc import ObjectStore
from cellburst.bucket import packs
from cellburst.bucket.creating import create
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.queueing import parts
from cellburst.bucket.records import AskedToCancel, InputPack, MachineTable
from cellburst.bucket.signing import USER, Place, Signer, seal, unseal
from cellburst.errors import MissingObjectError

_LONGEST = 60


def write_table(keys: RunKeys, signer: Signer, store: ObjectStore, table: MachineTable) -> None:
    """Leave the machines that there are, instead of an earlier table. Raises CloudError."""
    store.put(keys.table, seal(signer, USER, _place(keys), table))


def read_table(keys: RunKeys, user: bytes, store: ObjectStore) -> MachineTable | None:
    """What the user's side said last; None if nothing of it is there. Raises TamperedError, CloudError."""
    try:
        data = store.get(keys.table)
    except MissingObjectError:
        return None
    return unseal(data, _place(keys), lambda by: user if by == USER else None, MachineTable)[1]


def ask_to_cancel(keys: RunKeys, store: ObjectStore, at: float, by: str) -> None:
    """Ask whoever started the run to cancel it. Raises CloudError."""
    create(store, keys.asked, msgspec.json.encode(AskedToCancel(at, by)))


def asked_to_cancel(keys: RunKeys, store: ObjectStore) -> str | None:
    """Who asks for it, as one may show it; None if nobody does. Raises CloudError."""
    try:
        asked = msgspec.json.decode(store.get(keys.asked), type=AskedToCancel)
    except MissingObjectError:
        return None
    except (msgspec.MsgspecError, UnicodeError):
        return "somebody"
    return "".join(filter(str.isprintable, asked.by))[:_LONGEST] or "somebody"


def handed_out(keys: RunKeys, user: bytes, store: ObjectStore) -> dict[int, int]:
    """The newest generation of every task that was handed out; what the user did not sign is left out.

    Raises CloudError.
    """
    newest: dict[int, int] = {}
    for part in parts(keys, user, store):
        for index, generation in part.tasks:
            newest[index] = max(generation, newest.get(index, 1))
    return newest


def added(keys: RunKeys, user: bytes, store: ObjectStore) -> list[InputPack]:
    """What tasks were given that came later than the run. Raises CloudError, TamperedError."""
    names = dict.fromkeys(part.pack for part in parts(keys, user, store) if part.pack)
    return [packs.read(keys, user, store, name) for name in names]


def _place(keys: RunKeys) -> Place:
    return Place(keys.env, keys.run, "machines")
