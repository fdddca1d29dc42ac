from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cellburst.worker.outputs import WINDOW, OutputLog


def text_of(records: tuple[dict[str, Any], ...], name: str = "stdout") -> str:
    return "".join(record["text"] for record in records if record.get("name") == name)


def dropped_of(records: tuple[dict[str, Any], ...]) -> int:
    return sum(record.get("dropped", 0) for record in records)


def test_neighbouring_text_of_one_stream_is_one_record() -> None:
    log = OutputLog(1000)
    for name, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")):
        log.write(name, text)
    assert log.take() == (
        {"output_type": "stream", "name": "stdout", "text": "ab"},
        {"output_type": "stream", "name": "stderr", "text": "c"},
        {"output_type": "stream", "name": "stdout", "text": "d"},
    )
    assert log.take() == ()


def test_displays_keep_their_place() -> None:
    log = OutputLog(1000)
    shown = {"output_type": "display_data", "data": {}}
    log.write("stdout", "before")
    log.show(shown)
    log.write("stdout", "after")
    assert [record["output_type"] for record in log.take()] == ["stream", "display_data", "stream"]


def test_a_flood_keeps_the_head_and_the_newest_and_counts_the_rest() -> None:
    log = OutputLog(100)
    line = "0123456789" * 10 + "\n"
    for _ in range(5000):
        log.write("stdout", line)
    records = log.take()
    kept = text_of(records)
    assert kept.startswith((line * 5000)[:100])
    assert kept.endswith(line)
    assert len(kept) <= 100 + WINDOW
    assert len(kept) + dropped_of(records) == 5000 * len(line)


def test_one_enormous_line_is_cut() -> None:
    log = OutputLog(10)
    log.write("stdout", "x" * (5 << 20))
    records = log.take()
    assert len(text_of(records)) == 10 + WINDOW
    assert dropped_of(records) == (5 << 20) - 10 - WINDOW


def test_a_short_text_after_an_enormous_one_does_not_displace_its_end() -> None:
    log = OutputLog(10)
    log.write("stdout", "x" * (1 << 20) + "z")
    log.write("stdout", "\n")
    kept = text_of(log.take())
    assert kept.endswith("xz\n")
    assert len(kept) == 10 + WINDOW


def test_displays_are_not_dropped_in_a_flood() -> None:
    log = OutputLog(0)
    for index in range(5):
        log.show({"output_type": "display_data", "data": {"text/plain": str(index)}})
        log.write("stdout", "x" * WINDOW)
    records = log.take()
    assert [r["data"]["text/plain"] for r in records if r["output_type"] == "display_data"] == list("01234")


def test_what_cannot_be_encoded_is_replaced() -> None:
    log = OutputLog(100)
    log.write("stdout", "a\udc80b")
    assert text_of(log.take()) == "a?b"


PIECES = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text(max_size=40)), max_size=60)


@given(PIECES, st.integers(0, 200), st.integers(1, 20))
def test_no_byte_is_lost_without_being_counted(pieces: list[tuple[str, str]], head: int, every: int) -> None:
    log = OutputLog(head)
    records: list[dict[str, Any]] = []
    for number, (name, text) in enumerate(pieces):
        log.write(name, text)
        if number % every == 0:
            records += log.take()
    records += log.take()
    written = sum(len(text.encode(errors="replace")) for _, text in pieces)
    kept = sum(len(record["text"].encode()) for record in records)
    assert kept + dropped_of(tuple(records)) == written


@given(st.lists(st.integers(0, 3 * WINDOW), max_size=8), st.integers(0, WINDOW))
def test_what_is_kept_is_bounded(sizes: list[int], head: int) -> None:
    log = OutputLog(head)
    for size in sizes:
        log.write("stdout", "ä" * (size // 2))
    records = log.take()
    kept = len(text_of(records).encode())
    assert kept <= head + WINDOW
    assert kept + dropped_of(records) == sum(size // 2 * 2 for size in sizes)


def test_a_flush_is_kept_where_the_other_stream_holds_something_back() -> None:
    log = OutputLog(1000)
    log.write("stdout", "a")
    log.flush("stdout")
    log.write("stdout", "b")
    assert [record.get("flush") for record in log.take()] == [None]
    log.reset()
    log.write("stdout", "a")
    log.write("stderr", "b")
    log.flush("stderr")
    log.write("stdout", "c")
    assert [(record["name"], record["text"], record.get("flush")) for record in log.take()] == [
        ("stdout", "a", None),
        ("stderr", "b", None),
        ("stderr", "", True),
        ("stdout", "c", None),
    ]


def test_much_of_a_plain_cell_is_kept() -> None:
    log = OutputLog(10)
    log.live = True
    log.reset()
    log.write("stdout", "x" * 1_000_000)
    assert log.take() == ({"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000},)


def test_a_plain_cell_that_prints_for_ever_is_bounded() -> None:
    log = OutputLog(10)
    log.live = True
    log.reset()
    for _ in range(40):
        log.write("stdout", "x" * (1 << 20))
    records = log.take()
    kept = sum(len(record["text"]) for record in records)
    assert 32 << 20 <= kept < 34 << 20
    assert kept + sum(record.get("dropped", 0) for record in records) == 40 << 20
