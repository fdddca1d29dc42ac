"""A run as a worker holds it: what its tasks share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import PayloadError, StoreError
from cellburst.model.payload import Payload
from cellburst.payload.pickling import fetch, unpack
from cellburst.settings import Settings
from cellburst.sweeps.digests import params_digest, words_of
from cellburst.sweeps.seeds import task_seed, task_seed_by
from cellburst.wire.worker import LoadRun
from cellburst.worker.cellcode import CellCode, compile_cell
from cellburst.worker.inputs import Calls, Inputs, Parameters

_KEY = 16  # bytes


class LoadedRun:
    """The payload of a run, compiled and unpickled when its first task asks for it."""

    def __init__(self, message: LoadRun, blobs: BlobStore, settings: Settings) -> None:
        self.id = message.run
        self.payload = message.payload
        self.count = message.count
        self.gpus = message.gpus
        self.inputs = Inputs(message.payload.inputs, blobs)
        self.parameters = Parameters(message.payload.sweep, blobs, settings)
        self.calls = Calls(blobs) if message.payload.kind == "function" and message.payload.inputs.empty else None
        """What is called, where each task calls something else."""
        self._seed = message.seed
        self._blobs = blobs
        self._keys: memoryview | None = None
        self._code: CellCode | None = None
        self.single = message.payload.collect == "namespace"
        """Whether it is a plain cell, which leaves the kernel as if it had run there."""

    def code(self) -> CellCode:
        """The compiled cell. Raises SyntaxError and what compiling raises."""
        if self._code is None:
            self._code = _compile(self.payload)
        return self._code

    def states(self, namespace: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the kernel has changed of its libraries' state, around the objects of ``namespace``.

        Raises PayloadError.
        """
        packed = self.payload.states
        if packed is None:
            return {}
        found: dict[str, Any] = unpack(
            packed, self._blobs, namespace=namespace, known=namespace or {}, name="the state of libraries"
        )
        return found

    def seed(self, index: int) -> int:
        """The seed of a task by its number."""
        return task_seed(self._seed, index)

    def seed_for(self, params: Mapping[str, Any]) -> int:
        """The seed of a task by its parameters. Raises what pickling them raises."""
        return task_seed_by(self._seed, words_of(params_digest(params)))

    def key(self, index: int) -> bytes:
        """What the result of a task may be found by; empty if by nothing, as for tasks that were added later."""
        if self.payload.keys is None:
            return b""
        if self._keys is None:
            try:
                self._keys = memoryview(fetch(self.payload.keys, self._blobs)[0])
            except (PayloadError, StoreError):  # the result is there all the same, only it will not be found again
                self._keys = memoryview(b"")
        return bytes(self._keys[_KEY * index : _KEY * (index + 1)])


def _compile(payload: Payload) -> CellCode:
    apart = payload.collect == "namespace"  # a plain cell
    return compile_cell(payload.source, payload.filename, payload.first_line, payload.futures, apart=apart)
