"""Messages in SQS, as ``abc.TaskQueue`` wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cellburst.abc import Delivery
from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.errors import QueueError, ThrottledError

_BATCH = 10  # what one request may hold
_BYTES = 256 * 1024  # ... in bytes of messages
_LONGEST_POLL = 20.0  # seconds
_LONGEST_DELAY = 900.0
_LONGEST_LEASE = 12 * 3600.0
_NOT_OURS = frozenset(
    {
        "ReceiptHandleIsInvalid",
        "MessageNotInflight",
        "InvalidParameterValue",
        "AWS.SimpleQueueService.MessageNotInflight",
    }
)


class Queue:
    """The queue at ``url``; threads may share it. Every method raises QueueError, and AccessError."""

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._url = url

    def send(self, bodies: Sequence[str], delay: float = 0.0) -> None:
        """Seen after ``delay`` seconds. If this raises, some may have been sent."""
        seconds = int(min(max(0.0, delay), _LONGEST_DELAY))
        for batch in _batches(bodies):
            entries = [{"Id": str(at), "MessageBody": body, "DelaySeconds": seconds} for at, body in enumerate(batch)]
            with self._doing("send messages"):
                answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            for refused in answer.get("Failed", ())[:1]:
                raise QueueError(f"cannot send messages: {refused.get('Message')}", code=refused.get("Code", ""))

    def receive(self, most: int, wait: float, visible: float) -> list[Delivery]:
        """Up to ``most`` messages, ten at most; waits up to ``wait`` seconds, twenty at most."""
        with self._doing("receive messages"):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=max(1, min(most, _BATCH)),
                WaitTimeSeconds=int(min(wait, _LONGEST_POLL)),
                VisibilityTimeout=_lease(visible),
                AttributeNames=["ApproximateReceiveCount"],
            )
        return [_delivery(message) for message in answer.get("Messages", ())]

    def extend(self, receipts: Sequence[str], visible: float) -> list[str]:
        """From now on invisible for so long (0: give back); receipts that are no longer good."""
        lost: list[str] = []
        for batch in _batches(receipts):
            entries = [
                {"Id": str(at), "ReceiptHandle": receipt, "VisibilityTimeout": _lease(visible)}
                for at, receipt in enumerate(batch)
            ]
            with self._doing("keep messages"):
                answer = self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
            lost += [batch[at] for at in _refused(answer, "keep")]
        return lost

    def remove(self, receipts: Sequence[str]) -> None:
        """Nobody gets these messages any more."""
        for batch in _batches(receipts):
            entries = [{"Id": str(at), "ReceiptHandle": receipt} for at, receipt in enumerate(batch)]
            with self._doing("remove messages"):
                _refused(self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries), "remove")

    def depth(self) -> tuple[int, int]:
        """About how many messages wait, and how many are with receivers."""
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "Delayed", "NotVisible")]
        with self._doing("count messages"):
            answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        waiting, delayed, held = (int(answer.get("Attributes", {}).get(name, 0)) for name in names)
        return waiting + delayed, held

    @property
    def _sqs(self) -> Any:
        return self._session.client("sqs")

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        try:
            with translated(f"{what} in {self._url}", otherwise=QueueError, unanswered=QueueError):
                yield
        except ThrottledError as error:
            raise QueueError(str(error), code=error.code) from error


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """As many as one request may hold, in number and in bytes."""
    batch: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode())
        if batch and (len(batch) == _BATCH or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def _refused(answer: dict[str, Any], what: str) -> list[int]:
    """Which receipts of a batch are no longer good. Raises QueueError if something else is wrong."""
    lost = []
    for refused in answer.get("Failed", ()):
        code = refused.get("Code", "")
        if code not in _NOT_OURS:
            raise QueueError(f"cannot {what} a message: {refused.get('Message')}", code=code)
        lost.append(int(refused["Id"]))
    return lost


def _delivery(message: dict[str, Any]) -> Delivery:
    receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1))
    return Delivery(message["Body"], message["ReceiptHandle"], receives)


def _lease(seconds: float) -> int:
    return int(min(max(0.0, seconds), _LONGEST_LEASE))
