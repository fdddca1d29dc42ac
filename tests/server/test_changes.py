"""From a commit in a store to a listener on the server's event bus, and back after a lost connection."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from jupyter_events.schema import EventSchema

from cellburst.model.events import RunClosed, RunDeleted, RunStateChanged, RunSubmitted, TasksAdded, TasksEnded
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.paths import Folders
from cellburst.server.events import SCHEMA
from cellburst.server.journal import MOST_TOLD
from cellburst.server.schemas.changes import ChangeRow, RunsChanged
from cellburst.server.service import Service
from cellburst.server.watcher import LEASE
from cellburst.store.sqlite import SqliteStore
from tests.server.listening import CHANGES, Opened
from tests.unit.store.builders import T0, make_result, make_run, run_id


@pytest.fixture
def store(folders: Folders) -> Iterator[SqliteStore]:
    with SqliteStore(folders.store, folders.outputs, None) as store:
        yield store


async def test_a_commit_reaches_a_listener(page: Opened, store: SqliteStore) -> None:
    async with page() as one:
        first = (await one.changes(0))["sequence"]
        store.commit([RunSubmitted(make_run(1))])
        event = await one.event()
        assert (event["sequence"], event["resync"]) == (first + 1, False)
        counts = {"queued": 4, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "unknown": 0, "pruned": 0}
        (change,) = event["changes"]
        state = {"run": run_id(1), "state": "queued", "counts": counts, "ended": None}
        assert change == {**state, "count": 4, "open": False, "meter": None}
        store.commit([TasksEnded(run_id(1), (make_result(0),), T0)])
        assert (await one.event())["changes"][0]["counts"]["succeeded"] == 1
        store.commit([RunStateChanged(run_id(1), RunState.SUCCEEDED, T0 + 9)])
        change = (await one.event())["changes"][0]
        assert (change["state"], change["ended"]) == ("succeeded", T0 + 9)
        store.commit([RunDeleted(run_id(1), T0)])
        assert (await one.event())["changes"][0]["state"] == "deleted"


async def test_a_run_that_grows_is_told(page: Opened, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1, open=True))])
    async with page() as one:
        await one.changes(0)
        store.commit([TasksAdded(run_id(1), SweepPart(4, SweepView("copies", 2)), T0)])
        change = (await one.event())["changes"][0]
        assert (change["count"], change["counts"]["queued"], change["open"]) == (6, 6, True)
        store.commit([RunClosed(run_id(1), T0)])
        change = (await one.event())["changes"][0]
        assert (change["count"], change["open"]) == (6, False)


def test_the_schema_of_events_is_that_of_the_interface() -> None:
    schema = EventSchema(SCHEMA)._schema
    change = schema["properties"]["changes"]["items"]
    assert schema["required"] == list(schema["properties"]) == [*RunsChanged.__struct_fields__]
    assert [*change["properties"]] == [*ChangeRow.__struct_fields__]
    _, ours = msgspec.json.schema_components([ChangeRow])
    assert sorted(change["properties"]["state"]["enum"]) == ours["ChangeRow"]["properties"]["state"]["enum"]


async def test_events_have_no_content(page: Opened, store: SqliteStore) -> None:
    async with page() as one:
        await one.changes(0)
        store.commit([RunSubmitted(make_run(1, name="SECRET", code="SECRET", target="SECRET"))])
        assert "SECRET" not in json.dumps(await one.event())


async def test_what_was_missed_is_told_once(page: Opened, store: SqliteStore) -> None:
    async with page() as one:
        first = (await one.changes(0))["sequence"]
        for number in range(1, 4):
            store.commit([RunSubmitted(make_run(number))])
            await one.event()
    async with page() as one:
        missed = await one.changes(first + 1)
        assert (missed["sequence"], missed["resync"]) == (first + 3, False)
        assert sorted(change["run"] for change in missed["changes"]) == [run_id(2), run_id(3)]
        assert (await one.changes(missed["sequence"]))["changes"] == []


async def test_one_who_knows_no_number_reads_everything(page: Opened, store: SqliteStore) -> None:
    async with page() as one:
        assert (await one.changes(0))["resync"] is True
        assert (await one.changes(12345))["resync"] is True
        now = (await one.changes(0))["sequence"]
        assert (await one.changes(now + 1))["resync"] is True


async def test_very_many_changes_are_a_call_to_read_everything(page: Opened, store: SqliteStore) -> None:
    async with page() as one:
        await one.changes(0)
        store.commit([RunSubmitted(make_run(number)) for number in range(MOST_TOLD + 1)])
        event = await one.event()
        assert (event["changes"], event["resync"]) == ([], True)


async def test_nothing_looks_at_the_stores_before_somebody_listens(page: Opened, service: Service) -> None:
    """The page of another extension has the event bus open all the time, so that says nothing."""
    async with page() as one:
        assert not service.watcher.watching
        assert (await one.changes(0))["lease"] == LEASE
        assert service.watcher.watching


async def test_many_runs_of_many_tasks_do_not_flood(page: Opened, store: SqliteStore) -> None:
    """Ten commits a tenth of a second, as a sweep of short tasks makes them."""
    async with page() as one:
        await one.changes(0)
        store.commit([RunSubmitted(make_run(1, count=1000))])
        begin, events, done = time.monotonic(), 0, 0
        committing = asyncio.create_task(commit_many(store, 150))
        while done < 150:
            event = await one.event()
            events += 1
            done = event["changes"][0]["counts"]["succeeded"]
        await committing
        assert events <= 4 * (time.monotonic() - begin) + 2


async def commit_many(store: SqliteStore, count: int) -> None:
    for index in range(count):
        store.commit([TasksEnded(run_id(1), (make_result(index),), T0)])
        await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_each_commit_is_an_update_of_its_own_beside_a_thousand_runs(page: Opened, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(number, count=100)) for number in range(1000)])
    async with page() as one:
        await one.changes(0)
        for index in range(15):
            await asyncio.sleep(0.013 * index)  # at another moment between two looks each time
            store.commit([TasksEnded(run_id(1), (make_result(index),), T0)])
            event = await one.event()
            assert event["changes"][0]["counts"]["succeeded"] == index + 1


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "9" * 40, "\x00", "nan", "9007199254740992"])
async def test_a_number_that_is_none_is_refused(jp_fetch: Callable[..., Any], service: Service, since: str) -> None:
    answer = await jp_fetch(*CHANGES, params={"since": since}, raise_error=False)
    assert answer.code == 400
    assert json.loads(answer.body)["error"]["type"] == "UsageError"
