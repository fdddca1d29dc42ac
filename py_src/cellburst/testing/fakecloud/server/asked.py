"""A request to the cloud, read far enough to know what is asked, and the answers that we give ourselves."""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

Environ = dict[str, Any]
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_QUERY_VERSIONS = {"2010-05-08": "iam", "2011-06-15": "sts", "2012-11-05": "sqs", "2016-11-15": "ec2"}
_STATUS = {
    "InsufficientInstanceCapacity": 500,
    "InternalError": 500,
    "RequestLimitExceeded": 503,
    "SlowDown": 503,
    "ServiceUnavailable": 503,
    "ConditionalRequestConflict": 409,
    "PreconditionFailed": 412,
    "NoSuchKey": 404,
    "AccessDenied": 403,
    "AccessDeniedException": 400,
    "UnauthorizedOperation": 403,
    "SignatureDoesNotMatch": 403,
    "ExpiredToken": 403,
    "RequestTimeout": 400,
}


@dataclass
class Asked:
    """``parameters`` are a form's fields, or what JSON has; of S3 the query. ``path`` is bucket/key. ``machine`` asks,
    or "" for somebody on the host; ``user`` is the unique id of whose request it is. ``body`` is read already, but for
    uploads to S3."""

    environ: Environ
    service: str = ""
    region: str = ""
    action: str = ""
    key: str = ""
    path: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""
    machine: str = ""
    user: str = ""

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    def header(self, name: str) -> str:
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    def read_body(self) -> bytes:
        """Read the whole body, leaving it for whoever reads it next."""
        if not self.body:
            self.body = read_all(self.environ)
            self.replace_body(self.body)
        return self.body

    def replace_body(self, body: bytes) -> None:
        self.body = body
        self.environ["wsgi.input"] = io.BytesIO(body)
        self.environ["CONTENT_LENGTH"] = str(len(body))
        self.environ["wsgi.input_terminated"] = True


def read_all(environ: Environ) -> bytes:
    """The bytes of a body, of known length or in chunks."""
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    if length:
        return bytes(stream.read(int(length)))
    return bytes(stream.read()) if environ.get("HTTP_TRANSFER_ENCODING") else b""


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/xml"
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, start_response: Any) -> Iterable[bytes]:
        headers = [("Content-Type", self.kind), ("Content-Length", str(len(self.body))), *self.headers]
        start_response(f"{self.status} {'OK' if self.status < 300 else 'No'}", headers)
        return [self.body]


@dataclass(frozen=True)
class Reply:
    """What moto answers, complete."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def status(self) -> int:
        return int(self.line.split()[0])

    def send(self, start_response: Any) -> Iterable[bytes]:
        start_response(self.line, list(self.headers))
        return [self.body]


def asked(environ: Environ) -> Asked:
    """Read a request."""
    found = Asked(environ, machine=environ.get("cellburst.machine", ""))
    credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if credential:
        found.key, found.region, found.service = credential.groups()
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    kind = environ.get("CONTENT_TYPE", "")
    if target and "json" in kind:
        found.action = target.rpartition(".")[2]
        found.parameters = json.loads(found.read_body() or b"{}")
        found.service = found.service or {"AmazonSQS": "sqs", "AmazonSSM": "ssm"}.get(target.partition(".")[0], "")
    elif found.service not in ("", "s3") or _is_form(environ):
        _read_form(found)
    else:
        _read_s3(found)
    return found


def _is_form(environ: Environ) -> bool:
    """Whether this is an unsigned or pre-signed call of a query API."""
    if "Action=" in environ.get("QUERY_STRING", ""):
        return True
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return bool(form) and environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == "/"


def _read_form(found: Asked) -> None:
    text = found.read_body().decode(errors="replace") or found.environ.get("QUERY_STRING", "")
    found.parameters = dict(parse_qsl(text, keep_blank_values=True))
    found.action = found.parameters.get("Action", "")
    found.service = found.service or _QUERY_VERSIONS.get(found.parameters.get("Version", ""), "")


_S3_OF_KEY = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_S3_OF_BUCKET = {"GET": "ListObjects", "HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}
_SETTINGS = {"policy", "encryption", "lifecycle", "versioning", "tagging", "acl", "publicAccessBlock", "location"}


def _read_s3(found: Asked) -> None:
    found.service = "s3"
    found.path = found.environ["PATH_INFO"].lstrip("/")
    found.parameters = dict(parse_qsl(found.environ.get("QUERY_STRING", ""), keep_blank_values=True))
    bucket, _, key = found.path.partition("/")
    given = found.parameters
    if setting := _SETTINGS.intersection(given):
        name = setting.pop()
        where = "Object" if key else "Bucket"
        found.action = f"{_VERBS.get(found.method, found.method)}{where}{name[0].upper()}{name[1:]}"
    elif not key:
        found.action = _S3_OF_BUCKET.get(found.method, "DeleteObjects" if "delete" in given else "") if bucket else ""
        found.action = found.action if bucket else "ListBuckets"
    elif "uploadId" in given or "uploads" in given:
        found.action = _multipart(found.method, given)
    elif found.method == "PUT" and found.header("x-amz-copy-source"):
        found.action = "CopyObject"
    else:
        found.action = _S3_OF_KEY.get(found.method, found.method)


def _multipart(method: str, given: dict[str, Any]) -> str:
    if method == "POST":
        return "CreateMultipartUpload" if "uploads" in given else "CompleteMultipartUpload"
    return {"PUT": "UploadPart", "DELETE": "AbortMultipartUpload", "GET": "ListParts"}.get(method, method)


def refusal(request: Asked, code: str, message: str, status: int = 0) -> Answer:
    """An error in the dialect of the service that was asked."""
    status = status or _STATUS.get(code, 400)
    identity = secrets.token_hex(16)
    text = escape(message)
    if request.header("x-amz-target"):
        body = json.dumps({"__type": code, "message": message}).encode()
        return Answer(status, body, "application/x-amz-json-1.1", (("x-amzn-RequestId", identity),))
    if request.service == "s3":
        inside = f"<Error><Code>{code}</Code><Message>{text}</Message><RequestId>{identity}</RequestId></Error>"
        return Answer(status, b"" if request.method == "HEAD" else _xml(inside), "application/xml")
    error = f"<Code>{code}</Code><Message>{text}</Message>"
    if request.service == "ec2":
        inside = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{identity}</RequestID></Response>"
    else:
        inside = f"<ErrorResponse><Error>{error}</Error><RequestId>{identity}</RequestId></ErrorResponse>"
    return Answer(status, _xml(inside))


def _xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def ec2_answer(action: str, inside: str) -> Answer:
    """What EC2 answers to ``action``."""
    space = "http://ec2.amazonaws.com/doc/2016-11-15/"
    identity = f"<requestId>{secrets.token_hex(16)}</requestId>"
    return Answer(200, _xml(f'<{action}Response xmlns="{space}">{identity}{inside}</{action}Response>'))


def json_answer(value: Any) -> Answer:
    """What a JSON API answers."""
    return Answer(200, json.dumps(value).encode(), "application/x-amz-json-1.1")
