from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from cellburst.errors import UnknownRunError
from cellburst.model.gaps import gap
from cellburst.store import files
from cellburst.store.output_records import weight
from cellburst.store.outputs import Attempt, OutputFiles
from tests.unit.store.builders import picture, run_id, text

RUN = run_id(1)
TASK = Attempt(0, 1, 1)
HEAD, TAIL = 4000, 2000


@pytest.fixture
def outputs(tmp_path: Path) -> OutputFiles:
    return OutputFiles(tmp_path, HEAD, TAIL)


def kept(records: list[dict[str, Any]]) -> tuple[bytes, int, bytes]:
    """The text before the gap, the bytes in the gap, the text after it."""
    gaps = [place for place, record in enumerate(records) if record.get("dropped")]
    assert len(gaps) <= 1
    place = gaps[0] if gaps else len(records)
    before = "".join(record["text"] for record in records[:place]).encode()
    after = "".join(record["text"] for record in records[place + 1 :]).encode()
    return before, records[place]["dropped"] if gaps else 0, after


@pytest.mark.parametrize("size", [1, 7, 100, 1990, 2500, 9000])
@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("letter", ["a", "é", "☃"])
def test_both_ends_are_kept_and_every_byte_is_accounted_for(tmp_path: Path, size: int, count: int, letter: str) -> None:
    outputs, written = OutputFiles(tmp_path, HEAD, TAIL), b""
    for number in range(count):
        words = f"{number}:" + letter * size + "\n"
        written += words.encode()
        outputs.append(RUN, TASK, [text(words)])
        first, dropped, last = kept(outputs.read(RUN, TASK))
        assert written.startswith(first)
        assert written.endswith(last)
        assert len(first) + dropped + len(last) == len(written)
        assert sum(file.stat().st_size for file in (tmp_path / RUN).iterdir()) <= HEAD + 2 * TAIL + 100
    if len(written) > HEAD + 2 * TAIL:
        assert dropped > 0
        assert len(first) >= HEAD - 1000
        assert len(last) >= min(TAIL - 200, size)


def test_what_is_read_after_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    written = b""
    for number in range(200):
        words = f"{number} " + "x" * (number * 7 % 150) + "\n"
        written += words.encode()
        OutputFiles(tmp_path, HEAD, TAIL).append(RUN, TASK, [text(words)])
    first, dropped, last = kept(OutputFiles(tmp_path, HEAD, TAIL).read(RUN, TASK))
    assert len(first) + dropped + len(last) == len(written)
    assert written.startswith(first)
    assert written.endswith(last)
    assert dropped > 0


@pytest.mark.parametrize("part", ["head", "tail0", "tail1"])
@pytest.mark.parametrize("torn", [1, 3, 5])
def test_a_torn_record_is_cut_off(tmp_path: Path, part: str, torn: int) -> None:
    outputs = OutputFiles(tmp_path, HEAD, TAIL)
    for number in range(150):
        outputs.append(RUN, TASK, [text(f"line {number} " + "x" * 40)])
    before = outputs.read(RUN, TASK)
    path = tmp_path / RUN / f"0.1.{part}"
    with path.open("ab") as file:
        file.write(b"\x30\0\0\0xx"[:torn])
    assert outputs.read(RUN, TASK) == before
    again = OutputFiles(tmp_path, HEAD, TAIL)
    again.append(RUN, TASK, [text("more", "stderr")])
    assert again.read(RUN, TASK)[-1] == text("more", "stderr")
    assert again.read(RUN, TASK)[0] == before[0]


def test_text_of_many_megabytes_leaves_its_ends(outputs: OutputFiles) -> None:
    words = "a" * 100 + "b" * 20_000_000 + "c" * 100
    outputs.append(RUN, TASK, [text("before\n"), text(words)])
    first, dropped, last = kept(outputs.read(RUN, TASK))
    assert len(first) + dropped + len(last) == len("before\n" + words)
    assert first.startswith(b"before\naaa")
    assert last.endswith(b"ccc")


def test_a_text_longer_than_the_tail_replaces_what_came_before_it(tmp_path: Path) -> None:
    outputs = OutputFiles(tmp_path, HEAD, TAIL)
    total = 0
    for number in range(100):
        words = f"{number} " * 20
        total += len(words)
        outputs.append(RUN, TASK, [text(words)])
    outputs.append(RUN, TASK, [text("z" * 10_000)])
    first, dropped, last = kept(outputs.read(RUN, TASK))
    assert set(last) == {ord("z")}
    assert len(first) + dropped + len(last) == total + 10_000
    outputs.append(RUN, TASK, [text("tail")])
    assert kept(OutputFiles(tmp_path, HEAD, TAIL).read(RUN, TASK))[2].endswith(b"ztail")


def test_what_was_dropped_at_the_source_counts_too(outputs: OutputFiles) -> None:
    total = 0
    for number in range(100):
        words = f"{number}" + "y" * 200
        total += len(words) + 1000
        outputs.append(RUN, TASK, [text(words, dropped=1000)])
    records = outputs.read(RUN, TASK)
    gaps = [record for record in records if record == gap(record.get("dropped", 0))]
    assert len(gaps) == 1
    assert sum(map(weight, records)) - len(gaps[0]["text"]) == total


