"""Grids that outlive their kernel: a file for each name and notebook, below the data folder."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cellburst.errors import UsageError
from cellburst.paths import Folders
from cellburst.widgets.spec import MOST_BYTES, Spec, from_plain, plain

_DELAY = 0.4  # seconds without a change before one is written
_FORMAT = 1


class Kept(Struct, frozen=True):
    """What is kept: the grid, what the program had given at first, and the run that was started last."""

    spec: Spec = Spec()
    given: str = ""
    run: str = ""


class Shelf:
    """The file of one grid. Writing waits until nothing has changed for a moment; ``flush`` does not wait."""

    def __init__(self, folders: Folders, notebook: str, name: str) -> None:
        digest = hashlib.sha256(f"{notebook or os.getcwd()}\0{name}".encode("utf-8", "surrogatepass")).hexdigest()
        self.path = folders.data / "grids" / f"{digest[:32]}.json"
        self._lock = threading.Lock()
        self._waiting: bytes | None = None
        self._timer: threading.Timer | None = None

    def load(self) -> tuple[Kept | None, str]:
        """What is kept, and a sentence if something is there that cannot be used: it is moved aside."""
        flush_all()
        try:
            if self.path.stat().st_size > 2 * MOST_BYTES:
                raise UsageError("it is too large")
            data = msgspec.json.decode(self.path.read_bytes())
            if not isinstance(data, dict) or data.get("format") != _FORMAT:
                raise UsageError("it is of another version")
            texts = {key: value for key in ("given", "run") if isinstance(value := data.get(key), str)}
            return Kept(from_plain(data.get("spec")), **texts), ""
        except FileNotFoundError:
            return None, ""
        except OSError as error:
            return None, f"what was kept of this grid cannot be read ({error.strerror}): {self.path}"
        except (msgspec.DecodeError, UnicodeDecodeError, UsageError) as error:
            return None, self._set_aside(error)

    def save(self, kept: Kept) -> None:
        """Keep this, in a moment."""
        data: dict[str, Any] = {"format": _FORMAT, "spec": plain(kept.spec), "given": kept.given, "run": kept.run}
        with self._lock:
            self._waiting = msgspec.json.encode(data)
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(_DELAY, self.flush)
            self._timer.daemon = True
            self._timer.start()
        _shelves.add(self)

    def flush(self) -> None:
        """Write now what waits; a disk that takes nothing loses no more than this."""
        with self._lock:
            data, self._waiting = self._waiting, None
            if data is not None:
                with contextlib.suppress(OSError):
                    _write(self.path, data)
        _shelves.discard(self)

    def _set_aside(self, error: Exception) -> str:
        aside = self.path.with_suffix(".damaged")
        try:
            os.replace(self.path, aside)
        except OSError:
            aside = self.path
        return f"what was kept of this grid is damaged ({error}); it is set aside as {aside}"


_shelves: set[Shelf] = set()


def flush_all() -> None:
    """Write what waits of every grid of this process."""
    for shelf in list(_shelves):
        shelf.flush()


def _write(path: Path, data: bytes) -> None:
    """The whole file or the one before, whatever happens."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".grid-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


atexit.register(flush_all)
