"""What is changed in moto, in the cloud's own process, and why."""

from __future__ import annotations

import time
from typing import Any


def amend() -> None:
    """Once, before the first request."""
    _bucket_policies()
    _queues()


def _bucket_policies() -> None:
    """Authority decides over them; moto takes every condition for unmet, and that for a denial."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    FakeBucket.get_permission = lambda *_, **__: PermissionResult.NEUTRAL


def _queues() -> None:
    """Moto counts all messages of a queue several times for each that comes or goes, with objects of datetime."""
    from moto.sqs import models

    def waiting(queue: Any) -> list[Any]:
        now = _milliseconds()
        return [one for one in queue._messages if now > one.visible_at and now >= one.delayed_until]

    def is_kept(backend: Any, name: str, message: Any) -> bool:
        period = int(backend.get_queue(name).message_retention_period)
        return bool(period + message.sent_timestamp / 1000 > time.time())

    def delayed(queue: Any) -> int:
        now = _milliseconds()
        return sum(now < one.delayed_until for one in queue._messages)

    def in_flight(queue: Any) -> int:
        now = _milliseconds()
        return sum(now <= one.visible_at for one in queue._messages)

    models.unix_time_millis = _milliseconds
    models.Queue.messages = property(waiting)
    models.Queue.approximate_number_of_messages_delayed = property(delayed)
    models.Queue.approximate_number_of_messages_not_visible = property(in_flight)
    models.SQSBackend.is_message_valid_based_on_retention_period = is_kept


def _milliseconds(at: Any = None) -> float:
    return time.time() * 1000 if at is None else at.timestamp() * 1000.0
