"""What a task may ask about itself, and say of its progress: ``from cellburst import task``."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from operator import index
from pathlib import Path
from typing import Any, TypeVar

from cellburst.errors import TaskPruned, UsageError
from cellburst.worker.notices import notices
from cellburst.worker.outside import Host, Nobody, append_metrics, told
from cellburst.worker.text import clean, repr_of, shorten

_KEPT = 1000  # reports of a task that it can look at itself
_SCALARS = (bool, int, float, str, type(None))
_INT64 = 1 << 63
_Function = TypeVar("_Function", bound=Callable[[], object])


class Task:
    """The running task. Outside of one it is task 0 of 1, so that code with it can be tried in the kernel."""

    __slots__ = (
        "_fraction", "_host", "_logged", "_objective", "_reports", "_run", "_seed", "_seed_of", "_text",
        "attempt", "count", "index", "params",
    )  # fmt: skip

    def __init__(self) -> None:
        self.end()
        self._told_by_environment()

    def begin(
        self,
        run: str,
        index: int,
        count: int,
        attempt: int,
        seed_of: Callable[[int], int],
        host: Host,
        objective: str = "",
    ) -> None:
        """A task starts in this process."""
        self._run = run
        self.index = index
        self.count = count
        self.attempt = attempt
        self.params: dict[str, Any] = {}
        self._seed: int | None = None
        self._seed_of = seed_of
        self._host = host
        self._objective = objective
        self._reports: deque[tuple[int, dict[str, float]]] | None = None
        self._logged: dict[str, Any] | None = None
        self._fraction: float | None = None
        self._text = ""

    def end(self) -> None:
        """No task runs in this process."""
        self.begin("", 0, 1, 1, lambda index: 0, _NOBODY)

    @property
    def key(self) -> str:
        """A text that names this task, the same on every attempt."""
        return f"{self._run}/{self.index}"

    @property
    def seed(self) -> int:
        """This task's own 64-bit seed; the same on every attempt, target and number of workers."""
        return self.get_seed()

    def get_seed(self) -> int:
        """``seed``, for our own use."""
        if self._seed is None:
            self._seed = self._seed_of(self.index)
        return self._seed

    def use_seed(self, seed: int) -> None:
        """The task has this seed, and not the one of its number."""
        self._seed = seed

    @property
    def metrics(self) -> dict[str, Any] | None:
        """What was logged so far; None if nothing was."""
        return self._logged

    def progress(self, fraction: float | None = None, text: str = "") -> None:
        """Say how far the task is: ``fraction`` from 0 to 1, or None if nobody knows. Raises UsageError."""
        if fraction is not None:
            fraction = _fraction(fraction)
        self._fraction = fraction
        self._text = clean(shorten(str(text), 200))
        self._host.progress(self._fraction, self._text, self._logged)

    def log(self, /, **metrics: Any) -> None:
        """Record numbers or short texts under names; the last value of a name stays with the task's outcome."""
        said = {name: _scalar(value) for name, value in metrics.items()}
        if not self._host.logs():
            append_metrics(said)
        self._logged = {**(self._logged or {}), **said}
        self._host.progress(self._fraction, self._text, self._logged)

    def report(self, step: int, value: Any = None, /, **values: Any) -> None:
        """Say how good things are at ``step``: ``task.report(epoch, loss)``, ``task.report(epoch, loss=0.3, auc=0.8)``.

        ``value`` is what the run's search looks at, else it is called "value". Raises TaskPruned if the search has
        given this task up, and UsageError for what is no number.
        """
        if value is not None:
            values = {self._objective or "value": value, **values}
        if type(step) is not int or not -_INT64 <= step < _INT64:
            step = _step(step)
        for name, number in values.items():
            if type(number) is not float:
                values[name] = _number(name, number)
        if not values:
            raise UsageError(f"task.report({step}) says no number: task.report({step}, loss)")
        if self._reports is None:
            self._reports = deque(maxlen=_KEPT)
        self._reports.append((step, values))
        self._host.report(step, values)
        if self._host.pruned():
            raise TaskPruned(f"pruned at step {step}")

    @property
    def reports(self) -> list[tuple[int, dict[str, float]]]:
        """The newest of what was reported, oldest first: step, and numbers by name."""
        return list(self._reports or ())

    @property
    def should_stop(self) -> bool:
        """Whether the search has given this task up: for code that wants to end in its own way, before it reports."""
        return self._host.pruned()

    @property
    def interrupted(self) -> bool:
        """Whether the machine, or the pool of workers, is about to end: time to save what is there."""
        return self._host.noticed()

    def on_interrupt(self, function: _Function) -> _Function:
        """Call ``function()`` once when the machine is about to go: in this task, between two of its steps, as a signal
        handler. May be used as a decorator. Raises UsageError for what cannot be called."""
        if not callable(function):
            raise UsageError(f"task.on_interrupt({repr_of(function, 60)}): what is given is a function to call")
        notices.add(function, self._host)
        return function

    @property
    def output_dir(self) -> Path:
        """A folder of this attempt: what files are in it when the task ends is kept with the result. Raises OSError."""
        return self._host.output()

    @property
    def checkpoint_dir(self) -> Path:
        """A folder of this task: later attempts find what earlier ones wrote, until one succeeds. Raises OSError."""
        return self._host.checkpoint()

    def add_metrics(self, found: dict[str, Any]) -> None:
        """Numbers and texts that the task left elsewhere; what it logged itself counts more."""
        if found:
            self._logged = {**found, **(self._logged or {})}

    def __reduce__(self) -> str:
        return "task"  # whoever unpickles it gets their own

    def _told_by_environment(self) -> None:
        """This process was started by a task, which may have told it so."""
        found = told()
        if found is not None:
            self._run, self.index, self.count, self.attempt, self._seed, self.params = found

    def __repr__(self) -> str:
        return f"<task {self.index} of {self.count}, attempt {self.attempt}>"


def _fraction(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if number != number:
        raise UsageError(f"task.progress({repr_of(value, 60)}): the fraction is a number from 0 to 1, or None")
    return min(1.0, max(0.0, number))


def _step(value: Any) -> int:
    try:
        number = index(value)
    except TypeError:
        number = _INT64
    if not -_INT64 <= number < _INT64:
        raise UsageError(f"task.report({repr_of(value, 60)}, ...): the step is a whole number, such as the epoch")
    return number


def _number(name: str, value: Any) -> float:
    try:
        return float(value.item() if callable(getattr(value, "item", None)) else value)
    except Exception:  # `item` and `__float__` are anybody's
        pass
    raise UsageError(f"task.report(..., {name}={repr_of(value, 60)}): what is reported are numbers")


def _scalar(value: Any) -> Any:
    """``value`` as a JSON scalar; numpy's scalars are unwrapped, anything else is its short text."""
    if not isinstance(value, _SCALARS) and callable(getattr(value, "item", None)):
        try:
            value = value.item()
        except Exception:  # an array of many, or not numpy's idea of item
            pass
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return int(value)
    if isinstance(value, float):
        return float(value)
    return clean(shorten(value if isinstance(value, str) else repr_of(value), 200))


_NOBODY = Nobody()
task = Task()
log = task.log
