"""Output while a task runs, progress, groups of results, and taking tasks back."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.wire.worker import ForgetRun, RunTasks
from tests.unit.worker.conftest import Start
from tests.unit.worker.harness import DEADLINE, WorkerProcess


def sweep_of(count: int) -> list[dict[str, Any]]:
    return [{"i": index} for index in range(count)]


def test_streams_interleave(worker: WorkerProcess) -> None:
    source = "import sys\nfor i in range(3):\n    print('out', i)\n    print('err', i, file=sys.stderr)\nprint('end')"
    found = [(record["name"], record["text"]) for record in worker.run(source).outputs]
    expected = [(name, f"{word} {i}\n") for i in range(3) for name, word in (("stdout", "out"), ("stderr", "err"))]
    assert found == [*expected, ("stdout", "end\n")]


def test_short_tasks_carry_their_output(worker: WorkerProcess) -> None:
    ended = worker.run("print(i)", sweep=sweep_of(50))
    assert [result.outputs[0]["text"] for result in ended.results] == [f"{i}\n" for i in range(50)]
    assert ended.streamed == []


def test_a_single_cell_shows_its_first_line_at_once(worker: WorkerProcess) -> None:
    source = "import os, time\nprint('now')\ndeadline = time.monotonic() + 30\n"
    source += "while not os.path.exists(flag) and time.monotonic() < deadline: time.sleep(0.005)\nprint('then')"
    flag = str(worker.folder / "seen")
    worker.start(worker.load(source, {"flag": flag}, collect="namespace"))
    asked = time.monotonic()
    worker.finish(until=lambda ended: bool(ended.streamed))
    assert time.monotonic() - asked < 1.0
    open(flag, "w").close()
    assert worker.finish().text() == "then\n"


def test_output_before_a_long_silence_is_sent(worker: WorkerProcess) -> None:
    worker.start(worker.load("import time\nprint('a')\ntime.sleep(0.3)\nprint('b')"))
    ended = worker.finish()
    assert ended.text() == "a\nb\n"
    assert [record["text"] for record in ended.streamed[0].outputs] == ["a\n"]


def test_output_of_threads(worker: WorkerProcess) -> None:
    source = "import threading\nfor n in range(8):\n    t = threading.Thread(target=print, args=(n,))\n"
    source += "    t.start()\n    t.join()"
    assert worker.run(source).text() == "".join(f"{n}\n" for n in range(8))


def test_a_flood_is_bounded_counted_and_leaves_the_worker_responsive(start_worker: Start) -> None:
    worker = start_worker(output_head=100_000)
    line = "x" * 99
    ended = worker.run(f"for i in range(200_000): print('{line}')\nprint('end')\n'value'")
    assert worker.value(ended.result) == "value"
    kept = ended.text()
    dropped = sum(
        record.get("dropped", 0)
        for records in (*(message.outputs for message in ended.streamed), ended.result.outputs)
        for record in records
    )
    assert len(kept) + dropped == 200_000 * 100 + 4
    assert kept.endswith("x\nend\n")
    assert kept.startswith(f"{line}\n" * 1000)
    assert len(kept) <= 100_000 + (2 + 10 * ended.result.seconds) * (64 << 10)


def test_binary_and_broken_text(worker: WorkerProcess) -> None:
    source = "import sys\nsys.stdout.buffer.write('ä'.encode() + b'\\xff\\n')\nprint('\\udc80')"
    assert worker.run(source).text() == "ä\N{REPLACEMENT CHARACTER}\n?\n"


def test_streams_of_a_task_are_restored(worker: WorkerProcess) -> None:
    worker.run("import sys, io\nsys.stdout = sys.stderr = io.StringIO()\nsys.stdin = None\nsys.__stdout__ = None")
    assert worker.run("print('still')").text() == "still\n"
    worker.run("import sys\nsys.stdout.close()\nsys.stderr.close()")
    assert worker.run("print('open')").text() == "open\n"


def test_stdin_is_empty_and_stays_open(worker: WorkerProcess) -> None:
    assert worker.run("exit()").result.kind is OutcomeKind.FAILED
    assert worker.value(worker.run("import sys\nsys.stdin.read()").result) == ""


def test_output_that_is_too_large_for_a_message_costs_the_output_only(start_worker: Start) -> None:
    worker = start_worker()
    worker.run("import cellburst.wire.frames as frames\nframes.MAX_FRAME = 5000")
    ended = worker.run("print('x' * 6000 if i == 1 else 'short')\ni", sweep=sweep_of(3))
    assert [result.kind for result in ended.results] == [OutcomeKind.SUCCEEDED] * 3
    assert [bool(result.value) for result in ended.results] == [True, False, True]
    assert "cannot be written as a message" in ended.results[1].note


def test_raw_descriptors_go_to_the_pools_pipes(worker: WorkerProcess) -> None:
    worker.run("import os\nos.write(1, b'raw out')\nos.write(2, b'raw err')")
    assert "raw out" in worker.raw("stdout", "raw out")
    assert "raw err" in worker.raw("stderr", "raw err")
    worker.run("import subprocess, sys\nsubprocess.run(['echo', 'child'], stdout=sys.stdout, check=True)")
    assert "child" in worker.raw("stdout", "child")


def test_what_c_code_prints_comes_before_the_task_ends(worker: WorkerProcess) -> None:
    worker.run("import ctypes, time\nctypes.CDLL(None).printf(b'from C')\ntime.sleep(0.001)")
    assert "from C" in worker.raw("stdout")


def test_logging_and_warnings_go_to_stderr(worker: WorkerProcess) -> None:
    text = worker.run("import logging, warnings\nlogging.warning('careful')\nwarnings.warn('deprecated')").text(
        "stderr"
    )
    assert "careful" in text
    assert "UserWarning: deprecated" in text
    assert "warnings.warn('deprecated')" in text


def test_tqdm_is_progress(worker: WorkerProcess) -> None:
    source = "from tqdm import tqdm\nimport time\nfor _ in tqdm(range(8), desc='fit', mininterval=0): time.sleep(0.06)"
    ended = worker.run(source)
    assert ended.progressed
    assert all(message.text.startswith("fit ") for message in ended.progressed)
    fractions = [message.fraction for message in ended.progressed]
    assert fractions == sorted(fractions, key=lambda fraction: fraction or 0)
    assert len(fractions) <= 5 * (ended.result.seconds + 1)
    assert "8/8" in ended.text("stderr")


def test_the_task_object(worker: WorkerProcess) -> None:
    source = "from cellburst.worker.task import task as same\n"
    source += "(task is same, task.index, task.count, task.params, task.attempt, task.key, task.seed)"
    run = worker.load(source, sweep=sweep_of(3), seed=7)
    worker.start(run, 2, attempt=4)
    same, index, count, params, attempt, key, seed = worker.value(worker.finish().result)
    assert (same, index, count, params, attempt, key) == (True, 2, 3, {"i": 2}, 4, f"{run}/2")
    worker.start(run, 2, 1, attempt=1)
    again, other = worker.finish().results
    assert worker.value(again)[-1] == seed
    assert worker.value(other)[-1] != seed


def test_progress_and_metrics(worker: WorkerProcess) -> None:
    source = """
