"""A machine for tests of its setting up: its user data, executed by a shell with a folder and switches of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from msgspec.structs import replace

from cellburst.environments import bootstrap
from cellburst.model.agent import AgentConfig
from cellburst.model.environment import Environment, Package
from cellburst.payload.blobs import BlobFolder

BUCKET, ENV, RUN = "cellburst-environments", "0123456789ab", "8x1k3mq-a2b4"
PREFIX = f"{ENV}/{RUN}/"
SWITCHES = ("shutdown", "poweroff", "halt", "reboot", "systemctl", "systemd-run")


def archive(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as opened:
        for name, text in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(text.encode())
            opened.addfile(header, io.BytesIO(text.encode()))
    return out.getvalue()


def packed(blobs: BlobFolder, name: str, version: str, files: Mapping[str, str], place: str = "") -> Package:
    data = archive(files)
    return Package(name, version, "archive", blobs.put(data), hashlib.sha256(data).hexdigest(), place)


class Store:
    """The bucket, as the user sees it."""

    def __init__(self, blobs: BlobFolder) -> None:
        self._s3 = boto3.client("s3", region_name="us-east-1")
        self._s3.create_bucket(Bucket=BUCKET)
        self._blobs = blobs

    def upload(self, parcel: bootstrap.Parcel) -> None:
        archives = {digest: bytes(self._blobs.read(ref)) for digest, ref in parcel.archives.items()}
        for digest, data in {**parcel.objects, **archives}.items():
            self.put(f"{ENV}/blob/{digest}", data)

    def put(self, key: str, data: bytes) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        body: bytes = self._s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str = "") -> list[str]:
        listed = self._s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for found in listed.get("Contents", ())]

    def note(self, machine: str = "m1") -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.get(f"{PREFIX}machine/{machine}.setup.json"))
        return said


class Machine:
    """A shell that executes user data. Switching it off writes a line to ``switched``, and nothing else."""

    def __init__(self, folder: Path, user_data: str) -> None:
        self.folder = folder
        self.switched = folder / "switched"
        self._console = folder / "console"
        self._script = folder / "user-data"
        self._script.write_text(user_data)
        switches = folder / "switches"
        switches.mkdir()
        for name in SWITCHES:
            program = switches / name
            program.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.switched}\n')
            program.chmod(0o755)
        self._environment = {
            "PATH": f"{switches}:{os.environ['PATH']}",
            "HOME": str(folder),
            "UV_HTTP_RETRIES": "0",
            **{name: value for name, value in os.environ.items() if name.startswith(("AWS_", "SSL_", "UV_CACHE"))},
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def console(self) -> str:
        return self._console.read_text()

    @property
    def root(self) -> Path:
        return self.folder / "cellburst"

    def install(self, name: str, program: str) -> None:
        """Put a program of the image's own on the path."""
        place = self.folder / "switches" / name
        place.write_text(program)
        place.chmod(0o755)

    def start(self) -> None:
        with self._console.open("wb") as console:
            self._process = subprocess.Popen(
                ["sh", str(self._script)],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
                cwd=self.folder,
            )

    def wait_for_end(self, seconds: float) -> None:
        """Until it asks to be switched off; what it asks for before is its deadline."""
        self._wait(lambda: self.switched.exists() and "shutdown -h now" in self.switched.read_text(), seconds)

    def wait_for_word(self, word: str, seconds: float) -> None:
        """Until it has written that to its console."""
        self._wait(lambda: word in self.console, seconds)

    def _wait(self, true: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"the machine did not come so far:\n{self.console}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def booted(
    folder: Path,
    parcel: bootstrap.Parcel,
    seconds: float = 60,
    programs: Mapping[str, str] | None = None,
    lifetime: float = 3600,
    until: str = "",
    **more: Any,
) -> Iterator[Machine]:
    """A machine that has ended by itself, or said ``until``; ``programs`` are in its image."""
    folder.mkdir(parents=True)
    machine = Machine(folder, bootstrap.user_data(agent(**more), parcel, lifetime=lifetime))
    for name, program in (programs or {}).items():
        machine.install(name, program)
    machine.start()
    try:
        if until:
            machine.wait_for_word(until, seconds)
        else:
            machine.wait_for_end(seconds)
        yield machine
    finally:
        machine.stop()


def agent(**more: Any) -> AgentConfig:
    said = {
        "run": RUN,
        "machine": "m1",
        "bucket": BUCKET,
        "prefix": PREFIX,
        "queue": "https://queue.example/q",
        "region": "us-east-1",
        "sender": "ab" * 32,
        "deadline": time.time() + 3600,
        "endpoint": os.environ["AWS_ENDPOINT_URL"],
        "metadata": "http://127.0.0.1:9",  # nobody is there: this machine's credentials are in its environment
    }
    return AgentConfig(**{**said, **more})


def with_agent(environment: Environment, blobs: BlobFolder, program: str) -> Environment:
    """The same with a cellburst whose agent is ``program``."""
    files = {"cellburst/__init__.py": "", "cellburst/agent/__init__.py": "", "cellburst/agent/__main__.py": program}
    return replace(environment, cellburst=packed(blobs, "cellburst", "0", files))
