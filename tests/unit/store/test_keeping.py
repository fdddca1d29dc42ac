"""Which kept results are taken for what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.model.blob import Packed
from cellburst.model.events import RunSubmitted, TasksEnded
from cellburst.model.outcome import FileEntry
from cellburst.payload.blobs import BlobFolder
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, run_id

OLD, NEW = run_id(1), run_id(2)
KEY = b"k" * 16


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE outcomes SET value = CAST(x'00' || SUBSTR(value, 2) AS BLOB) WHERE run = 2",
        "UPDATE outcomes SET facts = x'00' WHERE run = 2",
        "UPDATE outcomes SET kind = 'failed' WHERE run = 2",
        "UPDATE outcomes SET checksum = checksum + 1 WHERE run = 2",
        "DELETE FROM outcomes WHERE run = 2",
        "UPDATE kept SET idx = 1 WHERE run = 2",
        "UPDATE kept SET idx = 3 WHERE run = 2",
    ],
)
def test_what_is_not_what_was_written_is_no_hit(tmp_path: Path, damage: str) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run(1)), RunSubmitted(make_run(2))])
    store.commit([TasksEnded(OLD, (make_result(0, key=KEY),), T0)])
    store.commit([TasksEnded(NEW, (make_result(0, key=KEY), make_result(1, key=b"o" * 16)), T0 + 1)])
    assert store.cached([KEY]) == {KEY: (NEW, 0)}
    store._db.execute(damage)
    assert store.cached([KEY]) == {KEY: (OLD, 0)}, "the one before it is as good"
    store.close()


@pytest.mark.parametrize("size", [None, 3])
def test_a_result_whose_bytes_are_gone_or_cut_is_no_hit(tmp_path: Path, size: int | None) -> None:
    blobs = BlobFolder(tmp_path / "blobs")
    value, left = blobs.put(b"value" * 100), blobs.put(b"left" * 100)
    store = open_sqlite(tmp_path)
    result = make_result(0, key=KEY, value=Packed(body_blob=value), files=(FileEntry("a", left),))
    store.commit([RunSubmitted(make_run(1)), TasksEnded(OLD, (result,), T0)])
    assert store.cached([KEY]) == {KEY: (OLD, 0)}
    assert {row["digest"].hex() for row in store._all("blob_digests", {})} == {value.digest, left.digest}
    path = blobs.path(left)
    path.chmod(0o600)
    if size is None:
        path.unlink()
    else:
        path.write_bytes(b"x" * size)
    assert store.cached([KEY]) == {}
    store.close()