import time, numpy as np
task.progress(0.25, 'a quarter')
task.log(loss=np.float64(0.5), epoch=np.int64(3), name='x', big=10**30, odd=[1])
time.sleep(0.5)
task.log(loss=0.25)
task.progress(7)
"""
    ended = worker.run(source)
    first = ended.progressed[0]
    assert (first.fraction, first.text) == (0.25, "a quarter")
    expected = {"loss": 0.5, "epoch": 3, "name": "x", "big": repr(10**30), "odd": "[1]"}
    assert first.metrics == expected
    assert ended.result.metrics == {**expected, "loss": 0.25}
    bad = worker.run("task.progress('half')").result
    assert bad.error is not None
    assert bad.error.ename == "UsageError"


def test_tasks_are_seeded_by_their_index(worker: WorkerProcess) -> None:
    source = "import random\nimport numpy as np\n(random.random(), np.random.rand())"
    first = [worker.value(result) for result in worker.run(source, sweep=sweep_of(3), seed=1).results]
    again = [worker.value(result) for result in worker.run(source, sweep=sweep_of(3), seed=1).results]
    other = [worker.value(result) for result in worker.run(source, sweep=sweep_of(3), seed=2).results]
    assert first == again
    assert len({*first, *other}) == 6


def test_a_library_that_the_task_imports_first_is_seeded_too(start_worker: Start) -> None:
    source = "import numpy as np\nnp.random.rand()"
    values = set()
    for _ in range(2):
        worker = start_worker()
        values.add(worker.value(worker.run(source, sweep=sweep_of(2), seed=5).results[0]))
    assert len(values) == 1


def test_single_cells_are_not_reseeded(worker: WorkerProcess) -> None:
    source = "import random\nprint(random.random())"
    assert worker.run(source, collect="namespace").text() != worker.run(source, collect="namespace").text()


def test_results_come_in_groups_while_tasks_are_short(worker: WorkerProcess) -> None:
    ended = worker.run("i", sweep=sweep_of(2000))
    assert [result.index for result in ended.results] == list(range(2000))
    assert [worker.value(result) for result in ended.results] == list(range(2000))
    assert ended.groups < 200


def test_long_tasks_are_reported_at_once(worker: WorkerProcess) -> None:
    ended = worker.run("import time\ntime.sleep(0.02)", sweep=sweep_of(3))
    assert ended.groups == 3


def test_batches_queue_behind_each_other(worker: WorkerProcess) -> None:
    run = worker.load("i", sweep=sweep_of(6))
    other = worker.load("'other'")
    worker.channel.send(
        RunTasks(run, (0, 1), (1, 1), 1), RunTasks(other, (0,), (1,), 1), RunTasks(run, (5,), (2,), 2), ForgetRun(run)
    )
    ended = worker.finish()
    assert [worker.value(result) for result in ended.results] == [0, 1, "other", 5]
    assert (ended.results[3].generation, ended.results[3].attempt) == (2, 2)


def test_the_board_says_what_is_executed(worker: WorkerProcess) -> None:
    flag = worker.folder / "go"
    source = "import os, time\nwhile not os.path.exists(flag): time.sleep(0.002)"
    run = worker.load(source, {"flag": str(flag)}, sweep=sweep_of(4))
    worker.start(run, 3)
    found = worker.wait_until_executing()
    assert (found.serial, found.index) == (worker.board.started, 3)
    assert 0 <= time.monotonic() - found.monotonic < DEADLINE
    assert 0 <= time.time() - found.wall < DEADLINE
    flag.touch()
    worker.finish()
    assert worker.board.executing() is None


def test_what_the_pool_takes_back_is_not_started(worker: WorkerProcess) -> None:
    flag = worker.folder / "taken"
    source = "import os, time\nwhile not os.path.exists(flag): time.sleep(0.002)\ni"
    run = worker.load(source, {"flag": str(flag)}, sweep=sweep_of(5))
    worker.start(run, 0, 1, 2, 3)
    serial = worker.wait_until_executing().serial
    worker.board.take_back(serial + 3)
    flag.touch()
    assert worker.value(worker.finish(until=lambda ended: bool(ended.results)).result) == 0
    worker.start(run, 4)
    assert worker.value(worker.finish(until=lambda ended: bool(ended.results)).result) == 4
    assert worker.board.started == serial + 4


def test_the_board_is_cleared_when_raw_output_has_been_read(start_worker: Start) -> None:
    worker = start_worker()
    for number in range(20):
        worker.run(f"import os\nos.write(1, b'raw {number};')")
        assert worker.board.executing() is None
        assert f"raw {number};" in worker.raw("stdout")


def test_it_ends_when_the_pool_closes_the_socket(start_worker: Start) -> None:
    worker = start_worker()
    worker.channel.close()
    assert worker.wait_for_death() == 0


def test_interrupt_cancels_and_brings_back_what_was_assigned(worker: WorkerProcess) -> None:
    worker.start(worker.load("x = 1\nprint('in')\nimport time\ntime.sleep(60)", collect="namespace"))
    worker.finish(until=lambda ended: bool(ended.streamed))
    worker.interrupt()
    result = worker.finish().result
    assert result.kind is OutcomeKind.CANCELLED
    assert result.value is not None
    assert result.seconds < 30


def test_interrupts_between_tasks_have_no_effect(worker: WorkerProcess) -> None:
    for _ in range(50):
        worker.interrupt()
    assert worker.value(worker.run("1").result) == 1


def test_an_interrupt_while_a_task_is_prepared_cancels_it(start_worker: Start) -> None:
    """Loading the shell takes a while, with the task already on the board."""
    worker = start_worker()
    worker.start(worker.load("import time\ntime.sleep(60)", needs_shell=True))
    worker.wait_until_executing()
    worker.interrupt()
    result = worker.finish().result
    assert result.kind is OutcomeKind.CANCELLED
    assert result.seconds < 20
    assert worker.value(worker.run("2").result) == 2


def test_interrupts_never_break_a_message(worker: WorkerProcess) -> None:
    """Interrupts rain on a worker that prints and returns as fast as it can."""
    for _ in range(30):
        run = worker.load("for n in range(300): print(n)\ni", sweep=sweep_of(40))
        worker.start(run, *range(40))
        for _ in range(10):
            worker.interrupt()
            time.sleep(0.001)
        ended = worker.finish()
        assert [result.index for result in ended.results] == list(range(40))
        for result in ended.results:
            if result.kind is OutcomeKind.SUCCEEDED:
                assert worker.value(result) == result.index
            else:
                assert result.kind is OutcomeKind.CANCELLED


def test_a_handler_of_the_users_own_is_theirs(worker: WorkerProcess) -> None:
    source = "import signal, time\ngot = []\nsignal.signal(signal.SIGINT, lambda *a: got.append(1))\nprint('in')\n"
    source += "deadline = time.monotonic() + 30\nwhile not got and time.monotonic() < deadline: time.sleep(0.01)\ngot"
    worker.start(worker.load(source))
    worker.finish(until=lambda ended: bool(ended.streamed))
    worker.interrupt()
    assert worker.value(worker.finish().result) == [1]
    worker.interrupt()
    assert worker.value(worker.run("2").result) == 2


def test_it_imports_little_and_quickly() -> None:
    code = "import sys, time; t = time.perf_counter(); import cellburst.worker.main; print(time.perf_counter() - t)\n"
    code += "heavy = {'IPython', 'numpy', 'sqlite3', 'asyncio', 'pandas', 'psutil', 'jupyter_core', 'tblib'}\n"
    code += "print(*heavy & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
    seconds, heavy = done.stdout.split("\n")[:2]
    assert heavy == ""
    assert float(seconds) < 2.0


@pytest.mark.parametrize("size", [1 << 20, 40 << 20])
def test_large_values_travel_as_blobs(worker: WorkerProcess, size: int) -> None:
    result = worker.run(f"import numpy as np\nnp.ones({size}, 'u1')").result
    assert result.value is not None
    assert result.value.buffers
    assert worker.value(result).sum() == size
    assert os.path.getsize(worker.blobs.path(result.value.buffers[0])) == size
