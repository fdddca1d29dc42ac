"""``%remote``: look at runs and act on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cellburst.client.runs.finding import about_followed, attach, caught_up, summaries
from cellburst.display.bundles import view_of
from cellburst.display.card import card_bundle
from cellburst.display.formatting import counted
from cellburst.display.inputs import inputs_bundle
from cellburst.display.listing import runs_bundle
from cellburst.display.results import results_bundle
from cellburst.magics.grammar import Command, Parsed, nearest, parse
from cellburst.magics.line import MagicLine, Word
from cellburst.magics.logs import follow_logs, show_logs
from cellburst.magics.plainly import shown_plainly, warn
from cellburst.magics.syntax import COMMANDS
from cellburst.magics.waiting import collect, wait
from cellburst.model.run import ENDED
from cellburst.targets import known

_BOUND = {"p": "params", "const": "const", "when": "when"}
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
    if word.text in known()[0]:
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
    run, into = caught_up(attach(given["run"])), given.get("into", "")
    if said := about_followed(run):
        print(said)
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
    more = {name: given[name] for name in ("max_cost", "max_lifetime", "yes") if name in given}
    run.retry("failed" if given.get("failed") else "unfinished", **more)
    print(f"run {run.id} goes on; `%remote attach {run.id}` waits for it and collects")


def _add(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    before = run.count
    bound = {field: {names: value for names, value, _ in given.get(key, ())} for key, field in _BOUND.items()}
    same: dict[str, Any] = {name: given[name] for name in ("over", "zip", "sample", "sampler", "yes") if name in given}
    where = tuple(test for test, _ in given.get("where", ()))
    options: dict[str, Any] = {**same, **bound, "where": where}
    options = {name: value for name, value in options.items() if value not in ({}, ())}
    run.add(options.pop("params", None), copies=given.get("copies"), **options)
    added = run.count - before
    if added:
        print(f"run {run.id} has {counted(added, 'task')} more; `%remote attach {run.id}` waits for it and collects")
    else:
        print(f"run {run.id} has all of these points already")


def _continue(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"]).search_more(given.get("trials", 0), until=given.get("until", ""))
    print(f"run {run.id} goes on; `%remote attach {run.id}` waits for it and collects")


def _rerun(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    new = run.rerun(yes=given.get("yes", False))
    print(f"run {new.id} does all of {run.id} again; `%remote attach last` waits for it and collects")


def _explain(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    ended = f"run {run.id} has ended ({run.state.value}): " if run.state in ENDED else ""
    print(run.explain() or f"{ended}no task waits")


def _delete(shell: Any, given: dict[str, Any]) -> None:
    run = attach(given["run"])
    run.delete()
    print(f"run {run.id} is deleted")


def _targets(shell: Any, given: dict[str, Any]) -> None:
    from cellburst.display.targets import targets_bundle
    from cellburst.pool.capacity import usable_cores
    from cellburst.settings import Settings

    found, trouble = known()
    _publish(shell, targets_bundle(found.values(), Settings.load().workers or usable_cores()))
    if trouble:
        warn(trouble)


def _publish(shell: Any, bundle: dict[str, Any]) -> None:
    shell.display_pub.publish(bundle, {})


_ACTIONS: dict[str, Action] = {
    "runs": _runs,
    "show": _show,
    "wait": _wait,
    "attach": _attach,
    "logs": _logs,
    "cancel": _cancel,
    "add": _add,
    "retry": _retry,
    "continue": _continue,
    "rerun": _rerun,
    "explain": _explain,
    "delete": _delete,
    "targets": _targets,
}
