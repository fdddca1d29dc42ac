"""How far this machine's clock is from AWS's, as the Date headers of its answers show."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

ALLOWED = 300.0  # seconds; from here on AWS refuses signatures (S3: 15 minutes)


class ServerClock:
    """The offset of a server's clock, from any number of threads.

    A header tells a whole second: an answer says that the server's clock minus ours is between its second minus when
    it came, and the next second minus when it was asked for. Many answers narrow that down; one that contradicts
    them (a clock was set) starts anew.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._low, self._high = float("-inf"), float("inf")
        self._sent = threading.local()

    @property
    def offset(self) -> float | None:
        """Seconds to add to our clock to get the server's; None as long as nothing has answered."""
        with self._lock:
            return None if self._high == float("inf") else (self._low + self._high) / 2

    def time(self) -> float:
        """The server's wall seconds as well as they are known."""
        return self._now() + (self.offset or 0.0)

    def heard(self, asked: float, date: str, came: float) -> None:
        """Take in the Date header of an answer; what is none is ignored."""
        try:
            second = parsedate_to_datetime(date).timestamp()
        except (TypeError, ValueError):
            return
        low, high = second - came, second + 1.0 - asked
        with self._lock:
            if low > self._high or high < self._low:
                self._low, self._high = low, high
            else:
                self._low, self._high = max(low, self._low), min(high, self._high)

    def listen(self, events: Any) -> None:
        """Hear every answer of clients with this event emitter of the SDK."""
        events.register("before-send", self._before_send)
        events.register("response-received", self._response_received)

    def _before_send(self, **_: Any) -> None:
        self._sent.at = self._now()

    def _response_received(self, response_dict: dict[str, Any] | None = None, **_: Any) -> None:
        headers = (response_dict or {}).get("headers") or {}
        asked = getattr(self._sent, "at", None)
        if asked is not None and "date" in headers:
            self.heard(asked, headers["date"], self._now())
