"""The keys of the other machines of a run, whose checkpoints are read here."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cellburst.abc import ObjectStore
from cellburst.agent.log import log
from cellburst.aws.session import Session
from cellburst.bucket.identity import prove
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import MachineRecord, Voucher
from cellburst.bucket.signing import USER, Place, unseal
from cellburst.errors import CloudError, MissingObjectError, TamperedError

Replay = Callable[[Session, dict[str, str], str], str]


class Peers:
    """By the user's word, or by STS: a peer's session is of our own role, which only machines of this run have."""

    def __init__(
        self,
        keys: RunKeys,
        machine: str,
        public: bytes,
        user: bytes,
        nonce: str,
        store: ObjectStore,
        session: Session,
        replay: Replay,
    ) -> None:
        self._keys = keys
        self._user = user
        self._nonce = nonce
        self._store = store
        self._session = session
        self._replay = replay
        self._known = {machine: public}

    def public_of(self, machine: str) -> bytes | None:
        """A machine's key; None if nothing proves it."""
        found = self._known.get(machine) or self._vouched(machine) or self._proven(machine)
        if found is not None:
            self._known[machine] = found
        return found

    def _vouched(self, machine: str) -> bytes | None:
        place = Place(self._keys.env, self._keys.run, "trust", name=machine)
        try:
            data = self._store.get(self._keys.trust(machine))
            _, word = unseal(data, place, lambda by: self._user if by == USER else None, Voucher)
        except (CloudError, ValueError):
            return None
        return word.public if word.name == machine else None

    def _proven(self, machine: str) -> bytes | None:
        try:
            record = msgspec.json.decode(self._store.get(self._keys.machine(machine)), type=MachineRecord)
            return prove(record, self._nonce, self._expected(record), self._ask)
        except MissingObjectError:
            return None
        except (CloudError, TamperedError, msgspec.MsgspecError, ValueError) as error:
            log(f"the key of {machine} could not be proven: {error}")
            return None

    def _expected(self, record: MachineRecord) -> str:
        """The peer's own session, if it is one of our role."""
        arn = self._ask(record.headers, record.body)
        mine = self._session.identity().arn
        return arn if arn.rpartition("/")[0] == mine.rpartition("/")[0] else mine

    def _ask(self, headers: dict[str, str], body: str) -> str:
        return self._replay(self._session, headers, body)
