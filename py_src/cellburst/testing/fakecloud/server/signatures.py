"""Whether a request was signed by who it says, and lately (AWS General Reference, "Signature Version 4")."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from cellburst.testing.fakecloud.server.asked import Asked

_HEADER = re.compile(r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)")
_SKEW = 900.0
_EMPTY = hashlib.sha256(b"").hexdigest()
_UNSIGNED = "UNSIGNED-PAYLOAD"


class Forged(Exception):
    """The signature is not right; ``code`` is what S3 calls it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Signed:
    """What a request says of its signature. ``scope`` is date/region/service/aws4_request; ``query`` the parameters
    that are signed, in order; ``lives`` seconds from ``stamp`` for a pre-signed one."""

    key: str
    scope: str
    headers: tuple[str, ...]
    signature: str
    stamp: str
    token: str
    query: tuple[tuple[str, str], ...]
    lives: float | None = None


def read(request: Asked) -> Signed | None:
    """The signature of a request; None if it has none."""
    given = parse_qsl(request.environ.get("QUERY_STRING", ""), keep_blank_values=True)
    found = dict(given)
    header = _HEADER.match(request.header("authorization"))
    if header:
        key, _, scope = header[1].partition("/")
        names = tuple(header[2].split(";"))
        stamp, token = request.header("x-amz-date"), request.header("x-amz-security-token")
        return Signed(key, scope, names, header[3], stamp, token, tuple(given))
    if "X-Amz-Signature" not in found:
        return None
    key, _, scope = found.get("X-Amz-Credential", "").partition("/")
    rest = tuple(pair for pair in given if pair[0] != "X-Amz-Signature")
    return Signed(
        key,
        scope,
        tuple(found.get("X-Amz-SignedHeaders", "").split(";")),
        found["X-Amz-Signature"],
        found.get("X-Amz-Date", ""),
        found.get("X-Amz-Security-Token", ""),
        rest,
        float(found.get("X-Amz-Expires", "0")),
    )


def check(request: Asked, signed: Signed, secret: str) -> None:
    """Raise Forged unless whoever has ``secret`` signed exactly this, in time."""
    _check_time(signed)
    digest = _payload(request, signed)
    lines = [
        request.method,
        _path(request),
        _query(signed),
        *_headers(request, signed),
        ";".join(signed.headers),
        digest,
    ]
    canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{signed.stamp}\n{signed.scope}\n{canonical}"
    key = f"AWS4{secret}".encode()
    for part in signed.scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), signed.signature):
        raise Forged("SignatureDoesNotMatch", _MISMATCH)


def _check_time(signed: Signed) -> None:
    try:
        at = (
            datetime.datetime.strptime(signed.stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()
        )
    except ValueError:
        raise Forged("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None
    now = time.time()
    if signed.lives is not None and now > at + signed.lives:
        raise Forged("AccessDenied", "Request has expired")
    if signed.lives is None and abs(now - at) > _SKEW:
        raise Forged(
            "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
        )


def _payload(request: Asked, signed: Signed) -> str:
    said = request.header("x-amz-content-sha256")
    if said:
        if re.fullmatch("[0-9a-f]{64}", said) and hashlib.sha256(request.read_body()).hexdigest() != said:
            raise Forged("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match")
        return said
    if request.service == "s3":
        return _UNSIGNED if signed.lives is not None else _EMPTY
    return hashlib.sha256(request.read_body()).hexdigest()


def _path(request: Asked) -> str:
    raw = str(request.environ.get("REQUEST_URI") or request.environ["PATH_INFO"]).partition("?")[0]
    if raw.startswith("http://"):
        raw = "/" + raw.split("/", 3)[-1]
    return raw if request.service == "s3" else quote(raw, safe="/-_.~")


def _query(signed: Signed) -> str:
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in signed.query)
    return "&".join(f"{name}={value}" for name, value in pairs)


def _headers(request: Asked, signed: Signed) -> list[str]:
    return [*(f"{name}:{' '.join(_header(request, name).split())}" for name in signed.headers), ""]


def _header(request: Asked, name: str) -> str:
    plain: dict[str, Any] = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    if name in plain:
        return str(request.environ.get(plain[name]) or "")
    return request.header(name)


_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
