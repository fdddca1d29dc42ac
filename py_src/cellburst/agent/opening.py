"""Getting hold of the run: clients, keys, and the record that its sender has signed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cellburst.abc import ObjectStore
from cellburst.agent.log import log
from cellburst.agent.peers import Peers
from cellburst.bucket.identity import introduce
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.machine_side import MachineSide, Me
from cellburst.bucket.records import MachineRecord, RunRecord
from cellburst.bucket.signing import KeyPair, Signer
from cellburst.bucket.transfers import Transfers
from cellburst.controller.clock import SystemClock
from cellburst.errors import AccessError, CloudError, MissingObjectError, StoreError, TamperedError
from cellburst.model.agent import AgentConfig
from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.pool import memory

_PATIENCE = 600.0  # seconds in which the run has to be there
_PAUSE = 2.0
_THREADS = 16  # transfers side by side
_MARGIN = 90.0  # seconds before the deadline, or a tenth of what is left


@dataclass(frozen=True)
class Opened:
    """The run and what speaks with its bucket."""

    side: MachineSide
    store: ObjectStore
    keys: RunKeys
    signer: Signer
    record: RunRecord
    payload: Payload
    public_of: Callable[[str], bytes | None]


def open_run(config: AgentConfig, key: bytes, turn: int, folders: Folders) -> Opened:
    """Read the run, once it is there. Raises TamperedError, CloudError, UsageError."""
    from cellburst.aws.announcing import announce
    from cellburst.aws.s3 import Bucket  # the SDK takes its time
    from cellburst.aws.session import Session
    from cellburst.aws.sqs import Queue
    from cellburst.aws.sts import presign, replay

    session = Session(region=config.region, endpoint=config.endpoint, machine=True)
    keys = RunKeys(config.prefix.split("/")[0], config.run)
    store, queue = Bucket(session, config.bucket), Queue(session, config.queue)
    together = ThreadPoolExecutor(_THREADS, "transfer").map
    signer, clock = KeyPair(key), SystemClock()

    def identify(public: bytes, nonce: str) -> MachineRecord:
        return introduce(config.machine, public, nonce, lambda body, headers: presign(session, body, headers))

    def leave_word(digest: str) -> None:
        announce(session, config.queue, digest)

    left = config.deadline - time.time()
    user = bytes.fromhex(config.sender)
    me = Me(keys, config.machine, user, clock.boot() + left, min(_MARGIN, 0.1 * left), memory.limit(), turn)
    transfers = Transfers(store, BlobFolder(folders.blobs), together)
    beside = ThreadPoolExecutor(_THREADS, "task").map
    side = MachineSide(me, signer, store, queue, transfers, clock, session.clock.time, identify, leave_word, beside)
    record = _read(side)
    peers = Peers(keys, config.machine, signer.public, user, record.nonce, store, session, replay)
    return Opened(side, store, keys, signer, record, side.payload(), peers.public_of)


def _read(side: MachineSide) -> RunRecord:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return side.open()
        except TamperedError:
            raise
        except (CloudError, StoreError) as error:
            hopeless = isinstance(error, AccessError) and not isinstance(error, MissingObjectError)
            if time.monotonic() > until or (hopeless and time.monotonic() > until - _PATIENCE / 2):
                raise
            log(f"the run cannot be read yet: {error}")
            time.sleep(_PAUSE)
