"""A kernel here, a worker in a second process, and the blob folder between them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cellburst.model.blob import Packed
from cellburst.payload import merge
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.delta import NamespaceDelta, unpack_delta
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

from . import far


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared-blobs")


@pytest.fixture
def blobs(session_folder: Path) -> BlobFolder:
    return BlobFolder(session_folder)


class Worker:
    """The second process."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-W", "error", "-m", far.__name__, str(folder)]
        root = Path(__file__).parents[3]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)

    def run(self, kind: str, packed: Packed, source: str) -> Packed:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        far.write_frame(self._process.stdin, (kind, far.to_bytes(packed), source))  # type: ignore[arg-type]
        data, error = far.read_frame(self._process.stdout)  # type: ignore[arg-type]
        assert not error, error
        return far.from_bytes(data)

    def close(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture(scope="session")
def worker(session_folder: Path) -> Iterator[Worker]:
    process = Worker(session_folder)
    yield process
    process.close()


class Kernel:
    """A notebook: `here` executes in it, `there` in the worker with what the notebook has."""

    def __init__(self, module: ModuleType, worker: Worker, blobs: BlobFolder) -> None:
        self.ns: dict[str, Any] = module.__dict__
        self._worker = worker
        self.blobs = blobs
        self.sent = Packed()
        self.returned = Packed()

    def here(self, source: str) -> Any:
        return far.run_cell(source, self.ns)[0]

    def inputs(self, names: str) -> Packed:
        picked = names.split() or [name for name in self.ns if not name.startswith("__")]
        self.sent = pack({name: self.ns[name] for name in picked}, self.blobs, Settings(), namespace=self.ns)
        return self.sent

    def there(self, source: str, names: str = "") -> NamespaceDelta:
        delta = self.delta(source, names)
        merge.apply(delta, self.ns)
        return delta

    def delta(self, source: str, names: str = "") -> NamespaceDelta:
        self.returned = self._worker.run("delta", self.inputs(names), source)
        return unpack_delta(self.returned, self.blobs, self.ns)

    def value(self, source: str, names: str = "") -> Any:
        self.returned = self._worker.run("value", self.inputs(names), source)
        return unpack(self.returned, self.blobs, namespace=self.ns)


@pytest.fixture
def kernel(worker: Worker, blobs: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    return Kernel(module, worker, blobs)
