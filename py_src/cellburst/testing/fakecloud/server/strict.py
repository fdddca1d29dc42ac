"""What AWS refuses because of something that is not there, or is somebody else's, and moto lets pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Answer, Asked, refusal
from cellburst.testing.fakecloud.server.policies import Needed


def refused(request: Asked, allowed: Callable[[Needed], bool]) -> Answer | None:
    """A refusal, or None; ``allowed`` says whether whoever asks has a permission."""
    if request.service == "s3":
        return _foreign(request) or _hidden(request, allowed)
    if request.service == "iam" and request.action == "CreateRole":
        return _unbounded(request)
    if request.service == "iam" and request.action == "RemoveRoleFromInstanceProfile":
        return _not_in(request)
    return None


def _foreign(request: Asked) -> Answer | None:
    """A bucket is not the account's that the request expects."""
    expected = request.header("x-amz-expected-bucket-owner")
    if expected and expected != account.NUMBER and _bucket(request) is not None:
        return refusal(request, "AccessDenied", "Access Denied")
    return None


def _hidden(request: Asked, allowed: Callable[[Needed], bool]) -> Answer | None:
    """Whoever may not list the whole bucket is not told that an object is missing: S3 says 403 then, and not 404."""
    bucket, key = _bucket(request), request.path.partition("/")[2]
    if request.action not in ("GetObject", "HeadObject") or bucket is None or bucket.keys.get(key) is not None:
        return None
    arn = f"arn:aws:s3:::{request.path.partition('/')[0]}"
    if allowed(Needed("s3:ListBucket", arn, {"aws:resourceaccount": account.NUMBER})):
        return None
    return refusal(request, "AccessDenied", "Access Denied")


def _unbounded(request: Asked) -> Answer | None:
    """A permissions boundary has to be there."""
    boundary = str(request.parameters.get("PermissionsBoundary") or "")
    if boundary and boundary not in account.backend("iam", "aws").managed_policies:
        return refusal(request, "NoSuchEntity", f"Scope ARN: {boundary} does not exist or is not attachable.", 404)
    return None


def _not_in(request: Asked) -> Answer | None:
    """A role that the profile does not have, at which moto fails."""
    given = request.parameters
    for profile in list(account.backend("iam", "aws").instance_profiles.values()):
        if profile.name == given.get("InstanceProfileName"):
            if any(role.name == given.get("RoleName") for role in profile.roles):
                return None
            break
    return refusal(request, "NoSuchEntity", "The role is not in the instance profile.", 404)


def _bucket(request: Asked) -> Any:
    """Moto's bucket; None if there is none."""
    return account.backend("s3", "aws").buckets.get(request.path.partition("/")[0])
