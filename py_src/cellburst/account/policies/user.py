"""What a person needs: to set the account up, to run, and to end what was left."""

from __future__ import annotations

from typing import Any

from cellburst.account.place import Place
from cellburst.account.policies.document import Document, allow, document
from cellburst.aws import names

_LOOK = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
    "ec2:GetConsoleOutput",
    "ec2:GetSpotPlacementScores",
    "iam:ListRoles",
    "pricing:GetProducts",
    "servicequotas:GetServiceQuota",
    "servicequotas:ListServiceQuotas",
    "sqs:ListQueues",
)
_OBJECTS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
_ROLE = (
    "iam:GetRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
    "iam:TagRole",
)
_PROFILE = (
    "iam:CreateInstanceProfile",
    "iam:GetInstanceProfile",
    "iam:TagInstanceProfile",
    "iam:AddRoleToInstanceProfile",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:DeleteInstanceProfile",
)
_QUEUE = (
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
    "sqs:PurgeQueue",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sqs:SetQueueAttributes",
    "sqs:TagQueue",
)
_BUCKET = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:ListBucketVersions",
    "s3:DeleteObjectVersion",
)
_BUCKET_READ = (
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
)
_POLICY_READ = ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions")
_POLICY = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:DeletePolicy",
    "iam:TagPolicy",
)
_GROUP_RULES = (
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:DeleteSecurityGroup",
)


def user_policy(place: Place, *, setup: bool = True) -> Document:
    """Everything that ``cellburst`` does in an account; without ``setup`` all but making what all runs share.

    Whoever lacks the setup part cannot lift the boundary that every role of a machine has.
    """
    return document(allow("Look", _LOOK, ["*"]), *_runs(place), *_launches(place), *(_setup(place) if setup else ()))


def _runs(place: Place) -> list[dict[str, Any]]:
    # IAM judges names that do not exist (yet, or any more) without their path
    roles = [place.arn("iam", f"role{path}{names.PREFIX}-run-*") for path in (names.ROLE_PATH, "/")]
    profiles = [place.arn("iam", f"instance-profile{path}{names.PREFIX}-run-*") for path in (names.ROLE_PATH, "/")]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": place.boundary}}
    to_ec2 = {"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}}
    mine = {"StringEquals": {"aws:ResourceAccount": place.account}}
    return [
        allow("Objects", _OBJECTS, [place.object_arn("*", bucket) for bucket in place.buckets], mine),
        allow("Bucket", _BUCKET_READ, [place.object_arn("", bucket) for bucket in place.buckets], mine),
        allow("Queues", _QUEUE, [place.arn("sqs", f"{names.PREFIX}-*", "*")]),
        allow("BoundedRoles", ["iam:CreateRole", "iam:PutRolePolicy"], roles[:1], bounded),
        allow("Roles", _ROLE, roles),
        allow("Profiles", _PROFILE, profiles),
        allow("GiveRoles", ["iam:PassRole"], roles, to_ec2),
        allow("Boundary", _POLICY_READ, [place.boundary]),
        allow("Images", ["ssm:GetParameter", "ssm:GetParameters"], [place.arn("ssm", "parameter/aws/*", "*", "")]),
    ]


def _launches(place: Place) -> list[dict[str, Any]]:
    ours = {"Null": {f"ec2:ResourceTag/{names.RUN}": "false"}}
    machine = {
        "Null": {f"aws:RequestTag/{names.RUN}": "false"},
        "StringEquals": {"ec2:MetadataHttpTokens": "required"},
    }
    kinds = ("image", "network-interface", "security-group", "spot-instances-request", "subnet", "volume")
    used = [place.arn("ec2", f"{kind}/*", "*", "*" if kind != "image" else "") for kind in kinds]
    made = [place.arn("ec2", f"{kind}/*", "*") for kind in ("instance", "volume", "spot-instances-request")]
    spot = place.arn("iam", "role/aws-service-role/spot.amazonaws.com/*")
    return [
        allow("Launch", ["ec2:RunInstances"], [place.arn("ec2", "instance/*", "*")], machine),
        allow("LaunchWith", ["ec2:RunInstances"], used),
        allow("TagLaunched", ["ec2:CreateTags"], made, {"StringEquals": {"ec2:CreateAction": "RunInstances"}}),
        allow("End", ["ec2:TerminateInstances", "ec2:DeleteVolume", "ec2:CancelSpotInstanceRequests"], made, ours),
        allow(
            "FirstSpot",
            ["iam:CreateServiceLinkedRole"],
            [spot],
            {"StringEquals": {"iam:AWSServiceName": "spot.amazonaws.com"}},
        ),
    ]


def _setup(place: Place) -> list[dict[str, Any]]:
    buckets = [place.object_arn(key, bucket) for bucket in place.buckets for key in ("", "*")]
    group, network = place.arn("ec2", "security-group/*", "*"), place.arn("ec2", "vpc/*", "*")
    ours = {"Null": {f"ec2:ResourceTag/{names.MADE_BY}": "false"}}
    return [
        allow("SetupBucket", _BUCKET, buckets),
        allow("SetupBoundary", _POLICY, [place.boundary]),
        allow("SetupGroup", ["ec2:CreateSecurityGroup"], [group, network]),
        allow("SetupGroupRules", _GROUP_RULES, [group, place.arn("ec2", "security-group-rule/*", "*")], ours),
        allow(
            "SetupGroupTags",
            ["ec2:CreateTags"],
            [group, place.arn("ec2", "security-group-rule/*", "*")],
            {"StringEquals": {"ec2:CreateAction": ["CreateSecurityGroup", "AuthorizeSecurityGroupEgress"]}},
        ),
    ]
