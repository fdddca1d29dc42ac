"""Whose key a machine's key is: proven by AWS, not by who can write into the bucket.

A machine makes its key in memory and signs, with the credentials of its role, a ``GetCallerIdentity`` request that
carries a digest of the public key in a signed header. Whoever sends that request on learns from STS whose credentials
signed it: the session is named after the instance. HashiCorp Vault's IAM login works in the same way. The digest covers
the run's nonce, so that a request signed for one run is of no use in another.

STS takes such a request for a quarter of an hour only. So that a machine can be believed that lived while nobody was at
home, it sends the same digest to a queue, too, whose messages carry the sender's session: SQS writes it, nobody else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from cellburst.bucket.records import MachineRecord
from cellburst.errors import TamperedError

HEADER = "X-Cellburst-Key"
BODY = "Action=GetCallerIdentity&Version=2011-06-15"
REFRESH = 240.0
"""Seconds after which a machine signs its request anew; STS takes one for about 15 minutes."""

_SIGNED = re.compile(r"SignedHeaders=([a-z0-9;-]+)")

Presign = Callable[[str, dict[str, str]], dict[str, str]]
"""Of a body and headers: all headers of a POST to STS, signed; ``aws.sts.presign``."""
Announced = Callable[[str], frozenset[str]]
"""Of the ARN of a machine's session: the digests of keys that it left word of; ``aws.announcing.Announced``."""
Replay = Callable[[dict[str, str], str], str]
"""Sends such a request, and gives the ARN that STS answers; ``aws.sts.replay``."""


def key_digest(public: bytes, nonce: str) -> str:
    """What stands for a public key in the signed header of a run with ``nonce``."""
    return hashlib.sha256(b"cellburst machine key 1\n" + nonce.encode() + b"\n" + public).hexdigest()


def introduce(name: str, public: bytes, nonce: str, presign: Presign) -> MachineRecord:
    """A machine's word on who it is, good for some minutes."""
    return MachineRecord(name, public, presign(BODY, {HEADER: key_digest(public, nonce)}), BODY)


def check(record: MachineRecord, nonce: str) -> None:
    """Raises TamperedError unless the request covers this key in this run, and asks for nothing but the identity."""
    if record.body != BODY:
        raise TamperedError(f"{record.name} asks STS for something else than its identity")
    headers: dict[str, str] = {}
    for name, value in record.headers.items():
        if name.lower() in headers:
            raise TamperedError(f"{record.name} names the header {name} twice")
        headers[name.lower()] = value
    signed = _SIGNED.search(headers.get("authorization", ""))
    if signed is None or HEADER.lower() not in signed[1].split(";"):
        raise TamperedError(f"the key of {record.name} is not covered by the signature of its role")
    if headers.get(HEADER.lower()) != key_digest(record.public, nonce):
        raise TamperedError(f"the role of {record.name} signed for another key or another run")


def prove(
    record: MachineRecord, nonce: str, expected: str, replay: Replay, announced: Announced | None = None
) -> bytes:
    """The public key of the machine whose session has the ARN ``expected``.

    ``announced`` is asked when STS takes the request no more, as of a machine that ended while nobody was at home.
    Raises TamperedError if it is another's; CloudError if STS does not answer.
    """
    check(record, nonce)
    try:
        found = replay(record.headers, record.body)
    except TamperedError:
        if announced is None or key_digest(record.public, nonce) not in announced(expected):
            raise
        return record.public
    if found != expected:
        raise TamperedError(f"the key of {record.name} was signed by {found}, and {record.name} is {expected}")
    return record.public
