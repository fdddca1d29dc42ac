"""Tasks that wait until a test lets them go on, so that no test waits for a length of time."""

from __future__ import annotations

from lab_server import Lab

PASS = """
from pathlib import Path
from time import sleep
while not any((Path(gate) / name).exists() for name in (str(n), "all")):
    sleep(0.01)
"""


class Gate:
    """A folder: the task with parameter `n` goes on once there is a file of that name in it."""

    def __init__(self, lab: Lab, name: str = "gate") -> None:
        self.folder = lab.home / name
        self.folder.mkdir()

    @property
    def assignment(self) -> str:
        """The code of a cell that defines `gate`."""
        return f"gate = {str(self.folder)!r}"

    def cell(self, line: str, body: str = "n * n") -> str:
        """A remote cell whose tasks wait here before `body`."""
        return f"%%remote {line}{PASS}{body}"

    def open(self, *tasks: int) -> None:
        """Let these go on, or all."""
        for name in map(str, tasks or ["all"]):
            (self.folder / name).touch()


def submitted(lab: Lab, gate: Gate, count: int, body: str = "return n * n", name: str = "gated") -> str:
    """The id of a new run of a script, whose tasks wait at the gate."""
    script = f"""
import cellburst
{gate.assignment}
def wait(n):
{_indented(PASS)}
{_indented(body)}
print(cellburst.map(wait, [{{"n": n}} for n in range({count})], name={name!r}).id)
"""
    return lab.python(script).split()[-1]


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())
