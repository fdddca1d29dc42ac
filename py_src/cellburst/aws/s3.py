"""Objects in S3, as ``abc.ObjectStore`` wants them.

Small objects are one request. Large ones are sent and fetched in parts, side by side, each with a checksum that S3 or
the SDK compares (CRC32, what the SDK computes anyway); an upload that broke off goes on with the parts that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cellburst.abc import Creation
from cellburst.aws.errors import status_of, translated
from cellburst.aws.parts import SINGLE, Download, Upload
from cellburst.aws.session import Session
from cellburst.errors import AccessError, BucketError, MissingObjectError, ThrottledError, UnansweredError

_EXISTS, _CONFLICT = 412, 409
_PAGE = 1000
_MISSING = ("NoSuchKey", "404", "NotFound")


class Bucket:
    """The bucket ``name``; threads may share it."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._lists = False
        self._broken_off: dict[str, str] = {}

    def put(self, key: str, data: bytes) -> None:
        """Write, whatever there was. Raises BucketError."""
        with self._doing("write", key):
            self._s3.put_object(Bucket=self._name, Key=key, Body=data)

    def create(self, key: str, data: bytes) -> Creation:
        """Write unless there is something. Raises BucketError."""
        try:
            self._s3.put_object(Bucket=self._name, Key=key, Body=data, IfNoneMatch="*")
        except Exception as error:
            if status_of(error) == _EXISTS:
                return Creation.EXISTS
            if status_of(error) == _CONFLICT:
                return Creation.CONFLICT
            with self._doing("create", key):
                raise
        return Creation.CREATED

    def get(self, key: str) -> bytes:
        """The object's bytes. Raises MissingObjectError, BucketError."""
        with self._doing("read", key):
            return bytes(self._s3.get_object(Bucket=self._name, Key=key)["Body"].read())

    def size(self, key: str) -> int | None:
        """In bytes; None if there is no such object. Raises BucketError."""
        if not self._lists:
            try:
                with self._doing("look at", key):
                    return int(self._s3.head_object(Bucket=self._name, Key=key)["ContentLength"])
            except MissingObjectError:
                return None
        return self._listed(key)

    def keys(self, prefix: str, after: str = "", limit: int = _PAGE) -> list[str]:
        """In order, those above ``after``. Raises BucketError."""
        return [key for key, _ in self._list(prefix, after, limit)]

    def delete(self, keys: Sequence[str]) -> None:
        """Remove them; those that are not there do not matter. Raises BucketError."""
        for start in range(0, len(keys), _PAGE):
            named = [{"Key": key} for key in keys[start : start + _PAGE]]
            with self._doing("delete", keys[start]):
                answer = self._s3.delete_objects(Bucket=self._name, Delete={"Objects": named, "Quiet": True})
            for refused in answer.get("Errors", ())[:1]:
                kind = AccessError if refused.get("Code") == "AccessDenied" else BucketError
                raise kind(
                    f"cannot delete {refused.get('Key')}: {refused.get('Message')}", code=refused.get("Code", "")
                )

    def upload(self, key: str, data: memoryview) -> None:
        """Large data, in checked parts side by side. Raises BucketError."""
        if data.nbytes <= SINGLE:
            self.put(key, bytes(data))
            return
        with self._doing("upload", key):
            upload = Upload(self._s3, self._name, key, data)
            upload.start(self._broken_off.pop(key, ""))
            try:
                upload.run()
            except BaseException:
                self._broken_off[key] = upload.id
                raise

    def download(self, key: str, path: Path) -> None:
        """Into a new file, in checked parts side by side. Raises MissingObjectError, BucketError."""
        with self._doing("download", key):
            Download(self._s3, self._name, key).run(path)

    @property
    def _s3(self) -> Any:
        return self._session.client("s3")

    def _listed(self, key: str) -> int | None:
        found = self._list(key, "", 1)
        return found[0][1] if found and found[0][0] == key else None

    def _list(self, prefix: str, after: str, limit: int) -> list[tuple[str, int]]:
        """Keys with their sizes."""
        found: list[tuple[str, int]] = []
        more: dict[str, Any] = {"StartAfter": after} if after else {}
        while len(found) < limit:
            with self._doing("list", prefix):
                page = self._s3.list_objects_v2(
                    Bucket=self._name, Prefix=prefix, MaxKeys=min(_PAGE, limit - len(found)), **more
                )
            found += [(each["Key"], each["Size"]) for each in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                break
            more = {"ContinuationToken": page["NextContinuationToken"]}
        return found

    @contextmanager
    def _doing(self, what: str, key: str) -> Iterator[None]:
        """Errors in our words. An object that is not there is "not allowed" to whoever may list a part of the bucket
        only: then the list of just that name tells."""
        doing = f"{what} s3://{self._name}/{key}"
        try:
            with translated(doing, otherwise=BucketError, unanswered=UnansweredError):
                yield
        except ThrottledError as error:
            raise BucketError(str(error), code=error.code) from error
        except AccessError as error:
            if what not in ("read", "look at", "download") or status_of(error.__cause__ or error) != 403:
                raise
            if self._listed(key) is not None:
                raise
            self._lists = True
            raise MissingObjectError(f"cannot {doing}: there is no such object", code=error.code) from error
        except BucketError as error:
            if error.code in _MISSING:
                raise MissingObjectError(f"cannot {doing}: there is no such object", code=error.code) from error
            raise
