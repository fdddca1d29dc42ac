"""The machine's own service for what it is and what becomes of it (IMDSv2): a token first, then questions.

"Use the Instance Metadata Service" and "Spot Instance interruption notices" in the EC2 User Guide.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import msgspec

_ADDRESS = "http://169.254.169.254"
_VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
_TOKEN_SECONDS = 21600
_TIMEOUT = 2.0
_NOT_FOUND, _UNAUTHORIZED, _OK = 404, 401, 200


class Metadata:
    """Asks over one short connection at a time; an answer that does not come is None.

    Without an ``address`` it asks where the SDK would: ``AWS_EC2_METADATA_SERVICE_ENDPOINT``, or the service's own.
    """

    def __init__(self, address: str = "") -> None:
        found = urlsplit(address or os.environ.get(_VARIABLE) or _ADDRESS)
        self._host, self._port = found.hostname or "", found.port or 80
        self._token = ""
        self._renew = 0.0

    def interruption(self) -> float | None:
        """When this spot machine will be taken away, in wall seconds; None as long as that is not decided."""
        return _moment(self._get("/latest/meta-data/spot/instance-action"), "time")

    def rebalance(self) -> float | None:
        """Since when it is likely to be taken away soon; None while it is not."""
        return _moment(self._get("/latest/meta-data/events/recommendations/rebalance"), "noticeTime")

    def launch_index(self) -> int | None:
        """Its place among the machines that were asked for together, from 0; None if there is no answer."""
        found = self._get("/latest/meta-data/ami-launch-index")
        return int(found) if found is not None and found.isascii() and found.isdigit() else None

    def instance(self) -> str:
        """The machine's id; "" if there is nobody to ask."""
        return self._get("/latest/meta-data/instance-id") or ""

    def _get(self, path: str) -> str | None:
        try:
            for _ in range(2):
                status, body = self._ask("GET", path, {"X-aws-ec2-metadata-token": self._current_token()})
                if status == _OK:
                    return body
                if status != _UNAUTHORIZED:
                    return None
                self._token = ""  # it has expired, or was another machine's before a freeze
        except (OSError, HTTPException):
            pass
        return None

    def _current_token(self) -> str:
        if not self._token or time.monotonic() > self._renew:
            header = {"X-aws-ec2-metadata-token-ttl-seconds": str(_TOKEN_SECONDS)}
            status, body = self._ask("PUT", "/latest/api/token", header)
            self._token = body if status == _OK else ""
            self._renew = time.monotonic() + _TOKEN_SECONDS / 2
        return self._token

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection(self._host, self._port, timeout=_TIMEOUT)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace").strip()
        finally:
            connection.close()


def _moment(text: str | None, name: str) -> float | None:
    """A time such as "2026-11-22T08:22:00Z" of a JSON object, in seconds since 1970."""
    if not text:
        return None
    try:
        found: dict[str, Any] = msgspec.json.decode(text.encode(), type=dict)
        moment = datetime.strptime(str(found.get(name, "")), "%Y-%m-%dT%H:%M:%SZ")
    except (msgspec.MsgspecError, ValueError):
        return None
    return moment.replace(tzinfo=timezone.utc).timestamp()
