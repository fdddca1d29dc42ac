"""What can be asked of a run that decides over its own tasks, and how it is taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from cellburst.errors import UsageError
from cellburst.model import run as model
from cellburst.model.search import Search, Until
from cellburst.wire.client import Reopen, Retry

if TYPE_CHECKING:
    from cellburst.client.connecting.connection import Connection
    from cellburst.client.tables.estimates import Estimate

Self = TypeVar("Self", bound="Searched")


class Searched:
    """A part of ``Run``."""

    id: str
    _connection: Connection
    _run: model.Run | None

    @property
    def counts(self) -> model.Counts:
        """Its tasks by state."""
        raise NotImplementedError

    def unstored(self) -> dict[str, str]:
        raise NotImplementedError

    @property
    def progress(self) -> float:
        """The share of its tasks that have ended, 0 to 1; of a search, of its trials."""
        counts, search = self.counts, self._connection.reader.run(self.id).options.search
        live = self._connection.reader.status(self.id).state not in model.ENDED
        total = max(counts.total, search.trials) if live and isinstance(search, Search) else counts.total
        return counts.ended / total if total else 1.0

    @property
    def estimate(self) -> Estimate:
        """Mean and spread of what its tasks gave so far: of their value, or of the number that ``--until`` names.

        Raises UsageError if they gave none.
        """
        from cellburst.client.tables.estimates import estimate_of

        reader = self._connection.reader
        return estimate_of(reader.run(self.id), reader.tasks(self.id))

    def search_more(self: Self, trials: int = 0, *, until: str = "") -> Self:
        """Go on with a search, or with adding copies: ``trials`` more than were wanted before, or those still missing.

        ``until`` is another condition. What was cancelled is run again. Returns at once; raises UsageError if the run
        is no search.
        """
        if isinstance(trials, bool) or not isinstance(trials, int) or trials < 0:
            raise UsageError(f"trials must be a whole number from 0 on, not {trials!r}")
        run = self._connection.reader.run(self.id)
        search = run.options.search
        if isinstance(search, Search):
            if until:
                raise UsageError(f"run {self.id} searches for the best {search.metric}; until is for copies")
            wanted: Search | Until = replace(search, trials=search.trials + trials)
        elif isinstance(search, Until):
            from cellburst.sweeps.until import read_condition

            condition = read_condition(until).text if until else search.condition
            wanted = replace(search, condition=condition, most=search.most + trials)
        else:
            raise UsageError(f"run {self.id} is no search: it has the tasks that it was submitted with")
        if isinstance(wanted, Search) and self._connection.reader.status(self.id).counts.cancelled:
            self._connection.request(Retry(0, self.id, "missing", self.unstored()))
        self._connection.request(Reopen(0, self.id, wanted, self.unstored()))
        self._run = None
        return self
