"""``python -m cellburst.agent CONFIG.json``: what a machine of a run starts when its environment is there."""

from __future__ import annotations

import os
import sys

from cellburst.agent.supervising import WRONG, supervise


def main(argv: list[str]) -> int:
    """The exit code. Two more arguments, the turn and a descriptor with the key, make it an agent itself."""
    if len(argv) == 1:
        return supervise(argv[0])
    if len(argv) != 3:
        print("python -m cellburst.agent CONFIG.json", file=sys.stderr)
        return WRONG
    try:
        from cellburst.agent.process import run
    except ImportError as error:  # so it will be next time
        print(f"{sys.executable} lacks what the agent needs: {error}", file=sys.stderr)
        return WRONG

    path, turn, descriptor = argv
    with os.fdopen(int(descriptor), "rb") as file:
        key = file.read()
    return run(path, key, int(turn))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
