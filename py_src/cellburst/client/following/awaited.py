"""What of a run may be waited for task by task, or in an event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run
    from cellburst.client.tables.task_view import TaskView


class Awaited:
    """The tasks of a run as they end, and its end."""

    def _waited_for(self) -> Run:
        """The run that is meant."""
        raise NotImplementedError

    def as_completed(self, timeout: float | None = None) -> Iterator[TaskView]:
        """Its tasks as they end, each once; those that have ended already come first.

        Tasks that are added meanwhile come too. Raises TimeoutError ``timeout`` seconds after the loop began, and the
        run goes on; an interrupt while it waits does what it does to ``wait``.
        """
        from cellburst.client.following.arriving import as_completed

        return as_completed(self._waited_for(), timeout)

    def __aiter__(self) -> AsyncIterator[TaskView]:
        """``async for task in run``: as ``as_completed``, in an event loop that goes on meanwhile."""
        from cellburst.client.following.arriving import arriving

        return arriving(self._waited_for())

    def __await__(self) -> Generator[Any, None, Any]:
        """``await run`` is ``result()`` in an event loop that goes on meanwhile."""
        return self.awaited().__await__()

    async def awaited(self, timeout: float | None = None, *, cancel: bool = False) -> Any:
        """The same with a limit in seconds. If the task that awaits is cancelled the run goes on, unless ``cancel``.

        Raises TimeoutError, and what ``result`` raises.
        """
        from cellburst.client.following.arriving import ended

        run = self._waited_for()
        await ended(run, timeout, cancel=cancel)
        return run.value if run.record.single else run.results
