"""Stores that are busy, damaged, newer, or gone: said in the answer, and never in the way of the others."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from cellburst.errors import StoreError, UnknownRunError
from cellburst.model.events import RunSubmitted
from cellburst.paths import Folders
from cellburst.server.service import Service
from cellburst.server.stores import Stores
from tests.server.library import OTHER_ENV, RUN, elsewhere, get, keep, refused, some_run
from tests.unit.store.builders import make_run, run_id

OTHER = run_id(2)


def damage(folders: Folders) -> None:
    folders.store.write_bytes(b"this is no database" * 1000)


def damage_inside(folders: Folders) -> None:
    data = bytearray(folders.store.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    folders.store.write_bytes(bytes(data))


def make_newer(folders: Folders) -> None:
    with closing(sqlite3.connect(folders.store)) as db:
        db.execute("PRAGMA user_version = 9000")


def empty(folders: Folders) -> None:
    folders.store.write_bytes(b"")


def make_a_folder(folders: Folders) -> None:
    folders.store.unlink()
    folders.store.mkdir()


TROUBLES: dict[str, tuple[Callable[[Folders], None], str]] = {
    "damaged": (damage, "damaged"),
    "damaged inside": (damage_inside, "damaged"),
    "newer": (make_newer, "newer cellburst"),
    "empty": (empty, "not a run store yet"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_one_store_in_trouble_does_not_hide_the_others(
    trouble: str, jp_fetch: Any, service: Service, folders: Folders
) -> None:
    spoil, said = TROUBLES[trouble]
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1])
    spoil(elsewhere(folders))
    answer = await get(jp_fetch, "runs")
    assert [run["id"] for run in answer["runs"]] == [RUN]
    (told,) = answer["troubles"]
    assert told["env"] == OTHER_ENV
    assert said in told["error"]["message"]
    status = await get(jp_fetch, "status")
    assert {store["env"]: bool(store["error"]) for store in status["stores"]} == {folders.env: False, OTHER_ENV: True}
    assert status["counts"]["runs"] == 1
    assert (await get(jp_fetch, "runs", RUN))["id"] == RUN
    code, error = await refused(jp_fetch, "runs", OTHER)
    assert (code, error["type"]) == (503, "StoreError")
    assert said in error["message"]


async def test_what_is_no_file_is_no_store(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1])
    make_a_folder(elsewhere(folders))
    answer = await get(jp_fetch, "runs")
    assert ([run["id"] for run in answer["runs"]], answer["troubles"]) == ([RUN], [])


@pytest.mark.parametrize("name", ["copy of 0123456789ab", 'x"\r\nSet-Cookie: a=b', "0123456789ab.old", "0123456789AB"])
async def test_what_is_not_named_as_a_store_is_left_alone(
    name: str, jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1])
    elsewhere(folders).store.rename(folders.stores / f"{name}.db")
    answer = await get(jp_fetch, "runs")
    assert ([run["id"] for run in answer["runs"]], answer["troubles"]) == ([RUN], [])
    assert (await refused(jp_fetch, "runs", OTHER))[0] == 404


async def test_a_store_that_somebody_holds_is_said_to_be_busy(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1])
    with closing(sqlite3.connect(elsewhere(folders).store, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        answer = await get(jp_fetch, "runs")
        assert [run["id"] for run in answer["runs"]] == [RUN]
        assert answer["troubles"][0]["error"]["type"] == "StoreBusyError"
    answer = await get(jp_fetch, "runs")
    assert len(answer["runs"]) == 2
    assert answer["troubles"] == []


async def test_a_store_may_vanish_between_two_requests_and_come_back(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1])
    assert len((await get(jp_fetch, "runs"))["runs"]) == 2
    assert (await get(jp_fetch, "runs", OTHER))["env"] == OTHER_ENV
    shutil.rmtree(folders.stores)
    answer = await get(jp_fetch, "runs")
    assert (answer["runs"], answer["troubles"]) == ([], [])
    assert (await refused(jp_fetch, "runs", OTHER))[0] == 404
    assert (await get(jp_fetch, "status"))["stores"] == []
    keep(folders, RunSubmitted(make_run(3)))
    assert [run["id"] for run in (await get(jp_fetch, "runs"))["runs"]] == [run_id(3)]


async def test_a_store_that_was_rebuilt_is_opened_anew(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, RunSubmitted(make_run(1)))
    await get(jp_fetch, "runs")
    folders.store.rename(folders.store.with_suffix(".old"))
    keep(folders, RunSubmitted(make_run(2)))
    found = {run["id"] for run in (await get(jp_fetch, "runs"))["runs"]}
    assert OTHER in found


def test_a_store_that_goes_while_it_is_read_is_neither_found_nor_in_trouble(folders: Folders) -> None:
    keep(folders, *some_run()[1])
    stores = Stores(folders)

    def read(env: str, reader: Any) -> Any:
        folders.store.unlink()
        raise StoreError("gone")

    assert stores.each(read) == ([], [])
    stores.close()


def test_readers_are_lent_to_one_thread_each(folders: Folders) -> None:
    keep(folders, *some_run()[1])
    stores = Stores(folders)
    both = threading.Barrier(2)
    lent: list[int] = []

    def read() -> None:
        with stores.lent(folders.env) as reader:
            both.wait(10)
            lent.append(id(reader))
            both.wait(10)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(lent)) == 2
    with stores.lent(folders.env) as reader:
        assert id(reader) in lent
    stores.close()


def test_the_home_of_a_run_is_found_again_after_it_moved(folders: Folders) -> None:
    keep(folders, *some_run(1)[1])
    keep(elsewhere(folders), *some_run(2)[1])
    stores = Stores(folders)
    assert (stores.home(RUN), stores.home(OTHER)) == (folders.env, OTHER_ENV)
    shutil.move(elsewhere(folders).store, elsewhere(folders, "ba9876543210").store)
    assert stores.home(OTHER) == "ba9876543210"
    with pytest.raises(UnknownRunError):
        stores.home(run_id(3))
    stores.close()
