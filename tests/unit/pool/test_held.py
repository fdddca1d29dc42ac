from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cellburst.model.blob import Packed
from cellburst.pool.held import HeldTasks
from cellburst.wire.worker import RunTasks


def _held(*tasks: tuple[str, int]) -> HeldTasks:
    held = HeldTasks()
    for run, index in tasks:
        held.add(run, [index], [1], 1)
    return held


def test_tasks_are_sent_in_order_grouped_by_run_and_attempt() -> None:
    held = HeldTasks()
    held.add("a", [3, 1], [1, 2], 1)
    held.add("a", [5], [1], 1)
    held.add("a", [7], [1], 2)
    held.add("b", [0], [1], 2)
    assert held.send_parked() == [
        RunTasks("a", (3, 1, 5), (1, 2, 1), 1),
        RunTasks("a", (7,), (1,), 2),
        RunTasks("b", (0,), (1,), 2),
    ]
    assert [task.serial for task in held] == [1, 2, 3, 4, 5]
    assert held.send_parked() == []


def test_tasks_after_a_serial_are_parked_again_and_get_new_serials() -> None:
    held = _held(("a", 0), ("a", 1), ("a", 2))
    held.send_parked()
    held.park_after(1)
    assert held.parked == 2
    assert [task.index for task in held.take_parked(lambda task: task.index == 1)] == [1]
    assert held.send_parked() == [RunTasks("a", (2,), (1,), 1)]
    assert [(task.index, task.serial) for task in held] == [(0, 1), (2, 4)]


def test_an_outcome_ends_the_task_that_was_sent_and_no_other() -> None:
    held = _held(("a", 0), ("b", 0), ("a", 1))
    assert held.end("a", 0) is None, "it was not sent yet"
    held.send_parked()
    task = held.end("b", 0)
    assert task is not None
    assert task.serial == 2
    assert held.end("b", 0) is None
    assert [(task.run, task.index) for task in held] == [("a", 0), ("a", 1)]


def test_a_task_is_found_by_its_serial_until_it_ends() -> None:
    held = _held(("a", 0), ("a", 1))
    held.send_parked()
    task = held.by_serial(2)
    assert task is not None
    assert task.index == 1
    held.end("a", 1)
    assert held.by_serial(2) is None
    held.add("a", [2], [1], 1)
    assert held.by_serial(0) is None, "a parked task has no serial"


@given(st.lists(st.tuples(st.sampled_from(["add", "send", "park", "take", "end"]), st.integers(0, 9)), max_size=60))
def test_no_task_is_lost_or_doubled(steps: list[tuple[str, int]]) -> None:
    """Against a plain list of what is held."""
    held, model, number = HeldTasks(), [], 0
    for step, argument in steps:
        if step == "add":
            new = list(range(number, number + argument))
            number += argument
            held.add("r", new, [1] * argument, 1)
            model += new
        elif step == "send":
            held.send_parked()
        elif step == "park":
            held.park_after(max(0, held.sent - argument))
        elif step == "take":
            taken = held.take_parked(lambda task, least=argument: task.index % 10 >= least)
            model = [index for index in model if index not in {task.index for task in taken}]
        elif model and held.end("r", model[0]) is not None:
            model.pop(0)
        assert [task.index for task in held] == model
        serials = [task.serial for task in held]
        sent = [serial for serial in serials if serial]
        assert sent == sorted(set(sent))
        assert serials == sent + [0] * held.parked


def test_what_tasks_are_given_goes_with_them_also_after_they_were_taken_back() -> None:
    held = HeldTasks()
    held.add("a", [0], [1], 1)
    held.add("a", [4, 5], [1, 1], 1, (Packed(b"four"), Packed(b"five")))
    held.add("b", [0], [1], 1)
    first = held.send_parked()
    assert [message.given for message in first] == [(Packed(), Packed(b"four"), Packed(b"five")), ()]
    held.park_after(2)
    again = held.send_parked()
    assert [(message.run, message.indices, message.given) for message in again] == [
        ("a", (5,), (Packed(b"five"),)),
        ("b", (0,), ()),
    ]
