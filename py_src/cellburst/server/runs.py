"""Runs: the list over every store, and one of them."""

from __future__ import annotations

import re
import struct
from bisect import bisect_left
from heapq import nlargest

from cellburst.abc import RunBrowser
from cellburst.errors import DamagedBlobError, StoreError, UsageError
from cellburst.model.browsing import RunQuery, TaskQuery
from cellburst.model.run import Run
from cellburst.server import rows
from cellburst.server.refusals import body_of
from cellburst.server.schemas import runs as s
from cellburst.server.schemas.interface import ErrorBody
from cellburst.server.service import Service

_CURSOR = re.compile(r"([0-9a-f]{16})\.([0-9a-z]{7}-[0-9a-z]{4})")
_MOMENT = struct.Struct(">d")


def list_runs(service: Service, query: s.RunsQuery) -> s.RunsAnswer:
    """Runs of every store, newest first. Stores that cannot be read now are named in the answer."""
    now = service.clock()
    asked = RunQuery(
        limit=query.limit + 1,
        before=_place(query.before) if query.before else None,
        states=frozenset(query.state),
        target=query.target,
        text=query.text,
    )

    def read(env: str, reader: RunBrowser) -> list[s.RunRow]:
        found = reader.page(asked)
        gists = reader.gists(run.id for run in found)
        meters = reader.meters(run.id for run in found)
        return [rows.run_row(run, gists.get(run.id), env, now, meters.get(run.id)) for run in found]

    parts, troubles = service.stores.each(read)
    every = [run for part in parts for run in part]
    newest = nlargest(query.limit, every, key=lambda run: (run.submitted, run.id))
    more = len(every) > len(newest)
    return s.RunsAnswer(now, newest, _cursor(newest[-1]) if more else "", troubles)


def show_run(service: Service, run: str) -> s.RunDetail:
    """One run; what a damaged record does not tell is left out, and said. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (env, reader):
        summary = reader.summary(run)
        whole, error = _submitted(reader, run)
        takes = whole is not None and whole.options.cache == "use"
        meter = reader.meters([run]).get(run)
        cached = _taken_over(reader, run, summary.counts.succeeded) if takes else 0
    return rows.run_detail(summary, whole, error, env, service.clock(), cached, meter)


def _taken_over(reader: RunBrowser, run: str, succeeded: int) -> int:
    """How many tasks have the result of another one: they had no attempt, so they come first in that order."""

    def executed(place: int) -> bool:
        query = TaskQuery(offset=place, limit=1, sort="attempt", states=frozenset({"succeeded"}))
        tasks = reader.find_tasks(run, query).tasks
        return not tasks or not tasks[0].cached

    return bisect_left(range(succeeded), True, key=executed)


def _submitted(reader: RunBrowser, run: str) -> tuple[Run | None, ErrorBody | None]:
    try:
        return reader.run(run), None
    except (DamagedBlobError, StoreError) as error:
        return None, body_of(error)


def _cursor(run: s.RunRow) -> str:
    """The place behind a run, also when it is deleted before the next page is asked for."""
    return f"{_MOMENT.pack(run.submitted).hex()}.{run.id}"


def _place(cursor: str) -> tuple[float, str]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise UsageError("`before` is the `next` of the page before, and nothing else")
    (submitted,) = _MOMENT.unpack(bytes.fromhex(match[1]))
    if submitted != submitted:
        raise UsageError("`before` is the `next` of the page before, and nothing else")
    return submitted, match[2]
