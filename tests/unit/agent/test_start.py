"""An agent that cannot be started on this machine."""

from __future__ import annotations

import subprocess
import sys

from cellburst.agent.supervising import WRONG

_BARE = """
import sys
sys.modules["msgspec"] = None
from cellburst.agent.__main__ import main
sys.exit(main(["none.json", "1", "0"]))
"""


def test_one_whose_packages_are_missing_says_so_and_is_not_tried_again() -> None:
    done = subprocess.run([sys.executable, "-c", _BARE], capture_output=True, text=True, check=False)
    assert "lacks what the agent needs: " in done.stderr
    assert done.returncode == WRONG
