"""What every object store keeps to: the one in memory, on which whole runs are simulated, and S3's."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cellburst.abc import Creation, ObjectStore
from cellburst.bucket.memory import Bucket, MemoryStore
from cellburst.errors import MissingObjectError


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    if request.param == "memory":
        return MemoryStore(Bucket(time.monotonic))
    request.getfixturevalue("cloud")
    from cellburst.aws import s3
    from cellburst.aws.session import Session

    session = Session(region="us-east-1")
    session.client("s3").create_bucket(Bucket="objects")
    return s3.Bucket(session, "objects")


def test_what_is_put_is_read(store: ObjectStore) -> None:
    store.put("a/b", b"first")
    store.put("a/b", b"second")
    assert (store.get("a/b"), store.size("a/b")) == (b"second", 6)
    store.put("empty", b"")
    assert (store.get("empty"), store.size("empty")) == (b"", 0)


def test_what_is_not_there_is_missing(store: ObjectStore, tmp_path: Path) -> None:
    assert store.size("nothing") is None
    with pytest.raises(MissingObjectError):
        store.get("nothing")
    with pytest.raises(MissingObjectError):
        store.download("nothing", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    store.delete(["nothing"])


def test_an_object_is_created_once(store: ObjectStore) -> None:
    assert store.create("done/1", b"mine") is Creation.CREATED
    assert store.create("done/1", b"theirs") is Creation.EXISTS
    assert store.get("done/1") == b"mine"


def test_what_is_deleted_can_be_created_again(store: ObjectStore) -> None:
    store.create("done/1", b"mine")
    store.put("done/2", b"other")
    store.delete(["done/1", "done/2"])
    assert store.keys("done/") == []
    assert store.create("done/1", b"again") is Creation.CREATED


def test_keys_come_in_order_after_and_below(store: ObjectStore) -> None:
    for key in ("n/10/a", "n/09/b", "m", "n/10/B", "nn", "n/11/c"):
        store.put(key, b"")
    assert store.keys("n/") == ["n/09/b", "n/10/B", "n/10/a", "n/11/c"]
    assert store.keys("n/", after="n/10") == ["n/10/B", "n/10/a", "n/11/c"]
    assert store.keys("n/", after="n/10/a") == ["n/11/c"]
    assert store.keys("n/", limit=2) == ["n/09/b", "n/10/B"]
    assert store.keys("x") == store.keys("n/", after="n/11/c") == []


def test_large_data_arrive_as_they_were(store: ObjectStore, tmp_path: Path) -> None:
    data = bytes(range(256)) * (150 << 10)  # 37.5 MiB: two whole parts and a smaller one
    store.upload("large", memoryview(data))
    assert store.size("large") == len(data)
    store.download("large", tmp_path / "large")
    assert (tmp_path / "large").read_bytes() == data


def test_small_data_go_the_same_way(store: ObjectStore, tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"some")):
        store.upload("small", memoryview(data))
        store.download("small", tmp_path / str(number))
        assert (tmp_path / str(number)).read_bytes() == data
