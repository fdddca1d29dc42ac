"""What can be done to a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from msgspec.structs import replace

from cellburst.client.surroundings.origin import new_key
from cellburst.errors import UsageError
from cellburst.model import run as model
from cellburst.wire.client import Cancel, Delete, Rename, Rerun, Retry

if TYPE_CHECKING:
    from cellburst.client.connecting.connection import Connection
    from cellburst.client.runs.results import Results
    from cellburst.client.runs.run import Run
    from cellburst.model.plan import Plan

Self = TypeVar("Self", bound="Steered")


class Steered:
    """A part of ``Run``."""

    id: str
    _connection: Connection
    _run: model.Run | None
    _results: Results | None
    _cached: int | None

    def __init__(self, run_id: str, connection: Connection) -> None:
        raise NotImplementedError

    @property
    def record(self) -> model.Run:
        raise NotImplementedError

    @property
    def counts(self) -> model.Counts:
        raise NotImplementedError

    def _checked(self, index: int) -> int:
        raise NotImplementedError

    def add(self: Self, params: Any = None, *, copies: int | None = None, **options: Any) -> Self:
        """Add those of these points that it does not have yet; the others are not computed again. The run itself.

        ``params`` and ``options`` (zip, const, when, where, over, each, batch, sample, sampler, yes) are as in ``map``;
        a run without parameters gets ``copies``. Returns at once; a run that had ended is live again.
        Raises UsageError for a single run, a search and an executor's, and if others add tasks at the same time;
        SweepError, UnpicklableError.
        """
        from cellburst.client.runs.growing import add_points

        if add_points(cast("Run", self), params, copies, options):
            self._run = self._results = self._cached = None
        return self

    def cancel(self: Self, tasks: list[int] | tuple[int, ...] | int | None = None) -> Self:
        """Cancel some tasks, or all that have not ended; what has ended is kept."""
        wanted = (tasks,) if isinstance(tasks, int) else tuple(tasks or ())
        if tasks is None or wanted:
            self._connection.request(Cancel(0, self.id, tuple(map(self._checked, wanted))))
        return self

    def retry(
        self: Self,
        which: Literal["unfinished", "failed", "missing"] = "unfinished",
        *,
        max_cost: float | str | None = None,
        max_lifetime: float | str | None = None,
        yes: bool = False,
    ) -> Self:
        """Run again what has no success; "failed" takes failed tasks only, "missing" leaves them.

        A run on machines may be given more: ``max_cost`` is what all of it may cost from now on, with what it has cost,
        ``max_lifetime`` is for machines that are started from now on. One is asked about that, unless ``yes``.
        Raises UsageError if there is nothing to run again, for a no, and for a run without machines.
        """
        if which not in ("unfinished", "failed", "missing"):
            raise UsageError(f"which must be 'unfinished', 'failed' or 'missing', not {which!r}")
        plan = self._plan()
        if max_cost is not None or max_lifetime is not None:
            from cellburst.client.machines.replanning import with_more

            run = replace(self.record, plan=plan)
            plan = with_more(run, self._connection, max_cost, max_lifetime, yes=yes)
        anew = None if plan == self.record.plan else plan
        answer = self._connection.request(Retry(0, self.id, which, self.unstored(), anew))
        self._connection.drop_result(self.id)
        self._results = self._run = None
        if answer.data.get("tasks") == 0:
            raise UsageError(f"run {self.id} has nothing to run again: {describe(self.counts)}")
        return self

    def retry_failed(self: Self, **more: Any) -> Self:
        """Run the failed tasks again, and those whose ending is unknown; ``more`` as for ``retry``.

        Raises UsageError if there are none.
        """
        return self.retry("failed", **more)

    def rerun(self: Self, *, yes: bool = False) -> Self:
        """Run all of it once more, as a run of its own: the same code, inputs, sweep, seed and options.

        It is not waited for; what the inputs are now in this kernel makes no difference. Where machines are started
        for it one is asked again, unless ``yes``. Raises UsageError for a no.
        """
        if self.record.plan is not None:
            from cellburst.client.machines.planning import agreed_again

            agreed_again(self.record.plan, self.record.target, yes=yes)
        answer = self._connection.request(Rerun(0, self.id, new_key(), self.unstored(), self._plan()))
        return type(self)(answer.run, self._connection)

    def _plan(self) -> Plan | None:
        """The run's plan, in a cloud that is there."""
        before = self.record.plan
        if before is None:
            return None
        from cellburst.client.machines.replanning import somewhere

        plan = somewhere(before, self.record.target)
        if plan != before:
            self._connection.greet_anew()
        return plan

    def unstored(self) -> dict[str, str]:
        """Values of environment variables that the run needs and the store has not, as this process has them."""
        payload = self.record.payload
        return payload.env or {name: os.environ[name] for name in payload.dropped if name in os.environ}

    def rename(self: Self, name: str) -> Self:
        """Give it another name."""
        self._connection.request(Rename(0, self.id, name))
        self._run = None
        return self

    def delete(self) -> None:
        """Delete it with its results and outputs; it must have ended."""
        self._connection.request(Delete(0, self.id))
        self._connection.drop_result(self.id)


def describe(counts: model.Counts) -> str:
    """ "3 succeeded, 1 failed"."""
    there = ((name, getattr(counts, name)) for name in model.Counts.__struct_fields__)
    return ", ".join(f"{number} {name}" for name, number in there if number)
