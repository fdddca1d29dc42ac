"""The list of runs, and one of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import msgspec
import pytest

from cellburst.model.blob import Packed
from cellburst.model.events import RunClosed, RunDeleted, RunSubmitted, TasksAdded, TasksEnded
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.payload import Payload
from cellburst.model.run import RunOptions
from cellburst.model.search import Dimension, Search, Until
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.paths import Folders
from cellburst.server import rows
from cellburst.server.schemas.runs import RunDetail, RunsAnswer
from cellburst.server.service import Service
from tests.server.library import OTHER_ENV, RUN, elsewhere, get, keep, open_store, refused, some_run
from tests.unit.store.builders import T0, make_result, make_run, run_id

HOSTILE_IDS = (
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e",
    "0000001-abcd%00",
    "0000001-abcd%0a",
    "0000001-ABCD",
    "0000001-abcde",
    "\u0660\u0660\u0660\u0660\u0660\u0660\u0661-abcd",
    "last",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "x" * 5000,
)


async def test_no_store_means_no_runs(jp_fetch: Any, service: Service) -> None:
    answer = await get(jp_fetch, "runs")
    assert (answer["runs"], answer["next"], answer["troubles"]) == ([], "", [])


async def test_a_run_is_told_as_the_table_of_runs_needs_it(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    answer = await get(jp_fetch, "runs")
    msgspec.convert(answer, RunsAnswer)
    (run,) = answer["runs"]
    assert run["id"] == RUN
    assert run["code_line"] == "x + 1"
    some = {"queued": 1, "running": 1, "succeeded": 1, "failed": 1, "cancelled": 0, "unknown": 0, "pruned": 0}
    assert run["counts"] == some
    assert (run["state"], run["env"], run["kind"], run["single"]) == ("running", folders.env, "grid", False)
    assert run["eta"] == pytest.approx(answer["at"] - (T0 + 1), rel=0.01)  # as much again as there was


async def test_runs_of_every_environment_come_newest_first_page_by_page(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *(RunSubmitted(make_run(number)) for number in range(1, 12, 2)))
    keep(elsewhere(folders), *(RunSubmitted(make_run(number)) for number in range(2, 12, 2)))
    seen: list[str] = []
    answer: dict[str, Any] = {"next": ""}
    pages = 0
    while pages == 0 or answer["next"]:
        answer = await get(jp_fetch, "runs", limit="4", before=answer["next"])
        seen += [run["id"] for run in answer["runs"]]
        pages += 1
    assert seen == [run_id(number) for number in range(11, 0, -1)]
    assert pages == 3
    assert {run["env"] for run in answer["runs"]} == {folders.env, OTHER_ENV}


async def test_a_page_begins_where_the_last_one_ended_though_its_last_run_is_gone(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *(RunSubmitted(make_run(number)) for number in range(1, 5)))
    first = await get(jp_fetch, "runs", limit="2")
    keep(folders, RunDeleted(first["runs"][-1]["id"], T0))
    second = await get(jp_fetch, "runs", limit="2", before=first["next"])
    assert [run["id"] for run in second["runs"]] == [run_id(2), run_id(1)]
    assert second["next"] == ""


async def test_the_list_is_filtered_by_state_target_and_text(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run(1, name="Alpha", target="far")[1], *some_run(2)[1], RunSubmitted(make_run(3)))

    async def ids(**query: str) -> list[str]:
        return [run["id"] for run in (await get(jp_fetch, "runs", **query))["runs"]]

    assert await ids(state="running") == [run_id(2), run_id(1)]
    assert await ids(state="queued,failed") == [run_id(3)]
    assert await ids(target="far") == [run_id(1)]
    assert await ids(text="ALPHA") == [run_id(1)]
    assert await ids(text="alpha", state="queued") == []
    assert await ids(text="%") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "many"},
        {"limit": "1e3"},
        {"state": "done"},
        {"state": "x" * 9000},
        {"before": "yesterday"},
        {"before": "7ff8000000000000.0000001-abcd"},
        {"before": "41d954fc40000000.0000001-abcd\n"},
        {"text": "x" * 201},
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_sentence(
    query: dict[str, str], jp_fetch: Any, service: Service
) -> None:
    status, error = await refused(jp_fetch, "runs", **query)
    assert status == 400
    assert error["type"] == "UsageError"
    assert next(iter(query)) in error["message"]
    assert len(error["message"]) <= 300


async def test_other_parameters_are_left_alone(jp_fetch: Any, service: Service) -> None:
    """The server's token and a browser's cache buster come that way."""
    answer = await get(jp_fetch, "runs", **{"1699999999999": "", "no_track_activity": "1"})
    assert answer["runs"] == []


async def test_a_run_is_told_with_what_was_submitted(jp_fetch: Any, service: Service, folders: Folders) -> None:
    manifest = Manifest((InputEntry("data", "ndarray", 800, "value"), InputEntry("np", "module", None, "import")))
    payload = Payload("cell", Packed(b"\x80\x05inputs"), cwd="/data/notes", env={"SECRET": "hunter2"})
    keep(folders, *some_run(manifest=manifest, payload=payload)[1])
    answer = await get(jp_fetch, "runs", RUN)
    msgspec.convert(answer, RunDetail)
    assert answer["code"] == "# cell 1\nx + 1"
    assert [entry["name"] for entry in answer["manifest"]] == ["data", "np"]
    assert answer["sent"] == 800
    assert answer["options"]["seed"] == 7
    assert answer["origin"]["notebook"] == "study.ipynb"
    assert answer["sweep"] == {"kind": "grid", "names": ["x"], "count": 4}
    assert answer["folder"] == "/data/notes"
    assert answer["error"] is None
    assert "hunter2" not in str(answer)


async def test_a_run_that_searches_is_told_with_how(jp_fetch: Any, service: Service, folders: Folders) -> None:
    space = (Dimension("lr", "float", 1e-5, 0.1, log=True), Dimension("depth", "int", 1, 9))
    search = Search("tpe", 200, "loss", "minimize", space, "asha")
    run = make_run(1, sweep=SweepView("search", 0), open=True, options=RunOptions(search=search))
    keep(folders, RunSubmitted(run))
    answer = await get(jp_fetch, "runs", RUN)
    msgspec.convert(answer, RunDetail)
    assert answer["sweep"] == {"kind": "search", "names": ["lr", "depth"], "count": 0}
    assert (answer["open"], answer["kind"]) == (True, "search")
    how = {"sampler": "tpe", "pruner": "asha", "direction": "minimize", "condition": ""}
    assert answer["search"] == {"kind": "search", "metric": "loss", "most": 200, **how}
    part = SweepPart(0, SweepView("table", 2, columns=("lr", "note"), rows=((0.01, "a"), (0.1, "b"))))
    keep(folders, TasksAdded(RUN, part, T0), RunClosed(RUN, T0))
    answer = await get(jp_fetch, "runs", RUN)
    assert answer["sweep"] == {"kind": "search", "names": ["lr", "depth", "note"], "count": 2}
    assert answer["open"] is False
    tasks = (await get(jp_fetch, "runs", RUN, "tasks", sort="param:lr", order="desc"))["tasks"]
    assert [task["params"] for task in tasks] == [{"lr": 0.1, "note": "b"}, {"lr": 0.01, "note": "a"}]


async def test_a_run_until_enough_is_known(jp_fetch: Any, service: Service, folders: Folders) -> None:
    options = RunOptions(search=Until("stderr < 0.01", 500, "price"), cache="use")
    keep(folders, RunSubmitted(make_run(1, sweep=SweepView("copies", 8), open=True, options=options)))
    answer = await get(jp_fetch, "runs", RUN)
    msgspec.convert(answer, RunDetail)
    how = {"sampler": "", "pruner": "", "direction": "", "condition": "stderr < 0.01"}
    assert answer["search"] == {"kind": "until", "metric": "price", "most": 500, **how}
    assert answer["options"]["cache"] == "use"


async def test_how_many_results_were_taken_over(jp_fetch: Any, service: Service, folders: Folders) -> None:
    run = make_run(1, 9, options=RunOptions(cache="use"))
    taken = [make_result(index, attempt=0, cached=f"{run_id(2)}/{index}", worker="") for index in (1, 4, 5)]
    keep(folders, RunSubmitted(run), TasksEnded(RUN, (*taken, make_result(0), make_result(7)), T0))
    assert (await get(jp_fetch, "runs", RUN))["cached"] == 3
    more = tuple(make_result(index) for index in (2, 3, 6, 8))
    keep(folders, TasksEnded(RUN, more, T0))
    assert (await get(jp_fetch, "runs", RUN))["cached"] == 3


async def test_a_damaged_record_is_said_in_its_place(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    with closing(sqlite3.connect(folders.store)) as vandal:
        vandal.execute("UPDATE submissions SET body = x'c1c1'")
        vandal.commit()
    (folders.store.with_suffix(".runs") / RUN).unlink()  # the record beside it would do
    answer = await get(jp_fetch, "runs", RUN)
    assert answer["error"]["type"] == "DamagedBlobError"
    assert answer["code"] == "# cell 1\nx + 1"
    assert answer["options"] is None
    (run,) = (await get(jp_fetch, "runs"))["runs"]
    assert (run["kind"], run["single"]) == ("", False)
    tasks = await get(jp_fetch, "runs", RUN, "tasks")
    assert [task["state"] for task in tasks["tasks"]] == ["succeeded", "failed", "running", "queued"]


@pytest.mark.parametrize("run", HOSTILE_IDS)
@pytest.mark.parametrize("rest", [(), ("states",), ("tasks",), ("tasks", "0"), ("tasks", "0", "log"), ("timeline",)])
async def test_what_is_no_id_is_refused(
    run: str, rest: tuple[str, ...], jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run()[1])
    status, error = await refused(jp_fetch, "runs", run, *rest)
    assert status in (400, 404)
    assert "<script>" not in error["message"] or error["message"].startswith("'<script>")
    assert len(error["message"]) < 200


async def test_an_id_that_nothing_has_is_not_found(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    status, error = await refused(jp_fetch, "runs", run_id(9))
    assert (status, error["type"]) == (404, "UnknownRunError")


async def test_an_address_of_nothing_is_refused_in_the_same_shape(jp_fetch: Any, service: Service) -> None:
    for path in (("nothing",), ("runs", RUN, "nothing"), ("runs", RUN, "tasks", "0", "nothing")):
        status, error = await refused(jp_fetch, *path)
        assert (status, error["type"]) == (404, "NotFound")


async def test_hostile_names_are_data_and_nothing_else(jp_fetch: Any, service: Service, folders: Folders) -> None:
    name = "<img src=x onerror=alert(1)>\x00\x1b[31m\u202e';DROP TABLE runs;--"
    sweep = SweepView("table", 1, (), ("</script>",), (("<script>alert(1)</script>",),))
    keep(folders, RunSubmitted(make_run(1, name=name, code="%%remote\n\n</pre><script>", sweep=sweep)))
    answer = await jp_fetch("cellburst", "api", "v1", "runs")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    (run,) = msgspec.json.decode(answer.body)["runs"]
    assert run["name"] == name
    assert run["code_line"] == "</pre><script>"
    assert (await get(jp_fetch, "runs", text="DROP TABLE"))["runs"]
    tasks = (await get(jp_fetch, "runs", RUN, "tasks"))["tasks"]
    assert tasks[0]["params"] == {"</script>": "<script>alert(1)</script>"}


async def test_a_run_that_goes_between_two_requests(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    await get(jp_fetch, "runs", RUN)
    keep(folders, RunDeleted(RUN, T0 + 9))
    assert (await refused(jp_fetch, "runs", RUN))[0] == 404


async def test_the_answer_is_new_while_a_controller_writes(jp_fetch: Any, service: Service, folders: Folders) -> None:
    store = open_store(folders)
    try:
        for number in range(1, 4):
            store.commit([RunSubmitted(make_run(number))])
            assert len((await get(jp_fetch, "runs"))["runs"]) == number
    finally:
        store.close()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("%%remote local\n# fit\nimport time\nfrom x import y\n  time.sleep(1)\n", "time.sleep(1)"),
        ("import time\nfrom x import y", "import time"),
        ("%%remote local\n", ""),
        ("important = 1", "important = 1"),
    ],
)
def test_a_run_is_called_after_its_first_telling_line(code: str, line: str) -> None:
    assert rows.code_line(code) == line
