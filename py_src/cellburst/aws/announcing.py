"""What machines leave word of in a queue, and whose word it is: SQS writes the sender's identity beside each message.

``SenderId`` of a session of a role is the unique id of the role and the name of the session; no sender chooses it.
Messages stay for fourteen days and are not removed, so that every reader finds them.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from cellburst.aws import names
from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.errors import CloudError, UnreachableError

_VISIBLE = 10  # seconds for which other readers do not see what was read
_PATIENCE = 2.5 * _VISIBLE  # seconds after which a word that was not found is not there
_PAUSE = 8.0  # seconds between two looks
_GONE = ("NonExistentQueue", "QueueDoesNotExist", "NoSuchEntity")


def announce(session: Session, queue: str, digest: str) -> None:
    """Leave word of a key, next to the run's queue at the URL ``queue``. Raises CloudError."""
    with translated("leave word of this machine's key"):
        session.client("sqs").send_message(QueueUrl=queue + names.KEYS, MessageBody=digest)


class Announced:
    """Of the ARN of a session of the run's role: the digests of keys that it left word of.

    A call raises UnreachableError while there may be a word that another reader holds just now, and CloudError.
    """

    def __init__(self, session: Session, run: str) -> None:
        self._session, self._run = session, run
        self._said: defaultdict[str, set[str]] = defaultdict(set)
        self._asked: dict[str, float] = {}
        self._looked = float("-inf")
        self._place: tuple[str, str] | None = None

    def __call__(self, arn: str) -> frozenset[str]:
        try:
            queue, role = self._places()
            sender = f"{role}:{arn.rpartition('/')[2]}"
            if sender not in self._said and time.monotonic() - self._looked >= _PAUSE:
                self._look(queue)
        except CloudError as error:
            if any(word in error.code for word in _GONE):
                return frozenset()
            raise
        if sender not in self._said and time.monotonic() - self._asked.setdefault(sender, time.monotonic()) < _PATIENCE:
            raise UnreachableError(f"no word of the key of {sender.rpartition(':')[2]} was found yet")
        return frozenset(self._said.get(sender, ()))

    def _places(self) -> tuple[str, str]:
        """The queue's address, and the unique id of the run's role."""
        if self._place is None:
            with translated("look for what machines said of their keys"):
                queue = self._session.client("sqs").get_queue_url(QueueName=names.keys_queue(self._run))["QueueUrl"]
                role = self._session.client("iam").get_role(RoleName=names.role(self._run))["Role"]["RoleId"]
            self._place = queue, role
        return self._place

    def _look(self, queue: str) -> None:
        sqs, read = self._session.client("sqs"), set[str]()
        while messages := self._receive(sqs, queue):
            new = [message for message in messages if message["MessageId"] not in read]
            for message in new:
                read.add(message["MessageId"])
                self._said[message["Attributes"]["SenderId"]].add(message["Body"])
            if not new:
                break
        self._looked = time.monotonic()

    def _receive(self, sqs: Any, queue: str) -> list[dict[str, Any]]:
        with translated("read what machines said of their keys"):
            answer = sqs.receive_message(
                QueueUrl=queue,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,  # asks all of the queue's servers
                VisibilityTimeout=_VISIBLE,
                AttributeNames=["SenderId"],
            )
        return list(answer.get("Messages", ()))
