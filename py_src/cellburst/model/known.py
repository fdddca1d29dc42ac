"""What is on record of a run on machines, for a process that takes over looking after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cellburst.model.outcome import LossReason


class Tried(Struct, frozen=True, array_like=True):
    """An attempt that did not end its task: lost for ``loss``, or None for one of whose end nobody has heard."""

    index: int
    generation: int
    attempt: int
    worker: str
    loss: LossReason | None = None


class Known(Struct, frozen=True, omit_defaults=True):
    """``ended`` are ranges of tasks (first, behind the last) whose newest generation has its outcome on record;
    ``generations`` of those above 1; ``tried`` of newest generations, by task and attempt."""

    ended: tuple[tuple[int, int], ...] = ()
    generations: dict[int, int] = {}
    tried: tuple[Tried, ...] = ()

    def outcomes(self) -> Iterator[tuple[int, int]]:
        """Tasks (index, generation) whose outcomes need not be read again, those of older generations included."""
        for first, stop in self.ended:
            for index in range(first, stop):
                yield index, self.generations.get(index, 1)
        for index, newest in self.generations.items():
            for generation in range(1, newest):
                yield index, generation


def in_order(tried: Iterable[Tried]) -> tuple[Tried, ...]:
    """By task and attempt."""
    return tuple(sorted(tried, key=lambda one: (one.index, one.attempt, one.worker)))


def ranges(indices: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Ascending numbers as ranges (first, behind the last)."""
    found: list[tuple[int, int]] = []
    for index in indices:
        if found and found[-1][1] == index:
            found[-1] = found[-1][0], index + 1
        else:
            found.append((index, index + 1))
    return tuple(found)
