"""What cannot be the same is said: placeholders for what a cell leaves, refusals for what it would need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.kernels import Kernel, Outcome
from tests.integration.shared import shared_folders  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
REMOTE = "%%remote local --quiet\n"


@pytest.fixture(scope="module")
def kernel(folders: object) -> Iterator[Kernel]:
    found = Kernel()
    found.run("class M: pass\nkept = {'all': []}; model = M(); model.log = M(); model.log.handlers = []")
    yield found
    found.close()


def fine(found: Outcome) -> Outcome:
    assert not found.error, found.traceback
    return found


def test_one_warning_names_each(kernel: Kernel) -> None:
    found = fine(
        kernel.run(
            REMOTE + "import threading\nprint('first')\nf = open('/dev/null'); lock = threading.Lock()\n"
            "both = {'lock': lock, 'n': 1, 'again': [lock]}\nkept['all'].append((i for i in ()))\n"
            "h = M(); h.stream = f; model.log.handlers.append(h)\n(i for i in 'abc')"
        )
    )
    first, *lines = found.stderr.splitlines()
    assert first == "cellburst: these stay on the worker, and placeholders take their places:"
    assert [line.partition(";")[0].strip() for line in lines] == [
        "f is an open file", "lock is a lock", "kept['all'][0] is a generator",
        "the value of the last expression is a generator",
    ]  # fmt: skip
    assert found.kinds.index("stream") < len(found.kinds) - 1
    assert found.value.startswith("<placeholder: the value of the last expression is a generator, which stays on the ")
    shown = fine(kernel.run("(both['lock'] is both['again'][0] is lock, both['n'], model.log.handlers[0].stream is f)"))
    assert shown.value == "(True, 1, True)"


def test_using_one_says_what_it_is(kernel: Kernel) -> None:
    for cell in ("f.read()", "with lock: pass", "for _ in kept['all'][0]: pass", "hasattr(f, 'read')", "f'{f}'"):
        found = kernel.run(cell)
        assert found.error["ename"] == "PlaceholderError", cell
        assert "needs the object itself, but" in found.error["evalue"]
        assert "which stays on the worker (run " in found.error["evalue"]
    assert fine(kernel.run("f")).value.startswith("<placeholder: f is an open file")
    assert "open it again here" in str(fine(kernel.run("print(f)")).stdout)


@pytest.mark.parametrize("cell", ["print(f)", "both['n']", "[lock]", "print(model)"])
def test_a_cell_that_reads_one_is_refused_before_it_starts(kernel: Kernel, cell: str) -> None:
    found = kernel.run(REMOTE + "print('started')\n" + cell)
    assert found.error["ename"] == "UnpicklableError"
    assert " is a placeholder: " in found.error["evalue"]
    assert "which stays on the worker" in found.error["evalue"]
    assert found.stdout == ""


def test_a_failed_cell_says_it_too(kernel: Kernel) -> None:
    found = kernel.run(REMOTE + "import threading\nt = threading.Thread(target=print)\nt.start(); t.join()\n1/0")
    assert found.error["ename"] == "ZeroDivisionError"
    assert found.stderr.startswith("cellburst: t is a thread, which stays on the worker; join it")
    assert found.stderr.count("cellburst:") == 1
    assert "placeholder" in fine(kernel.run("t")).value


def test_many_are_not_all_listed(kernel: Kernel) -> None:
    found = fine(kernel.run(REMOTE + "many = [(i for i in '') for _ in range(30)]"))
    assert "many[7] is a generator" in found.stderr
    assert "... and 22 more" in found.stderr
    assert len(found.stderr.splitlines()) == 10


def test_nothing_to_say_says_nothing(kernel: Kernel) -> None:
    assert fine(kernel.run(REMOTE + "x = [1]\nx")).stderr == ""


OPEN = """
import asyncio, contextvars, queue, socket, sqlite3, subprocess, sys, threading, types, weakref
file = open('/dev/null'); sock = socket.socket(); lock2 = threading.RLock(); thread = threading.Thread()
gen = (i for i in 'ab'); db = sqlite3.connect(':memory:'); cursor = db.cursor()
sys.stayed = M(); ref = weakref.ref(sys.stayed)
async def co(): pass
waiting = co(); task = asyncio.ensure_future(asyncio.sleep(0.01)); context = contextvars.copy_context()
frame = sys._getframe(); process = subprocess.Popen(['true']); todo = queue.Queue(); process.wait()
deep = M(); deep.inner = {'a': [file]}
def uses(): return deep.inner
from comm.base_comm import BaseComm
class Talk(BaseComm):
    def publish_msg(self, *a, **k): pass
channel = Talk()
"""


def test_what_cannot_be_sent_is_refused_by_name_reason_and_way_out(kernel: Kernel) -> None:
    fine(kernel.run(OPEN))
    expected = {
        "file": ("file is an open file", "Open it in the cell."),
        "sock": ("sock is a network socket", "Connect in the cell."),
        "lock2": ("lock2 is a lock", "Make it in the cell."),
        "thread": ("thread is a thread", "Start it in the cell."),
        "gen": ("gen is a generator", "Send list(...) of it, or make it in the cell."),
        "db": ("db is a database connection", "Connect in the cell."),
        "cursor": ("cursor is a database cursor", "Connect in the cell."),
        "waiting": ("waiting is a coroutine", "Make and await it in one cell."),
        "task": ("task is a future", "Send its result."),
        "context": ("context is a context of variables", "Make it inside the cell, or do not use it there."),
        "frame": ("frame is a stack frame", "Keep what you need of its variables."),
        "process": ("process is a running process", "Start it in the cell."),
        "todo": ("todo is a queue of threads", "Make it inside the cell, or do not use it there."),
        "channel": ("channel is a channel to the notebook's front end", "Make it inside the cell, or do not use"),
        "uses()": ("deep.inner['a'][0] is an open file: 'deep', which uses reads,", "Open it in the cell."),
    }
    for cell, (reason, way_out) in expected.items():
        found = kernel.run(f"{REMOTE}print('started')\nprint({cell})")
        assert found.error.get("ename") == "UnpicklableError", (cell, found)
        assert reason in found.error["evalue"], cell
        assert "cannot be sent" in found.error["evalue"], cell
        assert way_out in found.error["evalue"], (cell, found.error["evalue"])
        assert found.stdout == ""
    found = kernel.run(f"{REMOTE}print('started')\nprint(ref)")  # no variable leads to its object
    assert found.error["evalue"] == "ref is a weak reference; send the object itself"
    fine(kernel.run("waiting.close(); db.close(); file.close(); sock.close()"))
