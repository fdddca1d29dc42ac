from __future__ import annotations

import pytest

from cellburst.pool.growth import _growth
from cellburst.pool.state import Size

BASE = Size(100 << 20, 10, 2)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (Size(100 << 20, 10, 2), ""),
        (Size(50 << 20, 0, 0), ""),
        (Size(1100 << 20, 266, 514), ""),
        (Size(1200 << 20, 10, 2), "its memory had grown by 1.2 GB"),
        (Size(100 << 20, 267, 2), "its tasks had left 257 files open"),
        (Size(100 << 20, 10, 515), "its tasks had left 513 threads running"),
    ],
)
def test_what_there_is_too_much_of(now: Size, said: str) -> None:
    assert _growth(BASE, now, 1000 << 20) == said
