from __future__ import annotations

import pytest

from cellburst.model.gaps import gap
from cellburst.store.output_records import capped, cut, end_of, frame, frames, joined, weight
from tests.unit.store.builders import picture, text


def test_frames_give_back_what_was_framed() -> None:
    records = [text("a"), text("é☃", "stderr"), picture(), text("x", dropped=3), {"output_type": "clear_output"}]
    data = b"".join(map(frame, records))
    assert [record for _, record in frames(data)] == records
    assert [end for end, _ in frames(data)][-1] == len(data)
    for length in range(len(data)):
        assert [record for _, record in frames(data[:length])] == records[: len(list(frames(data[:length])))]
    assert list(frames(b"\x02\0\0\0\xc1\xc1")) == []


def test_neighbouring_text_is_joined() -> None:
    records = [text("a"), text("b"), text("c", "stderr"), text("d", "stderr"), picture(), text("e")]
    assert joined(records) == [text("ab"), text("cd", "stderr"), picture(), text("e")]
    assert records[0] == text("a"), "what was given is not changed"
    assert joined([]) == []


def test_joining_keeps_what_says_that_something_is_missing() -> None:
    records = [text("a"), text("b", dropped=2), text("c"), text("d")]
    assert joined(records) == [text("a"), text("b", dropped=2), text("cd")]


@pytest.mark.parametrize("room", range(-1, 9))
def test_cutting_never_splits_a_character(room: int) -> None:
    first, rest = cut(text("é☃a", dropped=5), room)
    words = [part["text"] for part in (first, rest) if part is not None]
    assert "".join(words) == "é☃a"
    if first is not None:
        assert len(first["text"].encode()) <= room
        assert first["dropped"] == 5
        assert rest is None or "dropped" not in rest
    elif rest is not None:
        assert rest["dropped"] == 5


def test_the_end_of_a_text() -> None:
    assert end_of(text("abcé", dropped=1), 3) == text("cé")
    assert end_of(text("abcé"), 1) == text("")
    assert end_of(text("abc"), 99) == text("abc")


def test_lone_surrogates_do_no_harm() -> None:
    assert weight(text("a\ud800b")) == 3
    assert cut(text("a\ud800b"), 1) == (text("a"), text("?b"))


def test_short_output_is_not_capped() -> None:
    records = [text("a"), picture(), text("b")]
    assert capped(records, 10, 10) == records
    assert capped([], 10, 10) == []


def test_long_output_is_capped() -> None:
    assert capped([text("abcdefghij")], 3, 2) == [text("abc"), gap(5), text("ij")]
    assert capped([text("abc"), text("de", "stderr"), text("fghij")], 4, 3) == [
        text("abc"),
        text("d", "stderr"),
        gap(3),
        text("hij"),
    ]
    assert capped([text("ab"), picture(500), text("cd")], 3, 3) == [text("ab"), picture(500), text("cd")]
    dropped = capped([text("abc"), picture(500), text("cd")], 3, 3)
    assert dropped == [text("abc"), gap(weight(picture(500))), text("cd")]


def test_a_gap_says_how_much() -> None:
    assert "1,234,567 bytes" in gap(1_234_567)["text"]
