from __future__ import annotations

import os
import sys

from cellburst.wire.board import SIZE, Board, Executing, Stage, pipes_empty


def test_what_the_worker_writes_the_pool_reads() -> None:
    ours = Board()
    theirs = Board(ours.page)
    assert ours.executing() is None
    assert theirs.begin(1, 7, 12.5, 1e9)
    assert ours.executing() == Executing(1, 7, 12.5, 1e9)
    theirs.end()
    assert ours.executing() is None
    assert ours.started == 1


def test_tasks_that_were_taken_back_are_not_started_and_later_ones_are() -> None:
    board = Board()
    assert board.begin(1, 0, 0.0, 0.0)
    board.take_back(5)
    board.end()
    assert not any(board.begin(serial, 0, 0.0, 0.0) for serial in range(2, 6))
    assert board.started == 1
    assert board.last_claim() == (1, True)
    assert board.executing() is None
    assert board.begin(6, 0, 0.0, 0.0)


def test_taking_back_twice_covers_both() -> None:
    board = Board()
    assert board.begin(1, 0, 0.0, 0.0)
    board.take_back(3)
    board.take_back(4)
    board.end()
    assert not any(board.begin(serial, 0, 0.0, 0.0) for serial in (2, 3, 4))
    assert board.begin(5, 0, 0.0, 0.0)
    board.take_back(9)
    board.end()
    assert not board.begin(6, 0, 0.0, 0.0)


def test_a_vain_claim_stays_vain_when_more_is_taken_back() -> None:
    board = Board()
    assert board.begin(1, 0, 0.0, 0.0)
    board.take_back(5)
    board.end()
    board.page[32:40] = (2).to_bytes(8, sys.byteorder)  # the worker has claimed the second, and looks next
    board.take_back(9)
    assert not any(board.begin(serial, 0, 0.0, 0.0) for serial in range(2, 10))


def test_a_claim_that_is_not_decided_can_be_seen() -> None:
    board = Board()
    board.take_back(3)
    board.page[32:40] = (2).to_bytes(8, sys.byteorder)  # claimed, and the worker has not looked yet
    assert not board.last_claim()[1]


def test_pipes_are_empty_when_all_was_read() -> None:
    read, write = os.pipe()
    try:
        assert pipes_empty((write,))
        os.write(write, b"x")
        assert not pipes_empty((write,))
        os.read(read, 1)
        assert pipes_empty((write,))
    finally:
        os.close(read)
        os.close(write)
    assert pipes_empty((write,)), "a closed one has nothing to wait for"


def test_how_far_a_task_is_can_be_read_also_from_a_page_that_was_written_over() -> None:
    board = Board()
    assert board.begin(1, 0, 0.0, 0.0)
    assert board.stage is Stage.PREPARING
    for stage in Stage:
        board.reach(stage)
        assert board.stage is stage
    board.page[:] = b"\xff" * SIZE
    assert board.stage is Stage.EXECUTING
    assert board.executing() is not None