def test_a_picture_is_kept_whole_or_not_at_all(outputs: OutputFiles) -> None:
    large, late = picture(3 * HEAD), picture(3 * HEAD + 1)
    outputs.append(RUN, TASK, [text("a"), large, text("b"), late, text("c" * 5000)])
    records = outputs.read(RUN, TASK)
    assert records[:2] == [text("a"), large]
    assert late not in records
    assert [record for record in records if record.get("dropped", 0) >= weight(late)]


def test_order_is_kept_between_streams_and_pictures(outputs: OutputFiles) -> None:
    records = [text("1"), text("2", "stderr"), picture(), text("3"), text("4"), text("5", dropped=7), text("6")]
    outputs.append(RUN, TASK, records)
    expected = [text("1"), text("2", "stderr"), picture(), text("34"), text("5", dropped=7), text("6")]
    assert outputs.read(RUN, TASK) == expected


def test_what_came_with_the_outcome_is_written_once(outputs: OutputFiles) -> None:
    outputs.append(RUN, TASK, [text("streamed")])
    for _ in range(3):
        outputs.finish(RUN, TASK, [text("last", "stderr")])
    assert outputs.read(RUN, TASK) == [text("streamed"), text("last", "stderr")]


def test_what_came_with_the_outcome_has_a_limit_too(tmp_path: Path) -> None:
    outputs = OutputFiles(tmp_path, HEAD, TAIL)
    outputs.finish(RUN, TASK, [text("n" * 1_000_000)])
    first, dropped, last = kept(outputs.read(RUN, TASK))
    assert (len(first), dropped, len(last)) == (HEAD, 1_000_000 - HEAD - TAIL, TAIL)


def test_a_full_disk_drops_and_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = OutputFiles(tmp_path, HEAD, TAIL)
    outputs.append(RUN, TASK, [text("before\n")])
    write_all = files._write_all

    def full(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_write_all", full)
    outputs.append(RUN, TASK, [text("lost one\n")])
    outputs.append(RUN, TASK, [text("lost two\n")])
    assert outputs.read(RUN, TASK) == [text("before\n")]
    monkeypatch.setattr(files, "_write_all", write_all)
    outputs.append(RUN, TASK, [text("after\n")])
    assert outputs.read(RUN, TASK) == [text("before\n"), gap(len("lost one\nlost two\n")), text("after\n")]
    assert not list(tmp_path.glob("**/*~"))


def test_another_error_of_the_disk_is_no_secret(outputs: OutputFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int, data: bytes) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files, "_write_all", broken)
    with pytest.raises(OSError, match="Input/output"):
        outputs.append(RUN, TASK, [text("x")])


@pytest.mark.parametrize("run", ["../x", "", ".", "0000001-abcd/../../x", "0000001-abcd\0"])
def test_only_run_ids_become_paths(outputs: OutputFiles, tmp_path: Path, run: str) -> None:
    for call in (
        lambda: outputs.append(run, TASK, [text("x")]),
        lambda: outputs.finish(run, TASK, [text("x")]),
        lambda: outputs.read(run, TASK),
        lambda: outputs.remove_run(run),
        lambda: outputs.discard(run, TASK),
    ):
        with pytest.raises(UnknownRunError):
            call()
    assert list(tmp_path.iterdir()) == []


def test_links_are_not_followed(outputs: OutputFiles, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / RUN).mkdir()
    (tmp_path / RUN / "0.1.head").symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        outputs.append(RUN, TASK, [text("x")])
    with pytest.raises(OSError, match="symbolic"):
        outputs.read(RUN, TASK)
    assert secret.read_text() == "secret"


def test_generations_and_attempts_have_files_of_their_own(outputs: OutputFiles) -> None:
    attempts = [Attempt(0, 1, 1), Attempt(0, 1, 2), Attempt(0, 2, 1), Attempt(1, 1, 1), Attempt(0, 2, 12)]
    for number, attempt in enumerate(attempts):
        outputs.append(RUN, attempt, [text(str(number))])
    for number, attempt in enumerate(attempts):
        assert outputs.read(RUN, attempt) == [text(str(number))]
    outputs.discard(RUN, attempts[0])
    assert outputs.read(RUN, attempts[0]) == []
    assert outputs.read(RUN, attempts[2]) == [text("2")]
    outputs.remove_run(RUN)
    assert outputs.runs() == []
    assert outputs.run_bytes(RUN) == 0


def test_more_attempts_than_are_remembered(tmp_path: Path) -> None:
    outputs = OutputFiles(tmp_path, HEAD, TAIL)
    for round_ in range(2):
        for index in range(1100):
            outputs.append(RUN, Attempt(index, 1, 1), [text(f"{round_}")])
    assert all(outputs.read(RUN, Attempt(index, 1, 1)) == [text("01")] for index in range(1100))
    assert len(outputs._states) <= 1024


def test_files_are_for_this_user_only(outputs: OutputFiles, tmp_path: Path) -> None:
    outputs.append(RUN, TASK, [text("x" * 9000)])
    outputs.finish(RUN, TASK, [text("x")])
    paths = list(tmp_path.rglob("*"))
    assert len(paths) >= 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
