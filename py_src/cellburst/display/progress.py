"""What has been heard of a followed run, folded into the view of this moment. No clock, no output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from cellburst.display.fleets import fleet_words
from cellburst.display.formatting import last_line
from cellburst.display.view import RunHead, RunView, TaskLine
from cellburst.model.run import ENDED, Counts, RunState, RunStatus

_LINES = 3
_TAIL = 400
_SPEAKERS = 1000
_FIRST_ETA = 2.0


class Standing(Protocol):
    """What a search has found so far."""

    def hear(self, indices: Iterable[int]) -> None:
        """These tasks have ended."""
        ...

    def parts(self, counts: Counts, *, ended: bool) -> list[str]:
        """What there is to say of them."""
        ...

    def found(self) -> list[str]:
        """Of that, what it has found."""
        ...


class RunProgress:
    """Takes what a follower hears; ``view`` says how the run stands.

    ``began`` is the wall time (seconds since 1970) at which following started: only what ended since
    then tells how fast it goes. ``standing`` is of a search.
    """

    def __init__(self, head: RunHead, began: float, standing: Standing | None = None) -> None:
        self.head = head
        self._standing = standing
        self.status: RunStatus | None = None
        self._began = began
        self._ended_before: int | None = None
        self._said: dict[int, TaskLine] = {}  # by task, the one that spoke last at the end
        self._tails: dict[int, str] = {}

    def take_status(self, status: RunStatus) -> None:
        if self._ended_before is None:
            self._ended_before = status.counts.ended
        self.status = status

    def take_outputs(self, index: int, outputs: Sequence[dict[str, Any]]) -> None:
        """Keep the last line of the text in ``outputs``."""
        text = "".join(str(record.get("text", "")) for record in outputs if record.get("output_type") == "stream")
        if not text:
            return
        self._tails[index] = tail = (self._tails.get(index, "") + text[-_TAIL:])[-_TAIL:]
        if shown := last_line(tail):
            known = self._said.get(index)
            self._say(TaskLine(index, known.fraction if known else None, shown))

    def take_progress(self, index: int, fraction: float | None, text: str) -> None:
        if fraction is not None:
            fraction = min(1.0, max(0.0, fraction)) if fraction == fraction else None
        self._say(TaskLine(index, fraction, text))

    def take_ended(self, indices: Iterable[int]) -> None:
        indices = list(indices)
        self._quieten(indices)
        if self._standing is not None:
            self._standing.hear(indices)

    def _quieten(self, indices: Iterable[int]) -> None:
        for index in indices:
            self._said.pop(index, None)
            self._tails.pop(index, None)

    def view(self, now: float, hint: str = "") -> RunView:
        """How it stands at wall time ``now``."""
        status = self.status or RunStatus(self.head.id, RunState.QUEUED, Counts())
        ended = status.state in ENDED
        lines = () if ended else tuple(reversed(list(self._said.values())[-_LINES:]))
        return RunView(
            head=self.head,
            state=status.state,
            counts=status.counts,
            elapsed=self._elapsed(status, now),
            eta=None if ended or self._standing else self._eta(status, now),  # a search's tasks are not all known
            reason=status.reason,
            lines=lines,
            hint=hint,
            standing=() if self._standing is None else tuple(self._standing.parts(status.counts, ended=ended)),
            fleet=tuple(fleet_words(status.fleet, now)),
            found=() if self._standing is None else tuple(self._standing.found()),
        )

    def _say(self, line: TaskLine) -> None:
        self._said.pop(line.index, None)
        self._said[line.index] = line
        if len(self._said) > _SPEAKERS:
            oldest = next(iter(self._said))
            self._quieten([oldest])

    def _elapsed(self, status: RunStatus, now: float) -> float | None:
        if status.state in ENDED and status.ended is not None:
            return max(0.0, status.ended - (status.started or status.ended))
        return max(0.0, now - (status.started or self._began))

    def _eta(self, status: RunStatus, now: float) -> float | None:
        if status.state is not RunState.RUNNING:
            return None
        spent = now - max(self._began, status.started or 0.0)
        inside = sum(line.fraction or 0.0 for line in self._said.values())
        gone = status.counts.ended - (self._ended_before or 0) + inside
        left = status.counts.total - status.counts.ended - inside
        if spent < _FIRST_ETA or gone <= 0 or left <= 0:
            return None
        return spent * left / gone
