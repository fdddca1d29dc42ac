"""Policy documents of AWS as plain data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Document = dict[str, Any]
Conditions = dict[str, dict[str, Any]]


def document(*statements: dict[str, Any]) -> Document:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: Sequence[str], resources: Sequence[str], when: Conditions | None = None) -> dict[str, Any]:
    """A statement that allows; ``when`` are its conditions by operator and key."""
    found: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**found, "Condition": when} if when else found


def deny(sid: str, actions: Sequence[str], resources: Sequence[str], when: Conditions) -> dict[str, Any]:
    """A statement of a resource's policy that forbids everybody."""
    found = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": list(resources)}
    return {**found, "Condition": when}


def written(policy: Document) -> str:
    """As AWS wants it, without blanks: they count towards its limits."""
    return json.dumps(policy, separators=(",", ":"))


def same(one: Any, other: Any) -> bool:
    """Whether two policies say the same: a list of one is that one, and the order of a list is nothing."""
    return bool(_plain(one) == _plain(other))


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    if isinstance(part, list):
        return _plain(part[0]) if len(part) == 1 else sorted((_plain(one) for one in part), key=repr)
    return str(part).lower() if isinstance(part, bool) else part
