"""Large objects of S3, part by part."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cellburst.aws.errors import status_of
from cellburst.errors import BucketError

SINGLE = 16 << 20
"""Bytes up to which an object is one request."""
_PART = 16 << 20
_MOST = 10_000  # parts of one object
_THREADS = 8
_RESUMED = 64 << 20  # from here on it is worth a request to look for an upload that broke off in another process


class Upload:
    """``data`` as the object ``key``; ``id`` is S3's of this upload. Raises the SDK's errors."""

    def __init__(self, s3: Any, bucket: str, key: str, data: memoryview) -> None:
        self._s3, self._at, self._data = s3, {"Bucket": bucket, "Key": key}, data
        self._part = max(_PART, -(-data.nbytes // _MOST))
        self._there: dict[int, dict[str, Any]] = {}
        self.id = ""

    def start(self, known: str = "") -> None:
        """Begin, or go on with the upload ``known``, or with one that is listed."""
        self.id = known or (self._find() if self._data.nbytes >= _RESUMED else "")
        if self.id:
            try:
                self._there = self._parts()
                return
            except Exception as error:
                if not 400 <= status_of(error) < 500:
                    raise
        self._there = {}
        self.id = self._s3.create_multipart_upload(**self._at, ChecksumAlgorithm="CRC32")["UploadId"]

    def run(self) -> None:
        """Send what is missing, and make the object."""
        count = -(-self._data.nbytes // self._part)
        with ThreadPoolExecutor(_THREADS, "upload") as pool:
            parts = list(pool.map(self._send, range(1, count + 1)))
        self._s3.complete_multipart_upload(**self._at, UploadId=self.id, MultipartUpload={"Parts": parts})

    def _send(self, number: int) -> dict[str, Any]:
        view = self._data[(number - 1) * self._part : number * self._part]
        checksum = base64.b64encode(zlib.crc32(view).to_bytes(4, "big")).decode()
        there = self._there.get(number, {})
        if there.get("Size") == view.nbytes and _same(there, view, checksum):
            return {"PartNumber": number, "ETag": there["ETag"], "ChecksumCRC32": checksum}
        answer = self._s3.upload_part(
            **self._at, UploadId=self.id, PartNumber=number, Body=bytes(view), ChecksumCRC32=checksum
        )
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": checksum}

    def _find(self) -> str:
        try:
            found = self._s3.list_multipart_uploads(Bucket=self._at["Bucket"], Prefix=self._at["Key"])
        except Exception as error:
            if status_of(error) != 403:
                raise
            return ""  # machines may not list uploads
        ours = [each for each in found.get("Uploads", ()) if each["Key"] == self._at["Key"]]
        return max(ours, key=lambda each: each["Initiated"])["UploadId"] if ours else ""

    def _parts(self) -> dict[int, dict[str, Any]]:
        pages = self._s3.get_paginator("list_parts").paginate(**self._at, UploadId=self.id)
        return {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}


def _same(there: dict[str, Any], view: memoryview, checksum: str) -> bool:
    """Whether a part that is there has these bytes."""
    if "ChecksumCRC32" in there:
        return bool(there["ChecksumCRC32"] == checksum)
    return bool(there["ETag"].strip('"') == hashlib.md5(view, usedforsecurity=False).hexdigest())


class Download:
    """The object ``key`` into a file. Raises the SDK's errors, BucketError if the object changes meanwhile."""

    def __init__(self, s3: Any, bucket: str, key: str) -> None:
        self._s3, self._at = s3, {"Bucket": bucket, "Key": key}

    def run(self, path: Path) -> None:
        """Make the file; it is gone again if that fails."""
        first = self._first()
        size = int(first["ContentRange"].rpartition("/")[2]) if "ContentRange" in first else first["ContentLength"]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._write(descriptor, 0, first["Body"].read(), min(_PART, size))
            starts = range(_PART, size, _PART)
            with ThreadPoolExecutor(min(_THREADS, len(starts)) or 1, "download") as pool:
                for _ in pool.map(lambda start: self._fetch(descriptor, start, size, first["ETag"]), starts):
                    pass
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)

    def _first(self) -> Any:
        try:
            return self._s3.get_object(**self._at, Range=f"bytes=0-{_PART - 1}")
        except Exception as error:
            if status_of(error) != 416:  # an empty object has no first byte
                raise
            return self._s3.get_object(**self._at)

    def _fetch(self, descriptor: int, start: int, size: int, etag: str) -> None:
        stop = min(start + _PART, size)
        answer = self._s3.get_object(**self._at, Range=f"bytes={start}-{stop - 1}", IfMatch=etag)
        self._write(descriptor, start, answer["Body"].read(), stop - start)

    def _write(self, descriptor: int, start: int, data: bytes, size: int) -> None:
        if len(data) != size:
            raise BucketError(f"{len(data)} bytes of {self._at['Key']} came instead of {size}")
        view = memoryview(data)
        while view:
            done = os.pwrite(descriptor, view, start)
            start, view = start + done, view[done:]
