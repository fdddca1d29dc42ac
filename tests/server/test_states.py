"""The state of every task in one answer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cellburst.model.events import RunSubmitted, TasksEnded, TasksStarted
from cellburst.paths import Folders
from cellburst.server.service import Service
from cellburst.server.states import coded
from cellburst.store.browsing import SqliteBrowser
from tests.server.library import API, RUN, get, keep, open_store, some_run
from tests.unit.store.builders import T0, make_failure, make_result, make_run


def decoded(states: str) -> str:
    return re.sub(r"(\d+)(.)", lambda match: int(match[1]) * match[2], states)


@pytest.mark.parametrize("letters", ["", "s", "ss", "sfsfsf", "q" * 100_000, "s" * 12 + "f" + "r" * 101])
def test_the_code_is_never_longer_and_loses_nothing(letters: str) -> None:
    assert decoded(coded(letters)) == letters
    assert len(coded(letters)) <= len(letters)


async def test_every_task_has_its_letter(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    assert await get(jp_fetch, "runs", RUN, "states") == {"count": 4, "states": "sfrq"}


async def test_a_client_that_has_them_is_told_so_without_reading_them(
    jp_fetch: Any, service: Service, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = SqliteBrowser.states
    monkeypatch.setattr(SqliteBrowser, "states", lambda self, run: read.append(run) or real(self, run))
    store = open_store(folders)
    try:
        store.commit([RunSubmitted(make_run(1)), TasksStarted(RUN, (0,), 1, "w1", T0)])
        first = await jp_fetch(*API, "runs", RUN, "states")
        headers = {"If-None-Match": f'"other", {first.headers["ETag"]}'}
        again = await jp_fetch(*API, "runs", RUN, "states", headers=headers, raise_error=False)
        assert (again.code, again.body, read) == (304, b"", [RUN])
        store.commit([TasksEnded(RUN, (make_result(0),), T0 + 1)])
        changed = await jp_fetch(*API, "runs", RUN, "states", headers=headers, raise_error=False)
        assert changed.code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]
    finally:
        store.close()


async def test_a_hundred_thousand_tasks_are_one_small_answer(jp_fetch: Any, service: Service, folders: Folders) -> None:
    count = 100_000
    results = tuple((make_failure if i % 1000 == 7 else make_result)(i) for i in range(count - 10))
    keep(folders, RunSubmitted(make_run(1, count)), TasksEnded(RUN, results, T0))
    answer = await jp_fetch(*API, "runs", RUN, "states")
    assert len(answer.body) < 2000
    letters = decoded((await get(jp_fetch, "runs", RUN, "states"))["states"])
    assert len(letters) == count
    assert letters.count("f") == 100
    assert letters.endswith("s" + "q" * 10)
