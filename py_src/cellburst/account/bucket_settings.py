"""What is set on our bucket: how each setting is read, judged and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cellburst.account.place import Place
from cellburst.account.policies.bucket import bucket_policy
from cellburst.account.policies.document import same, written
from cellburst.aws import names
from cellburst.aws.errors import translated
from cellburst.errors import CloudError

KEEP_DAYS = 30
_UNFINISHED_DAYS = 2  # after which parts of uploads that nobody completed are removed
_UNSET = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
}
_PRIVATE = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
_ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


@dataclass(frozen=True)
class Setting:
    """Something of a bucket: the sentence if it is wrong, how it is read, judged and set."""

    wrong: str
    get: Callable[[], Any]
    right: Callable[[Any], bool]
    set: Callable[[], Any]

    def good(self) -> bool:
        try:
            with translated("read the bucket's settings"):
                found = self.get()
        except CloudError as error:
            if error.code in _UNSET:
                return False
            raise
        return self.right(found)

    def put(self) -> None:
        with translated("change the bucket's settings"):
            self.set()


def settings(s3: Any, place: Place, keep_days: int | None) -> Iterator[Setting]:
    """All of them. Objects are deleted ``keep_days`` after they were written; None: as it is, or ``KEEP_DAYS``."""
    bucket = {"Bucket": place.bucket, "ExpectedBucketOwner": place.account}
    policy, rules = bucket_policy(place), _lifecycle(keep_days or KEEP_DAYS)
    yield Setting(
        "it is not closed to the public",
        lambda: s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"],
        lambda found: dict(found) == _PRIVATE,
        lambda: s3.put_public_access_block(**bucket, PublicAccessBlockConfiguration=_PRIVATE),
    )
    yield Setting(
        "it does not encrypt",
        lambda: s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"],
        _encrypts,
        lambda: s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration=_ENCRYPTION),
    )
    yield Setting(
        "its policy does not say that outcomes are written once and connections are encrypted",
        lambda: json.loads(s3.get_bucket_policy(**bucket)["Policy"]),
        lambda found: same(found, policy),
        lambda: s3.put_bucket_policy(**bucket, Policy=written(policy)),
    )
    yield Setting(
        f"it does not delete what is {keep_days or KEEP_DAYS} days old, and unfinished uploads",
        lambda: s3.get_bucket_lifecycle_configuration(**bucket)["Rules"],
        lambda found: _covers(found, rules, ours=keep_days is not None),
        lambda: s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": rules}),
    )


def _lifecycle(keep_days: int) -> list[dict[str, Any]]:
    return [
        {
            "ID": f"{names.PREFIX}-expiry",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": keep_days},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UNFINISHED_DAYS},
        }
    ]


def _encrypts(rules: list[dict[str, Any]]) -> bool:
    """By S3's own keys or by KMS, which is the person's choice."""
    return any(rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules)


def _covers(found: list[dict[str, Any]], wanted: list[dict[str, Any]], *, ours: bool) -> bool:
    """Whether the rules are the same; unless ``ours``, any number of days is somebody's wish."""
    keys = ("ID", "Status", "AbortIncompleteMultipartUpload", *(["Expiration"] if ours else []))
    days = all(rule.get("Expiration", {}).get("Days") for rule in found)
    return days and [[rule.get(key) for key in keys] for rule in found] == [
        [rule.get(key) for key in keys] for rule in wanted
    ]
