"""What machines may do: the most that any may, and what those of one run may."""

from __future__ import annotations

from cellburst.account.place import Place
from cellburst.account.policies.bucket import CREATE_ONLY
from cellburst.account.policies.document import Document, allow, document
from cellburst.aws import names

WRITTEN = ("machine", "news", "out", "try", "checkpoint")
"""Parts of a run that its machines write freely."""

CHECKPOINTS = "checkpoint"
"""The part of it in which they remove what they wrote."""

_NAME = "?" * 64  # any one SHA-256: asking for it by its whole name tells whether it is there, and lists nothing else
_UPLOADS = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_QUEUE = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:SendMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
)
_CREATED = {"Null": {"s3:if-none-match": "false"}}
_PARTS = {"Bool": {"s3:ObjectCreationOperation": "false"}}  # of a multipart upload, whose end carries the condition


def trust_policy(place: Place) -> Document:
    """Only EC2 gives such a role, and only to its instances."""
    service = "ec2.amazonaws.com.cn" if place.partition == "aws-cn" else "ec2.amazonaws.com"
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document(statement)


def boundary_policy(place: Place, buckets: tuple[str, ...] = ()) -> Document:
    """The most that the role of any run may do: objects of our buckets and messages of our queues, in this account.

    ``buckets`` are further ones, with names of their own, of other regions.
    """
    ours = list(dict.fromkeys([*place.buckets, *buckets]))
    here = {"StringEquals": {"aws:ResourceAccount": place.account}}
    return document(
        allow(
            "Objects",
            ["s3:GetObject", "s3:PutObject", *_UPLOADS],
            [place.object_arn("*", bucket) for bucket in ours],
            here,
        ),
        allow("List", ["s3:ListBucket"], [place.object_arn("", bucket) for bucket in ours], here),
        allow("Forget", ["s3:DeleteObject"], [place.object_arn(f"*/{CHECKPOINTS}/*", bucket) for bucket in ours], here),
        allow("Messages", _QUEUE, [place.arn("sqs", f"{names.PREFIX}-*", "*")]),
    )


def run_policy(place: Place, env: str, run: str, digest: str = "") -> Document:
    """What the machines of a run may: read its inputs, write its outcomes once, take tasks from its queue.

    ``digest`` names the environment whose archive they may read and, if nobody has built it yet, add.
    """
    root = names.prefix(env, run)
    written = [place.object_arn(f"{root}{part}/*") for part in WRITTEN]
    created = [place.object_arn(f"{root}{name}") for name in (*(f"{part}/*" for part in CREATE_ONLY), "end")]
    listed, read = [f"{root}*", f"{env}/blob/{_NAME}"], [f"{root}*", f"{env}/blob/*"]
    built = []
    if digest:
        archive = f"{env}/env/{digest}*"
        read.append(archive)
        listed.append(archive)
        built = [place.object_arn(archive)]
    return document(
        allow("Read", ["s3:GetObject"], [place.object_arn(key) for key in read]),
        allow("List", ["s3:ListBucket"], [place.object_arn()], {"StringLike": {"s3:prefix": listed}}),
        allow("Write", ["s3:PutObject"], written),
        allow("Create", ["s3:PutObject"], [*created, *built], _CREATED),
        *([allow("CreateInParts", ["s3:PutObject"], built, _PARTS)] if built else []),
        allow("Uploads", _UPLOADS, [*written, *built]),
        allow("Forget", ["s3:DeleteObject"], [place.object_arn(f"{root}{CHECKPOINTS}/*")]),
        allow("Messages", _QUEUE, [place.arn("sqs", names.queue(run), place.region)]),
        allow("WordOfKeys", ["sqs:SendMessage"], [place.arn("sqs", names.keys_queue(run), place.region)]),
    )
