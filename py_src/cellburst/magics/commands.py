"""``%remote``: look at runs and act on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cellburst.client.runs import attach, summaries
from cellburst.display.bundles import view_of
from cellburst.display.card import card_bundle
from cellburst.display.formatting import counted
from cellburst.display.inputs import inputs_bundle
from cellburst.display.listing import runs_bundle, table_bundle
from cellburst.display.results import results_bundle
from cellburst.magics.grammar import Command, Parsed, nearest, parse
from cellburst.magics.line import MagicLine, Word
from cellburst.magics.logs import follow_logs, show_logs
from cellburst.magics.plainly import shown_plainly
from cellburst.magics.syntax import COMMANDS
from cellburst.magics.waiting import collect, wait
from cellburst.model.run import ENDED
from cellburst.model.target import TARGETS

Action = Callable[[Any, dict[str, Any]], Any]


def run_command(shell: Any, text: str) -> Any:
    """Carry out a ``%remote`` line; the value of ``attach``, None for all others.

    Raises MagicLineError and other errors of ours, shown without a traceback.
    """
    with shown_plainly():
        command, parsed = read_command(text, shell.user_ns)
        return _ACTIONS[command](shell, parsed.values)


def read_command(text: str, namespace: dict[str, Any]) -> tuple[str, Parsed]:
    """The sub-command and its values. Raises MagicLineError that points at the place."""
    line = MagicLine("%remote ", text)
    words = line.words()
    if not words:
        raise line.error_at_end(f"%remote needs one of: {', '.join(COMMANDS)}")
    return words[0].text, parse(_command(line, words[0]), line, words[1:], namespace)


def _command(line: MagicLine, word: Word) -> Command:
    if word.text in COMMANDS:
        return COMMANDS[word.text]
    if word.text in TARGETS:
        raise line.error_at(f"a cell is run with two % signs: %%remote {word.text}", word)
    hint = nearest(word.text, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
    raise line.error_at(f"there is no %remote {word.text}{hint}", word)


def _runs(shell: Any, given: dict[str, Any]) -> None:
    _publish(shell, runs_bundle(summaries(given["limit"]), time.time()))


def _show(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    if given.get("inputs"):
        _publish(shell, inputs_bundle(run.manifest, run.record.sweep))
        return
    _publish(shell, card_bundle(view_of(run, time.time())))
    _publish(shell, results_bundle(run.results.rows()))


def _wait(shell: Any, given: dict[str, Any]) -> None:
    wait(shell, attach(given["run"]), output=False)


def _attach(shell: Any, given: dict[str, Any]) -> Any:
    run, into = attach(given["run"]), given.get("into", "")
    wait(shell, run, into=into)
    return collect(shell, run, into=into)


def _logs(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    if given.get("follow") and run.state not in ENDED:
        follow_logs(shell, run, given["task"])
    else:
        show_logs(shell, run, given["task"])


def _cancel(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    if run.state in ENDED:
        print(f"run {run.id} has ended already ({run.state.value})")
        return
    tasks = tuple(given["tasks"])
    run.cancel(tasks or None)
    what = f"{counted(len(tasks), 'task')} of run {run.id}" if tasks else f"run {run.id}"
    print(f"{what}: cancelling; what is finished is kept, `%remote retry {run.id}` runs the rest")


def _retry(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    run.retry("failed" if given.get("failed") else "unfinished")
    print(f"run {run.id} goes on; `%remote attach {run.id}` waits for it and collects")


def _rerun(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    print(f"run {run.rerun().id} does all of {run.id} again; `%remote attach last` waits for it and collects")


def _explain(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    ended = f"run {run.id} has ended ({run.state.value}): " if run.state in ENDED else ""
    print(run.explain() or f"{ended}no task waits")


def _delete(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    run.delete()
    print(f"run {run.id} is deleted")


def _targets(shell: Any, given: dict[str, Any]) -> None:
    from cellburst.pool.capacity import usable_cores
    from cellburst.settings import Settings

    workers = str(Settings.load().workers or usable_cores())
    _publish(
        shell, table_bundle(("target", "workers", "what"), [(name, workers, what) for name, what in TARGETS.items()])
    )


def _publish(shell: Any, bundle: dict[str, Any]) -> None:
    shell.display_pub.publish(bundle, {})


_ACTIONS: dict[str, Action] = {
    "runs": _runs,
    "show": _show,
    "wait": _wait,
    "attach": _attach,
    "logs": _logs,
    "cancel": _cancel,
    "retry": _retry,
    "rerun": _rerun,
    "explain": _explain,
    "delete": _delete,
    "targets": _targets,
}
