from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.display.formatting import (
    clean,
    counted,
    format_bytes,
    format_duration,
    last_line,
    one_line,
    status_line,
    text_width,
    value_text,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (1_500_000, "1.5 MB"),
        (999_499_999, "999 MB"),
        (999_500_000, "1.0 GB"),
        (3_100_000_000, "3.1 GB"),
        (5 * 10**18, "5000 PB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert format_bytes(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "<1 ms"),
        (-1.0, "<1 ms"),
        (0.0124, "12 ms"),
        (0.9996, "1.0 s"),
        (3.44, "3.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (11_520, "3 h 12 min"),
        (86_400 + 4 * 3600, "1 d 4 h"),
        (30 * 86_400, "30 d"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.floats(min_value=0, max_value=1e9))
def test_every_duration_has_a_text_without_sixty_of_anything(seconds: float) -> None:
    words = format_duration(seconds).split()
    assert words
    assert ["60", "s"] not in [words[:2], words[2:]]
    assert ["60", "min"] not in [words[:2], words[2:]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("a\x00b\x08c", "a\ufffdb\ufffdc"),
        ("left\u202eright", "left\ufffdright"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\tstays", "tab\tstays"),
        ("lone \ud800", "lone ?"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_can_be_sent_and_hides_nothing(text: str) -> None:
    found = clean(text)
    found.encode("utf-8")
    assert not any(ord(char) < 32 and char not in "\n\t" for char in found)
    assert clean(found) == found


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_one_line_is_one_line_and_short(text: str, limit: int) -> None:
    found = one_line(text, limit)
    assert len(found) <= limit
    assert len(found.splitlines()) <= 1


def test_one_line_says_where_it_was_cut() -> None:
    assert one_line("a  b\nc") == "a b c"
    assert one_line("x" * 10, 5) == "xxxx…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("one\ntwo\n", "two"),
        ("10%\r20%\r30%", "30%"),
        ("10%|█\r\n\r\n", "10%|█"),
        ("\x1b[32mEpoch 3\x1b[0m\n", "Epoch 3"),
    ],
)
def test_last_line(text: str, expected: str) -> None:
    assert last_line(text) == expected


def test_values_and_counts() -> None:
    assert value_text(None) == ""
    assert value_text(0.123456) == "0.1235"
    assert value_text(True) == "True"
    assert value_text("a\nb") == "a b"
    assert counted(1, "task") == "1 task"
    assert counted(10_000, "task") == "10,000 tasks"


def test_width_counts_columns_of_a_terminal() -> None:
    assert text_width("abc") == 3
    assert text_width("漢字") == 4
    assert text_width("e\u0301") == 1


def test_a_progress_bar_keeps_its_blanks() -> None:
    assert status_line(" 45%|███    |\n4/10") == " 45%|███    | 4/10"
    assert status_line("x" * 200, 5) == "xxxx…"
