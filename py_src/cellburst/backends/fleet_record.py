"""What was heard of a run, for the next process that looks after its machines: what has ended, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass, field

from cellburst.model.known import Known, Tried, ranges
from cellburst.wire.fleet import TaskBack, TaskBegan


@dataclass
class Record:
    """``tried`` has attempts of open tasks by index, then by number."""

    over: set[int] = field(default_factory=set)
    generations: dict[int, int] = field(default_factory=dict)
    tried: dict[int, dict[int, Tried]] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Known) -> Record:
        """As it stood when the controller began."""
        record = cls({index for first, stop in known.ended for index in range(first, stop)}, dict(known.generations))
        for each in known.tried:
            record._keep(each)
        return record

    def known(self) -> Known:
        """All of it."""
        tried = (each for attempts in self.tried.values() for each in attempts.values())
        return Known(ranges(sorted(self.over)), dict(self.generations), tuple(tried))

    def waits(self, index: int, generation: int) -> None:
        """A task is handed out, perhaps in a new generation."""
        self.over.discard(index)
        if generation > 1 and self.generations.get(index) != generation:
            self.generations[index] = generation
            self.tried.pop(index, None)

    def began(self, message: TaskBegan) -> None:
        """An attempt was begun; an earlier one of which nobody has heard stays, until somebody has."""
        self._keep(Tried(message.index, message.generation, message.attempt, message.worker))

    def back(self, message: TaskBack) -> None:
        """An attempt did not end its task."""
        if message.loss is None:
            self.tried.get(message.index, {}).pop(message.attempt, None)
        else:
            of = (message.index, message.generation, message.attempt, message.worker)
            self._keep(Tried(*of, message.loss))

    def ended(self, index: int) -> None:
        """A task has its outcome."""
        self.over.add(index)
        self.tried.pop(index, None)

    def _keep(self, tried: Tried) -> None:
        if tried.index not in self.over and tried.generation == self.generations.get(tried.index, 1):
            self.tried.setdefault(tried.index, {})[tried.attempt] = tried
