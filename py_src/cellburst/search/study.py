"""Points that earlier ones suggest: an Optuna study in memory, beside the run that is its record."""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cellburst.errors import UsageError
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.report import Report
from cellburst.model.search import Search
from cellburst.model.sweep import SweepView
from cellburst.search.objective import IN_A_ROW, Failures, NoNumberError, number_of
from cellburst.search.plan import Ended, Row
from cellburst.search.pruners import make_pruner
from cellburst.search.samplers import OF_HISTORY, make_sampler
from cellburst.search.space import Space
from cellburst.sweeps.seeds import task_seed

if TYPE_CHECKING:
    from optuna import Study, Trial

_STREAM = 0x5EA7C4  # so that suggestions and tasks do not draw from the same seeds
_SHORT = 0.1  # seconds; of shorter tasks more are asked for ahead


class StudyPlan:
    """Asks and tells. The study is built again from the run's record by asking it for what it gave then.

    Each suggestion is drawn from a seed of its own, made of the run's seed and the number of the trial: with one worker
    the same seed gives the same trials, whatever dies in between. With more it depends on which tasks end first.
    """

    def __init__(self, search: Search, space: Space, seed: int, slots: int) -> None:
        self.ended: Ended | None = None
        self.listens = bool(search.pruner)
        self.study = _new_study(search, seed)
        self._search = search
        self._space = space
        self._seed = seed
        self._slots = slots
        self._trials: list[Trial | None] = []  # None: a point that somebody added by hand
        self._recorded: deque[Row] = deque()
        self._told: dict[int, float | None] = {}
        self._hopeless: set[int] = set()
        self._seconds = 0.0
        self._failures = Failures()
        self._grid = space.grid() if search.sampler == "grid" else None
        self._limit = search.trials

    # what is asked

    def recall(self, rows: Sequence[Row]) -> None:
        self._recorded.extend(rows)
        self._limit = max(self._search.trials, len(rows))

    def live(self) -> None:
        while self._recorded:
            self._ask()
        self._failures = Failures(max(IN_A_ROW, 2 * self._slots))
        self._look()

    def ask(self) -> list[Row]:
        rows: list[Row] = []
        while self.ended is None and len(self._trials) < self._limit and self._pending < self._window:
            known = bool(self._recorded)
            row = self._ask()
            if row is None:
                self._limit = len(self._trials)
                self._look()
            elif not known:
                rows.append(row)
        return rows

    def _ask(self) -> Row | None:
        """The next point: the one on record, the next of the grid, or a new one; None if there are no more."""
        fixed = self._recorded.popleft() if self._recorded else None
        if fixed is not None and not self._space.accepts(fixed):
            self._trials.append(None)
            return fixed
        if self._grid is not None:
            point = next(self._grid, None)  # also for one on record: the next is the one behind it
            fixed = fixed or point
            if fixed is None:
                return None
        with _quiet():
            self.study.sampler = self._sampler(given=fixed is not None)
            if fixed is not None:
                self.study.enqueue_trial(fixed)
            trial = self.study.ask()
            if self._search.sampler in OF_HISTORY:
                _ = trial.relative_params  # drawn now, also where the values are given: the sampler counts its own
            row = self._space.suggest(trial)
        self._trials.append(trial)
        return row

    def _sampler(self, *, given: bool) -> Any:
        number = len(self._trials)
        name = self._search.sampler
        seed = task_seed(self._seed ^ _STREAM, 0 if name == "qmc" else number) & 0xFFFFFFFF
        quick = given and name not in OF_HISTORY
        return make_sampler("random" if quick else name, seed, conditional=self._space.conditional)

    @property
    def _pending(self) -> int:
        return len(self._trials) - len(self._told)

    @property
    def _window(self) -> int:
        """How many trials there may be that have not ended: all that can run, and a few for workers to go on with."""
        if self._slots == 1:
            return 2  # always the same, so that each suggestion knows the same of those before it
        if not self._told:
            return self._slots + self._slots // 2
        mean = self._seconds / len(self._told)
        ahead = math.ceil(self._slots * _SHORT / mean) if mean > 0 else 4 * self._slots
        return self._slots + min(max(ahead, 1 + self._slots // 8), 4 * self._slots)

    def view(self, rows: Sequence[Row]) -> SweepView:
        return self._space.view(rows)

    # what is told

    def report(self, index: int, reports: Sequence[Report]) -> bool:
        if index >= len(self._trials) or index in self._told:
            return False
        if index in self._hopeless:
            return True  # what it says after the decision changes nothing, so that a rebuilt study knows the same
        trial = self._trials[index]
        if trial is None:
            return False
        with _quiet():
            for report in reports:
                value = report.values.get(self._search.metric, report.values.get("value"))
                if value is None or report.step < 0:
                    continue
                trial.report(float(value), report.step)
                if trial.should_prune():
                    self._hopeless.add(index)
                    return True
        return False

    def tell(self, result: TaskResult) -> None:
        index = result.index
        if index >= len(self._trials):
            return
        if index in self._told:
            self._tell_again(result)
            return
        self._seconds += result.seconds
        value = self._judged(result)
        self._told[index] = value
        if (trial := self._trials[index]) is not None:
            from optuna.trial import TrialState

            pruned = result.kind is OutcomeKind.PRUNED
            state = TrialState.PRUNED if pruned else TrialState.FAIL if value is None else TrialState.COMPLETE
            with _quiet():
                self.study.tell(trial, value, state=state)
        self._look()

    def _tell_again(self, result: TaskResult) -> None:
        """A trial that had failed was tried again, by hand: what it gives now is another trial of the study."""
        if self._told[result.index] is not None or result.kind is not OutcomeKind.SUCCEEDED:
            return
        value = self._judged(result)
        if value is None:
            return
        self._told[result.index] = value
        from optuna.trial import TrialState, create_trial

        if (known := self._trials[result.index]) is None:
            return
        again = create_trial(
            state=TrialState.COMPLETE, value=value, params=known.params, distributions=known.distributions
        )
        self.study.add_trial(again)

    def _judged(self, result: TaskResult) -> float | None:
        """The number that the trial gave; None if it failed or gave none."""
        if result.kind is OutcomeKind.PRUNED:
            self._failures.success()
            return None
        if result.kind is not OutcomeKind.SUCCEEDED:
            self._failures.failure(result)
            return None
        metric = self._search.metric
        try:
            value = number_of(result, metric)
        except NoNumberError as problem:
            if self.ended is None and all(known is None for known in self._told.values()):
                self.ended = Ended(str(problem), failed=True)
            self._failures.failure(result, str(problem))
            return None
        if math.isnan(value):
            self._failures.failure(result, f"task {result.index} gave {metric} = nan, which counts as failed")
            return None
        self._failures.success()
        return value

    def _look(self) -> None:
        if self.ended is not None:
            return
        if reason := self._failures.reason:
            self.ended = Ended(reason, failed=True)
        elif len(self._trials) >= self._limit and not self._pending:
            self.ended = Ended()


def _new_study(search: Search, seed: int) -> Study:
    try:
        import optuna
    except ImportError:
        raise UsageError('a search needs Optuna: pip install "cellburst[search]"') from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with _quiet():  # its name decides brackets of hyperband, so that it is the seed's
        return optuna.create_study(
            study_name=f"seed {seed}", direction=search.direction, pruner=make_pruner(search.pruner)
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna warns of what is experimental, and of steps that do not divide a range."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
