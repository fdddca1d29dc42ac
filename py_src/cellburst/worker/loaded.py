"""A run as a worker holds it: what its tasks share."""

from __future__ import annotations

from typing import Any

from cellburst.abc import BlobStore
from cellburst.model.payload import Payload
from cellburst.payload.pickling import unpack
from cellburst.settings import Settings
from cellburst.sweeps.seeds import task_seed
from cellburst.wire.worker import LoadRun
from cellburst.worker.cellcode import CellCode, compile_cell
from cellburst.worker.inputs import Inputs, Parameters


class LoadedRun:
    """The payload of a run, compiled and unpickled when its first task asks for it."""

    def __init__(self, message: LoadRun, blobs: BlobStore, settings: Settings) -> None:
        self.id = message.run
        self.payload = message.payload
        self.count = message.count
        self.inputs = Inputs(message.payload.inputs, blobs)
        self.parameters = Parameters(message.payload.sweep, blobs, settings)
        self._seed = message.seed
        self._blobs = blobs
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
        """The seed of a task."""
        return task_seed(self._seed, index)


def _compile(payload: Payload) -> CellCode:
    apart = payload.collect == "namespace"  # a plain cell
    return compile_cell(payload.source, payload.filename, payload.first_line, payload.futures, apart=apart)
