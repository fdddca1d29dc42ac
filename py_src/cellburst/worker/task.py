"""What a task may ask about itself, and say of its progress: ``from cellburst import task``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cellburst.errors import UsageError
from cellburst.worker.text import clean, repr_of, shorten

_Report = Callable[[float | None, str, dict[str, Any] | None], None]
_SCALARS = (bool, int, float, str, type(None))
_INT64 = 1 << 63


class Task:
    """The running task. Outside of one it is task 0 of 1, so that code with it can be tried in the kernel."""

    __slots__ = (
        "_fraction", "_logged", "_report", "_run", "_seed", "_seed_of", "_text", "attempt", "count", "index", "params",
    )  # fmt: skip

    def __init__(self) -> None:
        self.end()

    def begin(
        self, run: str, index: int, count: int, attempt: int, seed_of: Callable[[int], int], report: _Report
    ) -> None:
        """A task starts in this process."""
        self._run = run
        self.index = index
        self.count = count
        self.attempt = attempt
        self.params: dict[str, Any] = {}
        self._seed: int | None = None
        self._seed_of = seed_of
        self._report = report
        self._logged: dict[str, Any] | None = None
        self._fraction: float | None = None
        self._text = ""

    def end(self) -> None:
        """No task runs in this process."""
        self.begin("", 0, 1, 1, lambda index: 0, lambda fraction, text, metrics: None)

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
        self._report(self._fraction, self._text, self._logged)

    def log(self, **metrics: Any) -> None:
        """Record numbers or short texts under names; the last value of a name stays with the task's outcome."""
        said = {name: _scalar(value) for name, value in metrics.items()}
        self._logged = {**(self._logged or {}), **said}
        self._report(self._fraction, self._text, self._logged)

    def __reduce__(self) -> str:
        return "task"  # whoever unpickles it gets their own

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


task = Task()
