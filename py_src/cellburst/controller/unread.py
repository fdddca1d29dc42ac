"""What clients that do not keep up were not sent, until they can be told how much it was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from cellburst.model.gaps import missing_bytes, unread_gap
from cellburst.wire.client import OutputArrived


class _Place(NamedTuple):
    """Whose output of which attempt; a client is known by the number of its object."""

    client: int
    run: str
    task: int
    attempt: int


class Unread:
    """Counts live output that was left out, for each client and attempt."""

    def __init__(self) -> None:
        self._left: dict[_Place, tuple[int, int]] = {}

    def leave_out(self, client: object, message: OutputArrived) -> None:
        """This client is not sent the message."""
        place = _Place(id(client), message.run, message.index, message.attempt)
        size, others = self._left.get(place, (0, 0))
        more, further = _counted(message.outputs)
        self._left[place] = size + more, others + further

    def owed(self, client: object, run: str, tasks: Collection[int] | None = None) -> list[OutputArrived]:
        """What to tell a client before anything else of a run, or of these tasks; it counts as told."""
        if not self._left:
            return []
        due = [
            place
            for place in self._left
            if place.client == id(client) and place.run == run and (tasks is None or place.task in tasks)
        ]
        return [OutputArrived(run, p.task, p.attempt, (unread_gap(*self._left.pop(p)),)) for p in due]

    def forget(self, client: object, run: str) -> None:
        """The client does not follow the run any more."""
        self.owed(client, run)


def _counted(outputs: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Bytes of text, those that were missing already included, and how many records of other kinds."""
    texts = [record for record in outputs if record.get("output_type") == "stream"]
    size = sum(len(record["text"].encode(errors="replace")) + missing_bytes(record) for record in texts)
    return size, len(outputs) - len(texts)
