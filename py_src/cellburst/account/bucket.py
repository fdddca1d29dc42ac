"""The bucket: encrypted, closed to the public, create-only where outcomes are, and emptied by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cellburst._version import __version__
from cellburst.account.bucket_settings import settings
from cellburst.account.part import Standing
from cellburst.account.place import Place
from cellburst.aws import names
from cellburst.aws.errors import translated, unless
from cellburst.aws.session import Session
from cellburst.errors import AccessError, CloudError, UsageError

_ABSENT = {"404", "NoSuchBucket"}


@dataclass(frozen=True)
class Bucket:
    """Our bucket. What lies in it is deleted ``keep_days`` after it was written; None: as it is set, or 30."""

    session: Session
    place: Place
    keep_days: int | None = None

    @property
    def title(self) -> str:
        return f"bucket {self.place.bucket}"

    def look(self) -> Standing:
        if not self._there():
            return Standing(False)
        return Standing(
            True,
            tuple(setting.wrong for setting in settings(self._s3, self.place, self.keep_days) if not setting.good()),
        )

    def mend(self) -> None:
        if not self._there():
            self._create()
        for setting in settings(self._s3, self.place, self.keep_days):
            if not setting.good():
                setting.put()

    def remove(self) -> bool:
        """Delete it with everything in it."""
        if not self._there():
            return False
        self._empty()
        with translated(f"delete the {self.title}"), unless("NoSuchBucket"):
            self._s3.delete_bucket(Bucket=self.place.bucket, **self._owner)
        return True

    def holds(self) -> int:
        """How many objects are in it, a thousand at most."""
        if not self._there():
            return 0
        with translated(f"list the {self.title}"):
            return int(self._s3.list_objects_v2(Bucket=self.place.bucket, **self._owner).get("KeyCount", 0))

    @property
    def _s3(self) -> Any:
        return self.session.client("s3")

    @property
    def _owner(self) -> dict[str, str]:
        """Makes S3 refuse a bucket that somebody else made under our name."""
        return {"ExpectedBucketOwner": self.place.account}

    def _there(self) -> bool:
        try:
            with translated(f"look for the {self.title}"):
                self._s3.head_bucket(Bucket=self.place.bucket, **self._owner)
        except AccessError as error:
            if error.code not in ("403", "AccessDenied"):
                raise
            return self._named()  # S3 says 403, too, of a bucket that is not there to those who may not list
        except CloudError as error:
            if error.code in _ABSENT:
                return False
            raise
        return True

    def _named(self) -> bool:
        """Whether the bucket is ours after all. Raises AccessError, also when somebody else has its name."""
        try:
            with translated(f"look at the {self.title}"):
                self._s3.get_bucket_location(Bucket=self.place.bucket, **self._owner)
        except AccessError as error:
            raise AccessError(
                f"{error}. Or {self.place.bucket} belongs to another account: then choose a name with --bucket",
                code=error.code,
            ) from error
        except CloudError as error:
            if error.code in _ABSENT:
                return False
            raise
        return True

    def _create(self) -> None:
        where = {} if self.place.region == "us-east-1" else {"LocationConstraint": self.place.region}
        more = {"CreateBucketConfiguration": where} if where else {}
        try:
            with translated(f"create the {self.title}"):
                with unless("BucketAlreadyOwnedByYou"):
                    self._s3.create_bucket(Bucket=self.place.bucket, **more)
                tags = names.as_list({names.MADE_BY: __version__})
                self._s3.put_bucket_tagging(Bucket=self.place.bucket, Tagging={"TagSet": tags}, **self._owner)
        except CloudError as error:
            if error.code != "BucketAlreadyExists":
                raise
            raise UsageError(
                f"{self.place.bucket} belongs to another account: choose another name with --bucket"
            ) from error

    def _empty(self) -> None:
        with translated(f"empty the {self.title}"):
            for page in self._s3.get_paginator("list_object_versions").paginate(
                Bucket=self.place.bucket, **self._owner
            ):
                found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                doomed = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
                if doomed:
                    answer = self._s3.delete_objects(
                        Bucket=self.place.bucket, Delete={"Objects": doomed, "Quiet": True}, **self._owner
                    )
                    _refuse_left(answer.get("Errors", ()))
            for page in self._s3.get_paginator("list_multipart_uploads").paginate(Bucket=self.place.bucket):
                for each in page.get("Uploads", ()):
                    self._s3.abort_multipart_upload(
                        Bucket=self.place.bucket, Key=each["Key"], UploadId=each["UploadId"], **self._owner
                    )


def _refuse_left(errors: Any) -> None:
    for error in errors:
        raise CloudError(f"cannot delete {error.get('Key')}: {error.get('Message')}", code=error.get("Code", ""))
