"""What a machine takes from the queue, and which worker gets what of it."""

from __future__ import annotations

import pytest

from cellburst.agent.hand import Hand
from cellburst.bucket.held import Work
from cellburst.model.blob import Packed


def hand(workers: int = 2, *, seconds: float | None = None, careful: bool = False) -> Hand:
    found = Hand(workers, 0.05, careful=careful)
    for number in range(workers):
        found.sit_down(f"w{number + 1}", 0.0)
    if seconds is not None:
        found.learn([seconds])
    return found


def works(count: int, start: int = 0, attempt: int = 1) -> list[Work]:
    return [Work(index, 1, attempt) for index in range(start, start + count)]


def test_before_anything_is_known_each_worker_gets_one() -> None:
    found = hand()
    assert found.wanted() == 2
    found.waiting.extend(works(5))
    assert [(name, [work.index for work in batch]) for name, batch in found.deal(0.0)] == [("w1", [0]), ("w2", [1])]
    assert found.wanted() == 0


def test_long_tasks_are_left_to_other_machines() -> None:
    found = hand(seconds=30.0)
    found.waiting.extend(works(2))
    found.deal(0.0)
    assert found.wanted() == 0
    found.end("w1", 0, 1, 1.0)
    assert found.wanted() == 1


def test_short_ones_wait_here_and_go_out_in_batches() -> None:
    found = hand(seconds=0.001)
    assert found.wanted() == 100  # of 502: as many as one look at the queue is for
    found.waiting.extend(works(400))
    dealt = found.deal(0.0)
    assert [len(batch) for _, batch in dealt] == [50, 50, 50, 50]  # two for each worker, of 0.05 s
    assert [name for name, _ in dealt] == ["w1", "w2", "w1", "w2"]
    assert len(found.waiting) == 200


def test_nothing_waits_behind_an_at_most_once_task() -> None:
    found = hand(seconds=0.001, careful=True)
    assert found.wanted() == 2
    found.waiting.extend(works(9))
    assert [len(batch) for _, batch in found.deal(0.0)] == [1, 1]


def test_a_batch_is_of_one_attempt_and_all_or_none_are_given_something() -> None:
    found = hand(1, seconds=0.001)
    given = [Work(index, 1, 1, Packed(b"x")) for index in range(2, 60)]
    found.waiting.extend([*works(2), *given, *works(30, 60, attempt=2)])
    assert [[work.index for work in batch] for _, batch in found.deal(0.0)] == [[0, 1], [*range(2, 46)]]


def test_what_turns_out_to_be_long_goes_back() -> None:
    found = hand(seconds=0.001)
    found.waiting.extend(works(100))
    assert found.surplus() == []
    found.learn([60.0])
    assert [work.index for work in found.surplus()] == list(range(99, 3, -1))


def test_unstarted_tasks_of_a_busy_worker_are_taken_back_for_an_idle_one() -> None:
    found = hand(seconds=0.001)
    found.waiting.extend(works(8))
    found.deal(0.0)
    found.deal(0.0)
    for work in [work for batch in found.seats["w2"].batches for work in batch]:
        found.end("w2", work.index, 1, 0.01)
    found.waiting.clear()
    assert found.idle == ["w2"]
    assert found.slow(0.02) == []
    assert found.slow(1.0) == ["w1"]
    assert found.slow(2.0) == []  # once
    held = [work.index for work in found.held]
    back = found.take_back("w1", held[1:])
    assert [work.index for work in back] == held[1:]
    found.put_back(back)
    assert [work.index for work in found.waiting] == held[1:]


def test_a_worker_that_leaves_frees_its_place() -> None:
    found = hand(3)
    found.waiting.extend(works(3))
    found.deal(0.0)
    assert [work.index for work in found.leave("w2")] == [1]
    found.sit_down("w4", 1.0)
    assert {name: seat.place for name, seat in found.seats.items()} == {"w1": 0, "w3": 2, "w4": 1}
    assert found.leave("w9") == []


@pytest.mark.parametrize("generation", [1, 2])
def test_an_outcome_of_another_generation_is_not_ours(generation: int) -> None:
    found = hand(1)
    found.waiting.extend(works(1))
    found.deal(0.0)
    assert (found.end("w1", 0, generation, 0.0) is not None) is (generation == 1)


def test_only_what_waits_is_dropped() -> None:
    found = hand(1)
    found.waiting.extend(works(3))
    found.deal(0.0)
    assert [work.index for work in found.drop({(0, 1), (2, 1), (7, 1)})] == [2]
    assert [work.index for work in found.clear()] == [1]
    assert len(found) == 1
