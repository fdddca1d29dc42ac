"""What we build on in S3: create-only writes that the bucket's policy enforces, and what a run's role may reach."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from cellburst.abc import Creation
from cellburst.aws.s3 import Bucket as Objects
from cellburst.errors import AccessError, MissingObjectError
from tests.aws.conftest import ENV, Account, code_of, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _put(account: Account, key: str, body: bytes = b"x", session: Any = None, **more: Any) -> str:
    s3 = (session or account.session).client("s3")
    return code_of(lambda: s3.put_object(Bucket=account.place.bucket, Key=key, Body=body, **more))


def test_an_object_is_created_once(aws: Account) -> None:
    key = aws.key("done/000000001.0")
    assert _put(aws, key, b"first", IfNoneMatch="*") == ""
    assert _put(aws, key, b"second", IfNoneMatch="*") == "PreconditionFailed"
    s3 = aws.session.client("s3")
    assert s3.get_object(Bucket=aws.place.bucket, Key=key)["Body"].read() == b"first"


def test_the_policy_refuses_unconditional_writes_of_outcomes(aws: Account) -> None:
    for part in ("done", "claim"):
        assert eventually_refused(aws, aws.key(f"{part}/000000001.0")) == "AccessDenied"
        assert _put(aws, aws.key(f"{part}/000000001.0"), IfNoneMatch="*") == ""
    assert _put(aws, aws.key("news/0000000000/m1.0")) == ""


def eventually_refused(account: Account, key: str) -> str:
    """A bucket's new policy takes a moment to hold."""
    for number in range(10):
        code = _put(account, f"{key}{number}")
        if code:
            return code
    return ""


def test_of_many_writers_one_wins(aws: Account) -> None:
    answers: list[str] = []
    start = threading.Barrier(8)
    session = aws.session
    session.client("s3")

    def write(number: int) -> None:
        start.wait()
        answers.append(_put(aws, aws.key("done/000000002.0"), str(number).encode(), IfNoneMatch="*"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("") == 1
    assert set(answers) <= {"", "PreconditionFailed", "ConditionalRequestConflict"}


def test_an_upload_in_parts_is_created_once_too(aws: Account) -> None:
    s3, at = aws.session.client("s3"), {"Bucket": aws.place.bucket, "Key": aws.key("done/000000003.0")}
    assert _put(aws, at["Key"], b"first", IfNoneMatch="*") == ""
    upload = s3.create_multipart_upload(**at)["UploadId"]
    tag = s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"second")["ETag"]
    end = {**at, "UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}}
    assert code_of(lambda: s3.complete_multipart_upload(**end)) == "AccessDenied"
    assert code_of(lambda: s3.complete_multipart_upload(**end, IfNoneMatch="*")) == "PreconditionFailed"
    s3.abort_multipart_upload(**at, UploadId=upload)


def test_the_role_of_a_run_reaches_its_run_alone(aws: Account) -> None:
    machine, bucket = aws.machine(), {"Bucket": aws.place.bucket}
    s3, done = machine.client("s3"), aws.key("done/000000001.0")
    assert _put(aws, aws.key("run.json")) == ""
    assert _put(aws, f"{ENV}/other/run.json") == ""
    eventually(lambda: s3.get_object(**bucket, Key=aws.key("run.json")))
    assert _put(aws, done, b"mine", machine, IfNoneMatch="*") == ""
    assert _put(aws, done, b"again", machine) == "AccessDenied"
    assert _put(aws, aws.key("run.json"), b"forged", machine) == "AccessDenied"
    assert code_of(lambda: s3.delete_object(**bucket, Key=done)) == "AccessDenied"
    assert code_of(lambda: s3.get_object(**bucket, Key=f"{ENV}/other/run.json")) == "AccessDenied"
    assert code_of(lambda: s3.list_objects_v2(**bucket, Prefix=f"{ENV}/other/")) == "AccessDenied"
    assert code_of(lambda: s3.list_objects_v2(**bucket)) == "AccessDenied"
    assert s3.list_objects_v2(**bucket, Prefix=aws.key("done/"))["KeyCount"] == 1
    assert code_of(lambda: machine.client("ec2").describe_instances()) == "UnauthorizedOperation"


def test_what_is_not_there_is_forbidden_to_who_may_not_list_everything(aws: Account) -> None:
    """Machines find out all the same, by listing just that name."""
    machine, absent = aws.machine(), aws.key("absent")
    s3, bucket = machine.client("s3"), {"Bucket": aws.place.bucket}
    eventually(lambda: s3.list_objects_v2(**bucket, Prefix=aws.key("")))
    assert code_of(lambda: s3.get_object(**bucket, Key=absent)) == "AccessDenied"
    with pytest.raises(MissingObjectError):
        Objects(machine, aws.place.bucket).get(absent)
    assert Objects(machine, aws.place.bucket).size(f"{ENV}/blob/{'a' * 64}") is None
    with pytest.raises(AccessError):
        Objects(machine, aws.place.bucket).get(f"{ENV}/other/run.json")


def test_objects_as_we_use_them(aws: Account) -> None:
    objects, key = Objects(aws.session, aws.place.bucket), aws.key("done/000000009.0")
    assert objects.create(key, b"first") is Creation.CREATED
    assert objects.create(key, b"second") is Creation.EXISTS
    assert objects.get(key) == b"first"
    assert objects.size(key) == 5
    assert objects.size(aws.key("absent")) is None
    assert objects.keys(aws.key("done/")) == [key]
    assert objects.keys(aws.key("done/"), after=key) == []
    with pytest.raises(AccessError):
        objects.put(key, b"third")
    objects.delete([key, aws.key("absent")])
    assert objects.keys(aws.key("done/")) == []


def test_large_objects_go_in_parts(aws: Account, tmp_path: Path) -> None:
    objects, key, data = Objects(aws.session, aws.place.bucket), aws.key("out/large"), os.urandom(20 << 20)
    objects.upload(key, memoryview(data))
    objects.download(key, tmp_path / "large")
    assert (tmp_path / "large").read_bytes() == data
