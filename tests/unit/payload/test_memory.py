"""A large array is in memory once, however often it is sent and read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

SIZE = 200 << 20
SENDER = """
import sys; from pathlib import Path
import msgspec, numpy as np
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack
from cellburst.settings import Settings
def peak(): return int(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]) * 1024
x = np.ones(int(sys.argv[2]) // 8)
before = peak()
packed = pack({'x': x, 'again': x}, BlobFolder(Path(sys.argv[1])), Settings())
Path(sys.argv[1], 'packed').write_bytes(msgspec.msgpack.encode(packed))
print(peak() - before)
"""
READER = """
import sys; from pathlib import Path
import msgspec, numpy as np
from cellburst.model.blob import Packed
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import unpack
from cellburst.payload.snapshot import Snapshot
def memory(name):
    line = next(line for line in open("/proc/self/status") if line.startswith(name))
    return int(line.split()[1]) * 1024
packed = msgspec.msgpack.decode(Path(sys.argv[1], 'packed').read_bytes(), type=Packed)
before, own = memory('VmHWM'), memory('RssAnon')
for _ in range(5):
    x = unpack(packed, BlobFolder(Path(sys.argv[1])))['x']
    snapshot = Snapshot.take({'x': x})
    assert x.sum() == len(x) and x.flags.writeable and not snapshot.changed_names({'x': x})
print(memory('VmHWM') - before, memory('RssAnon') - own)
"""


def measure(code: str, folder: Path) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(SIZE)], check=True, capture_output=True, text=True, timeout=50
    )
    return [int(word) for word in done.stdout.split()]


def test_one_copy(tmp_path: Path) -> None:
    (sent,) = measure(SENDER, tmp_path)
    assert sent < 0.03 * SIZE
    whole, private = measure(READER, tmp_path)
    assert whole < 1.03 * SIZE
    assert private < 0.03 * SIZE  # the rest is the file's own memory, which all readers share
