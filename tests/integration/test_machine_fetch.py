"""S3 with the standard library alone, against a cloud that checks signatures and rights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from cellburst.environments.machine.fetch import Bucket, FetchError
from cellburst.testing.fakecloud import FakeCloud

NAME = "cellburst-fetch"


@pytest.fixture
def bucket(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=NAME)
    rights = {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{NAME}/run/*"]}
    for name, value in cloud.user("machine", {"Version": "2012-10-17", "Statement": [rights]}).items():
        monkeypatch.setenv(name, value)
    cloud.enforce()
    yield Bucket(NAME, "us-east-1", cloud.environment()["AWS_ENDPOINT_URL"])
    cloud.enforce(False)


def test_objects_come_back_as_they_were(bucket: Bucket, tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000
    (tmp_path / "up").write_bytes(data)

    assert bucket.put("run/m1/a-b_c.d~e.json", b"small")
    assert bucket.put("run/large", str(tmp_path / "up"))

    assert bucket.get("run/m1/a-b_c.d~e.json") == b"small"
    assert bucket.download("run/large", str(tmp_path / "down")) == hashlib.sha256(data).hexdigest()
    assert (tmp_path / "down").read_bytes() == data


def test_what_is_there_is_not_replaced(bucket: Bucket) -> None:
    assert bucket.put("run/once", b"first", create=True)
    assert not bucket.put("run/once", b"second", create=True)
    assert bucket.get("run/once") == b"first"


def test_what_is_not_there_is_said(bucket: Bucket) -> None:
    with pytest.raises(FetchError) as refusal:
        bucket.get("run/nothing", certain=False)
    assert refusal.value.status in (403, 404)


def test_a_wrong_signature_is_refused(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-right-one")

    with pytest.raises(FetchError) as refusal:
        bucket.get("run/nothing", certain=False)
    assert refusal.value.status == 403
    assert "Signature" in str(refusal.value)


def test_a_bucket_that_nobody_serves_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "fake")
    monkeypatch.setattr("cellburst.environments.machine.fetch._TRIES", 2)

    with pytest.raises(FetchError, match="did not answer"):
        Bucket(NAME, "us-east-1", "http://127.0.0.1:9").get("run/x")
