"""What earlier runs of the same code took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import fmean, median

from cellburst.abc import RunReader
from cellburst.errors import StoreError, UnknownRunError

_RUNS_SEEN = 200
_RUNS_USED = 5
_TASKS_USED = 2000


@dataclass(frozen=True)
class Experience:
    """What a task of some code took: the median in seconds, of so many tasks of so many runs; and the mean."""

    seconds: float
    tasks: int
    runs: int
    mean: float = 0.0


def experience(reader: RunReader, code: str) -> Experience | None:
    """The newest runs of ``code`` (without its magic line); None if it never ran. Raises StoreError."""
    wanted = essence(code)
    if not wanted:
        return None
    same = [row.id for row in reader.runs(limit=_RUNS_SEEN) if row.counts.succeeded and essence(row.code) == wanted]
    seconds: list[float] = []
    used = 0
    for run in same[:_RUNS_USED]:
        found = list(_seconds(reader, run))
        seconds += found
        used += bool(found)
    return Experience(median(seconds), len(seconds), used, fmean(seconds)) if seconds else None


def essence(code: str) -> str:
    """A cell without its magic line, and any code without blanks around it: what makes two runs comparable."""
    lines = code.strip().splitlines()
    if lines and lines[0].lstrip().startswith("%%"):
        lines = lines[1:]
    return "\n".join(line.rstrip() for line in lines).strip()


def _seconds(reader: RunReader, run: str) -> Iterator[float]:
    try:
        for row in islice(reader.tasks(run, 0, _TASKS_USED), _TASKS_USED):
            if row.state == "succeeded" and row.seconds is not None and not getattr(row, "cached", ""):
                yield row.seconds
    except (StoreError, UnknownRunError):
        return  # it has been deleted meanwhile
