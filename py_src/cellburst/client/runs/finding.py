"""Finding runs again: by id, by the start of one, by "last"."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator

from cellburst.abc import RunReader
from cellburst.client.connecting.connection import Connection
from cellburst.client.connecting.discover import offline
from cellburst.client.runs.run import Run
from cellburst.errors import StoreError, UnknownRunError
from cellburst.model.run import RunSummary

_PREFIX = re.compile(r"[0-9a-z-]{1,12}")


def runs(limit: int = 100) -> list[Run]:
    """The newest runs of every environment of this user, newest first."""
    return [Run(summary.id, connection) for summary, connection in _newest(limit)]


def summaries(limit: int = 100) -> list[RunSummary]:
    """The same as rows of a list."""
    return [summary for summary, _ in _newest(limit)]


def attach(run: str = "last") -> Run:
    """The handle of a run, whoever submitted it: an id, the start of one, or "last".

    One that this computer does not know is looked for in the accounts of its targets, and followed from here.
    Raises UnknownRunError; TamperedError if what the account has of it is not its user's.
    """
    located = _locate(run)
    if located is None:
        from cellburst.client.machines import account

        connection = offline()
        found = account.collected(run, connection)
        if found is None:
            raise _unknown(run)
        located = found, connection
    return Run(*located)


def caught_up(run: Run) -> Run:
    """The run; with what has been added to it, or run again, where it was started, if that was elsewhere."""
    if run.record.elsewhere is not None:
        from cellburst.client.machines import account

        account.catch_up(run.record, run.connection)
        return Run(run.id, run.connection)
    return run


def about_followed(run: Run) -> str:
    """A sentence on a run that was started elsewhere; "" for all others."""
    if run.record.elsewhere is None:
        return ""
    theirs, ours = run.record.origin.python, platform.python_version()
    same = not theirs or theirs.split(".")[:2] == ours.split(".")[:2]
    rest = "" if same else f"; its values were made by Python {theirs} and open there, not in Python {ours}"
    return f"run {run.id} was started on another computer and is followed from here{rest}"


def resolve(run: str) -> str:
    """The whole id that an id, the start of one, or "last" means. Raises UnknownRunError."""
    located = _locate(run)
    if located is None:
        raise _unknown(run)
    return located[0]


def _unknown(run: str) -> UnknownRunError:
    return UnknownRunError(f"no run has an id that starts with {run!r}; `%remote runs` lists them")


def _locate(run: str) -> tuple[str, Connection] | None:
    """None if no store of this computer has such a run. Raises UnknownRunError for what can be no id, or several."""
    if run == "last":
        return _last()
    if not isinstance(run, str) or not _PREFIX.fullmatch(run):
        raise UnknownRunError(f"{str(run)[:40]!r} is not a run id; `%remote runs` lists them")
    found = {run_id: connection for connection, reader in reversed(list(_stores())) for run_id in reader.find(run)}
    if run in found:
        return run, found[run]
    if not found:
        return None
    if len(found) > 1:
        raise UnknownRunError(f"{run!r} could be {', '.join(sorted(found)[:5])}; give more of the id")
    return next(iter(found.items()))


def _last() -> tuple[str, Connection]:
    """The newest run of this environment, or else of any."""
    for connection, reader in _stores():
        if newest := reader.runs(limit=1):
            return newest[0].id, connection
    raise UnknownRunError("there is no run yet")


def _newest(limit: int) -> list[tuple[RunSummary, Connection]]:
    found = [(summary, connection) for connection, reader in _stores() for summary in reader.runs(limit=limit)]
    return sorted(found, key=lambda pair: (pair[0].submitted, pair[0].id), reverse=True)[:limit]


def _stores() -> Iterator[tuple[Connection, RunReader]]:
    """Every store that can be read, this environment's first; `cellburst doctor` names the others."""
    own = offline().folders
    environments = {path.stem for path in own.stores.glob("*.db")}
    for env in sorted(environments, key=lambda env: (env != own.env, env)):
        connection = offline(env=env)
        try:
            yield connection, connection.reader
        except StoreError:
            continue
