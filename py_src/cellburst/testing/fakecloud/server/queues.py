"""SQS requests one at a time, and waiting for messages without a thread that looks a hundred times a second."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Asked, Reply

_LOOK_AGAIN = 0.25  # visibility timeouts end without anybody telling
_MOST_WAITING = 200  # more than these are answered at once: an empty answer is allowed at any time
_IDENTITY = re.compile(rb'"MessageId": ?"([0-9a-f-]+)"')
_arrived = threading.Condition()
_waiting = 0


def answered(request: Asked, moto: Callable[[], Reply]) -> Reply:
    """Answer a request to SQS."""
    if request.action == "ReceiveMessage" and request.header("x-amz-target"):
        return _receive(request, moto)
    with _arrived:
        reply = moto()
        if request.action in ("SendMessage", "SendMessageBatch"):
            _sent_by(request, reply)
        _arrived.notify_all()
    return reply


def _sent_by(request: Asked, reply: Reply) -> None:
    """Let messages say who has sent them, as those of SQS do: of moto's all are the same user's."""
    name = str(request.parameters.get("QueueUrl", "")).rpartition("/")[2]
    queue = account.backend("sqs", request.region).queues.get(name)
    identities = set(_IDENTITY.findall(reply.body))
    for message in reversed(queue._messages if queue else ()):
        if not identities:
            break
        if message.id.encode() in identities:
            identities.discard(message.id.encode())
            message.sender_id = request.user


def _receive(request: Asked, moto: Callable[[], Reply]) -> Reply:
    global _waiting
    wait = float(request.parameters.get("WaitTimeSeconds") or 0)
    again = json.dumps({**request.parameters, "WaitTimeSeconds": 0}).encode()
    end = time.monotonic() + wait
    with _arrived:
        _waiting += 1
        try:
            while True:
                request.replace_body(again)
                reply = moto()
                left = end - time.monotonic()
                if b"ReceiptHandle" in reply.body or left <= 0 or _waiting > _MOST_WAITING:
                    return reply
                _arrived.wait(min(left, _LOOK_AGAIN))
        finally:
            _waiting -= 1
