from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cellburst.client.following.delivered import Delivered
from cellburst.model.gaps import gap, unread_gap
from tests.unit.client.scripted import stream

PICTURE = {"output_type": "display_data", "data": {"text/plain": "a"}, "metadata": {}}


def text(records: list[dict[str, Any]]) -> str:
    return "".join(record.get("text", "<picture>") for record in records)


def test_without_a_replay_everything_is_new() -> None:
    delivered = Delivered()
    assert delivered.new(1, [stream("a\n")]) == [stream("a\n")]
    assert delivered.new(1, [stream("a\n")]) == [stream("a\n")]


def test_a_replay_is_told_from_where_it_was_left() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("one "), stream("two "), PICTURE])
    delivered.expect_replay()
    assert delivered.new(1, [stream("one two "), PICTURE, stream("three")]) == [stream("three")]
    assert delivered.new(1, [stream("four")]) == [stream("four")]


def test_a_record_is_cut_where_the_old_controller_stopped() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("grüße ")])
    delivered.expect_replay()
    assert delivered.new(1, [stream("grüße noch")]) == [stream("noch")]


def test_a_shorter_replay_gives_nothing_and_holds_back_nothing() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("a much longer text")])
    delivered.expect_replay()
    assert delivered.new(1, [stream("a much")]) == []
    assert delivered.new(1, [stream("next")]) == [stream("next")]


def test_live_output_right_after_a_reconnect_is_no_replay() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("first")])
    delivered.expect_replay()
    assert delivered.new(1, [stream("second")]) == [stream("second")]


def test_another_attempt_starts_anew() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("a")])
    delivered.expect_replay()
    assert delivered.new(2, [stream("a")]) == [stream("a")]


def test_bytes_that_are_missing_count_as_delivered() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("head"), stream("x" * 100), stream("tail")])
    delivered.expect_replay()
    assert delivered.new(1, [stream("head"), stream("tail", dropped=100), stream("!")]) == [stream("!")]


def test_the_words_of_a_gap_do_not_count() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("head"), stream("x" * 100), stream("tail")])
    delivered.expect_replay()
    assert delivered.new(1, [stream("head"), gap(100), stream("tail"), stream("!")]) == [stream("!")]


def test_what_a_busy_kernel_was_not_sent_is_not_told_again() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("head"), unread_gap(100, 1), stream("tail")])
    delivered.expect_replay()
    assert delivered.new(1, [stream("head"), PICTURE, stream("x" * 100), stream("tail!")]) == [stream("!")]


def test_of_a_gap_the_rest_is_said() -> None:
    delivered = Delivered()
    delivered.new(1, [stream("head"), stream("x" * 40)])
    delivered.expect_replay()
    assert delivered.new(1, [stream("head"), gap(100), stream("tail")]) == [gap(60), stream("tail")]


RECORDS = st.lists(
    st.one_of(
        st.builds(stream, st.text(min_size=1, max_size=5), st.sampled_from(["stdout", "stderr"])), st.just(PICTURE)
    )
)


@given(before=RECORDS.filter(bool), after=RECORDS)
def test_whatever_was_shown_before_is_shown_once(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    delivered = Delivered()
    shown = list(delivered.new(1, before))
    delivered.expect_replay()
    shown += delivered.new(1, [*before, *after])
    assert text(shown) == text([*before, *after])
