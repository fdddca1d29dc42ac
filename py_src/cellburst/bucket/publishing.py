"""Putting a run where its machines find it: what its tasks share, and its record, once."""

from __future__ import annotations

import os
from typing import Any

import msgspec
from msgspec.structs import replace

from cellburst.abc import ObjectStore
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import RunRecord
from cellburst.bucket.signing import USER, Place, Signer, seal, unseal
from cellburst.bucket.transfers import Transfers
from cellburst.errors import TamperedError, UnansweredError, UsageError
from cellburst.model.blob import Packed
from cellburst.model.payload import Payload
from cellburst.model.run import Run

_NO_PAYLOAD = Payload("cell", Packed(b""))  # it stands beside it


def record_of(run: Run, losses: int, **options: Any) -> RunRecord:
    """What machines need to know of ``run``; ``options`` are further fields (beat, lease, idle)."""
    plan, environment = run.plan, run.environment
    return RunRecord(
        run.id,
        os.urandom(16).hex(),
        msgspec.msgpack.encode(msgspec.structs.replace(run.payload, ambient={})),
        run.count,
        environment=environment.digest if environment else "",
        seed=run.options.seed,
        retries=run.options.retries,
        losses=losses,
        timeout=run.options.timeout,
        at_most_once=run.options.at_most_once,
        escalate=plan.escalate if plan else False,
        open=run.open,
        about=msgspec.msgpack.encode(replace(run, payload=_NO_PAYLOAD)),
        **options,
    )


def described(record: RunRecord) -> Run:
    """The run as it was submitted, from a record whose signature was verified. Raises TamperedError, UsageError."""
    if not record.about:
        raise UsageError(
            f"the run {record.run} was started by a cellburst that left nothing for other computers; "
            "attach to it on the computer that started it"
        )
    try:
        run = msgspec.msgpack.decode(record.about, type=Run)
        payload = msgspec.msgpack.decode(record.payload, type=Payload)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise TamperedError(f"the record of run {record.run} cannot be read ({error})") from None
    if run.id != record.run:
        raise TamperedError(f"the record of run {record.run} describes another run")
    return replace(run, payload=payload)


def publish(
    keys: RunKeys, signer: Signer, store: ObjectStore, transfers: Transfers, run: Run, record: RunRecord
) -> RunRecord:
    """Upload what is missing; the record that is there then, which may be an earlier one of the same user.

    Raises TamperedError if somebody else's is, CloudError, StoreError; it may be called again.
    """
    refs = [ref for packed in run.payload.packs() for ref in packed.blobs()]
    record = replace(record, blobs=transfers.send(refs, keys.blob))
    data = seal(signer, USER, _place(keys), record)
    standing, found = create(store, keys.record, data)
    if standing is Standing.OPEN:
        raise UnansweredError(f"{keys.record} is not settled yet")
    return record if standing is Standing.MINE else read(keys, signer.public, found)


def read(keys: RunKeys, user: bytes, data: bytes) -> RunRecord:
    """Raises TamperedError unless ``user`` signed it as this run's."""
    return unseal(data, _place(keys), lambda by: user if by == USER else None, RunRecord)[1]


def _place(keys: RunKeys) -> Place:
    return Place(keys.env, keys.run, "run")
