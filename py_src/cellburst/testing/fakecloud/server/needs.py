"""Which permissions a request needs (Service Authorization Reference), for what runs on EC2 do.

Of other services: the action itself, on "*".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from cellburst.testing.fakecloud.server import account, ec2_needs
from cellburst.testing.fakecloud.server.asked import Asked
from cellburst.testing.fakecloud.server.policies import Needed

_S3_ACTIONS = {
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListBuckets": "ListAllMyBuckets",
    "UploadPart": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketPublicAccessBlock": "GetBucketPublicAccessBlock",
    "DeleteBucketPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketTagging": "PutBucketTagging",
}
_CREATES = {"PutObject", "CopyObject", "CompleteMultipartUpload"}
_IAM_NAMES = (
    ("RoleName", "role", "roles"),
    ("InstanceProfileName", "instance-profile", "instance_profiles"),
    ("UserName", "user", "users"),
)
_IAM_BOUNDED = {"CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePolicy"}


def needs(request: Asked) -> list[Needed]:
    """Everything that must be allowed for the request to be."""
    find = {"s3": _s3, "sqs": _sqs, "ssm": _ssm, "iam": _iam, "sts": _sts, "ec2": ec2_needs.needs}.get(request.service)
    base = {"aws:securetransport": "true", "aws:requestedregion": request.region}  # the rig stands for https
    found = find(request) if find else [Needed(f"{request.service}:{request.action}")]
    return [Needed(need.action, need.resource, {**base, **need.context}) for need in found]


def _s3(request: Asked) -> Iterator[Needed]:
    bucket, _, key = request.path.partition("/")
    name = _S3_ACTIONS.get(request.action, request.action)
    here = {"aws:resourceaccount": account.NUMBER}
    given = request.parameters
    if not key:
        yield from _s3_bucket(request, bucket, name, here)
        return
    context = dict(here)
    if name == "PutObject":
        context["s3:objectcreationoperation"] = "true" if request.action in _CREATES else "false"
        if request.header("if-none-match"):
            context["s3:if-none-match"] = request.header("if-none-match")
        if request.header("if-match"):
            context["s3:if-match"] = request.header("if-match")
    if "versionId" in given and name in ("GetObject", "DeleteObject"):
        name += "Version"
    yield Needed(f"s3:{name}", f"arn:aws:s3:::{bucket}/{key}", context)
    source = unquote(request.header("x-amz-copy-source")).lstrip("/").partition("?")[0]
    if source:
        yield Needed("s3:GetObject", f"arn:aws:s3:::{source}", here)


def _s3_bucket(request: Asked, bucket: str, name: str, here: dict[str, str]) -> Iterator[Needed]:
    given = request.parameters
    if request.action == "DeleteObjects":
        text = request.read_body().decode(errors="replace")
        for part in re.findall(r"<Object>(.*?)</Object>", text, re.DOTALL):
            keys = re.findall(r"<Key>(.*?)</Key>", part, re.DOTALL)
            verb = "DeleteObjectVersion" if "<VersionId>" in part else "DeleteObject"
            yield from (Needed(f"s3:{verb}", f"arn:aws:s3:::{bucket}/{key}", here) for key in keys)
        return
    if request.action == "ListObjects":
        if "uploads" in given:
            name = "ListBucketMultipartUploads"
        elif "versions" in given:
            name = "ListBucketVersions"
        here = {**here, "s3:prefix": str(given.get("prefix", ""))}
    yield Needed(f"s3:{name}", f"arn:aws:s3:::{bucket}" if bucket else "*", here)


def _sqs(request: Asked) -> list[Needed]:
    given = request.parameters
    name = str(given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2])
    action = request.action.removesuffix("Batch")
    arn = f"arn:aws:sqs:{request.region}:{account.NUMBER}:{name}" if name else "*"
    return [Needed(f"sqs:{action}", arn)]


def _ssm(request: Asked) -> list[Needed]:
    given = request.parameters
    names = [given["Name"]] if "Name" in given else list(given.get("Names", ()))
    found = []
    for name in names:
        owner = "" if str(name).startswith("/aws/") else account.NUMBER
        arn = f"arn:aws:ssm:{request.region}:{owner}:parameter/{str(name).lstrip('/')}"
        found.append(Needed(f"ssm:{request.action}", arn))
    return found or [Needed(f"ssm:{request.action}")]


def _iam(request: Asked) -> list[Needed]:
    given = request.parameters
    found = []
    for field, kind, holder in _IAM_NAMES:
        if field in given and not (field == "RoleName" and "InstanceProfileName" in given):
            arn = _iam_arn(kind, holder, str(given[field]), str(given.get("Path", "/")))
            found.append(Needed(f"iam:{request.action}", arn, _iam_context(request)))
    if not found:
        arn = str(given.get("PolicyArn") or "*")
        if request.action == "CreatePolicy":
            arn = f"arn:aws:iam::{account.NUMBER}:policy{given.get('Path', '/')}{given.get('PolicyName')}"
        found.append(Needed(f"iam:{request.action}", arn, _iam_context(request)))
    if request.action == "AddRoleToInstanceProfile":
        arn = _iam_arn("role", "roles", str(given.get("RoleName")), "/")
        found.append(Needed("iam:PassRole", arn, {"iam:passedtoservice": "ec2.amazonaws.com"}))
    return found


def _iam_arn(kind: str, holder: str, name: str, path: str) -> str:
    for thing in list(getattr(account.backend("iam", "aws"), holder).values()):
        if thing.name == name:
            return str(thing.arn)
    return f"arn:aws:iam::{account.NUMBER}:{kind}{path}{name}"


def _iam_context(request: Asked) -> dict[str, str]:
    given = request.parameters
    context = _request_tags(given, "Tags.member.")
    if request.action in _IAM_BOUNDED:
        boundary = given.get("PermissionsBoundary") or _boundary_of(str(given.get("RoleName", "")))
        if boundary:
            context["iam:permissionsboundary"] = str(boundary)
    if "AWSServiceName" in given:
        context["iam:awsservicename"] = str(given["AWSServiceName"])
    if "PolicyArn" in given:
        context["iam:policyarn"] = str(given["PolicyArn"])
    return context


def _boundary_of(name: str) -> str:
    for role in list(account.backend("iam", "aws").roles.values()):
        if role.name == name:
            return str(role.permissions_boundary_arn or "")
    return ""


def _request_tags(given: dict[str, Any], start: str) -> dict[str, str]:
    names = {key: str(value) for key, value in given.items() if key.startswith(start)}
    return {
        f"aws:requesttag/{value.lower()}": names.get(f"{key.removesuffix('.Key')}.Value", "")
        for key, value in names.items()
        if key.endswith(".Key")
    }


def _sts(request: Asked) -> list[Needed]:
    return [Needed(f"sts:{request.action}", str(request.parameters.get("RoleArn") or "*"))]
