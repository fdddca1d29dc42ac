from __future__ import annotations

from cellburst.client.collecting.logs import log_text
from cellburst.model.gaps import gap
from tests.unit.client.scripted import stream


def test_streams_displays_and_errors_become_text_in_order() -> None:
    records = [
        stream("a\n"),
        stream("b", "stderr"),
        {"output_type": "display_data", "data": {"text/plain": "<Figure>", "image/png": "..."}},
        {"output_type": "clear_output", "wait": False},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["line 1", "E: v"]},
    ]
    assert log_text(records) == "a\nb<Figure>\nline 1\nE: v\n"


def test_an_error_without_traceback_is_named() -> None:
    assert log_text([{"output_type": "error", "ename": "E", "evalue": "v", "traceback": []}]) == "E: v\n"


def test_what_is_missing_is_said() -> None:
    assert "[120 bytes of output were not kept]" in log_text([stream("a"), stream("z", dropped=120)])


def test_a_gap_that_says_so_itself_is_said_once() -> None:
    assert log_text([stream("a"), gap(1_234_567), stream("z")]) == "a\n[1,234,567 bytes of output were not kept]\nz"
