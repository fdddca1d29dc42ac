"""Objects of S3 with the standard library alone: credentials of the instance's role, requests signed with SigV4.

AWS General Reference, "Signature Version 4 signing process"; EC2 User Guide, "Use the Instance Metadata Service" (v2).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_TRIES = 6
_SOON = 300  # seconds before their end credentials are asked for anew


class FetchError(Exception):
    """The bucket or the metadata service did not do what was asked; ``status`` is that of HTTP, 0 without an answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Bucket:
    """Objects of one bucket. ``endpoint`` stands in for that of AWS, ``metadata`` for the instance's own service.

    Variables of AWS's name them, too, as its SDKs have it.
    """

    def __init__(self, bucket: str, region: str, endpoint: str = "", metadata: str = "") -> None:
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        endpoint = endpoint or os.environ.get("AWS_ENDPOINT_URL", "")
        metadata = metadata or os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "")
        self.base = f"{endpoint.rstrip('/')}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.{suffix}"
        self.region = region
        self.metadata = (metadata or "http://169.254.169.254").rstrip("/")
        self._credentials: Any = ()
        self._until = 0.0

    def get(self, key: str, certain: bool = True) -> bytes:
        """The bytes of an object; unless it is ``certain`` to be there, a refusal is not waited out.

        A new role is refused for some seconds, and so is for good who asks for what is not there but may not list.
        """
        found: bytes = self._tried(lambda: self._request("GET", key), certain)
        return found

    def download(self, key: str, into: str) -> str:
        """Write an object to a file; the SHA-256 of its bytes."""
        found: str = self._tried(lambda: self._request("GET", key, into=into))
        return found

    def put(self, key: str, body: bytes | str, create: bool = False) -> bool:
        """Write an object; ``body`` is bytes or a path. False if it was there and is not to be replaced."""
        try:
            self._tried(lambda: self._request("PUT", key, body=body, create=create))
        except FetchError as error:
            if error.status != 412:
                raise
            return False
        return True

    def fact(self, name: str) -> str:
        """What the instance's own metadata service says, such as "ami-launch-index"."""
        root = f"{self.metadata}/latest"
        ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "300"}
        with _open(urllib.request.Request(f"{root}/api/token", headers=ttl, method="PUT"), 5) as answer:
            token = {"X-aws-ec2-metadata-token": answer.read().decode()}
        with _open(urllib.request.Request(f"{root}/meta-data/{name}", headers=token), 5) as answer:
            return str(answer.read().decode())

    def _tried(self, request: Any, certain: bool = True) -> Any:
        tried = 0
        while True:
            try:
                return request()
            except FetchError as error:
                if tried == _TRIES - 1 or error.status in (400, 404, 412) or (error.status == 403 and not certain):
                    raise
                if error.status == 403:
                    self._until = 0.0
                time.sleep(min(0.5 * 2**tried, 8))
                tried += 1

    def _request(self, method: str, key: str, body: Any = b"", into: str = "", create: bool = False) -> Any:
        url = f"{self.base}/{urllib.parse.quote(key, safe='/-_.~')}"
        digest, size = _summed(body)
        headers = {"x-amz-content-sha256": digest}
        if create:
            headers["if-none-match"] = "*"
        headers = self._signed(method, url, headers)
        if method == "PUT":
            headers.update({"content-length": str(size), "content-type": "application/octet-stream"})
        data: Any = open(body, "rb") if isinstance(body, str) else body or None  # noqa: SIM115 - closed below
        try:
            with _open(urllib.request.Request(url, data=data, headers=headers, method=method), 60) as answer:
                return _written(answer, into) if into else answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"{url} broke off: {error}") from None
        finally:
            if isinstance(body, str):
                data.close()

    def _signed(self, method: str, url: str, headers: Any) -> Any:
        access, secret, token = self._current()
        parts = urllib.parse.urlsplit(url)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signed = dict(headers, host=parts.netloc, **{"x-amz-date": stamp})
        if token:
            signed["x-amz-security-token"] = token
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        request = "\n".join((method, parts.path, "", lines, names, headers["x-amz-content-sha256"]))
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        key = f"AWS4{secret}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        who = f"AWS4-HMAC-SHA256 Credential={access}/{scope},SignedHeaders={names},Signature={signature}"
        del signed["host"]  # urllib's own
        return dict(signed, authorization=who)

    def _current(self) -> Any:
        if self._until < time.time():
            self._credentials, self._until = self._asked()
        return self._credentials

    def _asked(self) -> Any:
        if os.environ.get("AWS_ACCESS_KEY_ID"):  # where processes stand in for machines
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            return tuple(os.environ.get(name, "") for name in names), time.time() + 60
        where = "iam/security-credentials/"
        said = json.loads(self.fact(where + self.fact(where).split("\n")[0].strip()))
        if "AccessKeyId" not in said:
            raise FetchError("the machine has no credentials of its role yet")
        return (said["AccessKeyId"], said["SecretAccessKey"], said["Token"]), time.time() + _SOON


def _open(request: Any, timeout: float) -> Any:
    try:
        return urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        said = error.read(300).decode("utf-8", "replace")
        raise FetchError(f"{request.full_url} answered {error.code}: {said}", error.code) from None
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(f"{request.full_url} did not answer: {error}") from None


def _summed(body: Any) -> Any:
    if not isinstance(body, str):
        return hashlib.sha256(body).hexdigest(), len(body)
    return file_sha256(body), os.path.getsize(body)


def _written(answer: Any, into: str) -> str:
    digest = hashlib.sha256()
    with open(into, "wb") as file:
        for part in iter(lambda: answer.read(1 << 20), b""):
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def file_sha256(path: str) -> str:
    """Of the file's bytes, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()
