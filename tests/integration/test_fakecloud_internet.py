"""The way out of machines that are allowed one."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cellburst.testing.fakecloud import FakeCloud
from cellburst.testing.fakecloud.machines import probe
from tests.cloud import use

boto3 = pytest.importorskip("boto3")
pytest.importorskip("moto")

from cellburst.testing.fakecloud.server import internet  # noqa: E402


class Outside(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_GET(self) -> None:
        body = f"{self.path} {self.headers.get('Proxy-Connection')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def outside() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Outside) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def through(allowed: bool) -> socket.socket:
    here, there = socket.socketpair()
    internet.serve(there, lambda address: not allowed and internet.is_ours(address))
    return here


def answered(way: socket.socket, request: bytes) -> bytes:
    with way:
        way.settimeout(20)
        way.sendall(request)
        answer = b""
        while more := way.recv(65536):
            answer += more
        return answer


def test_a_request_with_an_absolute_address_is_passed_on(outside: int) -> None:
    request = f"GET http://127.0.0.1:{outside}/simple/?a=b HTTP/1.1\r\nHost: x\r\nProxy-Connection: y\r\n\r\n".encode()
    answer = answered(through(True), request)
    assert answer.startswith(b"HTTP/1.0 200")
    assert answer.endswith(b"/simple/?a=b None")


def test_a_tunnel_carries_both_ways(outside: int) -> None:
    way = through(True)
    with way:
        way.sendall(f"CONNECT 127.0.0.1:{outside} HTTP/1.1\r\n\r\n".encode())
        assert way.recv(1000) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        asking = http.client.HTTPConnection("unused")
        asking.sock = way
        asking.request("GET", "/inside")
        assert asking.getresponse().read() == b"/inside None"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET http://127.0.0.1:%d/ HTTP/1.1\r\n\r\n", b"403"),
        (b"CONNECT localhost:%d HTTP/1.1\r\n\r\n", b"403"),
        (b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nX: %d\r\n\r\n", b"403"),
        (b"CONNECT nowhere.invalid:443 HTTP/1.1\r\nX: %d\r\n\r\n", b"502"),
        (b"nonsense %d\r\n\r\n", b"502"),
    ],
)
def test_the_hosts_own_services_are_not_reached(outside: int, request_: bytes, status: bytes) -> None:
    assert answered(through(False), request_ % outside).startswith(b"HTTP/1.1 " + status)


def test_machines_find_the_way_only_where_they_are_allowed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    if why := probe.why_not():
        pytest.skip(f"no isolated machines here: {why}")
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    ask = "curl -s -o /dev/null -w '%{http_code}' http://localhost.localdomain.invalid/"
    script = (
        f"#!/bin/sh\necho proxy=$HTTPS_PROXY; {ask}; echo; curl -s -o /dev/null -w '%{{http_code}}' $AWS_ENDPOINT_URL"
    )
    for allowed, said in ((False, "proxy=\n000\n403"), (True, "proxy=http://127.0.0.1:3128\n502\n403")):
        with FakeCloud(speed=1000, internet=allowed) as cloud:
            use(cloud, monkeypatch)
            image = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
            boto3.client("ec2").run_instances(
                ImageId=image, InstanceType="m7i.large", MinCount=1, MaxCount=1, UserData=script
            )
            cloud.wait(lambda cloud: cloud.instances()[0].exits)
            assert said in cloud.console(cloud.instances()[0].id)
