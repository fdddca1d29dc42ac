"""The account in which everything happens: moto's objects of it, its user and its zones."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Any

NUMBER = "123456789012"
USER = "cellburst-user"
_ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

lock = threading.RLock()
"""Held while EC2's or IAM's objects are read or changed: moto's have no lock of their own."""


@dataclass(frozen=True)
class Keys:
    """Credentials of a user."""

    id: str
    secret: str


def backend(service: str, region: str) -> Any:
    """Moto's objects of a service; ``region`` is "aws" for the global ones."""
    from moto.backends import get_backend

    return get_backend(service)[NUMBER][region]


def regions() -> list[str]:
    """Where something of EC2 was looked at yet."""
    from moto.backends import get_backend

    return list(get_backend("ec2")[NUMBER])


def zones(region: str) -> list[str]:
    """Names of the zones of a region."""
    return sorted(zone.name for zone in backend("ec2", region).describe_availability_zones())


def user(name: str = USER, policy: dict[str, Any] | None = None, keys: Keys | None = None) -> Keys:
    """A new user with new keys, or these, who may do everything or what the policy says."""
    iam = backend("iam", "aws")
    with lock:
        iam.create_user("us-east-1", name)
        iam.put_user_policy(name, "given", json.dumps(policy or _ADMINISTRATOR))
        key = iam.create_access_key(name)
        if keys is not None:
            key.access_key_id, key.secret_access_key = keys.id, keys.secret
    return Keys(key.access_key_id, key.secret_access_key)


def forget(keys: Keys) -> None:
    """Empty the account, but for its user with these keys."""
    from moto.moto_api._internal import moto_api_backend

    with lock:
        moto_api_backend.reset()
        user(keys=keys)


def profile_role(arn: str) -> Any:
    """The role of an instance profile; None if it has none."""
    for profile in backend("iam", "aws").instance_profiles.values():
        if profile.arn == arn and profile.roles:
            return profile.roles[0]
    return None
