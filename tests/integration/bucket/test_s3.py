"""S3 when it does not answer as one would like: over HTTP, with faults between."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.abc import Creation
from cellburst.aws import s3
from cellburst.aws.session import Session
from cellburst.bucket.creating import Standing, create
from cellburst.errors import AccessError, BucketError, MissingObjectError
from cellburst.testing.fakecloud import FakeCloud

LARGE = bytes(range(256)) * (300 << 10)  # 75 MiB: five parts


@pytest.fixture
def bucket(cloud: FakeCloud) -> s3.Bucket:
    session = Session(region="us-east-1")
    session.client("s3").create_bucket(Bucket="bucket")
    return s3.Bucket(session, "bucket")


def test_a_write_whose_answer_was_lost_is_found_to_be_ours(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    """The SDK sends it again by itself, and is told that the object exists."""
    cloud.arm(action="PutObject", lose=True)
    assert create(bucket, "done/1", b"mine, by nonce") == (Standing.MINE, b"mine, by nonce")


def test_a_write_that_came_second_is_found_to_be_anothers(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    bucket.put("done/1", b"theirs")
    cloud.arm(action="PutObject", lose=True)
    assert create(bucket, "done/1", b"mine") == (Standing.OTHERS, b"theirs")


def test_a_conflict_is_not_taken(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    number = cloud.arm(path="bucket/done/*", code="ConditionalRequestConflict", times=2)
    assert bucket.create("done/1", b"mine") is Creation.CONFLICT
    assert create(bucket, "done/1", b"mine") == (Standing.MINE, b"mine")
    assert cloud.met()[number] == 2


def test_a_conflict_that_stays_is_left_open(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    cloud.arm(path="bucket/done/*", code="ConditionalRequestConflict", times=0)
    assert create(bucket, "done/1", b"mine")[0] is Standing.OPEN


@pytest.mark.slow
def test_being_asked_too_often_is_an_error_of_the_bucket(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    cloud.arm(service="s3", code="SlowDown", times=0)
    with pytest.raises(BucketError):
        bucket.put("key", b"")


def test_who_may_list_a_part_only_is_told_of_missing_objects_all_the_same(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    """AWS answers 403 then, and not 404: as if everything that is not there were forbidden."""
    bucket.put("run/there", b"1")
    cloud.arm(action="HeadObject", code="AccessDenied", status=403, times=0)
    cloud.arm(action="GetObject", code="AccessDenied", status=403, times=0)
    with pytest.raises(MissingObjectError):
        bucket.get("run/missing")
    assert bucket.size("run/missing") is None
    assert bucket.size("run/there") == 1
    with pytest.raises(AccessError):
        bucket.get("run/there")


def test_an_upload_that_broke_off_goes_on(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    cloud.arm(action="UploadPart", code="AccessDenied", status=403, skip=3, times=0)
    with pytest.raises(AccessError):
        bucket.upload("large", memoryview(LARGE))
    cloud.disarm()
    before = cloud.calls().get("s3:UploadPart", 0)
    again = s3.Bucket(Session(region="us-east-1"), "bucket")  # another process, that knows nothing
    again.upload("large", memoryview(LARGE))
    assert cloud.calls().get("s3:UploadPart", 0) - before == 2
    assert bucket.get("large") == LARGE


def test_parts_of_other_data_are_not_taken_for_ours(cloud: FakeCloud, bucket: s3.Bucket) -> None:
    cloud.arm(action="UploadPart", code="AccessDenied", status=403, skip=3, times=0)
    with pytest.raises(AccessError):
        bucket.upload("large", memoryview(LARGE[::-1]))
    cloud.disarm()
    bucket.upload("large", memoryview(LARGE))
    assert bucket.get("large") == LARGE


def test_a_download_that_fails_leaves_no_file(cloud: FakeCloud, bucket: s3.Bucket, tmp_path: Path) -> None:
    bucket.upload("large", memoryview(LARGE))
    cloud.arm(action="GetObject", code="AccessDenied", status=403, skip=2, times=0)
    with pytest.raises(AccessError):
        bucket.download("large", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_bucket_is_named(cloud: FakeCloud) -> None:
    with pytest.raises(BucketError, match="nowhere"):
        s3.Bucket(Session(region="us-east-1"), "nowhere").put("key", b"")
