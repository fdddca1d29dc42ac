from __future__ import annotations

import os
from pathlib import Path

from cellburst.environments.arrival import path_here


def test_the_senders_packages_give_way_to_this_machines(tmp_path: Path) -> None:
    own = ["/usr/lib/python3.11", "/opt/cellburst/site-packages"]
    wanted = [
        str(tmp_path),
        "/Users/me/env/lib/python3.11",
        "/Users/me/env/site-packages",
        os.path.dirname(os.__file__),
    ]

    assert path_here(wanted, own) == (str(tmp_path), *own)


def test_code_behind_the_packages_stays_behind(tmp_path: Path) -> None:
    assert path_here(["/gone/site-packages", str(tmp_path)], ["/own"]) == ("/own", str(tmp_path))
