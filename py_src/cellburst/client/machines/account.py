"""Runs that another computer has started with the same cloud account: found there, believed, and followed from here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from cellburst import targets, wiring
from cellburst.bucket import elsewhere, publishing, register
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import InputPack, Registered, RunRecord
from cellburst.bucket.transfers import LocalBlobs, Transfers
from cellburst.client.connecting.link import reaching
from cellburst.errors import CellburstError, MissingObjectError, TamperedError, UnknownRunError, UsageError
from cellburst.model.run import Elsewhere, Run
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.model.target import Target
from cellburst.wire.client import Collect

if TYPE_CHECKING:
    from cellburst.abc import ObjectStore
    from cellburst.client.connecting.connection import Connection


@dataclass(frozen=True)
class Account:
    """An account and region that a target names, and our bucket there."""

    target: Target
    number: str
    region: str
    bucket: str
    endpoint: str
    store: ObjectStore

    def __str__(self) -> str:
        return f"the account {self.number} ({self.region}, target {self.target.name})"


def accounts(troubles: list[str]) -> Iterator[Account]:
    """Those of all targets, each once; why some could not be asked is added to ``troubles``."""
    seen = set()
    known, wrong = targets.known()
    troubles += [wrong] if wrong else []
    for target in known.values():
        if not targets.has_machines(target):
            continue
        try:
            found = _account(target)
        except CellburstError as error:
            if target.backend != "fakecloud":
                troubles.append(f"target {target.name}: {error}")
            continue
        if found is not None and found.bucket not in seen:
            seen.add(found.bucket)
            yield found


def _account(target: Target) -> Account | None:
    cloud = wiring.cloud_of(target, start=False)
    if target.backend == "fakecloud" and not cloud:
        return None
    from cellburst.account.place import Place
    from cellburst.aws.s3 import Bucket
    from cellburst.client.machines.planning import session_of

    session = session_of(target, cloud)
    place = Place.of(session, target.bucket)
    endpoint = cloud.get("AWS_ENDPOINT_URL", "")
    return Account(target, place.account, place.region, place.bucket, endpoint, Bucket(session, place.bucket))


def listed(limit: int, troubles: list[str]) -> list[tuple[Registered, Account]]:
    """The newest runs of all accounts, newest first."""
    found: list[tuple[Registered, Account]] = []
    for account in accounts(troubles):
        try:
            for run in register.names(account.store)[-limit:]:
                entry = register.read(account.store, run)
                found += [] if entry is None else [(entry, account)]
        except CellburstError as error:
            troubles.append(f"target {account.target.name}: {error}")
    return sorted(found, key=lambda pair: (pair[0].submitted, pair[0].run), reverse=True)[:limit]


def collected(run: str, connection: Connection) -> str | None:
    """Follow a run of an account from now on: its id, of which ``run`` may be the start. None if no account was asked.

    Raises UnknownRunError if none has such a run, or several; TamperedError if its record is not its user's.
    """
    troubles: list[str] = []
    asked, found = [], {}
    for account in accounts(troubles):
        try:
            found.update(dict.fromkeys(register.names(account.store, run), account))
            asked.append(account)
        except CellburstError as error:
            troubles.append(f"target {account.target.name}: {error}")
    if not found:
        if not asked and not troubles:
            return None
        where = f", nor has {' or '.join(map(str, asked))}" if asked else ""
        why = f" ({'; '.join(troubles)})" if troubles else ""
        raise UnknownRunError(
            f"this computer has no run whose id starts with {run!r}{where}{why}; `cellburst runs --account` lists those"
        )
    if run not in found and len(found) > 1:
        raise UnknownRunError(f"{run!r} could be {', '.join(sorted(found)[:5])}; give more of the id")
    name = run if run in found else next(iter(found))
    collect(name, found[name], connection)
    return name


def catch_up(run: Run, connection: Connection) -> None:
    """Take in what has been added to a followed run, or run again, since it was last looked at.

    Raises CloudError, UsageError, and UnknownRunError if no account has it any more.
    """
    for account in accounts([]):
        if run.plan is not None and account.bucket == run.plan.bucket:
            collect(run.id, account, connection)
            return


def collect(name: str, account: Account, connection: Connection) -> None:
    """Follow this run. Raises UnknownRunError, TamperedError, CloudError, what the controller refuses with."""
    entry = register.read(account.store, name)
    if entry is None:
        raise UnknownRunError(
            f"{account} has run {name} in its list, but does not say whose it is; "
            "attach to it on the computer that started it"
        )
    keys = RunKeys(entry.env, entry.run)
    record = _record(keys, entry, account)
    run = _followed(publishing.described(record), entry, account)
    _bring_inputs(run, record, keys, account, connection)
    newest = elsewhere.handed_out(keys, entry.public, account.store)
    parts = _parts(run.count, newest, elsewhere.added(keys, entry.public, account.store))
    again = {index: generation for index, generation in newest.items() if generation > 1}
    connection.request(Collect(0, run, parts, again))


def _record(keys: RunKeys, entry: Registered, account: Account) -> RunRecord:
    try:
        return publishing.read(keys, entry.public, account.store.get(keys.record))
    except MissingObjectError:
        raise UnknownRunError(f"nothing of run {entry.run} is left in {account}; results expire there") from None
    except TamperedError as error:
        raise TamperedError(
            f"the record of run {entry.run} in {account} was tampered with: {error}. Nothing of the run was opened"
        ) from None


def _followed(run: Run, entry: Registered, account: Account) -> Run:
    """The run as it is put into the books here: nothing is launched for it, an interrupt leaves it alone."""
    if run.plan is None:
        raise UsageError(f"run {run.id} had no machines of its own; only the computer that started it has its results")
    target = account.target
    profile = target.profile if target.backend != "fakecloud" else ""
    return replace(
        run,
        target=target.name,
        plan=replace(run.plan, endpoint=account.endpoint, profile=profile, bucket=account.bucket),
        options=replace(run.options, on_interrupt="detach", cache=""),
        payload=replace(run.payload, ambient=reaching(), env={}, dropped=()),
        open=False,
        elsewhere=Elsewhere(entry.env, entry.public),
    )


def _bring_inputs(run: Run, record: RunRecord, keys: RunKeys, account: Account, connection: Connection) -> None:
    """What parameters are made from, and what a cell's result refers to; without it they are there as far as shown."""
    payload = run.payload
    packs = (payload.sweep, *((payload.inputs, payload.states) if payload.collect == "namespace" else ()))
    refs = [ref for packed in packs if packed is not None for ref in packed.blobs()]
    if refs:
        with suppress(CellburstError):
            Transfers(account.store, cast(LocalBlobs, connection.blobs)).fetch(refs, record.blobs, keys.blob)


def _parts(own: int, newest: dict[int, int], packs: list[InputPack]) -> tuple[SweepPart, ...]:
    """Tasks that were added to the ``own`` ones, in a row; how they are shown stands nowhere in the bucket."""
    given = {index: one for pack in packs for index, one in zip(pack.indices, pack.given, strict=False)}
    stop = own
    while stop in newest:
        stop += 1
    parts: list[SweepPart] = []
    start = own
    while start < stop:
        end = start
        while end < stop and (end in given) is (start in given):
            end += 1
        some = tuple(given[index] for index in range(start, end)) if start in given else ()
        parts.append(SweepPart(start, SweepView("copies", end - start), some, key=f"elsewhere-{start}"))
        start = end
    return tuple(parts)
