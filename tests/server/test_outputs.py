"""What a task printed: from any place on, as text, and in ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.model.events import RunSubmitted, TasksEnded, TasksRetried, TasksStarted
from cellburst.model.gaps import gap, is_gap
from cellburst.model.usage import UsageSample
from cellburst.paths import Folders
from cellburst.server import positions
from cellburst.server.ranges import wanted
from cellburst.server.service import Service
from cellburst.settings import Settings
from cellburst.store import sqlite
from cellburst.store.output_records import joined, weight
from cellburst.store.sqlite import SqliteStore
from tests.server.library import API, RUN, get, refused
from tests.unit.store.builders import T0, make_result, make_run, picture, text

SMALL = Settings(output_head=2000, output_tail=2000, output_inline=300)


@pytest.fixture
def store(folders: Folders) -> Iterator[SqliteStore]:
    folders.create()
    store = sqlite.open_store(folders, SMALL)
    store.commit([RunSubmitted(make_run(1)), TasksStarted(RUN, (0,), 1, "w1", T0)])
    yield store
    store.close()


async def outputs(jp_fetch: Any, **query: str) -> Any:
    return await get(jp_fetch, "runs", RUN, "tasks", "0", "outputs", **query)


def texts(answer: Any) -> str:
    return "".join(record.get("text", "<picture>") for record in answer["outputs"])


async def test_a_task_that_has_printed_nothing(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    for index in ("0", "1"):
        answer = await get(jp_fetch, "runs", RUN, "tasks", index, "outputs")
        assert (answer["outputs"], answer["dropped"], answer["more"]) == ([], 0, False)
        log = await jp_fetch(*API, "runs", RUN, "tasks", index, "log")
        assert (log.code, log.body) == (200, b"")


async def test_only_what_is_new_is_told(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    store.append_outputs(RUN, 0, 1, [text("one ")])
    first = await outputs(jp_fetch)
    assert texts(first) == "one "
    store.append_outputs(RUN, 0, 1, [text("zwölf "), picture(), text("three")])
    second = await outputs(jp_fetch, after=first["next"])
    assert texts(second) == "zwölf <picture>three"
    assert texts(await outputs(jp_fetch, after=second["next"])) == ""
    store.commit([TasksEnded(RUN, (make_result(0, outputs=(text(" four"),)),), T0 + 1)])
    assert texts(await outputs(jp_fetch, after=second["next"])) == " four"
    assert texts(await outputs(jp_fetch)) == "one zwölf <picture>three four"


async def test_a_new_attempt_begins_anew(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    store.append_outputs(RUN, 0, 1, [text("before")])
    first = await outputs(jp_fetch)
    store.commit([TasksEnded(RUN, (make_result(0),), T0 + 1), TasksRetried(RUN, (0,), T0 + 2)])
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0 + 3)])
    store.append_outputs(RUN, 0, 1, [text("again")])
    second = await outputs(jp_fetch, after=first["next"])
    assert texts(second) == "again"
    assert (first["generation"], second["generation"]) == (1, 2)


async def test_a_long_output_comes_in_parts_without_gap_or_repetition(
    jp_fetch: Any, service: Service, store: SqliteStore
) -> None:
    whole = "".join(f"line {number} ä\n" for number in range(150))
    store.append_outputs(RUN, 0, 1, [text(whole)])
    found, answer = "", await outputs(jp_fetch, limit="100")
    while True:
        found += texts(answer)
        if not answer["more"]:
            break
        assert 90 <= len(texts(answer).encode()) <= 100
        answer = await outputs(jp_fetch, after=answer["next"], limit="100")
    assert found == whole


async def test_the_end_of_a_long_output_is_asked_for_alone(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    store.append_outputs(RUN, 0, 1, [text("x" * 1000), text("the end")])
    answer = await outputs(jp_fetch, tail="3")
    assert texts(answer) == "end"
    assert texts(await outputs(jp_fetch, after=answer["next"])) == ""
    assert len(texts(await outputs(jp_fetch, tail="99999"))) == 1007


async def test_who_reads_slower_than_a_task_prints_is_told_what_is_missing(
    jp_fetch: Any, service: Service, store: SqliteStore
) -> None:
    printed = 0
    answer = await outputs(jp_fetch)
    told = missing = 0
    for turn in range(60):
        line = f"{turn:06d}" + "x" * 494
        store.append_outputs(RUN, 0, 1, [text(line)])
        printed += len(line)
        if turn % 17 == 16 or turn == 59:
            answer = await outputs(jp_fetch, after=answer["next"])
            kept = [record["text"] for record in answer["outputs"] if not record.get("dropped")]
            told += sum(map(len, kept))
            missing += answer["dropped"]
            assert "".join(kept).endswith(line)
    assert told + missing == printed
    assert missing > 0


@pytest.mark.parametrize("after", ["x", "1.1", "1.1.-5", "1.1.5\n", "1.1.9999999999999999", "../1.1.1"])
async def test_what_was_no_answer_is_refused(after: str, jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    assert (await refused(jp_fetch, "runs", RUN, "tasks", "0", "outputs", after=after))[0] == 400


async def test_the_log_is_a_file_that_can_do_nothing(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    hostile = "<script>alert(document.cookie)</script>\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07"
    store.append_outputs(RUN, 0, 1, [text(hostile)])
    answer = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log")
    assert answer.body.decode() == hostile
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{RUN}-task0.txt"'
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]


async def test_a_log_says_once_what_is_missing(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    for _ in range(30):
        store.append_outputs(RUN, 0, 1, [text("x" * 500)])
    answer = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log")
    assert answer.body.decode().count("bytes of output were not kept") == 1


@pytest.mark.parametrize(
    ("asked", "status", "body", "said"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)
async def test_a_range_of_the_log(
    asked: str, status: int, body: bytes, said: str | None, jp_fetch: Any, service: Service, store: SqliteStore
) -> None:
    store.append_outputs(RUN, 0, 1, [text("0123456789")])
    answer = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log", headers={"Range": asked})
    assert (answer.code, answer.body, answer.headers.get("Content-Range")) == (status, body, said)
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=11-12", "bytes=-0"])
async def test_a_range_that_is_not_there(asked: str, jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    store.append_outputs(RUN, 0, 1, [text("0123456789")])
    answer = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log", headers={"Range": asked}, raise_error=False)
    assert (answer.code, answer.headers["Content-Range"]) == (416, "bytes */10")
    assert b"RangeNotSatisfiable" in answer.body


async def test_a_range_of_a_log_that_has_grown_is_all_of_it(
    jp_fetch: Any, service: Service, store: SqliteStore
) -> None:
    store.append_outputs(RUN, 0, 1, [text("0123")])
    etag = (await jp_fetch(*API, "runs", RUN, "tasks", "0", "log")).headers["ETag"]
    headers = {"Range": "bytes=2-", "If-Range": etag}
    same = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log", headers=headers)
    assert (same.code, same.body) == (206, b"23")
    store.append_outputs(RUN, 0, 1, [text("4")])
    grown = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log", headers=headers)
    assert (grown.code, grown.body) == (200, b"01234")
    known = {"If-None-Match": grown.headers["ETag"]}
    again = await jp_fetch(*API, "runs", RUN, "tasks", "0", "log", headers=known, raise_error=False)
    assert (again.code, again.body) == (304, b"")


@given(st.integers(0, 50), st.text("bytes=-0123456789, ", max_size=16))
def test_a_range_is_always_within_what_there_is(size: int, header: str) -> None:
    span = wanted(header, size)
    if span is not None:
        assert 0 <= span.start <= span.stop <= size


RECORDS = st.lists(
    st.one_of(
        st.builds(lambda words, name: text(words, name), st.text(max_size=6), st.sampled_from(["stdout", "stderr"])),
        st.builds(picture, st.integers(0, 30)),
        st.builds(lambda words, lost: text(words, dropped=lost), st.text(max_size=6), st.integers(1, 40)),
        st.builds(gap, st.integers(1, 40)),
    ),
    max_size=8,
)


@given(RECORDS, st.integers(4, 40))
def test_parts_of_any_size_make_the_whole(records: list[dict[str, Any]], limit: int) -> None:
    records = joined(records)
    found: list[dict[str, Any]] = []
    place = dropped = parts = 0
    more = True
    while more:
        part = positions.piece(records, place, limit)
        assert part.end > place or not part.more
        found += part.records
        place, more = part.end, part.more
        dropped += part.dropped
        parts += 1
        assert parts < 1000
    assert place == positions.length(records)
    assert spoken(found) == spoken(records)
    assert dropped == sum(record.get("dropped", 0) for record in records)


@given(RECORDS, st.integers(0, 300))
def test_what_comes_after_a_place_does_not_depend_on_what_came_before(
    records: list[dict[str, Any]], start: int
) -> None:
    rest = positions.piece(records, start, 1 << 30)
    assert rest.end == positions.length(records)
    size = sum(record["dropped"] if is_gap(record) else weight(record) for record in rest.records)
    whole_pictures = [record for record in rest.records if record["output_type"] != "stream"]
    over = weight(whole_pictures[0]) if whole_pictures else 0
    cut_character = 3
    assert max(0, rest.end - start) - cut_character <= size <= max(0, rest.end - start) + over


def spoken(records: list[dict[str, Any]]) -> list[str]:
    """Texts and pictures in order, a text letter by letter."""
    found: list[str] = []
    for record in records:
        if is_gap(record):
            continue
        found += list(record["text"]) if record["output_type"] == "stream" else ["<picture>"]
    return found


async def test_what_a_task_used(jp_fetch: Any, service: Service, store: SqliteStore) -> None:
    where = ("runs", RUN, "tasks", "0", "usage")
    assert await get(jp_fetch, *where) == {"attempt": 1, "generation": 1, "samples": []}
    store.append_usage(RUN, 0, 1, [UsageSample(1.0, 0.5, 2048), UsageSample(2.0, 1.5, 4096, 0.25, 512)])
    assert (await get(jp_fetch, *where))["samples"] == [
        {"at": 1.0, "cpu": 0.5, "rss": 2048, "gpu": None, "gpu_memory": None},
        {"at": 2.0, "cpu": 1.5, "rss": 4096, "gpu": 0.25, "gpu_memory": 512},
    ]
    assert (await refused(jp_fetch, "runs", RUN, "tasks", "99", "usage"))[0] == 404
