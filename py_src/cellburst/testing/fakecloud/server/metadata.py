"""The instance metadata service, as each machine finds it at 169.254.169.254 (EC2 user guide, "Use IMDS")."""

from __future__ import annotations

import datetime
import json
import secrets
import time
from typing import Any

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Answer, Environ
from cellburst.testing.fakecloud.server.booting import user_data
from cellburst.testing.fakecloud.server.record import Record

_TOKEN_TTL = "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS"
_TOKEN = "HTTP_X_AWS_EC2_METADATA_TOKEN"
_LONGEST_TOKEN = 21600
_ROLE_SECONDS = 3600
_NOT_FOUND = Answer(404, b"not found", "text/plain")
_BASE = "/latest/meta-data"


def answer(record: Record, environ: Environ) -> Answer:
    """What an instance is told about itself."""
    path = environ["PATH_INFO"]
    if record.model.metadata_options.http_endpoint == "disabled":
        return Answer(403, b"", "text/plain")
    if path == "/latest/api/token":
        return _token(record, environ)
    if not _allowed(record, environ):
        return Answer(401, b"Unauthorized", "text/plain")
    if path == "/latest/user-data":
        data = user_data(record.model)
        return Answer(200, data, "application/octet-stream") if data else _NOT_FOUND
    if path.startswith("/latest/dynamic/instance-identity/document"):
        return _text(json.dumps(_identity(record), indent=2))
    if not path.startswith(_BASE):
        return _NOT_FOUND
    return _item(record, path[len(_BASE) :].strip("/"))


def _token(record: Record, environ: Environ) -> Answer:
    if environ["REQUEST_METHOD"] != "PUT":
        return Answer(405, b"", "text/plain")
    ttl = environ.get(_TOKEN_TTL, "")
    if not ttl.isdigit() or not 1 <= int(ttl) <= _LONGEST_TOKEN or "HTTP_X_FORWARDED_FOR" in environ:
        return Answer(400, b"Bad Request", "text/plain")
    token = secrets.token_urlsafe(40)
    record.tokens[token] = time.time() + int(ttl)
    return Answer(200, token.encode(), "text/plain", (("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", ttl),))


def _allowed(record: Record, environ: Environ) -> bool:
    token = environ.get(_TOKEN)
    if token is None:
        return bool(record.model.metadata_options.http_tokens != "required")
    return record.tokens.get(token, 0.0) > time.time()


def _identity(record: Record) -> dict[str, Any]:
    model = record.model
    return {
        "accountId": account.NUMBER,
        "architecture": record.kind.architecture,
        "availabilityZone": record.zone,
        "imageId": model.image_id,
        "instanceId": record.id,
        "instanceType": record.kind.name,
        "pendingTime": _utc(record.launched),
        "privateIp": model.private_ip,
        "region": record.region,
        "version": "2017-09-30",
    }


def _item(record: Record, name: str) -> Answer:
    if name.startswith("iam/"):
        return _role(record, name)
    items = _items(record)
    if name in items:
        return _text(items[name])
    if not name and record.model.iam_instance_profile:
        items["iam/info"] = ""
    below = {item[len(name) + 1 if name else 0 :] for item in items if item.startswith(f"{name}/" if name else "")}
    if not below:
        return _NOT_FOUND
    return _text("\n".join(sorted({part.partition("/")[0] + ("/" if "/" in part else "") for part in below})))


def _items(record: Record) -> dict[str, str]:
    model = record.model
    name = "ip-" + str(model.private_ip).replace(".", "-")
    items = {
        "ami-id": model.image_id,
        "ami-launch-index": str(record.model.ami_launch_index),
        "hostname": f"{name}.ec2.internal",
        "local-hostname": f"{name}.ec2.internal",
        "instance-action": "none",
        "instance-id": record.id,
        "instance-life-cycle": record.market,
        "instance-type": record.kind.name,
        "local-ipv4": str(model.private_ip),
        "placement/availability-zone": record.zone,
        "placement/region": record.region,
        "services/domain": "amazonaws.com",
        "services/partition": "aws",
    }
    if record.notice is not None:
        at = _utc(record.notice)
        items["spot/instance-action"] = json.dumps({"action": "terminate", "time": at})
        items["spot/termination-time"] = at
        items["events/recommendations/rebalance"] = json.dumps({"noticeTime": _utc(time.time())})
    if model.metadata_options.instance_metadata_tags == "enabled":
        items.update({f"tags/instance/{tag['key']}": tag["value"] for tag in model.get_tags()})
    return items


def _role(record: Record, name: str) -> Answer:
    """Credentials of the instance's role: a session named after the instance."""
    arn = (record.model.iam_instance_profile or {}).get("Arn")
    role = account.profile_role(arn) if arn else None
    if role is None:
        return _NOT_FOUND
    if name == "iam/info":
        return _text(json.dumps({"Code": "Success", "InstanceProfileArn": arn}))
    if name == "iam/security-credentials":
        return _text(role.name)
    if name != f"iam/security-credentials/{role.name}":
        return _NOT_FOUND
    keys = record.role_keys
    if keys is None or keys[0] < time.time() + _ROLE_SECONDS / 4:
        keys = record.role_keys = (time.time() + _ROLE_SECONDS, _assumed(record, role))
    expires, session = keys
    told = {
        "Code": "Success",
        "LastUpdated": _utc(expires - _ROLE_SECONDS),
        "Type": "AWS-HMAC",
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "Token": session.session_token,
        "Expiration": _utc(expires),
    }
    return _text(json.dumps(told))


def _assumed(record: Record, role: Any) -> Any:
    with account.lock:
        return account.backend("sts", "aws").assume_role(
            region_name=record.region,
            role_session_name=record.id,
            role_arn=role.arn,
            policy="",
            duration=_ROLE_SECONDS,
            external_id="",
        )


def _text(text: str) -> Answer:
    return Answer(200, text.encode(), "text/plain")


def _utc(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
