"""A way out for machines that are allowed one: an HTTP proxy at their own loopback, served from the host's network.

RFC 9110, CONNECT, and requests with an absolute address. The host's own loopback and link-local addresses are not
reached this way, nor is anything else than what the host itself reaches.
"""

from __future__ import annotations

import ipaddress
import os
import select
import socket
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

PORT = 3128
ADDRESS = f"http://127.0.0.1:{PORT}"
_PASSED_ON = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_SYSTEM_CERTS",
    "UV_NATIVE_TLS",
)
_LONGEST_HEAD = 65536
_CONNECT = 20.0
_IDLE = 300.0
_NO = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def variables() -> dict[str, str]:
    """What programs on a machine have to find to go that way, and not to the cloud itself; and what this host says of
    package indexes and whose certificates it trusts."""
    found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    found.update(dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), ADDRESS))
    return {**found, **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost,169.254.169.254")}


def is_ours(address: str) -> bool:
    """Whether it is this host itself or its neighbourhood, which a machine on EC2 would not find there."""
    found = ipaddress.ip_address(address)
    return found.is_loopback or found.is_link_local or found.is_unspecified


def serve(machine: socket.socket, forbidden: Callable[[str], bool] = is_ours) -> None:
    """Serve one connection, in a thread of its own."""
    threading.Thread(target=_serve, args=(machine, forbidden), name="internet", daemon=True).start()


def _serve(machine: socket.socket, forbidden: Callable[[str], bool]) -> None:
    with machine:
        machine.settimeout(_CONNECT)
        try:
            head, rest = _head(machine)
            with _connected(head, forbidden) as outside:
                if head.startswith(b"CONNECT "):
                    machine.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    outside.sendall(_direct(head))
                outside.sendall(rest)
                _join(machine, outside)
        except PermissionError:
            _answer(machine, b"403 Forbidden")
        except (OSError, ValueError):
            _answer(machine, b"502 Bad Gateway")


def _head(machine: socket.socket) -> tuple[bytes, bytes]:
    """The first request's head, and what came after it. Raises ValueError."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = machine.recv(65536)
        data += more
        if not more or len(data) > _LONGEST_HEAD:
            raise ValueError("no request")
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _connected(head: bytes, forbidden: Callable[[str], bool]) -> socket.socket:
    method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    place = urlsplit(f"//{target}" if method == "CONNECT" else target)
    port = place.port or (443 if method == "CONNECT" else 80)
    addresses = socket.getaddrinfo(place.hostname, port, type=socket.SOCK_STREAM)
    if any(forbidden(str(address[4][0])) for address in addresses):
        raise PermissionError(place.hostname)
    return socket.create_connection((str(place.hostname), port), timeout=_CONNECT)


def _direct(head: bytes) -> bytes:
    """The same request as a server wants it: with a path, and closed afterwards."""
    line, _, fields = head.partition(b"\r\n")
    method, target, version = line.split(b" ", 2)
    place = urlsplit(target.decode("latin-1"))
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    kept = [field for field in fields.split(b"\r\n") if not field.lower().startswith((b"proxy-", b"connection:"))]
    return b"\r\n".join([b" ".join([method, path.encode("latin-1"), version]), b"Connection: close", *kept])


def _join(one: socket.socket, other: socket.socket) -> None:
    """Copy in both directions until either side has ended or nothing came for long."""
    ends = {one: other, other: one}
    while True:
        ready, _, _ = select.select(list(ends), [], [], _IDLE)
        if not ready:
            return
        for source in ready:
            data = source.recv(1 << 18)
            if not data:
                return
            ends[source].sendall(data)


def _answer(machine: socket.socket, status: bytes) -> None:
    try:
        machine.sendall(_NO % status)
    except OSError:
        return
