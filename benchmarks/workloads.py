"""What is measured, each in a fresh process: `python -m benchmarks.workloads SYSTEM WORKLOAD OUT`."""

from __future__ import annotations

import json
import mmap
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import work
from benchmarks.systems import load
from benchmarks.systems.base import System

Measured = dict[str, Any]


def latency(system: System, began: float) -> Measured:
    """Cold: nothing runs yet, to the first result. Warm: one trivial task after another."""
    system.start()
    started = time.perf_counter()
    system.one()
    first = time.perf_counter()
    for _ in range(10):
        system.one()
    times = []
    for _ in range(100):
        before = time.perf_counter()
        system.one()
        times.append(time.perf_counter() - before)
    times.sort()
    return {
        "cold_s": first - began,
        "cold_call_s": first - started,
        "warm_ms": 1e3 * statistics.median(times),
        "warm_p95_ms": 1e3 * times[94],
    }


def tiny(system: System, began: float) -> Measured:
    """Ten thousand tasks that do nothing."""
    system.start()
    system.many(work.tiny, range(100))
    items = list(range(work.TINY))
    before = time.perf_counter()
    found = system.many(work.tiny, items)
    seconds = time.perf_counter() - before
    assert found == items
    return {"tiny_per_s": work.TINY / seconds}


def executor(system: System, began: float) -> Measured:
    """Calls that do nothing through `concurrent.futures`: one by one, ten thousand at once, and in chunks."""
    system.start()
    pool = system.executor()
    pool.submit(work.tiny, 0).result()
    list(pool.map(work.tiny, range(100)))
    items, trips = list(range(work.TINY)), []
    for item in range(100):
        before = time.perf_counter()
        pool.submit(work.tiny, item).result()
        trips.append(time.perf_counter() - before)
    before = time.perf_counter()
    calls = [pool.submit(work.tiny, item) for item in items]
    taken = time.perf_counter() - before
    assert [call.result() for call in calls] == items
    submitted = time.perf_counter() - before
    before = time.perf_counter()
    assert list(pool.map(work.tiny, items, chunksize=100)) == items
    mapped = time.perf_counter() - before
    pool.shutdown()
    return {
        "executor_submit_s": submitted, "executor_taken_s": taken, "executor_map_s": mapped,
        "executor_trip_ms": 1e3 * statistics.median(trips),
    }  # fmt: skip


def array(system: System, began: float) -> Measured:
    """One large array, read in parts by every task, twice."""
    import numpy as np

    system.start()
    system.shared(work.part_sum, np.ones(100), [(0, 10), (10, 20), (20, 30), (30, 40)])  # numpy is imported there
    shared = work.big_array()
    times, marks = [], [time.monotonic()]
    for _ in range(2):
        time.sleep(0.3)  # so that the memory before is sampled as well
        before = time.perf_counter()
        found = system.shared(work.part_sum, shared, work.parts())
        times.append(time.perf_counter() - before)
        marks.append(time.monotonic())
        assert sum(found) == len(shared)
    return {"array_first_s": times[0], "array_again_s": times[1], "marks": marks}


def results(system: System, began: float) -> Measured:
    """Large results, all of them in the caller's memory and touched."""
    system.start()
    system.one()
    before = time.perf_counter()
    found = system.coarse(work.make_result, list(range(work.RESULTS)))
    arrived = time.perf_counter() - before
    total = sum(float(one[::512].sum()) for one in found)
    touched = time.perf_counter() - before
    size = len(range(0, work.RESULT_MB * 1_000_000 // 8, 512))
    assert total == sum(size * i for i in range(work.RESULTS))
    return {"results_s": touched, "results_arrived_s": arrived}


def search(system: System, began: float) -> Measured:
    """Sixty candidates of scikit-learn models; ideal is their CPU time divided by the workers."""
    system.start()
    system.coarse(work.candidate, work.candidates()[:4])  # scikit-learn is imported there
    before = time.perf_counter()
    found = system.coarse(work.candidate, work.candidates())
    seconds = time.perf_counter() - before
    ideal = sum(cpu for _, cpu in found) / work.WORKERS
    return {"search_s": seconds, "search_ideal_s": ideal, "search_over_ideal": seconds / ideal}


def imports(system: System, began: float) -> Measured:
    """What it costs before the first cell; the bare interpreter and IPython are taken off."""

    def run(code: str) -> float:
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)

    clock = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
    shell = "from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance(); "
    return {
        "import_ms": 1e3 * run(clock.format("import cellburst")),
        "load_ext_ms": 1e3 * run(shell + clock.format("s.run_line_magic('load_ext', 'cellburst')")),
    }


def limits(system: System, began: float) -> Measured:
    """What this disk and memory give: the array written once, mapped and read once."""
    import numpy as np

    data = work.big_array()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "array")
        before = time.perf_counter()
        with path.open("wb") as file:
            file.write(memoryview(data).cast("B"))
        write = time.perf_counter() - before
        before = time.perf_counter()
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            float(np.frombuffer(view).sum())
            read = time.perf_counter() - before
    return {"write_s": write, "read_s": read}


def states(system: System, began: float) -> Measured:
    """What the state of libraries adds to a cell that uses none of it, on both sides, with all of them loaded."""
    import matplotlib.pyplot
    import numpy as np
    import pandas as pd

    from cellburst.library_state import gathering, putting
    from cellburst.payload.blobs import BlobFolder
    from cellburst.payload.delta import NamespaceDelta
    from cellburst.payload.pickling import unpack
    from cellburst.settings import Settings
    from cellburst.worker.states import LibraryStates

    np.random.seed(1)
    pd.set_option("display.max_columns", 20)
    matplotlib.pyplot.rcdefaults()
    blobs, settings = BlobFolder(Path(tempfile.mkdtemp())), Settings.load()
    worker = LibraryStates(print)
    worker.watch()
    times = []
    for _ in range(200):
        before = time.perf_counter()
        packed = gathering.pack_states(gathering.gather(), blobs, settings, namespace={}, known={})
        assert packed is not None
        worker.enter(unpack(packed, blobs, namespace={}, known={}), seeded=True)
        worker.held()
        left = worker.left()
        worker.release()
        delta = NamespaceDelta(states=left)
        putting.bring_back(delta, gathering.held(), b"")
        times.append(time.perf_counter() - before)
        assert not left
    return {"states_ms": 1e3 * statistics.median(times)}


WORKLOADS = {one.__name__: one for one in (latency, tiny, executor, array, results, search, imports, limits, states)}


def main(name: str, workload: str, out: str) -> None:
    began = time.perf_counter()
    system = System() if name == "limits" or workload == "states" else load(name)
    measured = WORKLOADS[workload](system, began)
    Path(out).write_text(json.dumps(measured))  # before stopping: some systems take long to end
    system.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
