"""What nobody may do with our bucket, whatever other policies allow."""

from __future__ import annotations

from cellburst.account.place import Place
from cellburst.account.policies.document import Document, deny, document

CREATE_ONLY = ("done", "claim")
"""Parts of a run whose objects are written once."""


def bucket_policy(place: Place) -> Document:
    """No clear text; outcomes and claims are created and never overwritten.

    S3 User Guide, "Enforce conditional writes on Amazon S3 buckets": parts of a multipart upload carry no condition,
    only what completes it does, which is what ObjectCreationOperation tells apart.
    """
    once = [place.object_arn(f"*/{part}/*") for part in CREATE_ONLY]
    unconditional = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    return document(
        deny(
            "EncryptedConnectionsOnly",
            ["s3:*"],
            [place.object_arn(), place.object_arn("*")],
            {"Bool": {"aws:SecureTransport": "false"}},
        ),
        deny("OutcomesAreWrittenOnce", ["s3:PutObject"], once, unconditional),
    )
