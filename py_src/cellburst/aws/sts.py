"""Requests to STS that are signed here and sent by somebody else, who learns from it whose credentials signed."""

from __future__ import annotations

import re
from typing import Any

from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.errors import CloudError, TamperedError, UnreachableError

_SENT = ("authorization", "content-type", "x-amz-date", "x-amz-security-token", "x-cellburst-key")
_TIMEOUT = 10.0
_ARN = re.compile(r"<Arn>\s*([^<\s]+)\s*</Arn>")
_CODE = re.compile(r"<Code>\s*([^<\s]+)\s*</Code>")
_AGAIN = frozenset(
    {"Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure"}
)


def presign(session: Session, body: str, headers: dict[str, str]) -> dict[str, str]:
    """All headers of a POST of ``body`` to STS, ``headers`` among them, signed with the session's credentials.

    Raises AccessError, UsageError.
    """
    credentials = session.credentials()
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", _url(session), data=body, headers={**form, **headers})
    SigV4Auth(credentials, "sts", session.region_name).add_auth(request)
    return {**dict(request.headers.items()), "Host": _host(session)}


def replay(session: Session, headers: dict[str, str], body: str) -> str:
    """The ARN that STS gives for the credentials that signed a request.

    It goes to our own endpoint, with none but the headers that such a request has: who wrote it does not choose whom
    we believe. Raises TamperedError if STS does not accept it, CloudError if there is no answer.
    """
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    sent = {name: value for name, value in headers.items() if name.lower() in _SENT}
    if not session.client("sts").meta.endpoint_url.rstrip("/").endswith((".amazonaws.com", ".amazonaws.com.cn")):
        # a cloud on this machine has another address here than on its machines, and theirs was signed
        sent["Host"] = next((value for name, value in headers.items() if name.lower() == "host"), _host(session))
    request = AWSRequest("POST", _url(session), data=body, headers=sent)
    with translated("ask STS whose signature that is"):
        answer = URLLib3Session(timeout=_TIMEOUT).send(request.prepare())
    return _read(answer.status_code, answer.text)


def _read(status: int, text: str) -> str:
    """The ARN in an answer."""
    found = _ARN.search(text)
    if status == 200 and found:
        return found[1]
    code = _CODE.search(text)
    name = code[1] if code else str(status)
    if status >= 500 or status == 429 or name in _AGAIN:
        raise UnreachableError(f"STS did not say whose signature that is ({name})", code=name)
    if status in (400, 403):
        raise TamperedError(f"STS does not accept the signature ({name})", code=name)
    raise CloudError(f"STS answered {status} when asked whose signature that is", code=name)


def _url(session: Session) -> str:
    return str(session.client("sts").meta.endpoint_url).rstrip("/") + "/"


def _host(session: Session) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(_url(session))
    port = parts.port
    default: Any = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.hostname or "" if port in (None, default) else f"{parts.hostname}:{port}"
