"""What an S3 answers in the cases that we build on; executed beside a server, it prints them as JSON.

``python -m tests.aws.second_opinion PYTHON`` starts the localstack of that Python, which listens on every address: so
only in a network of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from cellburst.aws.session import Session

BUCKET = "cellburst-123456789012-second"
_ENDPOINT = "http://127.0.0.1:4566"
_PART = 5 << 20


def answers(session: Session) -> dict[str, Any]:
    """By case: "" for done, the code of a refusal, or what was read."""
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    put = _Put(s3)
    found: dict[str, Any] = {
        "create": put("done/1", b"first", IfNoneMatch="*"),
        "create what is there": put("done/1", b"second", IfNoneMatch="*"),
        "read it": _read(s3, "done/1"),
        "replace": [put("done/1", b"third"), _read(s3, "done/1")],
        "create after a delete": [
            _code(lambda: s3.delete_object(Bucket=BUCKET, Key="done/1")),
            put("done/1", b"fourth", IfNoneMatch="*"),
        ],
        "delete what is not there": _code(lambda: s3.delete_object(Bucket=BUCKET, Key="nothing")),
        "read what is not there": _code(lambda: s3.get_object(Bucket=BUCKET, Key="nothing")),
        "look at what is not there": _code(lambda: s3.head_object(Bucket=BUCKET, Key="nothing")),
        "an empty object": [put("empty", b""), s3.head_object(Bucket=BUCKET, Key="empty")["ContentLength"]],
        "a part of it": s3.get_object(Bucket=BUCKET, Key="done/1", Range="bytes=1-3")["Body"].read().decode(),
        "beyond its end": _code(lambda: s3.get_object(Bucket=BUCKET, Key="done/1", Range="bytes=90-99")),
        "another version of it": _code(lambda: s3.get_object(Bucket=BUCKET, Key="done/1", IfMatch='"0"')),
        "eight at once": _race(put),
    }
    return {**found, **_lists(s3, put), **_uploads(s3)}


class _Put:
    """Writes an object and gives the code of what came of it."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def __call__(self, key: str, body: bytes, **more: Any) -> str:
        return _code(lambda: self._s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more))


def _lists(s3: Any, put: _Put) -> dict[str, Any]:
    for key in ("n/10", "n/2", "n/A", "n/a", "n/~", "o/1"):  # ASCII as ours are; localstack loses others between pages
        put(key, b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="n/", PaginationConfig={"PageSize": 2})
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="n/", StartAfter="n/A", MaxKeys=2)
    folders = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    return {
        "in order, by pages": [each["Key"] for page in pages for each in page.get("Contents", ())],
        "after a key": [each["Key"] for each in after["Contents"]],
        "folders": [each["Prefix"] for each in folders["CommonPrefixes"]],
        "nothing of that name": s3.list_objects_v2(Bucket=BUCKET, Prefix="q/")["KeyCount"],
    }


def _uploads(s3: Any) -> dict[str, Any]:
    at = {"Bucket": BUCKET, "Key": "large"}

    def upload(first: bytes, **more: Any) -> str:
        identity = s3.create_multipart_upload(**at, ChecksumAlgorithm="CRC32")["UploadId"]
        parts = []
        for number, body in ((1, first), (2, b"end")):
            answer = s3.upload_part(**at, UploadId=identity, PartNumber=number, Body=body, ChecksumAlgorithm="CRC32")
            parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": answer["ChecksumCRC32"]})
        whole = {"Parts": parts}
        return _code(lambda: s3.complete_multipart_upload(**at, UploadId=identity, MultipartUpload=whole, **more))

    return {
        "parts too small": upload(b"small"),
        "in parts": upload(bytes(_PART), IfNoneMatch="*"),
        "in parts, what is there": upload(bytes(_PART), IfNoneMatch="*"),
        "its size": s3.head_object(**at)["ContentLength"],
        "its end": s3.get_object(**at, Range=f"bytes={_PART}-")["Body"].read().decode(),
    }


def _race(put: _Put) -> list[int]:
    """How many of eight writers won, and how many got an answer that we do not know."""
    codes: list[str] = []
    start = threading.Barrier(8)

    def write() -> None:
        start.wait()
        codes.append(put("race", threading.current_thread().name.encode(), IfNoneMatch="*"))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = {"", "PreconditionFailed", "ConditionalRequestConflict"}
    return [codes.count(""), sum(code not in known for code in codes)]


def _read(s3: Any, key: str) -> str:
    return str(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode())


def _code(call: Callable[[], Any]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def main() -> None:
    """Start the server, ask it, print."""
    with tempfile.TemporaryDirectory() as home:
        settings = {
            "SERVICES": "s3",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "GATEWAY_LISTEN": "127.0.0.1:4566",
            "FILESYSTEM_ROOT": f"{home}/data",
            "HOME": home,
        }
        command = [sys.argv[1], "-m", "localstack.runtime.main"]
        with open(f"{home}/log", "wb") as log:
            own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            server = subprocess.Popen(command, env={**own, **settings}, stdout=log, stderr=log, cwd=home)
        try:
            _until_ready()
            print(json.dumps(answers(Session(region="us-east-1", endpoint=_ENDPOINT))))
        finally:
            server.kill()
            server.wait()


def _until_ready(limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while True:
        try:
            urllib.request.urlopen(f"{_ENDPOINT}/_localstack/health", timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main()
