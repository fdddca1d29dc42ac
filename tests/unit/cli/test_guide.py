"""Every Python block of the five-minute tour runs as it stands, one after another, in one shell."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[3] / "docs" / "guide.md"
PLAY = """
import sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.history_manager.enabled = False
for cell in ["%load_ext cellburst", *sys.stdin.read().split("\\x00")]:
    done = shell.run_cell(cell)
    if not done.success:
        sys.exit(f"this failed:\\n{cell}")
print("scores:", len(shell.user_ns["scores"]), "estimates:", len(shell.user_ns["estimates"]))
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_guide_can_be_followed(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    done = subprocess.run(
        [sys.executable, "-c", PLAY],
        input="\0".join(blocks),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "scores: 12 estimates: 8" in done.stdout
