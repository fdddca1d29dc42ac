"""Archives: taken apart below a folder, and made of one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from .telling import Trouble

_PART = 4 << 20  # bytes that one thread compresses at a time
_LEVEL = 1  # an archive is written and read once or twice, in a hurry


def unpack(archive: str, folder: str) -> None:
    """Unpack a gzip-compressed tar, whose digest was checked, below ``folder``. Raises Trouble."""
    os.makedirs(folder, exist_ok=True)
    if shutil.which("tar") and shutil.which("gzip"):
        command = ["tar", "-xzf", archive, "-C", folder, "--no-same-owner"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise Trouble(f"{archive} cannot be unpacked: {done.stderr.decode(errors='replace')[-300:].strip()}")
        return
    try:
        with tarfile.open(archive, "r:gz") as opened:
            for member in opened:
                if member.name.startswith("/") or ".." in member.name.split("/"):
                    raise Trouble(f"{archive} has a file outside of it: {member.name}")
                opened.extract(member, folder, **({"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}))  # type: ignore[arg-type]
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise Trouble(f"{archive} cannot be unpacked: {error}") from None


def pack(folder: str, archive: str) -> None:
    """Make a gzip-compressed tar of what is in ``folder``, with all cores."""
    with open(archive, "wb") as file, ThreadPoolExecutor(os.cpu_count()) as threads:
        writer = _Writer(file, threads)
        with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20) as opened:  # type: ignore[call-overload]
            for name in sorted(os.listdir(folder)):
                opened.add(os.path.join(folder, name), name)
        writer.finish()


class _Writer:
    """A gzip file of several members, each compressed by a thread; whoever reads it sees one stream."""

    def __init__(self, file: Any, threads: ThreadPoolExecutor) -> None:
        self._file = file
        self._threads = threads
        self._parts: list[Future[bytes]] = []
        self._gathered = bytearray()

    def write(self, data: bytes) -> int:
        self._gathered += data
        if len(self._gathered) >= _PART:
            self._submit()
        return len(data)

    def finish(self) -> None:
        self._submit()
        self._drain(0)

    def _submit(self) -> None:
        if self._gathered:
            self._parts.append(self._threads.submit(_compressed, bytes(self._gathered)))
            self._gathered.clear()
        self._drain(2 * (os.cpu_count() or 1))

    def _drain(self, most: int) -> None:
        while len(self._parts) > most:
            self._file.write(self._parts.pop(0).result())


def _compressed(data: bytes) -> bytes:
    member = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return member.compress(data) + member.flush()
