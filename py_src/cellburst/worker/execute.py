"""One task, from its start to its result."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from msgspec.structs import replace

from cellburst.abc import BlobStore
from cellburst.library_state.pyplot import SHOWN, unannounced
from cellburst.library_state.surroundings import SUBMODULES
from cellburst.model.blob import Packed
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.payload.collecting import uncollected
from cellburst.payload.delta import pack_delta
from cellburst.payload.silence import no_warnings
from cellburst.settings import Settings
from cellburst.wire.board import Board, Stage
from cellburst.worker import cstreams
from cellburst.worker.attempt import Attempt
from cellburst.worker.begun_imports import BegunImports
from cellburst.worker.children import end_children
from cellburst.worker.display import result_record, shows
from cellburst.worker.drawn import shown_before_drawing
from cellburst.worker.failure import begin_at, describe, describe_text, is_pruning, was_interrupted
from cellburst.worker.folders import TaskFolders
from cellburst.worker.interrupt import UserCode, interruptible
from cellburst.worker.leaving import Left, complete_metrics, joined, take_files
from cellburst.worker.loaded import LoadedRun
from cellburst.worker.memory import forget_peak, peak_rss
from cellburst.worker.notices import notices
from cellburst.worker.outbox import Outbox
from cellburst.worker.places import ModulePlaces
from cellburst.worker.returning import Packer, Returned, attempt, return_named, return_value
from cellburst.worker.shell import ShellHost
from cellburst.worker.stale_modules import LocalModules
from cellburst.worker.states import LibraryStates
from cellburst.worker.streams import write_raw
from cellburst.worker.submodules import imported_by
from cellburst.worker.summary import Summary, summarise, summarise_named
from cellburst.worker.surroundings import Surroundings
from cellburst.worker.task import task
from cellburst.worker.text import text_of
from cellburst.worker.variables import TaskVariables
from cellburst.worker.wakeup import keep_following

_EXECUTING, _RETURNING = int(Stage.EXECUTING), int(Stage.RETURNING)  # quicker to write than members of an enumeration
_NOT_TINY = 0.002  # seconds: in less, looking at the state of libraries is left for the end of the group
_SHORT = 0.0003  # seconds: in less, a task neither starts a process nor fills much memory
_NOTHING_LEFT = Left()


@dataclass
class Desk:
    """What a worker works with."""

    outbox: Outbox
    board: Board
    blobs: BlobStore
    settings: Settings
    shell: ShellHost
    surroundings: Surroundings
    states: LibraryStates
    folders: TaskFolders
    variables: TaskVariables
    modules: LocalModules = field(default_factory=LocalModules)
    places: ModulePlaces = field(default_factory=ModulePlaces)
    peak: int = 0
    peak_is_old: bool = True
    shown: Any = None
    """How the value of a cell looked before its figures were drawn, if that matters."""

    def __post_init__(self) -> None:
        """What a task says goes to the outbox, and what it is told comes from the board."""
        self.progress, self.report, self.pruned = self.outbox.progress, self.outbox.report, self.board.pruned
        self.output, self.checkpoint = self.folders.output, self.folders.checkpoint
        self.noticed, self.listen, self.heard = self.board.noticed, self.board.listen, self.board.heard
        self.imports = BegunImports(self.outbox.importing, self._is_as_before)

    def _is_as_before(self) -> bool:
        """Whether the kernel would import what the running cell imports."""
        return self.surroundings.are_as_before() and not self.places.may_change()

    def logs(self) -> bool:
        """Whether what is logged here stays with the task: not in a child that the task forked."""
        return not self.outbox.forked


def run_task(
    run: LoadedRun, index: int, generation: int, attempt_number: int, given: Packed, desk: Desk
) -> Generator[UserCode, None, TaskResult]:
    """Execute one task in surroundings that are those of its run, and leave them so.

    The user's code is yielded, to be called with as little as possible below it on the stack.
    """
    wall, start = time.time(), time.monotonic()
    if desk.peak_is_old:
        forget_peak()
    desk.folders.task = (run.id, index, generation, attempt_number)
    desk.variables.wanted = not run.single
    desk.outbox.begin(run.id, index, generation, attempt_number, start, live=run.single)
    task.begin(run.id, index, run.count, attempt_number, run.seed, desk, run.payload.objective)
    if run.payload.needs_shell:
        desk.shell.load_quietly()  # here, where no interrupt can leave half of it
    tried = Attempt(run, index, given, desk.blobs, desk.board, desk.states, desk.places, desk.shell)
    desk.shell.begin(tried.module, run.payload.source, single=run.single)
    user_code = UserCode(tried.prepare, tried.execute)
    desk.imports.listening = run.single and run.payload.kind == "cell"
    yield user_code
    desk.imports.listening = False
    error = user_code.take()
    notices.clear()
    seconds = time.monotonic() - start
    if error is not None:
        begin_at(error, run.payload.filename)
    if desk.outbox.forked:
        _end_child(error)
    _show(run, tried, error, desk)
    wrong = _complete_metrics(run, tried, error, desk) if desk.folders.used or run.payload.objective else ""
    desk.board.reach(_RETURNING)
    kind, info, returned, summary = _conclude(run, tried, error, desk)
    desk.variables.wanted = False
    desk.board.reach(_EXECUTING)  # again: what is forgotten may have finalisers
    if seconds > _SHORT or desk.peak_is_old:
        desk.peak, desk.peak_is_old = peak_rss(), seconds > _SHORT
    error = None
    tried.forget()
    desk.places.restore()
    clear_up(run, seconds, desk)
    # now: its processes have ended, in the order that their owners wanted
    left = take_files(desk.folders, desk.blobs, desk.settings) if desk.folders.used else _NOTHING_LEFT
    result = TaskResult(
        index, generation, attempt_number, kind, wall, seconds, desk.peak, returned.packed, summary, info,
        returned.note, task.metrics, desk.outbox.end(),
        params=tried.shown,
    )  # fmt: skip
    if left is _NOTHING_LEFT and not wrong and run.payload.keys is None:
        return result
    return replace(result, note=joined(result.note, wrong, left.note), files=left.files, key=run.key(index))


def _complete_metrics(run: LoadedRun, tried: Attempt, error: BaseException | None, desk: Desk) -> str:
    return complete_metrics(run, task, tried.value, tried.namespace, succeeded=error is None, folders=desk.folders)


def clear_up(run: LoadedRun, seconds: float, desk: Desk) -> None:
    """Undo what a task that took so long did to the process."""
    if seconds > _SHORT:
        cstreams.flush()
        keep_following()
        if not run.payload.keep_children:
            end_children()
    desk.surroundings.settle(thoroughly=seconds > _SHORT)
    if run.single:
        desk.states.release()
    elif seconds > _NOT_TINY:
        desk.states.settle()
    else:
        desk.states.glance()


_Conclusion = tuple[OutcomeKind, ErrorInfo | None, Returned, Summary]


def _conclude(run: LoadedRun, tried: Attempt, error: BaseException | None, desk: Desk) -> _Conclusion:
    """How it ended, and what goes back."""
    if error is not None and not tried.started and not isinstance(error, KeyboardInterrupt):
        why = tried.rejection(error)
        return OutcomeKind.REJECTED, describe_text("PayloadError", why), Returned(None, why), None
    packer = Packer(desk.blobs, desk.settings, tried.namespace)
    returned, summary = _return(run, tried, error, packer, desk)
    tried.pass_on()
    if error is None:
        return OutcomeKind.SUCCEEDED, None, returned, summary
    pruned = not run.single and is_pruning(error)
    if pruned:
        returned = Returned(None, text_of(error, 500))
    info = None if pruned else describe(error, packer, framed=run.single)
    cancelled = was_interrupted(error) if run.single else isinstance(error, KeyboardInterrupt)
    kind = OutcomeKind.PRUNED if pruned else OutcomeKind.CANCELLED if cancelled else OutcomeKind.FAILED
    with no_warnings():  # of what dies with its frames; a kernel keeps the last error
        error.__traceback__ = None  # it refers to our frames, and they to it
    return kind, info, returned, summary


def _return(
    run: LoadedRun, tried: Attempt, error: BaseException | None, packer: Packer, desk: Desk
) -> tuple[Returned, Summary]:
    if run.single and run.payload.kind == "cell":
        with uncollected():
            return _return_namespace(run, tried, error, desk), summarise(tried.value)
    if error is not None:
        return Returned(None), None
    if not run.payload.out:
        return return_value(tried.value, packer), summarise(tried.value)
    named, missing = tried.out(run.payload.out)
    returned = return_named(tried.value, named, packer)
    if missing:
        note = f"--out: the cell did not assign {', '.join(missing)}"
        returned = Returned(returned.packed, "; ".join(filter(None, (returned.note, note))))
    return returned, summarise_named(named) if tried.value is None else summarise(tried.value)


def _return_namespace(run: LoadedRun, tried: Attempt, error: BaseException | None, desk: Desk) -> Returned:
    """What a single cell assigned, changed and deleted, also if it failed on the way."""
    before = tried.before
    if before is None:
        return Returned(None)
    submodules = imported_by(run.code())
    left = {SUBMODULES: submodules} if submodules else {}  # at first: an import may set what a cell then changes
    left.update(desk.states.left())
    left.update(desk.surroundings.left())
    if desk.shown is not None:
        left[SHOWN] = desk.shown

    def pack() -> Packed:
        states = {**desk.places.show(tried.namespace), **left}  # what was imported comes before what refers to it
        result = tried.value, tried.has_value
        return pack_delta(before, tried.namespace, *result, desk.blobs, desk.settings, states, error=error)

    with tried.with_states(), unannounced():
        return attempt(pack, "variables not returned")


def _show(run: LoadedRun, tried: Attempt, error: BaseException | None, desk: Desk) -> None:
    """Figures, and how the value looks; then our names leave the task's variables."""
    value = tried.value if error is None and run.payload.collect == "value" else None
    returned = tried.value if error is None and run.single and tried.has_value else None
    desk.shown = None
    if desk.shell.waits_for_end or shows(value, desk.shell):
        failed = interruptible(lambda: _show_value(run, value, desk, returned))
        if failed is not None:
            desk.outbox.write("stderr", "".join(traceback.format_exception_only(type(failed), failed)))
    desk.shell.leave()


def _show_value(run: LoadedRun, value: Any, desk: Desk, returned: Any) -> None:
    if returned is not None:
        desk.shown = shown_before_drawing(returned, desk.shell)
    desk.shell.finish()
    if shows(value, desk.shell) and not (run.payload.kind == "cell" and run.code().quiet):
        record = result_record(value, desk.shell)
        if record is not None:
            desk.outbox.show(record)


def _end_child(error: BaseException | None) -> NoReturn:
    """A child that the task forked has come to the end of the task's code: it must not go on as a second worker."""
    if isinstance(error, SystemExit):
        os._exit(error.code if isinstance(error.code, int) else int(error.code is not None))
    if error is not None:
        write_raw(2, "".join(traceback.format_exception(type(error), error, error.__traceback__)))
    os._exit(int(error is not None))
