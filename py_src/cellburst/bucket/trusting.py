"""Which keys are those of our machines: proven while the machine is there, and vouched for by the user afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from cellburst.abc import Clock, ObjectStore
from cellburst.bucket.creating import create
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import MachineRecord, Voucher
from cellburst.bucket.signing import USER, Place, Signer, seal, unseal
from cellburst.errors import BucketError, CloudError, MissingObjectError, TamperedError

PATIENCE = 1200.0
"""Seconds after the end of a machine in which STS may still be asked; it takes no older requests."""
_PAUSE = 4.0  # seconds between two tries at one machine
_UNHEARD_OF = 60.0  # seconds in which a table of machines, or EC2, may tell of a new one

Prove = Callable[[MachineRecord, str, str], bytes]
"""Of a record, the run's nonce and the expected ARN: the public key, as ``identity.prove``."""


class Trust:
    """The keys of a run's machines. Nothing but ``step`` and ``recall`` does input and output.

    ``witness`` is the key of somebody who is not the run's user, for his own word to himself on what he has proven.
    """

    def __init__(
        self,
        keys: RunKeys,
        user: bytes,
        signer: Signer | None,
        store: ObjectStore,
        clock: Clock,
        prove: Prove,
        witness: Signer | None = None,
    ) -> None:
        self._keys, self._user, self._signer, self._witness = keys, user, signer, witness
        self._store, self._clock, self._prove = store, clock, prove
        self._expected: dict[str, str] = {}
        self._proven: dict[str, bytes] = {}
        self._gone: dict[str, float] = {}
        self._hopeless: dict[str, str] = {}
        self._next: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self.reasons: dict[str, str] = {}

    def expect(self, sessions: Mapping[str, str]) -> None:
        """The ARN of each machine's session, by its name."""
        self._expected.update(sessions)

    def gone(self, name: str) -> None:
        """The machine has ended."""
        self._gone.setdefault(name, self._clock.boot())
        self._next.pop(name, None)

    def key_of(self, name: str) -> bytes | None:
        """The machine's public key; None as long as, or if, it is not proven."""
        return self._user if name == USER else self._proven.get(name)

    def undecided(self, name: str) -> bool:
        """Whether it may still be proven."""
        known = name == USER or name in self._proven or name in self._hopeless
        return not known and (name in self._expected or self._may_come(name))

    def _may_come(self, name: str) -> bool:
        """Whether somebody who only reads may still hear that there is such a machine."""
        if self._signer is not None:
            return False
        return self._clock.boot() - self._asked.setdefault(name, self._clock.boot()) < _UNHEARD_OF

    def why_not(self, name: str) -> str:
        """Why nothing that claims to come from ``name`` is believed."""
        if name not in self._expected:
            return f"it claims to come from {name!r}, and there is no such machine"
        return f"that {name} signed it could not be proven: {self._hopeless.get(name, 'not tried yet')}"

    def step(self, nonce: str, names: Iterable[str]) -> None:
        """Try to prove the keys of these machines. Raises AccessError."""
        for name in names:
            if self.undecided(name) and self._clock.boot() >= self._next.get(name, 0.0):
                self._next[name] = self._clock.boot() + _PAUSE
                self._try(nonce, name)

    def recall(self, name: str) -> bool:
        """Whether the key of a machine is proven, by the user's word from when it was there. Raises CloudError."""
        return self.key_of(name) is not None or self._vouched(name)

    def _try(self, nonce: str, name: str) -> None:
        try:
            if self._vouched(name) or name not in self._expected:
                return
            record = msgspec.json.decode(self._store.get(self._keys.machine(name)), type=MachineRecord)
            if record.name != name:
                raise TamperedError(f"it says that it is {record.name}")
            public = self._prove(record, nonce, self._expected[name])
        except MissingObjectError:
            self._failed(name, "it never said who it is", final=True)
        except (TamperedError, msgspec.MsgspecError, UnicodeError) as error:
            self._failed(name, str(error), final=True)
        except BucketError as error:
            self._failed(name, str(error), final=False)
        except CloudError as error:
            self._failed(name, str(error), final=False)
        else:
            self._proven[name] = public
            self.reasons.pop(name, None)
            self._vouch(name, public)

    def _failed(self, name: str, why: str, final: bool) -> None:
        """A machine that is there gets further tries: it says who it is every few minutes."""
        self.reasons[name] = why
        since = self._gone.get(name)
        if since is not None and (final or self._clock.boot() - since > PATIENCE):
            self._hopeless[name] = why

    def _vouched(self, name: str) -> bool:
        if self._said(name, name, self._user):
            return True
        own = self._witness
        return own is not None and self._said(name, _witnessed(name, own), own.public)

    def _said(self, name: str, kept: str, public: bytes) -> bool:
        try:
            data = self._store.get(self._keys.trust(kept))
            _, word = unseal(data, self._place(kept), lambda by: public if by == USER else None, Voucher)
        except (MissingObjectError, TamperedError):
            return False
        if (word.name, word.instance) != (name, self._expected.get(name, word.instance)):
            return False
        self._proven[name] = word.public
        return True

    def _vouch(self, name: str, public: bytes) -> None:
        signer = self._signer or self._witness
        if signer is None:
            return
        kept = name if self._signer is not None else _witnessed(name, signer)
        word = seal(signer, USER, self._place(kept), Voucher(name, public, self._expected[name]))
        try:
            if create(self._store, self._keys.trust(kept), word)[1] != word:
                self._store.put(self._keys.trust(kept), word)  # what lies there is not by this key
        except CloudError:
            pass  # it is only for later readers

    def _place(self, name: str) -> Place:
        return Place(self._keys.env, self._keys.run, "trust", name=name)


def _witnessed(name: str, witness: Signer) -> str:
    """Under which name somebody's word to himself is kept."""
    return f"{name}-{hashlib.sha256(witness.public).hexdigest()[:12]}"
