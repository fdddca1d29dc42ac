"""A store of each kind, to be opened again by the next controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cellburst.abc import RunStore
from tests.unit.store.builders import run_id


class Case:
    """A store that can be opened again, by the same or the next controller."""

    def __init__(self, opening: Callable[[], RunStore]) -> None:
        self._opening = opening
        self.store = opening()

    def next_controller(self) -> RunStore:
        self.store.close()
        self.store = self._opening()
        return self.store

    def before_and_after(self) -> Iterator[RunStore]:
        """This controller's store, then the next one's."""
        yield self.store
        yield self.next_controller()

    def second_controller(self) -> RunStore:
        """One that comes while the first is still there."""
        return self._opening()


def states(store: RunStore, run: str = run_id(1)) -> list[str]:
    """The state of each task, in which both ways to ask agree."""
    found = [task.state for task in store.tasks(run)]
    ended = {index: state for index, state in enumerate(found) if state not in {"queued", "running"}}
    assert store.endings(run) == ended
    return found
