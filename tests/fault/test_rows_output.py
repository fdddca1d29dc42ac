"""Rows 35 and 36: output of any volume and any bytes, seen from a client of a real controller."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from cellburst.model.run import RunState
from cellburst.wire import client as wire
from cellburst.wiring import open_reader
from tests.fault.plant import Plant, cell_run

KEPT = 128 << 10
_OURS = re.compile(r"\n\[[0-9,]+ bytes of output were not kept\]\n")


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path, CELLBURST_OUTPUT_HEAD=str(KEPT), CELLBURST_OUTPUT_TAIL=str(KEPT))
    plant.start()
    yield plant
    plant.stop()


def outputs(plant: Plant, run: str, index: int = 0) -> list[dict[str, Any]]:
    with closing(open_reader(plant.folders)) as reader:
        return list(reader.outputs(run, index))


def weight(records: list[dict[str, Any]]) -> tuple[int, int]:
    """Bytes kept and bytes dropped; the line that says how many are missing is ours."""
    texts = [_OURS.sub("", record.get("text", "")) for record in records]
    return sum(len(text.encode(errors="replace")) for text in texts), sum(
        record.get("dropped", 0) for record in records
    )


def private(pid: int | None) -> int:
    return int(psutil.Process(pid).memory_info().rss - psutil.Process(pid).memory_info().shared)


FLOODS = {
    "print": "for number in range({lines}):\n    print(f'{{number:019d}}')",
    "descriptor": (
        "import os\nfor number in range(0, {lines}, 1000):\n"
        "    data = b''.join(b'%019d\\n' % n for n in range(number, number + 1000))\n"
        "    while data: data = data[os.write(1, data):]"
    ),
    "child": "import subprocess, sys\nsubprocess.run(['seq', '-f', '%019.0f', '0', str({lines} - 1)], check=True)",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_keeps_its_ends_and_counts_every_byte_between(plant: Plant, flood: str) -> None:
    lines = 1_000_000 if flood != "print" else 300_000
    channel = plant.connect()
    run = plant.submit(channel, cell_run(FLOODS[flood].format(lines=lines)))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    records = outputs(plant, run)
    kept, dropped = weight(records)
    assert kept + dropped == 20 * lines
    assert kept <= 3 * KEPT + (8 << 10)
    assert records[0]["text"].startswith("0000000000000000000\n0000000000000000001\n")
    assert records[-1]["text"].endswith(f"{lines - 1:019d}\n")


@pytest.mark.slow
@pytest.mark.parametrize("write", ["print('x' * 100)", "os.write(1, b'x' * 65536)"], ids=["print", "descriptor"])
def test_one_that_prints_for_ever_is_watched_in_bounded_memory_and_cancelled_in_time(plant: Plant, write: str) -> None:
    channel = plant.connect()
    run = plant.submit(channel, cell_run(f"import os\nwhile True: {write}"))
    plant.wait_for(channel, wire.OutputArrived)
    seen, began = 0, time.monotonic()
    before = private(plant.started[0].pid), private(plant.pool_pid())
    while time.monotonic() < began + 3:
        arrived = plant.wait_for(channel, wire.OutputArrived)
        seen += weight(list(arrived.outputs))[0]
    assert private(plant.started[0].pid) - before[0] < 32 << 20
    assert private(plant.pool_pid()) - before[1] < 32 << 20
    assert seen < 8 << 20, "a browser can follow that"
    other = plant.connect()
    asked = time.monotonic()
    other.send(wire.Ping(9))
    assert isinstance(other.receive(), wire.Done)
    assert time.monotonic() - asked < 1
    channel.send(wire.Cancel(3, run))
    assert plant.wait(channel, run).state is RunState.CANCELLED
    assert time.monotonic() - asked < 2.0 + 2.0
    kept, dropped = weight(outputs(plant, run))
    assert kept <= 3 * KEPT + (8 << 10)
    assert dropped > kept


@pytest.mark.slow
def test_one_line_of_500_mb_is_never_held_whole(plant: Plant) -> None:
    channel = plant.connect()
    source = (
        "import os\nblock = b'y' * (1 << 20)\nfor _ in range(500):\n    data = block\n"
        "    while data: data = data[os.write(2, data):]"
    )
    idle = plant.submit(channel, cell_run("1"))
    plant.wait(channel, idle)
    before = private(plant.started[0].pid), private(plant.pool_pid())
    run = plant.submit(channel, cell_run(source))
    plant.wait(channel, run)
    records = outputs(plant, run)
    kept, dropped = weight(records)
    assert kept + dropped == 500 << 20
    assert kept <= 3 * KEPT + (8 << 10)
    assert private(plant.started[0].pid) - before[0] < 32 << 20
    assert private(plant.pool_pid()) - before[1] < 32 << 20


def test_a_line_of_100_mb_printed_at_once_leaves_its_ends(plant: Plant) -> None:
    channel = plant.connect()
    run = plant.submit(channel, cell_run("print('a' + 'x' * (100 << 20) + 'z')"))
    plant.wait(channel, run)
    records = outputs(plant, run)
    kept, dropped = weight(records)
    assert kept + dropped == (100 << 20) + 3
    assert records[0]["text"].startswith("ax")
    assert records[-1]["text"].endswith("xz\n")


ODD = r"""
import os, sys
for raw in (b'\xff\xfe\x00\x01', b'gr\xc3', b'\xbc\xc3\x9fe\n', b'\x1b[31mred\x1b[0m\n', bytes(range(256)), b'\xed'):
    os.write(1, raw)
    os.write(2, raw)
    sys.stdout.buffer.write(raw)
    print('\udc80 lone', '\x1b]0;title\x07')
for step in range(20000):
    print(f'\r{step}', end='')
"""


def test_any_bytes_and_a_storm_of_carriage_returns(plant: Plant) -> None:
    channel = plant.connect()
    run = plant.submit(channel, cell_run(ODD + "'done'"))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    records = outputs(plant, run)
    text = "".join(record.get("text", "") for record in records)
    errors = "".join(record.get("text", "") for record in records if record.get("name") == "stderr")
    assert errors.count("grüße\n") == 1, "put together from two writes"
    assert text.count("\x1b[31mred\x1b[0m") == 3
    assert "\ufffd" in text
    assert "\r19998\r19999" in text
    text.encode()
