from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import msgspec
import pytest

from cellburst.model.blob import BlobRef, Packed
from cellburst.model.environment import Environment, Package
from cellburst.model.events import RunDeleted, RunSubmitted, TasksEnded, TasksRetried
from cellburst.model.payload import Payload
from cellburst.payload.blobs import BlobFolder
from cellburst.store.sqlite import SqliteStore
from cellburst.wire.pool import Outcomes
from tests.unit.store.builders import T0, make_failure, make_result, make_run, open_sqlite, run_id

HOUR = 3600.0


def put(data: Path, content: bytes, age: float = 2 * HOUR) -> BlobRef:
    blobs = BlobFolder(data / "blobs")
    ref = blobs.put(content)
    then = time.time() - age
    os.utime(blobs.path(ref), (then, then))
    return ref


def there(data: Path) -> set[BlobRef]:
    return {ref for ref, _ in BlobFolder(data / "blobs")}


def sweep(store: SqliteStore) -> int:
    return store.sweep_blobs(HOUR, time.time())


def test_what_nothing_names_goes_when_it_is_old_enough(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    old, young = put(tmp_path, b"old" * 100), put(tmp_path, b"young", age=60)
    assert sweep(store) == old.size
    assert there(tmp_path) == {young}
    store.close()


def test_what_a_run_or_an_outcome_names_stays(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    names = ("body", "buffer", "sweep", "value", "value buffer", "exception", "old generation", "package", "code")
    refs = {name: put(tmp_path, name.encode()) for name in names}
    payload = Payload("cell", Packed(b"", refs["body"], (refs["buffer"],)), sweep=Packed(b"x", None, (refs["sweep"],)))
    packages = (Package("mine", "1", "archive", refs["package"]),)
    environment = Environment("d", "3.11", "linux-x86_64", packages, Package("cellburst", "1", "archive", refs["code"]))
    store.commit([RunSubmitted(make_run(payload=payload, environment=environment))])
    failed = make_failure(1)
    assert failed.error is not None
    error = msgspec.structs.replace(failed.error, exception=Packed(b"", refs["exception"]))
    results = (
        make_result(0, value=Packed(b"", refs["value"], (refs["value buffer"],))),
        msgspec.structs.replace(failed, error=error),
        make_result(2, value=Packed(b"", refs["old generation"])),
    )
    store.commit([TasksEnded(run_id(1), results, T0), TasksRetried(run_id(1), (2,), T0)])
    assert sweep(store) == 0
    assert there(tmp_path) == set(refs.values())
    store.commit([RunDeleted(run_id(1), T0)])
    assert sweep(store) == sum(ref.size for ref in refs.values())
    assert there(tmp_path) == set()
    store.close()


def test_what_another_store_of_the_user_names_stays(tmp_path: Path) -> None:
    store, shared = open_sqlite(tmp_path), put(tmp_path, b"shared")
    other = SqliteStore(tmp_path / "stores" / "other.db", tmp_path / "outputs" / "other", None)
    other.commit([RunSubmitted(make_run(payload=Payload("cell", Packed(b"", shared))))])
    assert sweep(store) == 0
    other.close()
    assert sweep(store) == 0
    os.unlink(tmp_path / "stores" / "other.db")  # it will be rebuilt from its records
    assert sweep(store) == 0
    shutil.rmtree(tmp_path / "stores" / "other.runs")
    assert sweep(store) == shared.size
    store.close()


def test_what_a_spool_names_stays(tmp_path: Path) -> None:
    store, waiting = open_sqlite(tmp_path), put(tmp_path, b"waiting")
    spool = tmp_path / "spool" / "env"
    spool.mkdir(parents=True)
    outcomes = Outcomes(1, "w1", run_id(1), (make_result(0, value=Packed(b"", waiting)),), True)
    (spool / "1-abc.out").write_bytes(msgspec.msgpack.encode(outcomes))
    assert sweep(store) == 0
    os.unlink(spool / "1-abc.out")
    assert sweep(store) == waiting.size
    store.close()


@pytest.mark.parametrize(
    ("name", "content"), [("stores/other.db", b"SQLite format 3\0" + b"x" * 5000), ("spool/env/1-a.out", b"torn")]
)
def test_nothing_goes_while_something_cannot_be_read(tmp_path: Path, name: str, content: bytes) -> None:
    store, old = open_sqlite(tmp_path), put(tmp_path, b"old")
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert sweep(store) == 0
    path.unlink()
    assert sweep(store) == old.size
    store.close()


def test_what_was_put_again_meanwhile_stays(tmp_path: Path) -> None:
    store, ref = open_sqlite(tmp_path), put(tmp_path, b"again")

    class Racing(BlobFolder):
        def __iter__(self):  # type: ignore[no-untyped-def]
            found = list(super().__iter__())
            self.put(b"again")  # a kernel needs it just now
            yield from found

    store._blobs = Racing(tmp_path / "blobs")
    assert sweep(store) == 0
    assert there(tmp_path) == {ref}
    store.close()
