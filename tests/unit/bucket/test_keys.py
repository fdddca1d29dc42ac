"""Names of objects: taken apart as they were made, in the order of what they stand for, and never somebody else's."""

from __future__ import annotations

import pytest

from cellburst.bucket.keys import RunKeys

KEYS = RunKeys("0123456789ab", "0000001-abcd")


def test_a_task_is_told_from_its_key() -> None:
    assert KEYS.task_of_done(KEYS.done(7, 2)) == (7, 2)


@pytest.mark.parametrize("name", ["done/7.2", "done/000000007", "done/000000007.2/x", "done/000000007.2.json", "end"])
def test_other_keys_are_no_tasks(name: str) -> None:
    assert KEYS.task_of_done(KEYS.prefix + name) is None
    assert KEYS.task_of_done(f"ffffffffffff/{KEYS.run}/done/000000007.2") is None


def test_the_sender_is_told_from_the_key_of_news() -> None:
    assert KEYS.sender_of_news(KEYS.news_part(1_700_000_000.0, "m12", 34)) == ("m12", 34)
    assert KEYS.sender_of_news(f"{KEYS.news}x/m1.1") is None


def test_news_sort_by_the_servers_time() -> None:
    times = [9.0, 11.0, 99.0, 101.0, 1e9, 2e9]
    assert sorted(KEYS.news_part(at, "m1", 1) for at in times) == [KEYS.news_part(at, "m1", 1) for at in times]


def test_outcomes_sort_by_index() -> None:
    assert KEYS.done(9, 1) < KEYS.done(10, 1) < KEYS.done(123_456, 1)


def test_blobs_are_shared_by_runs_and_results_are_not() -> None:
    other = RunKeys(KEYS.env, "0000002-abcd")
    sha256 = "ab" * 32
    assert KEYS.blob(sha256) == other.blob(sha256)
    assert KEYS.out(sha256).startswith(KEYS.prefix)
    assert KEYS.out(sha256) != other.out(sha256)


@pytest.mark.parametrize("name", ["../../x", "AB" * 32, "ab" * 31, ""])
def test_only_a_digest_names_a_blob(name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        KEYS.blob(name)
