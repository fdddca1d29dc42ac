"""Output of running attempts on its way to the store: short output ends in the task's row, long output in files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cellburst.abc import RunStore
from cellburst.model.outcome import TaskResult

_Records = Sequence[dict[str, Any]]
_SPILL_AFTER = 1.0  # seconds that output may be known to the controller alone


class _Attempt(Struct):
    since: float
    records: list[dict[str, Any]] = []
    size: int = 0
    spilled: bool = False


class OutputKeeper:
    """Holds the output of each running attempt until it is known where it belongs. Times are monotonic seconds."""

    def __init__(self, store: RunStore, inline_bytes: int) -> None:
        self._store = store
        self._inline = inline_bytes
        self._attempts: dict[tuple[str, int, int], _Attempt] = {}

    def add(self, run: str, index: int, attempt: int, outputs: _Records, now: float) -> None:
        """Take in output of a running attempt."""
        key = (run, index, attempt)
        held = self._attempts.get(key)
        if held is None:
            held = self._attempts[key] = _Attempt(now)
        held.records += outputs
        held.size += sum(map(_size, outputs))
        if held.spilled or held.size > self._inline:
            self._spill(key, held)

    def complete_all(self, run: str, results: Sequence[TaskResult]) -> Sequence[TaskResult]:
        """`complete` for each."""
        if not self._attempts and not any(result.outputs for result in results):
            return results
        return [self.complete(run, result) for result in results]

    def complete(self, run: str, result: TaskResult) -> TaskResult:
        """The result with all its outputs inside, or without any if they are in files."""
        key = (run, result.index, result.attempt)
        held = self._attempts.pop(key, None)
        if held is None:
            if not result.outputs or sum(map(_size, result.outputs)) <= self._inline:
                return result
            held = _Attempt(0.0)
        held.records += result.outputs
        held.size += sum(map(_size, result.outputs))
        if held.spilled or held.size > self._inline:
            self._spill(key, held)
        return msgspec.structs.replace(result, outputs=tuple(held.records))

    def so_far(self, run: str, index: int) -> tuple[int, list[dict[str, Any]]] | None:
        """The running attempt of a task and all its output until now; None if nothing came."""
        for (of_run, of_index, attempt), held in self._attempts.items():
            if of_run == run and of_index == index:
                stored = self._store.outputs(run, index, attempt) if held.spilled else []
                return attempt, stored + held.records
        return None

    def spill_old(self, now: float) -> None:
        """Write what has been held for a second, so that readers of the store see it and little can be lost."""
        for key, held in self._attempts.items():
            if held.records and now - held.since > _SPILL_AFTER:
                held.since = now
                self._spill(key, held)

    def forget(self, run: str) -> None:
        """Drop what is held for a run that has ended."""
        for key in [key for key in self._attempts if key[0] == run]:
            del self._attempts[key]

    @property
    def holding(self) -> bool:
        """Whether ``spill_old`` could have something to do."""
        return any(held.records for held in self._attempts.values())

    def _spill(self, key: tuple[str, int, int], held: _Attempt) -> None:
        held.spilled = True
        if held.records:
            self._store.append_outputs(*key, held.records)
            held.records = []


def _size(record: dict[str, Any]) -> int:
    text = record.get("text")
    if text is not None:
        return len(text)
    data = record.get("data")
    return 64 + (sum(len(str(part)) for part in data.values()) if data else 0)
