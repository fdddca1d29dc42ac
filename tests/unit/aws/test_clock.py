"""The server's clock as its answers show it."""

from email.utils import formatdate

import pytest

from cellburst.aws.clock import ServerClock


def _date(at: float) -> str:
    return formatdate(int(at), usegmt=True)


def test_nothing_is_known_before_an_answer() -> None:
    clock = ServerClock(lambda: 50.0)
    assert clock.offset is None
    assert clock.time() == 50.0
    clock.heard(1.0, "yesterday", 2.0)
    assert clock.offset is None


@pytest.mark.parametrize("ahead", [-3600.0, -0.4, 0.0, 0.3, 7.25])
def test_answers_narrow_the_offset_down(ahead: float) -> None:
    clock = ServerClock()
    for step in range(200):
        asked = 1_000_000 + step * 0.137
        clock.heard(asked, _date(asked + 0.01 + ahead), asked + 0.02)
    assert clock.offset == pytest.approx(ahead, abs=0.1)


def test_a_clock_that_was_set_is_believed_anew() -> None:
    clock = ServerClock()
    for step in range(50):
        clock.heard(1_000_000.3 + step, _date(1_000_000.3 + step), 1_000_000.31 + step)
    clock.heard(2_000_000.0, _date(2_000_600.0), 2_000_000.1)
    assert clock.offset == pytest.approx(600, abs=1)
