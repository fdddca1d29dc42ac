"""Tasks: pages, orders, filters, and one of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cellburst.model.events import AttemptEnded, RunSubmitted, TasksEnded, TasksRetried
from cellburst.model.outcome import ErrorInfo, Frame, LossReason
from cellburst.model.sweep import Axis, SweepView
from cellburst.paths import Folders
from cellburst.server.schemas.tasks import TaskDetail, TasksAnswer
from cellburst.server.service import Service
from tests.server.library import RUN, get, keep, refused, some_run
from tests.unit.store.builders import T0, make_failure, make_result, make_run


async def indices(jp_fetch: Any, **query: str) -> list[int]:
    answer = await get(jp_fetch, "runs", RUN, "tasks", **query)
    msgspec.convert(answer, TasksAnswer)
    return [task["index"] for task in answer["tasks"]]


async def test_tasks_in_every_state(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    answer = await get(jp_fetch, "runs", RUN, "tasks")
    assert answer["total"] == 4
    done, failed, running, queued = answer["tasks"]
    assert (done["state"], done["params"], done["summary"], done["seconds"]) == ("succeeded", {"x": 0}, 0.0, 0.25)
    assert failed["error"] == {"ename": "ValueError", "evalue": "no such thing"}
    assert (running["state"], running["worker"], running["started"]) == ("running", "w2", T0 + 3)
    assert (queued["state"], queued["attempt"], queued["seconds"]) == ("queued", 0, None)


async def test_pages_orders_and_filters(jp_fetch: Any, service: Service, folders: Folders) -> None:
    results = tuple(make_result(i, seconds=(7 * i) % 5, metrics={"acc": -i}) for i in range(5))
    sweep = SweepView("table", 6, (), ("name", "size"), tuple((f"n{i % 2}", i) for i in range(6)))
    keep(folders, RunSubmitted(make_run(1, sweep=sweep)), TasksEnded(RUN, results, T0))
    assert await indices(jp_fetch, offset="2", limit="2") == [2, 3]
    assert await indices(jp_fetch, sort="seconds") == [0, 3, 1, 4, 2, 5]
    assert await indices(jp_fetch, sort="seconds", order="desc") == [2, 4, 1, 3, 0, 5]
    assert await indices(jp_fetch, sort="metric:acc") == [4, 3, 2, 1, 0, 5]
    assert await indices(jp_fetch, sort="param:name", order="desc") == [1, 3, 5, 0, 2, 4]
    assert await indices(jp_fetch, sort="value", order="desc") == [4, 3, 2, 1, 0, 5]
    assert await indices(jp_fetch, state="queued") == [5]
    assert await indices(jp_fetch, text="N1") == [1, 3, 5]
    assert await indices(jp_fetch, text="N1", state="succeeded") == [1, 3]
    assert await indices(jp_fetch, offset="6") == []


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "seconds;DROP TABLE runs"},
        {"sort": "param:"},
        {"sort": "seconds:x"},
        {"order": "up"},
        {"offset": "-1"},
        {"offset": "99999999999999999999"},
        {"limit": "2001"},
        {"state": "lost"},
        {"text": "x" * 201},
    ],
)
async def test_what_makes_no_sense_is_refused(
    query: dict[str, str], jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run()[1])
    assert (await refused(jp_fetch, "runs", RUN, "tasks", **query))[0] == 400


async def test_a_text_that_is_not_utf8_is_refused(
    http_server_client: Any, jp_auth_header: Any, jp_base_url: str, service: Service
) -> None:
    answer = await http_server_client.fetch(
        f"{jp_base_url}cellburst/api/v1/runs?text=%ff%fe", headers=jp_auth_header, raise_error=False
    )
    assert (answer.code, msgspec.json.decode(answer.body)["error"]["type"]) == (400, "UsageError")


@pytest.mark.parametrize("text", ["'", '"', "%", "_", "\\", "\x00", "‮", "[", "</script>", "📈", "a' OR 'a'='a"])
async def test_hostile_texts_are_only_looked_for(text: str, jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    assert await indices(jp_fetch, text=text) == []
    assert (await get(jp_fetch, "runs", text=text))["runs"] == []


async def test_numbers_stay_exact_or_become_texts(jp_fetch: Any, service: Service, folders: Folders) -> None:
    sweep = SweepView("grid", 3, (Axis("seed", (1 << 53, (1 << 53) + 1, -(1 << 62))),))
    metrics = {"nan": float("nan"), "inf": float("inf"), "big": 1 << 60}
    keep(folders, RunSubmitted(make_run(1, sweep=sweep)), TasksEnded(RUN, (make_result(0, metrics=metrics),), T0))
    tasks = (await get(jp_fetch, "runs", RUN, "tasks"))["tasks"]
    assert [task["params"]["seed"] for task in tasks] == [1 << 53, str((1 << 53) + 1), str(-(1 << 62))]
    assert tasks[0]["metrics"] == {"nan": None, "inf": None, "big": str(1 << 60)}


async def test_what_json_has_not_does_not_break_a_page(jp_fetch: Any, service: Service, folders: Folders) -> None:
    odd = {"ext": msgspec.msgpack.Ext(5, b"x"), "bytes": b"\xff", "text": "\u2028</script>"}
    keep(folders, RunSubmitted(make_run(1)), TasksEnded(RUN, (make_result(0, summary=odd),), T0))
    tasks = (await get(jp_fetch, "runs", RUN, "tasks"))["tasks"]
    assert tasks[0]["summary"] == {"ext": "<Ext>", "bytes": "/w==", "text": "\u2028</script>"}


async def test_a_task_is_told_with_its_traceback_and_every_attempt(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    frames = (Frame("<cell>", 3, "<module>"), Frame("/data/study.py", 12, "fit", "Model.fit"))
    error = ErrorInfo("ValueError", "long: and\nbroken", ("\x1b[31mTraceback\x1b[0m", "<b>ValueError</b>"), frames)
    lost = AttemptEnded(RUN, 1, 1, 1, "w1", LossReason.OUT_OF_MEMORY, "it needed too much memory", T0 + 1)
    keep(
        folders,
        RunSubmitted(make_run(1)),
        lost,
        TasksEnded(RUN, (make_failure(1, 1, 2, error=error),), T0 + 2),
    )
    answer = await get(jp_fetch, "runs", RUN, "tasks", "1")
    msgspec.convert(answer, TaskDetail)
    assert answer["error"] == {"ename": "ValueError", "evalue": "long: and\nbroken"}
    assert answer["traceback"] == ["\x1b[31mTraceback\x1b[0m", "<b>ValueError</b>"]
    assert answer["frames"][1] == {"filename": "/data/study.py", "line": 12, "name": "fit"}
    assert [(row["attempt"], row["outcome"]) for row in answer["attempts"]] == [(1, "lost"), (2, "failed")]
    assert answer["attempts"][0]["message"] == "it needed too much memory"


async def test_a_task_that_is_run_again_has_no_error_any_more(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run()[1], TasksRetried(RUN, (1,), T0 + 9))
    answer = await get(jp_fetch, "runs", RUN, "tasks", "1")
    assert (answer["state"], answer["generation"], answer["error"], answer["traceback"]) == ("queued", 2, None, [])
    assert [row["outcome"] for row in answer["attempts"]] == ["failed"]


@pytest.mark.parametrize("index", ["4", "999999999"])
async def test_a_task_that_there_is_not(index: str, jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    for rest in ((), ("outputs",), ("log",)):
        status, error = await refused(jp_fetch, "runs", RUN, "tasks", index, *rest)
        assert (status, error["type"]) == (404, "UnknownRunError")


@pytest.mark.parametrize("index", ["-1", "1.0", "1e3", "\u0661", "01x", "0 ", "9999999999", "NaN"])
async def test_what_is_no_index_is_refused(index: str, jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    for rest in ((), ("outputs",), ("log",)):
        assert (await refused(jp_fetch, "runs", RUN, "tasks", index, *rest))[0] == 400


@pytest.mark.parametrize("path", ["..%2F..%2Fetc%2Fpasswd", "0000001-abcd%0A", "0000001-abcd%00", "%FF%FE", "%2e%2e"])
async def test_escaped_ids_are_refused_as_they_are_meant(
    path: str, http_server_client: Any, jp_auth_header: Any, jp_base_url: str, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run()[1])
    for rest in ("", "/states", "/tasks/0", "/tasks/0/log"):
        answer = await http_server_client.fetch(
            f"{jp_base_url}cellburst/api/v1/runs/{path}{rest}", headers=jp_auth_header, raise_error=False
        )
        assert answer.code in (400, 404)
        assert answer.headers["Content-Type"] == "application/json"
        assert b"root:" not in answer.body
