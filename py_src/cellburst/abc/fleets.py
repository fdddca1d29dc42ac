"""Targets whose machines take tasks from a queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from cellburst.model.blob import Packed
from cellburst.model.known import Known
from cellburst.model.machine import Machine
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Run
from cellburst.model.usage import UsageSample


class FleetListener(Protocol):
    """What a queue backend tells the controller, in the controller's own thread.

    ``done`` is called once what was told is committed.
    """

    def trouble(self, target: str, message: str) -> None:
        """The target cannot be served for now; "": it can again."""

    def standing(self, run: str, reason: str) -> None:
        """One sentence for what waiting tasks of a run wait for."""

    def machines(self, run: str, machines: Sequence[Machine], done: Callable[[], None]) -> None: ...
    def began(self, run: str, index: int, generation: int, attempt: int, worker: str, at: float) -> None: ...
    def gave_back(
        self,
        run: str,
        index: int,
        generation: int,
        attempt: int,
        worker: str,
        loss: LossReason | None,
        message: str,
        at: float,
        done: Callable[[], None],
    ) -> None:
        """An attempt ended, and its task waits in the queue again."""

    def ended(self, run: str, results: Sequence[TaskResult], done: Callable[[], None]) -> None:
        """Tasks have their final outcome: the machines have done what retries there were."""

    def noted(self, run: str, message: str, at: float, done: Callable[[], None]) -> None: ...
    def cancel_asked(self, run: str, by: str, done: Callable[[], None]) -> None:
        """Somebody who attached to the run on another computer asks for it to be cancelled."""

    def output(
        self, run: str, index: int, generation: int, attempt: int, outputs: Sequence[dict[str, Any]]
    ) -> None: ...
    def used(self, run: str, index: int, generation: int, attempt: int, sample: UsageSample) -> None: ...
    def progress(
        self, run: str, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None
    ) -> None: ...
    def reported(self, run: str, index: int, generation: int, attempt: int, reports: Sequence[Report]) -> None: ...


class QueueBackend(Protocol):
    """A target whose machines take tasks from a queue that outlives the controller. Nothing here blocks.

    Every task is handed over at once; which machine takes which, and whether it is tried again, is decided there.
    """

    def listen(self, listener: FleetListener) -> None:
        """From now on tell ``listener``; called once, before anything else."""

    def adopt(self, epoch: int, runs: Sequence[tuple[Run, Sequence[Machine], Known]], left: Sequence[Machine]) -> None:
        """Go on with live runs, their machines, and what is on record; ``left`` are machines of ended runs that may
        still cost something."""

    def reach(self, variables: Mapping[str, str]) -> None:
        """How a client of now reaches the cloud, for runs of which that is not known any more."""

    def begin(self, run: Run, machines: Sequence[Machine] = ()) -> None:
        """Serve this run, which is durable; before the first ``enqueue``. ``machines``: what it had before it ended."""

    def enqueue(
        self, run: str, indices: Sequence[int], generations: Sequence[int], given: Sequence[Packed] = ()
    ) -> None:
        """Hand tasks out. ``given`` runs beside ``indices`` (as in ``SweepPart``) unless it is empty."""

    def cancel(self, run: str, indices: Sequence[int]) -> None:
        """Cancel tasks, all of the run's if none is named."""

    def prune(self, run: str, indices: Sequence[int]) -> None: ...
    def finish(self, run: str) -> None:
        """Every task has ended: end the run's machines."""

    def fetch(self, run: Run, index: int, generation: int, done: Callable[[str], None]) -> None:
        """Bring what a result is made of into the blob folder; ``done`` gets what was wrong, or ""."""

    def close(self) -> None: ...
